"""One's own account: every session that should be over is over at once, wherever it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from admin.app import create_app
from admin.passwords import COMMON, WeakPassword, check_policy
from storage.database import Database
from storage.staff import StaffMember
from tests.admin import factories
from tests.admin.conftest import Person, Site, installation, token_in, words
from tests.admin.test_session import RIGHT

NEW = "katër gështenja të pjekura"
CHANGE = {"password": factories.PASSWORD, "new": NEW, "again": NEW}

End = Callable[[Site, Person, StaffMember], Awaitable[None]]


async def is_in(person: Person) -> bool:
    return (await person.get("/account/")).status_code == 200


async def _log_out(_site: Site, person: Person, _member: StaffMember) -> None:
    await person.post("/logout")


async def _change_password(_site: Site, person: Person, _member: StaffMember) -> None:
    assert (await person.post("/account/password", CHANGE)).status_code == 303


async def _by_an_administrator(site: Site, member: StaffMember, what: str, form: dict[str, str] | None = None) -> None:
    boss, here = await site.member("administrator"), f"/people/{member.id}"
    assert (await boss.send(here, f"{here}/{what}", form)).status_code in {200, 303}


async def _disable(site: Site, _person: Person, member: StaffMember) -> None:
    await _by_an_administrator(site, member, "disable")


async def _change_role(site: Site, _person: Person, member: StaffMember) -> None:
    await _by_an_administrator(site, member, "role", {"role": "viewer", "sees": "all"})


async def _reset_password(site: Site, _person: Person, member: StaffMember) -> None:
    await _by_an_administrator(site, member, "password")


async def _reset_factor(site: Site, _person: Person, member: StaffMember) -> None:
    async with site.database.begin() as work:
        await work.factors.prepare(member.id, b"secret of the telephone")
        await work.factors.confirm(member.id, 1)
        await work.commit()
    await _by_an_administrator(site, member, "factor")


async def _end_others(site: Site, _person: Person, member: StaffMember) -> None:
    assert (await (await site.as_(member)).post("/account/session", {"session": "others"})).status_code == 303


ENDS: tuple[End, ...] = (
    _log_out, _change_password, _disable, _change_role, _reset_password, _reset_factor, _end_others,
)  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
async def test_what_ends_a_session_ends_it_at_once_in_every_process(database_url: str, end: End) -> None:
    async with installation(database_url) as site:
        elsewhere = Database(database_url, site.database.keyring)
        other = Site(
            elsewhere,
            site.clock,
            site.settings,
            Starlette(routes=[Mount("/admin", create_app(elsewhere, site.settings))]),
        )
        member = await factories.staff(site.database)
        person = await site.as_(member)
        kept = person.cookie("kuvendo-session")
        thief = other.visitor()
        thief.client.cookies.set("__Host-kuvendo-session", kept, domain="kuvendo.test")
        assert await is_in(person)
        assert await is_in(thief)
        await end(site, person, member)
        assert not await is_in(thief), "a session that ended is worth nothing anywhere"
        again = site.visitor()
        again.client.cookies.set("__Host-kuvendo-session", kept, domain="kuvendo.test")
        assert not await is_in(again)
        for client in other.open:
            await client.aclose()
        await elsewhere.close()


async def test_a_session_number_from_outside_is_never_taken_over(site: Site) -> None:
    member = await factories.staff(site.database)
    own, _ = await factories.login(site.database, await factories.staff(site.database, "Mallory"), site.clock.now)
    for planted in ("a" * 43, own):
        person = site.visitor()
        person.client.cookies.set("__Host-kuvendo-session", planted, domain="kuvendo.test")
        person.token = token_in((await person.get("/login")).text) if planted != own else ""
        if not person.token:
            person.token = token_in((await person.get("/account/")).text)
        answer = await person.post("/login", RIGHT)
        assert answer.status_code == 303
        assert planted not in answer.headers.get("set-cookie", "")
        thief = site.visitor()
        thief.client.cookies.set("__Host-kuvendo-session", planted, domain="kuvendo.test")
        assert not await is_in(thief)
    assert member.id


async def test_one_sees_one_s_own_sessions_and_ends_them_one_by_one(site: Site) -> None:
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"}
    member = await factories.staff(site.database)
    here = await site.arrived()
    await here.post("/login", RIGHT, headers=agent)
    there, stranger = await site.as_(member), await site.member("viewer")
    page = (await here.get("/account/")).text
    here.token = token_in(page)
    assert "Firefox · Windows" in page
    assert words("A browser") in page
    numbers = [part.split('"', 1)[0] for part in page.split('name="session" value="')[1:]]
    assert len(numbers) == 2
    assert numbers[1] == "others"
    await stranger.post("/account/session", {"session": numbers[0]})
    assert await is_in(there), "nobody ends the session of another"
    assert (await here.post("/account/session", {"session": numbers[0]})).status_code == 303
    assert not await is_in(there)
    assert await is_in(here)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"password": "not it at all"}, 401),
        ({"again": "something else"}, 422),
        ({"new": "short", "again": "short"}, 422),
        ({"new": "password123456", "again": "password123456"}, 422),
        ({"new": "Ana Hoxha 2026!", "again": "Ana Hoxha 2026!"}, 422),
        ({"new": factories.PASSWORD, "again": factories.PASSWORD}, 422),
        ({"new": "x" * 300, "again": "x" * 300}, 422),
    ],
)
async def test_a_password_is_changed_by_whoever_knows_it_and_for_a_good_one(
    lone_site: Site, wrong: dict[str, str], status: int
) -> None:
    person = await lone_site.as_(await factories.staff(lone_site.database))
    answer = await person.post("/account/password", {**CHANGE, **wrong})
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert await is_in(person)
    assert (await (await lone_site.arrived()).post("/login", RIGHT)).status_code == 303, "the old one still holds"


async def test_whoever_changed_it_stays_in_under_another_number(lone_site: Site) -> None:
    person = await lone_site.as_(await factories.staff(lone_site.database))
    before = person.cookie("kuvendo-session")
    answer = await person.post("/account/password", CHANGE)
    assert answer.status_code == 303
    assert before not in "".join(answer.headers.get_list("set-cookie"))
    assert (await (await lone_site.arrived()).post("/login", RIGHT)).status_code == 401
    assert (await (await lone_site.arrived()).post("/login", {**RIGHT, "password": NEW})).status_code == 303


async def test_a_stolen_session_guesses_no_password(lone_site: Site) -> None:
    person = await lone_site.as_(await factories.staff(lone_site.database))
    answers = [(await person.post("/account/codes", {"password": f"guess {n}"})).status_code for n in range(32)]
    assert answers == [*[401] * 30, 429, 429]


@pytest.mark.parametrize("word", ["password", "fjalëkalimi", "Kuvendo", "QWERTYUIOP", "shqiperia", "123456789012"])
def test_what_is_tried_first_is_refused(word: str) -> None:
    for dressed in (word, f"{word}2026", f"!!{word}!!{'1' * 12}", word * 3):
        if len(dressed) >= 12:
            with pytest.raises(WeakPassword) as weak:
                check_policy(dressed)
            assert weak.value.reason in {"common", "plain"}


@pytest.mark.parametrize("row", ["abcdefghijkl", "lkjhgfdsaasdfghjkl"[:9] * 2, "qwertyuiopqwerty", "1q2w3e4r5t6z"])
def test_rows_of_keys_are_refused(row: str) -> None:
    with pytest.raises(WeakPassword):
        check_policy(row)


def test_good_passwords_are_taken() -> None:
    for good in (
        factories.PASSWORD,
        NEW,
        "correct horse battery staple",
        "Xh4-qr9-lm2-zz7",
        "passwords are a nuisance",
    ):
        check_policy(good, "Ana Hoxha", 15)
    assert all(each.isalpha() for each in COMMON)
