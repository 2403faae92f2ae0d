"""PostgreSQL's own words for somebody else having been faster: each is a Conflict, and whoever meets it goes again."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from storage import holdings
from storage.database import Database
from storage.errors import Conflict
from storage.keys import Keyring
from storage.migrate import upgrade
from storage.models import Contribution
from storage.retention import Periods, carry_out
from storage.unit_of_work import UnitOfWork
from tests.storage.people import arrive, publish, submit
from tests.storage.people import text as said

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TOUCH = text("UPDATE participants SET created_at = created_at + interval '1 s' WHERE id = :person")


@pytest.fixture
async def database(postgres_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    await asyncio.to_thread(upgrade, postgres_url)
    database = Database(postgres_url, keyring)
    yield database
    await database.close()


async def test_of_two_that_wait_for_one_another_one_is_told_and_goes_again(database: Database) -> None:
    people = [await arrive(database, NOW, number) for number in (1, 2)]
    met, told = asyncio.Barrier(2), 0

    async def touch(first: int) -> None:
        nonlocal told
        for attempt in range(3):
            try:
                async with database.begin() as unit:
                    await _touch(unit, people[first])
                    if not attempt:
                        await met.wait()
                    await _touch(unit, people[1 - first])
                    await unit.commit()
                    return
            except Conflict:
                told += 1
        raise AssertionError("it was told again and again")

    await asyncio.wait_for(asyncio.gather(touch(0), touch(1)), 60)
    assert told  # mostly once; whoever goes again may be quick enough to meet the other half-way once more


async def test_what_cannot_be_put_in_one_order_is_a_conflict(database: Database) -> None:
    person = await arrive(database, NOW, 1)
    with pytest.raises(Conflict, match="SerializationFailure"):
        await _overtaken(database, person)


# --- the head of the record -------------------------------------------------------------------------------------------


async def _somebody_waits(database: Database) -> None:
    """Return once a connection waits for a lock that another one has."""
    waiting = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    async with asyncio.timeout(60):
        while True:
            async with database.reading() as unit:
                if await unit.transaction.first(waiting) is not None:
                    return
            await asyncio.sleep(0.01)


async def test_forgetting_many_waits_for_one_who_goes_at_that_moment_and_nobody_is_turned_away(
    database: Database,
) -> None:
    """The first is erased, which is written into the record; the second is just erasing themselves."""
    people = sorted([await arrive(database, NOW, number) for number in (1, 2)])
    periods = Periods(*(timedelta(days=1) for _ in range(7)))
    async with database.begin() as unit:
        await holdings.alone(unit.transaction, people[1])
        forgetting = asyncio.create_task(carry_out(database, periods, NOW + timedelta(days=2)))
        await _somebody_waits(database)
        await unit.participants.erase(people[1], NOW + timedelta(days=2))
        await unit.commit()
    found = await asyncio.wait_for(forgetting, 60)
    assert (found[0].what, found[0].count) == ("addresses", 1)
    async with database.reading() as unit:
        assert [each.action for each in await unit.audit.deeds(9)] == ["participant erased"] * 2
        assert (await unit.audit.verify()).is_sound
        assert (await unit.tombstones.mark())[0] == 2


async def test_whoever_decides_about_somebody_who_goes_is_not_turned_away(database: Database) -> None:
    await publish(database, NOW)
    person = await arrive(database, NOW, 1)
    await submit(database, person, NOW, said("issue", 1, (5, "rruga")))
    async with database.begin() as unit:
        staff = (await unit.staff.add("Ana", "hash", "moderator", [], "sq", NOW)).id
        row = await unit.transaction.first(select(Contribution.id))
        await unit.commit()
    assert row is not None
    async with database.begin() as unit:
        await unit.moderation.set_status(row.id, "ready", seen=0, by=staff, now=NOW)
        going = asyncio.create_task(_erase(database, person))
        await _somebody_waits(database)
        await unit.audit.add(staff, "status set", f"{row.id} ready", NOW)
        await unit.commit()
    await asyncio.wait_for(going, 60)
    async with database.reading() as unit:
        assert await unit.moderation.standing(row.id) is None
        assert [each.action for each in await unit.audit.deeds(2)] == ["participant erased", "status set"]


async def test_an_administrator_who_is_held_can_still_be_written_into_the_record(database: Database) -> None:
    async with database.begin() as unit:
        chief = await unit.staff.add("Ana", "hash", "administrator", [], "sq", NOW)
        await unit.commit()
    async with database.begin() as unit:
        assert len(await unit.staff.hold_administrators()) == 1
        async with database.begin() as other:
            await asyncio.wait_for(other.audit.add(chief.id, "login", "", NOW), 60)
            await other.commit()
        await unit.audit.add(chief.id, "staff.disable", f"{chief.id}", NOW)
        await unit.commit()


async def _erase(database: Database, person: uuid.UUID) -> None:
    async with database.begin() as unit:
        await unit.participants.erase(person, NOW)
        await unit.commit()


async def _overtaken(database: Database, person: object) -> None:
    """Change a row in a transaction that began before somebody else changed it."""
    async with database.begin() as unit:
        await unit.transaction.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await unit.transaction.rows(text("SELECT 1 FROM participants"))
        async with database.begin() as other:
            await _touch(other, person)
            await other.commit()
        await _touch(unit, person)


async def _touch(unit: UnitOfWork, person: object) -> None:
    await unit.transaction.execute(TOUCH, {"person": person})
