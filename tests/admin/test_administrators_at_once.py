"""Two administrators at once: consultations, accounts and groups are overwritten by nobody in silence."""

from __future__ import annotations

import asyncio
import html
import re
import uuid
from importlib.resources import files
from typing import Any

import pytest
from sqlalchemy import text

from storage.database import Database
from tests.admin import factories
from tests.admin.conftest import Person, Site, seen_in, words

DIGITAL = f"/consultations/{factories.DIGITAL}"
ISSUES = files("dialogs").joinpath("consultations/key-issues.yaml").read_text("utf-8")


def version(number: int, title: str) -> str:
    """Return the questionnaire as a later version with another opening."""
    text = ISSUES.replace("version: 1", f"version: {number}", 1)
    return re.sub(r"(title:\s+sq: )[^\n]+", rf"\g<1>{title}", text, count=1)


def fields(page: str) -> dict[str, Any]:
    """Return the form that puts one's own in the place of what stands."""
    form = page.split('class="choose"', 1)[1]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


async def two(site: Site) -> tuple[Person, Person]:
    return await site.member("administrator", name="Ana"), await site.member("administrator", name="Besa")


async def standing(site: Site) -> tuple[str, str]:
    async with site.database.reading() as work:
        found = next(each for each in await work.consultations.list() if each.slug == factories.DIGITAL)
    return found.state, str(found.closes_on or "")


async def deeds(site: Site, about: str) -> list[str]:
    async with site.database.reading() as work:
        return [each.action for each in await work.audit.deeds(50) if each.action.startswith(about)]


@pytest.mark.parametrize("together", [False, True])
async def test_of_two_last_days_the_second_is_asked(site: Site, together: bool) -> None:
    people, path = await two(site), f"{DIGITAL}/open"
    seen = [seen_in((await each.get(path)).text, path) for each in people]
    days = ("2026-12-05", "2026-12-24")
    asked = [
        each.post(path, {"closes_on": day, "seen": was}) for each, day, was in zip(people, days, seen, strict=True)
    ]
    answers = list(await asyncio.gather(*asked)) if together else [await each for each in asked]
    assert sorted(each.status_code for each in answers) == [303, 409]
    second = next(n for n, each in enumerate(answers) if each.status_code == 409)
    assert await standing(site) == ("open", days[1 - second])
    page = html.unescape(answers[second].text)
    assert "5 dhjetor 2026" in page
    assert "24 dhjetor 2026" in page
    assert 'aria-current="page"' in page.split(words("Consultations"), 1)[0].rsplit("<a", 1)[1]
    again = await people[second].client.post(f"/admin{path}", data=fields(answers[second].text))
    assert again.status_code == 303
    assert await standing(site) == ("open", days[second])
    assert await deeds(site, "consultation") == ["consultation.last-day"] * 2


async def test_who_closes_sees_that_another_gave_it_more_time(site: Site) -> None:
    ana, besa = await two(site)
    seen = seen_in((await besa.get(f"{DIGITAL}/close")).text, f"{DIGITAL}/close")
    await ana.send(f"{DIGITAL}/open", f"{DIGITAL}/open", {"closes_on": "2026-12-24"})
    late = await besa.post(f"{DIGITAL}/close", {"seen": seen})
    assert late.status_code == 409
    page = html.unescape(late.text)
    assert words("Open until the end of %(day)s", day="24 dhjetor 2026") in page
    assert f">{words('Closed')}<" in page
    assert await standing(site) == ("open", "2026-12-24")
    await besa.client.post(f"/admin{DIGITAL}/close", data=fields(late.text))
    assert (await standing(site))[0] == "closed"
    late = await ana.post(f"{DIGITAL}/open", {"closes_on": "", "seen": seen})
    assert words("Open until somebody closes it") in html.unescape(late.text)
    assert (await standing(site))[0] == "closed"


async def test_what_somebody_did_already_is_done_once(site: Site) -> None:
    ana, besa = await two(site)
    path, day = f"{DIGITAL}/open", {"closes_on": "2026-12-05"}
    seen = seen_in((await besa.get(path)).text, path)
    await ana.send(path, path, day)
    assert (await besa.post(path, {**day, "seen": seen})).headers["location"] == f"/admin{DIGITAL}?done=dated"
    await ana.send(f"{DIGITAL}/close", f"{DIGITAL}/close")
    closed = await besa.post(f"{DIGITAL}/close", {"seen": seen})
    assert closed.headers["location"] == f"/admin{DIGITAL}?done=closed"
    assert await deeds(site, "consultation") == ["consultation.close", "consultation.last-day"]


