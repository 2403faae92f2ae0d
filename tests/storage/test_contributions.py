"""The inbox over both databases: what is found is what a plain look at every contribution finds, in that order."""

from __future__ import annotations

import asyncio
import dataclasses
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

import locales
from storage import searching, tallies
from storage.contributions import Assignee, Coded, Contributions, Exchange, Grouped, Row
from storage.database import Database
from storage.filters import NOBODY, Filter
from storage.models import (
    AuthorReply,
    Contribution,
    ContributionCount,
    ContributionTheme,
    Note,
    ReplyRow,
)
from storage.submitted import Place
from tests.admin import factories
from tests.storage import inboxes
from tests.storage.inboxes import SLUGS, STATUSES, Made

ALL = Filter(scope=SLUGS)


# --- a plain look at every contribution -----------------------------------------------------------------------------


def words_of(text: str) -> list[str]:
    return searching.filed(text).split()


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


# --- words ------------------------------------------------------------------------------------------------------------


def said(text: str, at: datetime = factories.NOW, **other: Any) -> Made:
    fixed: dict[str, Any] = {"consultation": SLUGS[0], "questionnaire": "key-issues", "language": "sq", "status": "new"}
    standing: dict[str, Any] = {"assignee": None, "revised": False, "group": None, "themes": (), "withdrawn": False}
    return Made(**{"id": uuid.uuid4(), "at": at, "text": text, **fixed, **standing, **other})


async def found(database: Database, words: str) -> set[str]:
    async with database.reading() as work:
        page = await work.contributions.page(replace(ALL, words=words), size=50)
        counts = await work.contributions.counts(replace(ALL, words=words))
    assert counts.total == (len(page.rows), False)
    return {row.excerpt for row in page.rows}


