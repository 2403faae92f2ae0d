"""A group changes nothing in what is in it; what may say the same is suggested, and nothing happens by itself."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from storage.database import Database
from storage.filing import file_some
from storage.groups import Elsewhere, GroupMoved
from storage.models import (
    AnswerRow,
    Base,
    Contribution,
    ContributionText,
    GroupLeaving,
    LikenessBand,
    Submission,
    Unlike,
)
from storage.moderation import Moved
from storage.suggestions import MOST
from storage.unit_of_work import UnitOfWork
from tests.admin import factories
from tests.storage.alike import NEAR

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
MOVING = {"version", "changed_at", "changed_by"}
"""Columns that say that staff did something; all the others stay."""


@pytest.fixture
async def four(database: Database) -> list[uuid.UUID]:
    """Four contributions on one consultation, filed."""
    await factories.publish(database)
    for number in range(4):
        at = NOW + timedelta(minutes=number)
        await factories.submission(database, {"issue": [f"fjala {number}"], "why": [None]}, at=at)
    return await filed(database)


async def filed(database: Database) -> list[uuid.UUID]:
    async with database.begin() as work:
        await file_some(work, 1000)
        rows = await work.transaction.rows(select(Contribution.id).order_by(Contribution.created_at))
        await work.commit()
    return [row[0] for row in rows]


async def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return every row of contributions and of whatever hangs on them, without what says that staff did something."""
    async with database.reading() as work:
        found = {}
        for model in (Contribution, ContributionText, AnswerRow, Submission, LikenessBand):
            rows = await work.transaction.rows(select(model.__table__).order_by(*model.__table__.primary_key))
            found[model.__tablename__] = [
                {name: value for name, value in row._mapping.items() if name not in MOVING} for row in rows
            ]
        return found


async def grouped(work: UnitOfWork, *members: uuid.UUID) -> int:
    group = await work.groups.create(factories.DIGITAL, " Internet ", None, NOW)
    for each in members:
        await work.groups.put_in(each, group, seen=None, by=None, now=NOW)
    return group


# --- nothing changes ------------------------------------------------------------------------------------------------


async def test_group_and_ungroup_leave_every_row_as_it_was(database: Database, four: list[uuid.UUID]) -> None:
    before = await everything(database)
    async with database.begin() as work:
        group = await grouped(work, *four)
        await work.commit()
    between = await everything(database)
    for name, rows in between.items():
        assert [{k: v for k, v in row.items() if k != "group_id"} for row in rows] == [
            {k: v for k, v in row.items() if k != "group_id"} for row in before[name]
        ]
    async with database.begin() as work:
        assert await work.groups.dissolve(group, by=None, now=LATER) == 4
        await work.commit()
    assert await everything(database) == before


async def test_taking_apart_is_undone_with_exactly_what_was_in_it(database: Database, four: list[uuid.UUID]) -> None:
    async with database.begin() as work:
        group = await grouped(work, *four)
        await work.groups.take_out(four[0], seen=None, by=None, now=NOW)
        assert await work.groups.members(group) == tuple(four[1:])
        assert await work.groups.dissolve(group, by=None, now=LATER) == 3
        assert set(await work.groups.former(group)) == set(four[1:])
        assert await work.groups.bring_back(group, by=None, now=LATER) == 3
        assert await work.groups.members(group) == tuple(four[1:])
        assert await work.groups.former(group) == (four[0],)  # and the one that went before, by one more
        assert await work.groups.bring_back(group, by=None, now=LATER) == 1
        assert await work.groups.size(group) == 4
        assert await work.groups.bring_back(group, by=None, now=LATER) == 0


async def test_a_group_of_one_is_none(database: Database, four: list[uuid.UUID]) -> None:
    async with database.begin() as work:
        group = await grouped(work, *four[:2])
        assert await work.groups.take_out(four[0], seen=None, by=None, now=NOW) == group
        assert await work.groups.members(group) == ()
        assert await work.groups.bring_back(group, by=None, now=NOW) == 2
        assert await work.groups.take_out(four[2], seen=None, by=None, now=NOW) is None