async def test_a_form_that_says_not_what_was_seen_is_not_taken(lone_site: Site) -> None:
    boss, other = await lone_site.member("administrator"), await factories.staff(lone_site.database, "Drita")
    for path in (f"{DIGITAL}/open", f"{DIGITAL}/close", f"/people/{other.id}/role", f"/people/{other.id}/password"):
        assert (await boss.post(path, {"role": "viewer", "sees": "all"})).status_code == 400, path
    assert await standing(lone_site) == ("open", "")


async def test_a_version_compared_with_an_older_one_is_read_again_first(site: Site) -> None:
    ana, besa = await two(site)

    async def bring(person: Person, where: str, text: str, seen: str = "") -> Any:
        data = {"csrf": person.token, "file": text, "seen": seen}
        return await person.client.post(f"/admin{DIGITAL}/{where}", data=data, files={"nothing": b""})

    pages = [await bring(who, "upload", version(n, title)) for who, n, title in ((ana, 2, "Dy"), (besa, 3, "Tre"))]
    seen = [seen_in(each.text, f"{DIGITAL}/publish") for each in pages]
    assert seen[0] == seen[1] != ""
    assert (await bring(ana, "publish", version(2, "Dy"), seen[0])).status_code == 303
    late = await bring(besa, "publish", version(3, "Tre"), seen[1])
    assert late.status_code == 409
    page = html.unescape(late.text)
    assert words("Compared with version %(number)s, which is offered now.", number=2) in page
    assert "Dy" in page
    assert "Tre" in page
    async with site.database.reading() as work:
        assert len(await work.consultations.versions(factories.DIGITAL)) == 3
    again = await bring(besa, "publish", version(3, "Tre"), seen_in(late.text, f"{DIGITAL}/publish"))
    assert again.status_code == 303


async def test_of_two_roles_the_second_is_asked(site: Site) -> None:
    ana, besa = await two(site)
    drita = await factories.staff(site.database, "Drita")
    here, path = f"/people/{drita.id}", f"/people/{drita.id}/role"
    seen = seen_in((await besa.get(here)).text, path)
    await ana.send(here, path, {"role": "viewer", "sees": "some", "component": factories.JUSTICE})
    same = {"role": "viewer", "sees": "some", "component": factories.JUSTICE, "seen": seen}
    assert (await besa.post(path, same)).status_code == 303
    wanted = {"role": "coordinator", "sees": "some", "component": factories.DIGITAL, "seen": seen}
    late = await besa.post(path, wanted)
    assert late.status_code == 409
    page = html.unescape(late.text)
    named = {slug: factories.consultation(slug).label["sq"] for slug in (factories.JUSTICE, factories.DIGITAL)}
    assert f"{words('Viewer')}: {named[factories.JUSTICE]}" in page
    assert f"{words('Coordinator')}: {named[factories.DIGITAL]}" in page
    await besa.client.post(f"/admin{path}", data=fields(late.text))
    async with site.database.reading() as work:
        found = await work.staff.by_id(drita.id)
    assert found is not None
    assert (found.role, found.components) == ("coordinator", (factories.DIGITAL,))
    assert await deeds(site, "staff.role") == ["staff.role"] * 2


async def test_of_two_who_change_what_an_account_sees_the_second_is_asked(lone_site: Site) -> None:
    ana, besa = await two(lone_site)
    drita = await factories.staff(lone_site.database, "Drita", role="moderator")
    here, path = f"/people/{drita.id}", f"/people/{drita.id}/role"
    seen = seen_in((await besa.get(here)).text, path)
    await ana.send(here, path, {"role": "moderator", "sees": "some", "component": factories.JUSTICE})
    late = await besa.post(path, {"role": "viewer", "sees": "all", "seen": seen})
    assert late.status_code == 409
    async with lone_site.database.reading() as work:
        found = await work.staff.by_id(drita.id)
    assert found is not None
    assert (found.role, found.components) == ("moderator", (factories.JUSTICE,))


