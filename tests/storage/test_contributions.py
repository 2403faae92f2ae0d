"""The inbox over both databases: what is found is what a plain look at every contribution finds, in that order."""

from __future__ import annotations

import dataclasses
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

import locales
from storage import searching, tallies
from storage.contributions import Assignee, Coded, Contributions, Exchange, Grouped, Row
from storage.database import Database
from storage.filters import NOBODY, Filter
from storage.models import (
    AuthorReply,
    Note,
    ReplyRow,
)
from storage.submitted import Place
from tests.admin import factories
from tests.storage import inboxes
from tests.storage.inboxes import ALL, SLUGS, STATUSES, Made, said, words_of

# --- a plain look at every contribution -----------------------------------------------------------------------------


def fits(wanted: Filter, made: Made) -> bool:
    """Say what a filter asks in plain words, without any of its code."""
    begun = [
        any(word.startswith(asked) for word in words_of(made.text)) for asked in locales.fold(wanted.words).split()
    ]
    return not made.withdrawn and all(
        (
            made.consultation in wanted.scope,
            wanted.consultation in {"", made.consultation},
            wanted.questionnaire in {"", made.questionnaire},
            not wanted.statuses or made.status in wanted.statuses,
            not wanted.languages or made.language in wanted.languages,
            not wanted.themes or bool(set(wanted.themes) & set(made.themes)),
            wanted.assignee is None or (made.assignee or NOBODY) == wanted.assignee,
            wanted.group in {None, made.group},
            wanted.since is None or made.at >= wanted.since,
            wanted.until is None or made.at < wanted.until,
            made.revised or not wanted.revised,
            *begun,
        )
    )


def expected(wanted: Filter, made: Iterable[Made]) -> list[uuid.UUID]:
    found = sorted((each for each in made if fits(wanted, each)), key=lambda each: (each.at, each.id), reverse=True)
    return [each.id for each in found]


def counted(wanted: Filter, made: list[Made], key: Callable[[Made], Any], **without: Any) -> dict[Any, int]:
    return dict(Counter(key(each) for each in made if fits(replace(wanted, **without), each)))


def drawn_filter(chance: random.Random) -> Filter:
    """Return a filter with each of its parts set or left to chance."""

    def maybe(value: Any, nothing: Any, how_often: float = 0.3) -> Any:
        return value if chance.random() < how_often else nothing

    moments = sorted(factories.NOW - timedelta(minutes=chance.randrange(-1, 21)) for _ in range(2))
    return Filter(
        scope=maybe(SLUGS[:1], SLUGS),
        consultation=maybe(chance.choice(SLUGS), ""),
        questionnaire=maybe("key-issues", ""),
        statuses=maybe(tuple(chance.sample(STATUSES, chance.randrange(1, 3))), ()),
        languages=maybe(("sq",), ()),
        themes=maybe(tuple(chance.sample(inboxes.THEMES, chance.randrange(1, 3))), ()),
        assignee=maybe(chance.choice((NOBODY, *inboxes.STAFF)), None),
        group=maybe(1, None, 0.1),
        since=maybe(moments[0], None),
        until=maybe(moments[1], None),
        words=maybe(" ".join(chance.sample(("ceshtje", "rrug", "UJE", "dixh", "digjital", "100", "the"), 2)), "", 0.2),
        revised=maybe(True, False, 0.2),
    )


async def pages(inbox: Contributions, wanted: Filter, size: int) -> list[uuid.UUID]:
    """Return what is on all pages from the newest to the oldest, having gone back as well to see the same."""
    found: list[uuid.UUID] = []
    page = await inbox.page(wanted, size=size)
    last = page
    while page.rows:
        found += [row.id for row in page.rows]
        if page.older is None:
            break
        last, page = page, await inbox.page(wanted, before=page.older, size=size)
        assert page.newer is not None
        assert (await inbox.page(wanted, after=page.newer, size=size)).rows == last.rows
    return found