async def test_what_is_in_another_group_by_now_is_not_fetched_back(database: Database, four: list[uuid.UUID]) -> None:
    async with database.begin() as work:
        first = await grouped(work, *four[:3])
        await work.groups.dissolve(first, by=None, now=NOW)
        second = await grouped(work, four[0], four[3])
        assert await work.groups.bring_back(first, by=None, now=NOW) == 2
        assert await work.groups.members(second) == (four[0], four[3])


# --- who joins whom -------------------------------------------------------------------------------------------------


async def test_two_that_say_the_same_come_into_one_group(database: Database, four: list[uuid.UUID]) -> None:
    one, two, three, other = four
    async with database.begin() as work:
        group = await work.groups.join(one, two, seen=0, by=None, now=NOW)
        assert await work.groups.join(three, two, seen=0, by=None, now=NOW) == group  # into theirs
        assert await work.groups.join(two, other, seen=None, by=None, now=NOW) == group  # into mine
        assert await work.groups.size(group) == 4
        found = await work.groups.group(group)
        assert found is not None
        assert (found.consultation, found.name) == (factories.DIGITAL, "")


async def test_who_joins_another_group_leaves_theirs_and_can_go_back(database: Database, four: list[uuid.UUID]) -> None:
    async with database.begin() as work:
        first, second = await grouped(work, *four[:2]), await grouped(work, *four[2:])
        assert await work.groups.join(four[0], four[2], seen=None, by=None, now=NOW) == second
        assert await work.groups.members(first) == (four[1],)
        assert await work.groups.take_out(four[0], seen=None, by=None, now=LATER) == second
        back = await work.groups.left_last(four[0])
        assert back is not None
        assert back.id == second


async def test_the_second_writer_is_told_and_nothing_is_kept(database: Database, four: list[uuid.UUID]) -> None:
    async with database.begin() as work:
        group = await grouped(work, *four[:2])
        await work.commit()
    async with database.begin() as work:
        with pytest.raises(Moved):
            await work.groups.take_out(four[0], seen=0, by=None, now=NOW)
        with pytest.raises(Moved):
            await work.groups.join(four[0], four[2], seen=0, by=None, now=NOW)
        with pytest.raises(Moved):
            await work.groups.put_in(four[2], group, seen=7, by=None, now=NOW)
        assert await work.groups.size(group) == 2


async def test_a_group_keeps_to_its_consultation(database: Database, four: list[uuid.UUID]) -> None:
    await factories.submission(database, {"issue": ["x"], "why": [None]}, consultation=factories.JUSTICE)
    foreign = (set(await filed(database)) - set(four)).pop()
    async with database.begin() as work:
        group = await grouped(work, *four[:2])
        for attempt in (
            work.groups.put_in(foreign, group, seen=None, by=None, now=NOW),
            work.groups.put_in(four[2], 999, seen=None, by=None, now=NOW),
            work.groups.put_in(uuid.uuid4(), group, seen=None, by=None, now=NOW),
            work.groups.join(foreign, four[0], seen=None, by=None, now=NOW),
            work.groups.join(four[0], four[0], seen=None, by=None, now=NOW),
        ):
            with pytest.raises(Elsewhere):
                await attempt


async def test_a_name_is_the_secretariats_and_has_a_version(database: Database, four: list[uuid.UUID]) -> None:
    async with database.begin() as work:
        group = await grouped(work, *four[:2])
        await work.groups.rename(group, " Interneti në fshat ", seen=0)
        with pytest.raises(GroupMoved) as moved:
            await work.groups.rename(group, "tjetër", seen=0)
        assert moved.value.now.name == "Interneti në fshat"


# --- what may say the same ------------------------------------------------------------------------------------------


async def pairs(database: Database) -> dict[str, uuid.UUID]:
    """Write both texts of every judged pair, file them, and return each text's contribution."""
    await factories.publish(database)
    for number, text in enumerate(text for pair in NEAR for text in pair):
        await factories.submission(database, {"issue": [text], "why": [None]}, at=NOW + timedelta(minutes=number))
    ids = await filed(database)
    return dict(zip((text for pair in NEAR for text in pair), ids, strict=True))