async def test_a_password_that_was_just_handed_out_stays_good_until_one_has_chosen(site: Site) -> None:
    ana, besa = await two(site)
    drita = await factories.staff(site.database, "Drita")
    here, path = f"/people/{drita.id}", f"/people/{drita.id}/password"
    seen = seen_in((await besa.get(here)).text, path)
    assert (await ana.send(here, path)).status_code == 200
    async with site.database.reading() as work:
        kept = await work.staff.credentials("Drita")
    late = await besa.post(path, {"seen": seen})
    assert late.status_code == 409
    assert (await besa.post(f"{here}/factor", {"seen": seen})).status_code == 409
    async with site.database.reading() as work:
        assert await work.staff.credentials("Drita") == kept
    assert (await besa.client.post(f"/admin{path}", data=fields(late.text))).status_code == 200
    async with site.database.reading() as work:
        assert await work.staff.credentials("Drita") != kept


async def test_an_account_is_closed_once(site: Site) -> None:
    people, drita = await two(site), await factories.staff(site.database, "Drita")
    for path in ("disable", "enable"):
        for each in people:
            assert (await each.post(f"/people/{drita.id}/{path}")).status_code == 303
    assert await deeds(site, "staff.") == ["staff.enable", "staff.disable"]


async def grouped(site: Site) -> tuple[list[uuid.UUID], int]:
    """Return three contributions, and the group that the first two are in."""
    ids = [await factories.submission(site.database, {"issue": [text], "why": [None]}) for text in ("a", "b", "c")]
    async with site.database.begin() as work:
        inside = [(await work.reading.several([each]))[0].contributions[0].id for each in ids]
        group = await work.groups.join(inside[0], inside[1], seen=0, by=None, now=site.clock.now)
        await work.commit()
    return inside, group


async def test_a_group_that_grew_is_not_taken_apart_unread(site: Site) -> None:
    inside, group = await grouped(site)
    person, here = await site.member(), f"/groups/{group}"
    seen = seen_in((await person.get(here)).text, f"{here}/apart")
    async with site.database.begin() as work:
        await work.groups.put_in(inside[2], group, seen=None, by=None, now=site.clock.now)
        await work.commit()
    late = await person.post(f"{here}/apart", {"seen": seen})
    assert late.status_code == 409
    async with site.database.reading() as work:
        assert await work.groups.size(group) == 3
    assert (await person.client.post(f"/admin{here}/apart", data=fields(late.text))).status_code == 303
    async with site.database.reading() as work:
        assert await work.groups.size(group) == 0
    assert (await person.post(f"{here}/undo", {"seen": seen})).status_code == 409
    assert (await person.send(here, f"{here}/undo")).status_code == 303
    async with site.database.reading() as work:
        assert await work.groups.size(group) == 3


async def ends_or_waits(database: Database, task: asyncio.Task[Any]) -> None:
    """Return once a task is done, or waits for what another transaction holds; on SQLite it waits for its turn."""
    waiting = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    async with asyncio.timeout(60):
        while not task.done():
            await asyncio.sleep(0.01)
            async with database.reading() as work:
                if work.transaction.dialect == "sqlite" or await work.transaction.first(waiting) is not None:
                    return


async def test_a_group_that_grows_at_that_moment_is_not_taken_apart_unread(site: Site) -> None:
    inside, group = await grouped(site)
    person, here = await site.member(), f"/groups/{group}"
    seen = seen_in((await person.get(here)).text, f"{here}/apart")
    async with site.database.begin() as work:
        await work.groups.put_in(inside[2], group, seen=None, by=None, now=site.clock.now)
        apart = asyncio.create_task(person.post(f"{here}/apart", {"seen": seen}))
        await ends_or_waits(site.database, apart)
        await work.commit()
    assert (await apart).status_code == 409
    async with site.database.reading() as work:
        assert await work.groups.size(group) == 3


async def test_what_goes_elsewhere_at_that_moment_is_not_brought_back_unread(site: Site) -> None:
    inside, group = await grouped(site)
    person, here = await site.member(), f"/groups/{group}"
    assert (await person.send(here, f"{here}/apart")).status_code == 303
    seen = seen_in((await person.get(here)).text, f"{here}/undo")
    async with site.database.begin() as work:
        other = await work.groups.join(inside[0], inside[2], seen=None, by=None, now=site.clock.now)
        back = asyncio.create_task(person.post(f"{here}/undo", {"seen": seen}))
        await ends_or_waits(site.database, back)
        await work.commit()
    assert (await back).status_code == 409
    async with site.database.reading() as work:
        assert (await work.groups.size(group), await work.groups.size(other)) == (0, 2)
