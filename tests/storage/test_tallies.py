"""The kept numbers follow whatever changes, whoever changes it, and are added up without losing any."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from storage import tallies
from storage.database import Database
from storage.models import (
    Contribution,
    ContributionCount,
    ContributionTheme,
)
from tests.admin import factories
from tests.storage import inboxes
from tests.storage.inboxes import ALL, STATUSES, said


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
