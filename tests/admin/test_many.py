"""Several contributions sorted at once: what is done, what is left and why, how it is undone, and a burst of spam."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from admin.views.many import packed, unpacked
from storage.many import LIMIT, Deed, Row, Verb
from storage.models import AuditRow, Contribution
from tests.admin import factories
from tests.admin.conftest import Person, Site, words
from tests.admin.test_contributions import ID, excerpts, say

UNFOLDED = re.compile(r"\s+")


def field(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found[1])


def heading(page: str) -> str:
    """Return the page's heading on one line."""
    return UNFOLDED.sub(" ", html.unescape(page.split("<h1>", 1)[1].split("</h1>", 1)[0])).strip()


async def standings(site: Site) -> list[tuple[str, str | None, int | None]]:
    """Return status, reason and assignee of every contribution, oldest first."""
    async with site.database.reading() as work:
        columns = (Contribution.status, Contribution.reason, Contribution.assignee_id)
        rows = await work.transaction.rows(select(*columns).order_by(Contribution.created_at, Contribution.id))
    return [tuple(row) for row in rows]


async def put(site: Site, values: dict[str, object], *which: object) -> None:
    """Change contributions behind everybody's back."""
    async with site.database.begin() as work:
        await work.transaction.execute(update(Contribution).where(*which).values(**values))  # type: ignore[arg-type]
        await work.commit()


async def ticked(person: Person, query: str = "") -> list[str]:
    """Return what the boxes of the list say."""
    return ID.findall((await person.get(f"/contributions/{query}")).text)


async def test_ticked_ones_are_done_at_once_and_undone(site: Site) -> None:
    await say(site, "uji", "drita", "rruga")
    person = await site.member()
    boxes = await ticked(person)
    done = await person.post("/contributions/many", {"id": boxes[:2], "do": "status", "status": "on-hold"})  # type: ignore[dict-item]
    assert heading(done.text) == words(
        "%(number)s contribution changed", many="%(number)s contributions changed", count=2, number=2
    )
    assert [status for status, *_ in await standings(site)] == ["new", "on-hold", "on-hold"]
    undone = await person.post("/contributions/many/done", {"deeds": field(done.text, "deeds"), "undo": "1"})
    assert undone.status_code == 200
    assert [status for status, *_ in await standings(site)] == ["new", "new", "new"]


async def test_all_that_match_are_asked_about_first(site: Site) -> None:
    await say(site, "fitoni para", "uji", "fitoni tani")
    person = await site.member()
    await person.get("/contributions/?q=fitoni")
    asked = await person.post("/contributions/many", {"all": "1", "do": "aside", "reason": "spam", "back": "q=fitoni"})
    assert (
        words("Set %(number)s contribution aside?", many="Set %(number)s contributions aside?", count=2, number=2)
        in asked.text
    )
    assert {status for status, *_ in await standings(site)} == {"new"}, "nothing happened yet"
    await say(site, "fitoni prapë", at=factories.NOW + timedelta(hours=1))
    await person.post("/contributions/many/done", {"deeds": field(asked.text, "deeds"), "back": "q=fitoni"})
    assert [row[:2] for row in await standings(site)] == [
        ("set-aside", "spam"),
        ("new", None),
        ("set-aside", "spam"),
        ("new", None),
    ]


async def test_what_may_not_be_changed_is_left_and_reported(site: Site) -> None:
    await say(site, "uji", "drita", "rruga", "shkolla")
    person = await site.member()
    boxes = await ticked(person)
    await put(site, {"status": "answered"}, Contribution.id == uuid.UUID(hex=boxes[0].split(".")[0]))
    await put(site, {"version": 5}, Contribution.id == uuid.UUID(hex=boxes[1].split(".")[0]))
    await put(site, {"status": "ready"}, Contribution.id == uuid.UUID(hex=boxes[2].split(".")[0]))
    strangers = [f"{uuid.uuid4().hex}.0", "nonsense", ""]
    chosen = {"id": [*boxes, *strangers], "do": "status", "status": "ready"}
    page = (await person.post("/contributions/many", chosen)).text  # type: ignore[arg-type]
    left = re.findall(r"<strong>(\d+)</strong> – ([^<]+)</li>", page)
    assert {(html.unescape(why).strip(), count) for count, why in left} == {
        (words("already answered"), "1"),
        (words("changed by somebody else meanwhile"), "1"),
        (words("were so already"), "1"),
        (words("no longer there"), "1"),
    }
    assert sorted(status for status, *_ in await standings(site)) == ["answered", "new", "ready", "ready"]


async def test_assigning_themes_and_back(site: Site) -> None:
    await say(site, "uji", "drita")
    async with site.database.begin() as work:
        await work.codebook.seed(factories.DIGITAL, factories.DIGITAL)
        await work.commit()
    member = await factories.staff(site.database, "Bora")
    person = await site.as_(member)
    await person.post("/contributions/many", {"all": "1", "do": "assign", "assignee": "me"})
    boxes = await ticked(person)
    done = await person.post("/contributions/many", {"id": boxes, "do": "assign", "assignee": "me"})  # type: ignore[dict-item]
    assert [row[2] for row in await standings(site)] == [member.id, member.id]
    undone = await person.post("/contributions/many/done", {"deeds": field(done.text, "deeds"), "undo": "1"})
    assert undone.status_code == 200
    assert [row[2] for row in await standings(site)] == [None, None]
    boxes = await ticked(person)
    await person.post("/contributions/many", {"id": boxes, "do": "theme", "add": "l1"})  # type: ignore[dict-item]
    assert len(excerpts((await person.get("/contributions/?theme=l1")).text)) == 2


