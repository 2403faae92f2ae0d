"""What somebody did to many, undone later from the inbox: for an hour, by nobody else, and over nobody's work."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import locales
from kuvendo.erasures import Mirror
from kuvendo.housekeeping import Housekeeping
from kuvendo.periods import PeriodSettings
from storage.models import Contribution, Snapshot
from storage.undoing import FOR
from tests.admin import factories
from tests.admin.conftest import Person, Site, words
from tests.admin.test_contributions import say
from tests.admin.test_many import field, heading, put, standings, ticked

LINE = re.compile(r'<form class="last-deed".*?</form>', re.DOTALL)


def line(page: str) -> str:
    """Return the words of the line that offers to undo, "" where there is none."""
    found = LINE.search(page)
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", found[0])).split()) if found else ""


def offer(count: int, time: str) -> str:
    one, many = "At %(time)s you changed %(number)s contribution", "At %(time)s you changed %(number)s contributions"
    return words(one, many=many, count=count, number=count, time=time)


async def inbox(person: Person) -> str:
    return (await person.get("/contributions/")).text


async def aside(person: Person, boxes: list[str]) -> str:
    done = await person.post("/contributions/many", {"id": boxes, "do": "aside", "reason": "spam"})  # type: ignore[dict-item]
    return done.text


async def undo(person: Person, page: str) -> tuple[int, str]:
    """Press the button of the line on a page."""
    form = LINE.search(page)
    assert form is not None
    fields = {name: field(form[0], name) for name in ("undo", "last", "back")}
    answer = await person.post("/contributions/many/done", fields)
    return answer.status_code, answer.text


async def test_it_is_offered_in_the_inbox_and_leaves_alone_what_somebody_changed_since(site: Site) -> None:
    await say(site, "uji", "drita", "rruga")
    person, other = await site.member(name="Ana"), await site.member(name="Bora")
    assert line(await inbox(person)) == ""
    boxes = await ticked(person)
    await aside(person, boxes)
    page = await inbox(person)
    assert line(page).startswith(offer(3, locales.clock(locales.in_albania(site.clock.now))))
    assert words("Set aside") in line(page)
    assert line(page).endswith(words("Undo"))
    assert len(page) < len(page.replace(LINE.search(page)[0], "")) + 2000, "what undoes it is not carried along"  # type: ignore[index]
    assert line(await inbox(other)) == "", "it is nobody else's to undo"
    moved = uuid.UUID(hex=boxes[0].split(".")[0])
    await put(site, {"version": 9, "status": "on-hold", "reason": None}, Contribution.id == moved)
    status, undone = await undo(person, page)
    assert status == 200
    assert heading(undone) == words(
        "%(number)s contribution is as it was", many="%(number)s contributions are as they were", count=2, number=2
    )
    assert words("changed by somebody else meanwhile") in html.unescape(undone)
    assert sorted(status for status, *_ in await standings(site)) == ["new", "new", "on-hold"]
    assert line(await inbox(person)) == ""
    assert (await undo(person, page))[0] == 409, "it was undone already"


async def test_after_an_hour_it_is_offered_no_more(site: Site) -> None:
    await say(site, "uji")
    member = await factories.staff(site.database, "Ana")
    person = await site.as_(member)
    await aside(person, await ticked(person))
    page = await inbox(person)
    site.clock.now += FOR - timedelta(seconds=1)
    person = await site.as_(member)
    assert line(await inbox(person))
    site.clock.now += timedelta(seconds=1)
    assert line(await inbox(person)) == ""
    status, told = await undo(person, page)
    assert status == 409
    assert words(
        "This can no longer be undone at once: it was undone already, something else was done since, or more than an"
        " hour has passed."
    ) in html.unescape(told)
    assert {status for status, *_ in await standings(site)} == {"set-aside"}


async def test_the_next_deed_takes_the_place_of_the_last(site: Site) -> None:
    await say(site, "uji", "drita")
    person = await site.member()
    first, second = await ticked(person)
    done = await aside(person, [first])
    before = await inbox(person)
    site.clock.now += timedelta(minutes=1)
    await person.post("/contributions/many", {"id": [second], "do": "status", "status": "on-hold"})  # type: ignore[dict-item]
    assert words("New status") in line(await inbox(person))
    assert (await undo(person, before))[0] == 409, "the button of an old page undoes nothing else"
    assert sorted(status for status, *_ in await standings(site)) == ["on-hold", "set-aside"]
    undone = await person.post(
        "/contributions/many/done", {name: field(done, name) for name in ("deeds", "undo", "last")}
    )
    assert undone.status_code == 200, "the page that told of it still can"
    assert sorted(status for status, *_ in await standings(site)) == ["new", "on-hold"]
    assert line(await inbox(person))
    await aside(person, [f"{uuid.uuid4().hex}.0"])
    assert line(await inbox(person)), "what changed nothing takes nobody's place"


async def test_undone_on_its_page_it_is_offered_no_more(lone_site: Site) -> None:
    await say(lone_site, "uji")
    person = await lone_site.member()
    done = await aside(person, await ticked(person))
    await person.post("/contributions/many/done", {name: field(done, name) for name in ("deeds", "undo", "last")})
    assert line(await inbox(person)) == ""


@pytest.mark.parametrize("moment", ["", "x", "2026-11-23T10:00:00", "2026-11-23T10:00:00+00:00"])
async def test_a_moment_at_which_nothing_was_done_undoes_nothing(lone_site: Site, moment: str) -> None:
    await say(lone_site, "uji")
    person = await lone_site.member()
    await aside(person, await ticked(person))
    answer = await person.post("/contributions/many/done", {"undo": "1", "last": moment})
    assert answer.status_code == 409
    assert line(await inbox(person))


async def test_more_than_a_page_is_undone_from_the_inbox(lone_site: Site) -> None:
    await say(lone_site, *[f"fjalë {n}" for n in range(60)])
    person = await lone_site.member()
    await inbox(person)
    asked = await person.post("/contributions/many", {"all": "1", "do": "status", "status": "ready"})
    await person.post("/contributions/many/done", {"deeds": field(asked.text, "deeds")})
    assert {status for status, *_ in await standings(lone_site)} == {"ready"}
    _, undone = await undo(person, await inbox(person))
    assert "60" in heading(undone)
    assert {status for status, *_ in await standings(lone_site)} == {"new"}


async def test_what_can_be_undone_no_more_is_not_kept(lone_site: Site, tmp_path: Path) -> None:
    await say(lone_site, "uji")
    person = await lone_site.member()
    await aside(person, await ticked(person))
    moment = lone_site.clock.now
    database = lone_site.database
    keeper = Housekeeping(
        database, lambda: moment, "here/1", PeriodSettings().periods(), Mirror(database, tmp_path / "x")
    )
    for passed, kept in ((timedelta(0), 2), (FOR, 0)):
        moment = lone_site.clock.now + passed
        await keeper.round()
        async with database.reading() as work:
            names = await work.transaction.rows(select(Snapshot.name).where(Snapshot.name.startswith("undo:")))
        assert len(names) == kept