async def test_the_twin_is_suggested_first_and_little_besides(database: Database) -> None:
    ids = await pairs(database)
    hits = besides = 0
    async with database.reading() as work:
        for one, other in NEAR:
            found = await work.suggestions.alike(ids[one], one)
            assert len(found) <= MOST
            hits += bool(found) and found[0].id == ids[other]
            besides += sum(each.id != ids[other] for each in found)
    assert hits / len(NEAR) >= 0.9
    assert besides <= 1


async def test_it_says_how_alike_and_why_and_nothing_happens(database: Database) -> None:
    ids = await pairs(database)
    before = await everything(database)
    one, other = NEAR[2]
    async with database.reading() as work:
        (found,) = await work.suggestions.alike(ids[one], one)
    assert (found.id, found.excerpt, found.group_id) == (ids[other], other, None)
    assert 50 < found.percent <= 100
    assert "buxheti" in found.alike.words
    assert await everything(database) == before


async def test_what_was_found_unlike_is_not_suggested_again_either_way(database: Database) -> None:
    ids = await pairs(database)
    one, other = NEAR[0]
    async with database.begin() as work:
        await work.suggestions.is_unlike(ids[one], ids[other], None, NOW)
        await work.suggestions.is_unlike(ids[one], ids[other], None, NOW)
        assert await work.suggestions.alike(ids[one], one) == ()
        assert await work.suggestions.alike(ids[other], other) == ()
        assert await work.suggestions.unlike(ids[other]) == 1
        assert await work.suggestions.may_be_alike(ids[other]) == 1
        assert len(await work.suggestions.alike(ids[one], one)) == 1


async def test_what_is_in_the_group_is_not_suggested_and_what_is_in_another_says_so(database: Database) -> None:
    ids = await pairs(database)
    one, other = NEAR[0]
    async with database.begin() as work:
        group = await grouped(work, ids[other], ids[NEAR[5][0]])
        (found,) = await work.suggestions.alike(ids[one], one)
        assert found.group_id == group
        await work.groups.join(ids[one], ids[other], seen=None, by=None, now=NOW)
        assert await work.suggestions.alike(ids[one], one) == ()


async def test_filing_anew_takes_the_old_bands_away(database: Database) -> None:
    ids = await pairs(database)
    one = ids[NEAR[0][0]]
    async with database.begin() as work:
        counted = select(func.count()).select_from(LikenessBand)
        before = (await work.transaction.rows(counted))[0][0]
        submission = await work.moderation.submission_of(one)
        assert submission is not None
        row = factories._answer(submission, "issue", 1, 1, "krejt tjetër fjalë", "sq", NOW)
        await work.transaction.execute(insert(AnswerRow), row)
        await work.transaction.execute(update(Contribution).values(filed=False))
        await file_some(work, 1000)
        assert (await work.transaction.rows(counted))[0][0] == before
        assert await work.suggestions.alike(one, "krejt tjetër fjalë") == ()
        await work.commit()


async def test_whoever_goes_takes_it_all_along(database: Database) -> None:
    ids = await pairs(database)
    one, other = (ids[text] for text in NEAR[0])
    async with database.begin() as work:
        await grouped(work, one, other)
        await work.groups.take_out(one, seen=None, by=None, now=NOW)
        await work.suggestions.is_unlike(one, other, None, NOW)
        await work.suggestions.is_unlike(other, one, None, NOW)
        owner = select(Submission.participant_id).join(Contribution).where(Contribution.id == one)
        await work.participants.erase((await work.transaction.rows(owner))[0][0], NOW)
        for model in (GroupLeaving, Unlike, LikenessBand):
            table = Base.metadata.tables[model.__tablename__]
            assert all(one not in tuple(row) for row in await work.transaction.rows(select(table)))
        assert (await work.transaction.rows(select(func.count()).select_from(GroupLeaving)))[0][0] == 1
