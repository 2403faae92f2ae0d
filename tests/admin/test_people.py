"""Accounts: who may change whose, what each change ends, and that somebody is always left in charge."""

from __future__ import annotations

import asyncio

import pytest

from storage.staff import StaffMember
from tests.admin import factories
from tests.admin.conftest import Person, Site, token_in

EVERYTHING = {"role": "moderator", "sees": "all"}


async def named(site: Site, name: str) -> StaffMember:
    async with site.database.reading() as work:
        found = await work.staff.by_name(name)
    assert found is not None
    return found


async def subjects(site: Site) -> list[tuple[str, str]]:
    async with site.database.reading() as work:
        return [(each.action, each.subject) for each in reversed(await work.audit.deeds(50))]


async def test_an_account_is_opened_changed_closed_and_opened_again(site: Site) -> None:
    boss = await site.member("administrator", name="Boss")
    form = {"name": " Drita Koçi ", "role": "viewer", "sees": "some", "component": factories.DIGITAL}
    assert (await boss.post("/people/new", form)).status_code == 200
    drita = await named(site, "Drita Koçi")
    assert (drita.role, drita.components, drita.has_own_password) == ("viewer", (factories.DIGITAL,), False)
    here = f"/people/{drita.id}"
    async with site.database.begin() as work:
        await work.factors.prepare(drita.id, b"secret of the telephone")
        await work.factors.confirm(drita.id, 1)
        await work.commit()
    for path, body in (("role", EVERYTHING), ("disable", None), ("enable", None), ("factor", None)):
        assert (await boss.send(here, f"{here}/{path}", body)).status_code == 303
    changed = await named(site, "Drita Koçi")
    assert (changed.role, changed.components, changed.disabled) == ("moderator", (), False)
    assert (await boss.send(here, f"{here}/password")).status_code == 200
    assert await subjects(site) == [
        ("staff.add", f"{drita.id} viewer, {factories.DIGITAL}"),
        ("staff.role", f"{drita.id} viewer → moderator, everything"),
        ("staff.disable", f"{drita.id}"),
        ("staff.enable", f"{drita.id}"),
        ("staff.reset-second-factor", f"{drita.id}"),
        ("staff.reset-password", f"{drita.id}"),
    ]
    page = (await boss.get("/people/")).text
    assert "Drita Koçi" in page
    assert 'value="moderator" required checked' in (await boss.get(f"/people/{drita.id}")).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "Boss"},
        {"name": "x" * 101},
        {"role": "emperor"},
        {"sees": "some"},
        {"sees": "some", "component": "no-such-thing"},
        {"sees": ""},
    ],
)
async def test_a_form_that_cannot_be_taken_says_so(lone_site: Site, wrong: dict[str, str]) -> None:
    boss = await lone_site.member("administrator", name="Boss")
    answer = await boss.post("/people/new", {"name": "Drita", **EVERYTHING, **wrong})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    async with lone_site.database.reading() as work:
        assert len(await work.staff.list()) == 1


async def test_nobody_changes_their_own_account_here(site: Site) -> None:
    await site.member("administrator", name="Other")
    boss = await site.member("administrator", name="Boss")
    me = await named(site, "Boss")
    assert (await boss.get(f"/people/{me.id}")).headers["location"] == "/admin/account/"
    for path in ("role", "disable", "enable", "password", "factor"):
        assert (await boss.post(f"/people/{me.id}/{path}", EVERYTHING)).status_code == 403
    assert await named(site, "Boss") == me


async def test_of_administrators_who_close_one_another_one_is_left(site: Site) -> None:
    names = [f"Boss {n}" for n in range(4)]
    people: list[tuple[Person, StaffMember]] = [
        (await site.member("administrator", name=name), await named(site, name)) for name in names
    ]
    await asyncio.gather(
        *(me.post(f"/people/{other.id}/disable") for me, mine in people for _, other in people if other != mine)
    )
    async with site.database.reading() as work:
        assert any(not each.disabled for each in await work.staff.list() if each.role == "administrator")


async def test_an_administrator_of_a_component_reaches_no_further(site: Site) -> None:
    boss = await site.member("administrator", factories.DIGITAL, name="Boss")
    own = await factories.staff(site.database, "Own", components=[factories.DIGITAL])
    for name, components in (
        ("All", []),
        ("Foreign", [factories.JUSTICE]),
        ("Both", [factories.DIGITAL, factories.JUSTICE]),
    ):
        other = await factories.staff(site.database, name, components=components)
        assert (await boss.get(f"/people/{other.id}")).status_code == 404
        for path in ("role", "disable", "enable", "password", "factor"):
            form = {"role": "viewer", "sees": "some", "component": factories.DIGITAL, "seen": ""}
            assert (await boss.post(f"/people/{other.id}/{path}", form)).status_code == 404
        assert await named(site, name) == other
        assert f"/people/{other.id}" not in (await boss.get("/people/")).text
    for reach in ({"sees": "all"}, {"sees": "some", "component": factories.JUSTICE}):
        assert (
            await boss.post(f"/people/{own.id}/role", {"role": "moderator", "seen": "", **reach})
        ).status_code == 422
        assert (await boss.post("/people/new", {"name": "New", "role": "viewer", **reach})).status_code == 422
    assert (await boss.post(f"/people/{own.id}/disable")).status_code == 303


@pytest.mark.parametrize("number", ["999", "0", str(2**63), str(10**30)])
async def test_a_number_that_nobody_has_is_not_there(site: Site, number: str) -> None:
    boss = await site.member("administrator")
    assert (await boss.get(f"/people/{number}")).status_code == 404
    assert (await boss.post(f"/people/{number}/disable")).status_code == 404


async def test_a_name_that_is_markup_is_shown_as_it_is(lone_site: Site) -> None:
    boss = await lone_site.member("administrator")
    odd = await factories.staff(lone_site.database, "<b onclick=x>%(who)s")
    async with lone_site.database.begin() as work:
        await work.audit.add(odd.id, "login", "", lone_site.clock.now)
        await work.audit.add(odd.id, "<i>odd</i>", "<script>", lone_site.clock.now)
        await work.commit()
    for path in ("/people/", f"/people/{odd.id}", "/audit/"):
        page = (await boss.get(path)).text
        assert "&lt;b onclick=x&gt;" in page
        assert "<b onclick" not in page
        assert "<script>" not in page
        assert token_in(page)