@pytest.mark.parametrize("near", [searching.NEAR, 3])
async def test_a_filter_finds_what_a_plain_look_finds(
    database: Database, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (searching, tallies):
        monkeypatch.setattr(module, "NEAR", near)
    chance = random.Random(20261123)
    made = inboxes.drawn(chance, 120)
    await inboxes.publish(database)
    await inboxes.put(database, made)
    everything = [ALL, *(drawn_filter(chance) for _ in range(60))]
    for wanted in everything:
        async with database.reading() as work:
            inbox = work.contributions
            there = expected(wanted, made)
            assert await pages(inbox, wanted, 7) == there, wanted
            assert await inbox.ids(wanted, 1000) == tuple(there), wanted
            assert await inbox.ids(wanted, 3) == tuple(there[:3]), wanted
            counts = await inbox.counts(wanted)
        if counts.more:
            assert near == 3
            continue
        assert counts.total == (len(there), False), wanted
        assert counts.by_status == counted(wanted, made, lambda each: each.status, statuses=())
        assert counts.by_language == counted(wanted, made, lambda each: each.language, languages=())
        assert counts.by_questionnaire == counted(wanted, made, lambda each: each.questionnaire, questionnaire="")
        assert counts.by_consultation == counted(wanted, made, lambda each: each.consultation, consultation="")
        assert counts.by_assignee == counted(wanted, made, lambda each: each.assignee or NOBODY, assignee=None)
        assert counts.unassigned == counts.by_assignee.get(NOBODY, 0)
        assert counts.of(1) == counts.by_assignee.get(1, 0)
        assert counts.revised == sum(fits(replace(wanted, revised=True), each) for each in made)
        assert counts.by_theme == {
            theme: number
            for theme in inboxes.THEMES
            if (number := sum(theme in each.themes and fits(replace(wanted, themes=()), each) for each in made))
        }


async def test_neighbours_are_the_next_ones_that_match(database: Database) -> None:
    made = inboxes.drawn(random.Random(7), 40)
    await inboxes.publish(database)
    await inboxes.put(database, made)
    wanted = Filter(scope=SLUGS, languages=("sq",))
    there = expected(wanted, made)
    by_id = {each.id: each for each in made}
    async with database.reading() as work:
        for n, id_ in enumerate(there):
            newer, older = await work.contributions.neighbours(wanted, Place(by_id[id_].at, id_))
            assert newer == (there[n - 1] if n else None)
            assert older == (there[n + 1] if n + 1 < len(there) else None)


async def test_whoever_may_see_nothing_finds_nothing(database: Database) -> None:
    await inboxes.publish(database)
    await inboxes.put(database, inboxes.drawn(random.Random(1), 10))
    async with database.reading() as work:
        for wanted in (Filter(scope=()), Filter(scope=(), words="rruga"), replace(ALL, consultation="elsewhere")):
            assert (await work.contributions.page(wanted, size=5)).rows == ()
            counts = await work.contributions.counts(wanted)
            assert counts.total == (0, False)
            assert await work.contributions.ids(wanted, 5) == ()


# --- rows ---------------------------------------------------------------------------------------------------------


async def test_a_row_says_what_is_needed_and_nothing_that_leads_to_a_person(database: Database) -> None:
    mine = said("Ujë i pijshëm", assignee=1, group=1, themes=(901, 903), revised=True)
    made = [mine, said("tjetër", group=1), said("tërhequr", group=1, withdrawn=True), said("vetëm")]
    await inboxes.publish(database)
    await inboxes.put(database, made)
    async with database.begin() as work:
        note = {"contribution_id": mine.id, "text": "shënim", "at": factories.NOW}
        await work.transaction.put(insert(Note), note)
        await work.transaction.put(insert(Note), {**note, "removed_at": factories.NOW})
        reply = {"contribution_id": mine.id, "language": "sq", "text": "?", "at": factories.NOW}
        await work.transaction.put(insert(ReplyRow), {**reply, "kind": "response", "state": "owed"})
        await work.transaction.put(insert(ReplyRow), {**reply, "kind": "question", "state": "delivered"})
        asked = (await work.transaction.rows(select(func.max(ReplyRow.id))))[0][0]
        answer = {"reply_id": asked, "text": "po", "language": "sq", "at": factories.NOW}
        await work.transaction.put(insert(AuthorReply), answer)
        await work.commit()
    async with database.reading() as work:
        page = await work.contributions.page(ALL, size=10)
    rows = {row.id: row for row in page.rows}
    row = rows[mine.id]
    assert row.assignee == Assignee(1, "Ana Hoxha")
    assert row.group == Grouped(1, 2)
    assert row.themes == (Coded(903, "t903"), Coded(901, "t901"))
    assert row.notes == 1
    assert row.exchange == Exchange("question", "delivered", True)
    assert (row.excerpt, row.edited_unseen, row.position, row.version) == ("Ujë i pijshëm", True, 1, 0)
    alone = rows[made[3].id]
    assert (alone.assignee, alone.group, alone.themes, alone.notes, alone.exchange) == (None, None, (), 0, None)
    people = {uuid.uuid5(each.id, "person") for each in made}
    assert not any(str(person) in repr(page) or person.hex in repr(page) for person in people)
    assert not {each.name for each in dataclasses.fields(Row)} & {"participant", "participant_id", "chat", "chat_id"}
