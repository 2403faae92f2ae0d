"""Guessing is hopeless, and no weapon: at most thirty checks an hour, and a known browser is never shut out by them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from starlette.requests import Request

from admin import throttle
from admin.entering import admitted
from admin.settings import AdminSettings
from admin.visit import Visit
from tests.admin import factories
from tests.admin.conftest import Person, Site
from tests.admin.test_session import RIGHT


async def spend(site: Site, bucket: throttle.Bucket, times: int) -> None:
    """Count `times` attempts, as other requests would have."""
    async with site.database.begin() as work:
        for _ in range(times):
            await work.staff.count(bucket.key, site.clock.now, site.clock.now - throttle.WINDOW)
        await work.commit()


def settings_of(site: Site) -> AdminSettings:
    admin = site.app.routes[0].app  # type: ignore[attr-defined]
    settings: AdminSettings = admin.state.settings
    return settings


async def _wrong(person: Person) -> int:
    return (await person.post("/login", {**RIGHT, "password": "guess " * 3})).status_code


async def test_thirty_checks_an_hour_from_wherever(site: Site) -> None:
    await factories.staff(site.database)
    await spend(site, throttle.for_account("Ana Hoxha", settings_of(site)), throttle.PER_ACCOUNT - 1)
    answers = []
    for n in range(4):
        person = await site.arrived(f"203.0.113.{n}")
        person.client.headers["X-Forwarded-For"] = f"192.0.2.{n}"
        answers.append(await _wrong(person))
    assert answers == [401, 429, 429, 429]
    right = await (await site.arrived("203.0.113.99")).post("/login", RIGHT)
    assert right.status_code == 429, "not even the right password, from a stranger"
    assert right.headers["retry-after"] == "3600"
    site.clock.now += throttle.WINDOW
    assert (await (await site.arrived()).post("/login", RIGHT)).status_code == 303


async def test_guesses_made_at_once_are_all_counted(site: Site) -> None:
    bucket = throttle.for_account("Ana Hoxha", settings_of(site))
    await asyncio.gather(*(spend(site, bucket, 1) for _ in range(20)))
    async with site.database.begin() as work:
        assert await work.staff.count(bucket.key, site.clock.now, site.clock.now - throttle.WINDOW) == 21


async def test_a_known_browser_gets_in_while_strangers_guess(site: Site) -> None:
    await factories.staff(site.database)
    person = await site.arrived()
    await person.post("/login", RIGHT)
    await spend(site, throttle.for_account("Ana Hoxha", settings_of(site)), 500)
    await spend(site, throttle.for_address("198.51.100.7", settings_of(site)), 500)
    again = await person.get("/login")
    assert again.status_code == 303
    assert (await person.post("/login", RIGHT)).status_code == 403, "the token of the login form is spent"
    person.client.cookies.delete("__Host-kuvendo-session")
    person.token = (await person.get("/login")).text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    assert (await person.post("/login", RIGHT)).status_code == 303
    assert (await (await site.arrived()).post("/login", RIGHT)).status_code == 429


async def test_a_known_browser_that_guesses_becomes_a_stranger(lone_site: Site) -> None:
    await factories.staff(lone_site.database)
    await spend(lone_site, throttle.for_account("Ana Hoxha", settings_of(lone_site)), 500)
    person = await lone_site.arrived()
    settings = settings_of(lone_site)
    from admin import cookies

    person.client.cookies.set(
        "__Host-kuvendo-device", cookies.signed("nonce", "device:Ana Hoxha", settings), domain="kuvendo.test"
    )
    await spend(lone_site, throttle.for_device("nonce", settings), throttle.PER_DEVICE - 1)
    assert [await _wrong(person) for _ in range(2)] == [401, 429]


@pytest.mark.parametrize("device", ["", "nonce", "nonce.", "nonce.00", ".", "ë.ë"])
async def test_a_made_up_device_is_nobody_s(lone_site: Site, device: str) -> None:
    await factories.staff(lone_site.database)
    await spend(lone_site, throttle.for_account("Ana Hoxha", settings_of(lone_site)), 500)
    person = await lone_site.arrived()
    cookies = f"__Host-kuvendo-visit={person.cookie('kuvendo-visit')}; __Host-kuvendo-device={device}"
    person.client.cookies.clear()
    response = await person.post("/login", RIGHT, headers=[(b"cookie", cookies.encode())])
    assert response.status_code == 429


async def test_one_address_has_sixty(lone_site: Site) -> None:
    await factories.staff(lone_site.database)
    await spend(lone_site, throttle.for_address("198.51.100.7", settings_of(lone_site)), throttle.PER_ADDRESS)
    assert await _wrong(await lone_site.arrived()) == 429
    assert await _wrong(await lone_site.arrived("198.51.100.8")) == 401


async def test_old_counters_go_with_the_next_login(lone_site: Site) -> None:
    await factories.staff(lone_site.database)
    await spend(lone_site, throttle.for_account("Somebody", settings_of(lone_site)), 3)
    lone_site.clock.now += timedelta(hours=2)
    await (await lone_site.arrived()).post("/login", RIGHT)
    since = lone_site.clock.now - timedelta(days=1)
    async with lone_site.database.begin() as work:
        key = throttle.for_account("Somebody", settings_of(lone_site)).key
        assert await work.staff.count(key, lone_site.clock.now, since) == 1


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "seen"),
    [
        ("203.0.113.1", "192.0.2.1", (), "203.0.113.1"),
        ("10.0.0.1", "192.0.2.1", ("10.0.0.1",), "192.0.2.1"),
        ("10.0.0.1", "192.0.2.66, 192.0.2.1, 10.0.0.2", ("10.0.0.1", "10.0.0.2"), "192.0.2.1"),
        ("10.0.0.1", "", ("10.0.0.1",), "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", (), "2001:0db8:0001:0002"),
        ("::ffff:203.0.113.1", "", (), "203.0.113.1"),
        ("10.0.0.1", "not an address", ("10.0.0.1",), "not an address"),
    ],
)
def test_where_somebody_comes_from(peer: str, forwarded: str, proxies: tuple[str, ...], seen: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = Request({"type": "http", "headers": headers, "client": (peer, 1)})
    assert throttle.address(request, AdminSettings(proxies=frozenset(proxies))) == seen


def _visit(site: Site, address: str) -> Visit:
    """Return a request to log in from an address, as the throttle sees it."""
    scope = {"type": "http", "method": "POST", "path": "/login", "headers": [], "client": (address, 1)}
    return Visit(Request(scope), site.database, settings_of(site), site.clock.now, "sq", "auto", "")


@pytest.mark.parametrize("what", ["", "code:"])
async def test_ten_thousand_guesses_come_to_thirty_checks_and_the_real_one_gets_in(lone_site: Site, what: str) -> None:
    """From a thousand addresses within an hour, on one account, at passwords or at codes."""
    await factories.staff(lone_site.database)
    real = await lone_site.arrived()
    assert (await real.post("/login", RIGHT)).status_code == 303
    checked = 0
    for n in range(1000):
        visit = _visit(lone_site, f"203.{n // 250}.113.{n % 250}")
        async with lone_site.database.begin() as work:
            checked += sum([await admitted(visit, work.staff, "Ana Hoxha", what) for _ in range(10)])
            await work.commit()
        lone_site.clock.now += timedelta(seconds=3)
    assert checked <= throttle.PER_ACCOUNT
    stranger = await lone_site.arrived("203.0.113.251")
    assert (await stranger.post("/login", RIGHT)).status_code == (303 if what else 429)
    real.client.cookies.delete("__Host-kuvendo-session")
    real.token = (await real.get("/login")).text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    assert (await real.post("/login", RIGHT)).status_code == 303