@pytest.fixture(params=["near", "gathered"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look among the newest, or gather what has the words first: the same is found."""
    if request.param == "gathered":
        for module in (searching, tallies):
            monkeypatch.setattr(module, "NEAR", 1)
        monkeypatch.setattr(tallies, "RARE", 2.0)


@pytest.mark.usefixtures("way")
async def test_words_are_found_however_they_are_typed(database: Database) -> None:
    texts = ("Një çështje e vjetër", "qeverisja digjitale", "Dixhitalizimi i shërbimeve", "s’ka ujë, s'ka drita")
    await inboxes.publish(database)
    await inboxes.put(database, [said(text) for text in texts])
    issue, one, other, water = texts
    for typed in ("ceshtje", "ÇËSHTJE", "çështj", "vjet  CESH", "c\u0327eshtje", "e nje"):
        assert await found(database, typed) == {issue}
    for typed in ("digjital", "dixhital", "DIXH", "digj"):
        assert await found(database, typed) == {one, other}
    assert await found(database, "digjitale") == {one}
    assert await found(database, "dixhitalizimi sherbim") == {other}
    assert await found(database, "ska uje") == {water}
    assert await found(database, "shtje") == set()  # a word is found by its beginning
    assert await found(database, "ceshtje digjital") == set()  # all of them must occur


HOSTILE = (
    "'",
    '"',
    "';--",
    "\\",
    "a & | ! :*",
    "rruga:*",
    "!rruga",
    "%",
    "_",
    "%%%_",
    "rr_ga",
    "rr%",
    "(rruga",
    "rruga <-> uji",
    "\x01\u200b",
    "{}",
    "NULL",
    "🙂",
    "١٢٣",
    "1e5",
    "0x1f",
    "-5",
    "wi-fi",
    "a.b@c.example",
)


@pytest.mark.usefixtures("way")
async def test_hostile_words_are_words(database: Database) -> None:
    texts = ("rruga e re", "uji 100% i pastër", "a_b", *(f"x {typed} y" for typed in HOSTILE))
    await inboxes.publish(database)
    await inboxes.put(database, [said(text) for text in texts])
    for typed in HOSTILE:
        asked = locales.fold(typed).split()
        begun = {text for text in texts if all(any(w.startswith(a) for w in words_of(text)) for a in asked)}
        assert await found(database, typed) == begun, typed


async def test_very_long_words_and_texts_are_filed_and_found(database: Database) -> None:
    long, many = "q" * 5000, " ".join(f"fjala{n}" for n in range(30_000))
    await inboxes.publish(database)
    await inboxes.put(database, [said(long), said(many), said("q" * 60)])
    assert await found(database, long) == {long}
    assert await found(database, "fjala77") == {many}
    assert await found(database, " ".join(f"fjala{n}" for n in range(500))) == {many}
    assert await found(database, "q" * 61) == {long}


def test_a_word_is_filed_in_both_spellings_once() -> None:
    assert searching.filed("Dixhitale, digjitale!") == " dixhitale digjitale digjitale dixhitale "
    assert searching.filed("?!") == "  "
    assert Filter(scope=(), words="?!").folded == ()
    assert Filter(scope=(), words="a " * 50 + "b").folded == ("a", "b")


async def test_a_word_is_counted_up_to_a_limit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "CAP", 20)
    for module in (searching, tallies):
        monkeypatch.setattr(module, "NEAR", 10)
    await inboxes.publish(database)
    await inboxes.put(database, [said("rruga") for _ in range(40)] + [said("uji") for _ in range(5)])
    async with database.reading() as work:
        common = await work.contributions.counts(replace(ALL, words="rruga"))
        assert (common.total, common.more) == ((20, True), True)
        every = await work.contributions.counts(ALL)
        assert (every.total, every.more) == ((45, False), False)


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
    assert (row.excerpt, row.revised_unseen, row.position, row.version) == ("Ujë i pijshëm", True, 1, 0)
    alone = rows[made[3].id]
    assert (alone.assignee, alone.group, alone.themes, alone.notes, alone.exchange) == (None, None, (), 0, None)
    people = {uuid.uuid5(each.id, "person") for each in made}
    assert not any(str(person) in repr(page) or person.hex in repr(page) for person in people)
    assert not {each.name for each in dataclasses.fields(Row)} & {"participant", "participant_id", "chat", "chat_id"}


# --- the kept numbers -----------------------------------------------------------------------------------------------


async def totals(database: Database) -> dict[Any, int]:
    async with database.reading() as work:
        rows = await work.transaction.rows(select(ContributionCount))
    found: Counter[Any] = Counter()
    for _, *kind, number, _settled in rows:
        found[tuple(kind)] += number
    return {kind: number for kind, number in found.items() if number}


async def test_kept_numbers_follow_every_change(database: Database) -> None:
    chance = random.Random(3)
    made = inboxes.drawn(chance, 60)
    await inboxes.publish(database)
    await inboxes.put(database, made)
    changes: list[Callable[[uuid.UUID], Any]] = [
        lambda id_: update(Contribution).where(Contribution.id == id_).values(status=chance.choice(STATUSES)),
        lambda id_: update(Contribution).where(Contribution.id == id_).values(assignee_id=chance.choice((None, 1, 2))),
        lambda id_: update(Contribution).where(Contribution.id == id_).values(withdrawn=chance.random() < 0.5),
        lambda id_: update(Contribution).where(Contribution.id == id_).values(revised_unseen=chance.random() < 0.5),
        lambda id_: delete(ContributionTheme).where(ContributionTheme.contribution_id == id_),
        lambda id_: update(ContributionTheme).where(ContributionTheme.contribution_id == id_).values(theme_id=902),
    ]
    for _ in range(150):
        id_, change = chance.choice(made).id, chance.choice(changes)
        async with database.begin() as work:
            if change is changes[-1]:
                await work.transaction.execute(changes[-2](id_))
                row = {"contribution_id": id_, "theme_id": 901, "at": factories.NOW}
                await work.transaction.put(insert(ContributionTheme), row)
            await work.transaction.execute(change(id_))
            if chance.random() < 0.8:  # what is not kept is not counted
                await work.commit()
    before = await totals(database)
    async with database.begin() as work:
        await tallies.count_anew(work.transaction)
        await work.commit()
    assert await totals(database) == before


async def test_changes_are_added_up_once_there_are_many(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "LOOSE", 30)
    await inboxes.publish(database)
    await inboxes.put(database, inboxes.drawn(random.Random(4), 100))
    before = await totals(database)
    async with database.begin() as work:
        await tallies.settle(work.transaction)
        await work.commit()
    assert await totals(database) == before
    async with database.reading() as work:
        rows = await work.transaction.rows(select(ContributionCount.is_settled, func.count()).group_by("is_settled"))
        assert [tuple(row) for row in rows] == [(True, len(before))]
    async with database.begin() as work:
        await tallies.settle(work.transaction)
    assert await totals(database) == before


async def test_a_theme_and_a_decision_at_the_same_time_are_both_counted(postgres: Database) -> None:
    made = said("rruga")
    await inboxes.publish(postgres)
    await inboxes.put(postgres, [made])
    row = {"contribution_id": made.id, "theme_id": 901, "at": factories.NOW}
    decided = update(Contribution).where(Contribution.id == made.id).values(status="ready")
    async with postgres.begin() as one:
        await one.transaction.execute(decided)

        async def theme() -> None:
            async with postgres.begin() as other:
                await other.transaction.put(insert(ContributionTheme), row)
                await other.commit()

        waiting = asyncio.create_task(theme())
        await asyncio.sleep(0.2)  # the other has begun, and waits for the first
        await one.commit()
    await waiting
    async with postgres.reading() as work:
        counts = await work.contributions.counts(replace(ALL, statuses=("ready",), themes=(901,)))
    assert counts.total == (1, False)


async def test_an_erased_person_is_counted_no_more(database: Database) -> None:
    made = [said("rruga", themes=(901, 902)), said("uji")]
    await inboxes.publish(database)
    await inboxes.put(database, made)
    async with database.begin() as work:
        await work.participants.erase(uuid.uuid5(made[0].id, "person"), factories.NOW)
        await work.commit()
    async with database.reading() as work:
        counts = await work.contributions.counts(ALL)
    assert (counts.total, counts.by_theme) == ((1, False), {})
