"""Logging in and out: what is kept, what ends a session and when, and what a stranger can learn (nothing)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from admin import passwords
from storage.audit import Deed
from storage.models import StaffSession
from tests.admin import factories
from tests.admin.conftest import Person, Site, installation

RIGHT = {"name": "Ana Hoxha", "password": factories.PASSWORD}


async def _inside(person: Person) -> bool:
    return (await person.get("/submissions/")).status_code == 200


async def _log_in(site: Site, person: Person | None = None, **fields: str) -> Person:
    person = person or await site.arrived()
    response = await person.post("/login", {**RIGHT, **fields})
    assert response.status_code == 303, response.status_code
    page = await person.get("/submissions/")
    person.token = page.text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    return person


async def _deeds(site: Site) -> list[Deed]:
    async with site.database.reading() as work:
        return list(reversed(await work.staff.deeds(50)))


async def test_the_way_in_and_out(site: Site) -> None:
    member = await factories.staff(site.database)
    person = site.visitor()
    turned_away = await person.get("/submissions/?before=x")
    assert turned_away.headers["location"] == "/admin/login?next=%2Fadmin%2Fsubmissions%2F%3Fbefore%3Dx"
    person = await _log_in(site)
    assert await _inside(person)
    out = await person.post("/logout")
    assert out.headers["location"] == "/admin/login"
    assert out.headers["clear-site-data"] == '"cache", "storage"'
    assert not await _inside(person)
    assert [(each.staff_id, each.action) for each in await _deeds(site)] == [
        (member.id, "login"),
        (member.id, "logout"),
    ]


async def test_the_cookie_is_out_of_reach_and_not_in_the_database(site: Site) -> None:
    await factories.staff(site.database)
    person = await site.arrived()
    response = await person.post("/login", RIGHT)
    cookies = {line.split("=", 1)[0]: line for line in response.headers.get_list("set-cookie")}
    session = cookies["__Host-kuvendo-session"].lower()
    assert all(part in session for part in ("; httponly", "; secure", "; path=/", "; samesite=lax", "max-age=28800"))
    assert "domain" not in session
    value = person.cookie("kuvendo-session")
    assert len(value) == 43
    async with site.database.reading() as work:
        rows = await work.transaction.rows(select(StaffSession.id, StaffSession.csrf))
    assert all(value.encode() not in bytes(row[0]) and value not in row[1] for row in rows)


async def test_without_tls_the_cookie_has_a_plain_name(sqlite_url: str) -> None:
    async with installation(sqlite_url, https=False) as site:
        await factories.staff(site.database)
        person = await site.arrived()
        response = await person.post("/login", RIGHT)
        lines = [line for line in response.headers.get_list("set-cookie") if line.startswith("kuvendo-session=")]
        assert len(lines) == 1
        assert "secure" not in lines[0].lower()
        assert "strict-transport-security" not in response.headers


async def test_a_session_cannot_be_chosen_from_outside(lone_site: Site) -> None:
    await factories.staff(lone_site.database)
    person = await lone_site.arrived()
    person.client.cookies.set("__Host-kuvendo-session", "a" * 43, domain="kuvendo.test")
    assert not await _inside(person)
    person.token = (await lone_site.arrived()).token
    fresh = await _log_in(lone_site)
    assert fresh.cookie("kuvendo-session") != "a" * 43


async def test_a_second_login_renews_the_number_and_ends_the_first(site: Site) -> None:
    await factories.staff(site.database)
    person = await _log_in(site)
    first = person.cookie("kuvendo-session")
    await _log_in(site, person)
    assert person.cookie("kuvendo-session") != first
    thief = site.visitor()
    thief.client.cookies.set("__Host-kuvendo-session", first, domain="kuvendo.test")
    assert not await _inside(thief)


async def test_a_cookie_kept_through_the_logout_is_worth_nothing(site: Site) -> None:
    await factories.staff(site.database)
    person = await _log_in(site)
    kept = person.cookie("kuvendo-session")
    await person.post("/logout")
    person.client.cookies.set("__Host-kuvendo-session", kept, domain="kuvendo.test")
    answer = await person.get("/submissions/")
    assert answer.headers["location"].startswith("/admin/login")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'


async def test_disabling_and_a_new_password_end_every_session_at_once(site: Site) -> None:
    for change in ("disable", "password"):
        member = await factories.staff(site.database, change)
        people = [await site.as_(member), await site.as_(member)]
        assert all([await _inside(person) for person in people])
        async with site.database.begin() as work:
            if change == "disable":
                await work.staff.disable(member.id, site.clock.now)
            else:
                await work.staff.set_password(member.id, factories.password_hash(), site.clock.now)
            await work.commit()
        assert not any([await _inside(person) for person in people]), change


async def test_somebody_disabled_does_not_get_in_again(site: Site) -> None:
    member = await factories.staff(site.database)
    async with site.database.begin() as work:
        await work.staff.disable(member.id, site.clock.now)
        await work.commit()
    response = await (await site.arrived()).post("/login", RIGHT)
    assert response.status_code == 401


async def test_half_an_hour_of_nothing_ends_it(lone_site: Site) -> None:
    person = await lone_site.member()
    for minutes in (29, 29, 29):
        lone_site.clock.now += timedelta(minutes=minutes)
        assert await _inside(person)
    lone_site.clock.now += timedelta(minutes=30)
    assert not await _inside(person)


async def test_eight_hours_end_it_however_busy(lone_site: Site) -> None:
    person = await lone_site.member()
    for _ in range(23):
        lone_site.clock.now += timedelta(minutes=20)
        assert await _inside(person)
    lone_site.clock.now += timedelta(minutes=20)
    assert not await _inside(person)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "something else entirely"},
        {"name": "ana hoxha"},
        {"name": "Nobody At All"},
        {"name": ""},
        {"password": ""},
        {"password": "x" * 10_000},
        {"name": "x" * 5_000},
        {"password": factories.PASSWORD + "\0"},
    ],
)
async def test_what_is_not_right_is_refused_alike(
    lone_site: Site, wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await factories.staff(lone_site.database)
    hashed: list[str | None] = []
    matches = passwords._matches

    def counted(kept: str | None, text: str) -> bool:
        hashed.append(kept)
        return matches(kept, text)

    monkeypatch.setattr(passwords, "_matches", counted)
    person = await lone_site.arrived()
    response = await person.post("/login", {**RIGHT, **wrong})
    assert response.status_code == 401
    assert len(hashed) == 1, "one hash is computed, whatever was wrong"
    assert not person.cookie("kuvendo-session")
    deeds = await _deeds(lone_site)
    assert [(each.action, each.subject) for each in deeds] == [("login refused", "")]
    assert deeds[0].staff_id in {member.id, None}


async def test_a_stranger_can_t_tell_a_name_from_none(lone_site: Site) -> None:
    await factories.staff(lone_site.database)
    person = await lone_site.arrived()
    known = await person.post("/login", {"name": "Ana Hoxha", "password": "wrong password"})
    unknown = await person.post("/login", {"name": "Eva Hoxha", "password": "wrong password"})
    assert known.status_code == unknown.status_code
    assert known.text.replace("Ana Hoxha", "Eva Hoxha") == unknown.text
    assert known.headers == unknown.headers
    assert "wrong password" not in known.text


@pytest.mark.parametrize(
    ("after", "landed"),
    [
        ("/admin/export", "/admin/export"),
        ("/admin/submissions/?before=1", "/admin/submissions/?before=1"),
        ("https://evil.test/", "/admin/"),
        ("//evil.test/admin/", "/admin/"),
        ("/\\evil.test", "/admin/"),
        ("/admin/\\..\\", "/admin/"),
        ("/elsewhere", "/admin/"),
        ("/admin/\r\nX: y", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("", "/admin/"),
    ],
)
async def test_the_way_back_stays_in_the_house(lone_site: Site, after: str, landed: str) -> None:
    await factories.staff(lone_site.database)
    person = await lone_site.arrived()
    response = await person.post("/login", {**RIGHT, "next": after})
    assert response.headers["location"] == landed


async def test_the_account_s_language_comes_with_it(lone_site: Site) -> None:
    await factories.staff(lone_site.database, language="en")
    person = await lone_site.arrived()
    assert '<html lang="sq"' in (await person.get("/login")).text
    await _log_in(lone_site, person)
    assert '<html lang="en"' in (await person.get("/submissions/")).text
    back = await person.post("/language", {"language": "sq", "back": "/admin/export"})
    assert back.headers["location"] == "/admin/export"
    elsewhere = await lone_site.arrived()
    await _log_in(lone_site, elsewhere)
    assert '<html lang="sq"' in (await elsewhere.get("/submissions/")).text


@pytest.mark.parametrize(("path", "field"), [("/language", "language"), ("/theme", "theme")])
async def test_an_unknown_choice_is_a_400(lone_site: Site, path: str, field: str) -> None:
    person = await lone_site.arrived()
    assert (await person.post(path, {field: "klingon"})).status_code == 400
