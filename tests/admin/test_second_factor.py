"""A password alone opens nothing: codes of a telephone, recovery codes, and what guessing them comes to."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import select

from admin import second_factor, throttle
from admin.app import ROUTES
from admin.permissions import Permission
from storage.models import RecoveryCode, Staff
from storage.rotation import rotate
from storage.staff import StaffMember
from tests.admin import factories
from tests.admin.conftest import Person, Site, installation, token_in
from tests.admin.test_permissions import FORMS
from tests.admin.test_session import RIGHT
from tests.admin.test_throttle import settings_of, spend


def code(site: Site, secret: bytes, steps: int = 0) -> str:
    """Return what the telephone shows now, or some steps later."""
    return second_factor.code_at(secret, int(site.clock.now.timestamp()) // second_factor.STEP + steps)


async def half_way(site: Site, address: str = "198.51.100.7") -> Person:
    """Return somebody whose password was right, with the next page before them."""
    person = await site.arrived(address)
    answer = await person.post("/login", RIGHT)
    assert answer.status_code == 303
    page = await person.client.get(answer.headers["location"])
    person.token = token_in(page.text)
    return person


async def is_in(person: Person) -> bool:
    return (await person.get("/submissions/")).status_code == 200


async def waiting(site: Site, member: StaffMember) -> bytes:
    async with site.database.reading() as work:
        secret = (await work.factors.of(member.id)).waiting
    assert secret is not None
    return secret


async def actions(site: Site) -> list[str]:
    async with site.database.reading() as work:
        return [each.action for each in reversed(await work.audit.deeds(50))]


def codes_on(page: httpx2.Response) -> list[str]:
    return re.findall(r'<li><span class="code">([^<]+)</span>', page.text)


def test_codes_are_those_of_the_standard() -> None:
    secret = b"12345678901234567890"
    for seconds, known in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert second_factor.code_at(secret, seconds // 30) == known, "RFC 6238, appendix B"


def test_a_code_holds_a_step_before_and_after_and_no_longer() -> None:
    secret, now = second_factor.new_secret(), factories.NOW
    present = int(now.timestamp()) // 30
    for steps, known in ((-2, None), (-1, present - 1), (0, present), (1, present + 1), (2, None)):
        assert second_factor.step_of(secret, second_factor.code_at(secret, present + steps), now) == known
    for odd in ("", "12345", "1234567", "٠٠٠٠٠٠", "abcdef", "\0" * 6):
        assert second_factor.step_of(secret, odd, now) is None


def test_the_picture_says_the_key_and_needs_no_style() -> None:
    secret = second_factor.new_secret()
    address = second_factor.address(secret, "Ana Hoxha/ë")
    assert address.startswith("otpauth://totp/Kuvendo%3AAna%20Hoxha%2F%C3%AB?secret=")
    drawn = second_factor.picture(address).decode()
    assert drawn.startswith("<?xml")
    assert not re.search(r"style|class|script|href", drawn)


async def test_the_first_login_connects_a_phone_and_later_ones_ask_for_its_code(strict_site: Site) -> None:
    site = strict_site
    member = await factories.staff(site.database)
    person = await half_way(site)
    before = person.cookie("kuvendo-session")
    assert not await is_in(person)
    page = await person.get("/login/setup")
    secret = await waiting(site, member)
    assert second_factor.key(secret) in page.text
    picture = await person.get("/login/setup.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert (await person.post("/login/setup", {"code": "000000"})).status_code == 401
    shown = await person.post("/login/setup", {"code": code(site, secret)})
    codes = codes_on(shown)
    assert shown.status_code == 200
    assert len(set(codes)) == second_factor.CODES
    assert await is_in(person)
    assert person.cookie("kuvendo-session") != before
    assert (await person.get("/login/setup.svg")).status_code == 404
    async with site.database.reading() as work:
        sealed = await work.transaction.first(select(Staff.totp_sealed, Staff.totp_new_sealed))
        hashes = await work.transaction.rows(select(RecoveryCode.hash))
    assert sealed is not None
    assert secret not in bytes(sealed[0])
    assert sealed[1] is None
    assert not {bytes(row[0]) for row in hashes} & {each.encode() for each in codes}
    again = await half_way(site)
    assert not await is_in(again)
    assert (await again.post("/login/code", {"code": code(site, secret)})).status_code == 401, "that one was taken"
    site.clock.now += timedelta(seconds=30)
    typed = code(site, secret)
    assert (await again.post("/login/code", {"code": f" {typed[:3]} {typed[3:]} "})).status_code == 303
    assert await is_in(again)
    assert await actions(site) == ["second factor set up", "login", "code refused", "login"]


async def test_who_is_half_way_in_reaches_nothing_else(strict_site: Site) -> None:
    site = strict_site
    member = await factories.staff(site.database, role="administrator")
    await factories.connect_phone(site.database, member)
    person = await half_way(site)
    for row in ROUTES:
        if row.permission in {Permission.PAGE_OPEN, Permission.SESSION_PROVE}:
            continue
        path = re.sub(r"{\w+:uuid}", "00000000-0000-4000-8000-000000000000", re.sub(r"{\w+:int}", "1", row.path))
        ask = person.get if row.method == "GET" else person.post
        answer = await ask(path) if row.method == "GET" else await person.post(path, FORMS.get(row.name))
        assert answer.status_code == 303, row
        assert answer.headers["location"].startswith("/admin/login/code"), row
    for path in ("/login/setup", "/login/setup.svg", "/login/password"):
        answer = await person.get(path)
        assert answer.status_code in {303, 404}, path
        assert "secret" not in answer.text
    assert (await person.post("/logout")).headers["location"] == "/admin/login"


async def test_whoever_reads_nothing_may_leave_it_out(strict_site: Site) -> None:
    site = strict_site
    await factories.staff(site.database, role="coordinator")
    person = await site.arrived()
    assert (await person.post("/login", RIGHT)).headers["location"] == "/admin/"
    page = await person.get("/account/")
    person.token = token_in(page.text)
    begun = await person.post("/account/factor", {"password": factories.PASSWORD})
    assert begun.headers["location"].startswith("/admin/login/setup")
    [member] = [each for each in await _everybody(site) if each.name == "Ana Hoxha"]
    secret = await waiting(site, member)
    assert len(codes_on(await person.post("/login/setup", {"code": code(site, secret)}))) == 10
    assert (await (await site.arrived()).post("/login", RIGHT)).headers["location"] == "/admin/login/code"


async def _everybody(site: Site) -> tuple[StaffMember, ...]:
    async with site.database.reading() as work:
        return await work.staff.list()


async def test_a_recovery_code_works_once_and_says_how_many_are_left(strict_site: Site) -> None:
    site = strict_site
    codes = second_factor.new_codes()
    member = await factories.staff(site.database, language="en")
    await factories.connect_phone(site.database, member, codes)
    person = await half_way(site)
    typed = codes[3].lower().replace(" ", "-")
    assert (await person.post("/login/code", {"code": typed})).status_code == 401, "not where a phone's code is asked"
    page = await person.post("/login/code", {"code": typed, "kind": "recovery"})
    assert page.status_code == 200
    assert "9 are left" in page.text
    assert await is_in(person)
    again = await half_way(site)
    assert (await again.post("/login/code", {"code": codes[3], "kind": "recovery"})).status_code == 401
    other = await factories.staff(site.database, "Ben")
    await factories.connect_phone(site.database, other, second_factor.new_codes())
    assert (await again.post("/login/code", {"code": codes[4], "kind": "recovery"})).status_code == 200
    assert "recovery code used" in await actions(site)


async def test_a_code_sent_many_times_at_once_is_taken_once(strict_site: Site) -> None:
    site = strict_site
    member = await factories.staff(site.database)
    secret = await factories.connect_phone(site.database, member)
    people = [await half_way(site, f"203.0.113.{n}") for n in range(8)]
    answers = await asyncio.gather(*(each.post("/login/code", {"code": code(site, secret)}) for each in people))
    assert sorted(each.status_code for each in answers) == [303, *[401] * 7]


async def test_guessing_codes_is_hopeless_and_shuts_nobody_out(strict_site: Site) -> None:
    site = strict_site
    member = await factories.staff(site.database)
    secret = await factories.connect_phone(site.database, member)
    real = await half_way(site)
    assert (await real.post("/login/code", {"code": code(site, secret)})).status_code == 303
    await spend(site, throttle.for_account("Ana Hoxha", settings_of(site), "code:"), throttle.PER_ACCOUNT - 4)
    guesser = await half_way(site, "203.0.113.1")
    answers = [(await guesser.post("/login/code", {"code": f"{n:06}"})).status_code for n in range(5)]
    assert answers == [401, 401, 401, 429, 429]
    assert (await guesser.post("/login/code", {"code": code(site, secret, 1)})).status_code == 429
    site.clock.now += timedelta(seconds=60)
    real.client.cookies.delete("__Host-kuvendo-session")
    real.token = token_in((await real.get("/login")).text)
    answer = await real.post("/login", RIGHT)
    real.token = token_in((await real.client.get(answer.headers["location"])).text)
    assert (await real.post("/login/code", {"code": code(site, secret)})).status_code == 303, "a browser known to us"


async def test_nobody_takes_over_a_key_that_somebody_else_saw(strict_site: Site) -> None:
    """Of two who know the password of a fresh account, the one who came first is out once the second comes."""
    site = strict_site
    member = await factories.staff(site.database)
    first = await half_way(site)
    seen = await waiting(site, member)
    second = await half_way(site)
    assert await waiting(site, member) != seen
    assert (await first.get("/login/setup")).headers["location"].startswith("/admin/login?")
    assert (await second.post("/login/setup", {"code": code(site, seen)})).status_code == 401


async def test_the_demo_asks_only_whoever_wants_it(sqlite_url: str) -> None:
    async with installation(sqlite_url, second_factor=False) as site:
        member = await factories.staff(site.database)
        assert (await (await site.arrived()).post("/login", RIGHT)).headers["location"] == "/admin/"
        await factories.connect_phone(site.database, member)
        assert (await (await site.arrived()).post("/login", RIGHT)).headers["location"] == "/admin/login/code"


async def test_secrets_follow_the_installation_s_key(strict_site: Site) -> None:
    from storage.keys import Keyring, generate

    site, old = strict_site, strict_site.database.keyring.keys
    member = await factories.staff(site.database)
    secret = await factories.connect_phone(site.database, member)
    new = Keyring.parse(generate())
    site.database.keyring.take_up(Keyring((*new.keys, *old)))
    assert (await rotate(site.database)).sealed == 1
    site.database.keyring.take_up(new)
    async with site.database.reading() as work:
        assert (await work.factors.of(member.id)).secret == secret


async def test_a_password_made_up_by_another_is_good_for_choosing_one(strict_site: Site) -> None:
    site = strict_site
    boss = await site.member("administrator")
    form = {"name": "Ana Hoxha", "role": "moderator", "sees": "all"}
    page = await boss.post("/people/new", form)
    given = html.unescape(re.findall(r'<dd class="code">([^<]+)</dd>', page.text)[0])
    assert given not in (await boss.get("/people/")).text
    person = await site.arrived()
    answer = await person.post("/login", {"name": "Ana Hoxha", "password": given})
    person.token = token_in((await person.client.get(answer.headers["location"])).text)
    [member] = [each for each in await _everybody(site) if each.name == "Ana Hoxha"]
    await person.post("/login/setup", {"code": code(site, await waiting(site, member))})
    assert (await person.get("/submissions/")).headers["location"] == "/admin/login/password"
    person.token = token_in((await person.get("/login/password")).text)
    own = {"password": given, "new": factories.PASSWORD, "again": factories.PASSWORD}
    wrong = [{"new": given, "again": given}, {"new": "short", "again": "short"}, {"again": "x"}, {"password": "x"}]
    for each in wrong:
        assert (await person.post("/login/password", {**own, **each})).status_code in {401, 422}
    assert (await person.post("/login/password", own)).status_code == 303
    assert await is_in(person)


@pytest.mark.parametrize("role", ["administrator", "moderator", "viewer"])
def test_everybody_who_can_read_is_asked(role: str) -> None:
    assert second_factor.is_asked_of(role)
    assert not second_factor.is_asked_of("coordinator")