async def test_nobody_is_given_what_they_may_not_see(site: Site) -> None:
    await say(site, "uji")
    other = await factories.staff(site.database, "Bora", "moderator", [factories.JUSTICE])
    person = await site.member()
    boxes = await ticked(person)
    page = await person.post("/contributions/many", {"id": boxes, "do": "assign", "assignee": str(other.id)})  # type: ignore[dict-item]
    assert words("of another consultation") in page.text
    assert [row[2] for row in await standings(site)] == [None]


async def test_nothing_of_another_consultation_is_changed(site: Site) -> None:
    await say(site, "i huaj", consultation=factories.JUSTICE)
    boxes = await ticked(await site.member())
    person = await site.member("moderator", factories.DIGITAL)
    page = await person.post("/contributions/many", {"id": boxes, "do": "status", "status": "ready"})  # type: ignore[dict-item]
    assert words("no longer there") in page.text
    assert await standings(site) == [("new", None, None)]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"id": "x", "do": "status", "status": "ready"},
        {"all": "1", "do": "status", "status": "answered"},
        {"all": "1", "do": "status", "status": "nonsense"},
        {"all": "1", "do": "aside", "reason": "nonsense"},
        {"all": "1", "do": "assign", "assignee": "99999999"},
        {"all": "1", "do": "theme", "add": "nonsense"},
        {"all": "1", "do": "nonsense"},
        {"all": "1"},
    ],
)
async def test_what_says_nothing_changes_nothing(lone_site: Site, sent: dict[str, str]) -> None:
    await say(lone_site, "uji")
    person = await lone_site.member()
    await person.get("/contributions/")
    response = await person.post("/contributions/many", sent)
    assert response.status_code == 400
    assert words("Nothing changed") in response.text
    assert await standings(lone_site) == [("new", None, None)]


@pytest.mark.parametrize(
    "deeds", ["", "[]", "{}", "[[1]]", "null", '[["status","ready","","!"]]', '[["drop","x","","AAAA"]]', "\ud800"]
)
async def test_forged_deeds_do_nothing(lone_site: Site, deeds: str) -> None:
    await say(lone_site, "uji")
    person = await lone_site.member()
    await person.get("/contributions/")
    response = await person.post("/contributions/many/done", {"deeds": deeds.encode("utf-8", "replace").decode()})
    assert response.status_code == 400
    assert await standings(lone_site) == [("new", None, None)]


def test_a_thousand_fit_into_a_form_and_no_more() -> None:
    rows = tuple(Row(uuid.uuid4(), n) for n in range(LIMIT))
    deeds = [Deed(Verb.STATUS, "set-aside", rows, "spam")]
    assert unpacked(packed(deeds)) == deeds
    assert len(packed(deeds)) < 32_000
    assert unpacked(packed([*deeds, Deed(Verb.STATUS, "new", rows[:1])])) == []
    assert unpacked(json.dumps([["status", "new", "", "AAA="]])) == []


async def test_what_was_done_to_each_is_in_the_audit_trail(site: Site) -> None:
    await say(site, "fjalë e fshehtë")
    person = await site.member()
    boxes = await ticked(person)
    await person.post("/contributions/many", {"id": boxes, "do": "aside", "reason": "spam"})  # type: ignore[dict-item]
    async with site.database.reading() as work:
        rows = await work.transaction.rows(
            select(AuditRow.action, AuditRow.subject).where(AuditRow.action == "status set")
        )
    assert [tuple(row) for row in rows] == [("status set", f"{uuid.UUID(hex=boxes[0].split('.')[0])} set-aside spam")]


class Counting:
    """A person whose every request is an action."""

    def __init__(self, person: Person) -> None:
        self.person, self.actions = person, 0

    async def get(self, path: str) -> str:
        self.actions += 1
        return (await self.person.get(path)).text

    async def post(self, path: str, data: dict[str, str]) -> str:
        self.actions += 1
        return (await self.person.post(path, data)).text


async def test_five_hundred_pieces_of_spam_take_at_most_five_actions(site: Site) -> None:
    await say(site, "Në fshat uji vjen dy orë në ditë")
    await _burst(site, [f"Fitoni 500 euro në ditë {n}" for n in range(500)])
    person = Counting(await site.member())
    found = await person.get("/contributions/?q=fitoni+euro")
    assert words("%(number)s contribution", many="%(number)s contributions", count=500, number=500) in found
    asked = await person.post(
        "/contributions/many", {"all": "1", "do": "aside", "reason": "spam", "back": "q=fitoni+euro"}
    )
    done = await person.post("/contributions/many/done", {"deeds": field(asked, "deeds"), "back": "q=fitoni+euro"})
    assert "500" in heading(done)
    assert person.actions <= 5
    kept = await standings(site)
    assert len(kept) == 501, "nothing is deleted"
    assert sorted(row[:2] for row in kept)[:2] == [("new", None), ("set-aside", "spam")]
    undone = await person.post("/contributions/many/done", {"deeds": field(done, "deeds"), "undo": "1"})
    assert "500" in heading(undone)
    assert {row[:2] for row in await standings(site)} == {("new", None)}


async def _burst(site: Site, texts: Sequence[str]) -> None:
    """Send many at once, and have them filed."""
    for start in range(0, len(texts), 10):
        items: list[dict[str, list[str | None]]] = [
            {"issue": [text], "why": [None]} for text in texts[start : start + 10]
        ]
        await factories.submission(site.database, *items, at=factories.NOW + timedelta(seconds=start))
    filing = await site.member()
    for _ in range(len(texts) // 200 + 1):
        await filing.get("/contributions/")
