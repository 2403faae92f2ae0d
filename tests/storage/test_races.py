"""PostgreSQL's own words for somebody else having been faster: each is a Conflict, and whoever meets it goes again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.errors import Conflict
from storage.keys import Keyring
from storage.migrate import upgrade
from storage.unit_of_work import UnitOfWork
from tests.storage.people import arrive

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
    assert told == 1


async def test_what_cannot_be_put_in_one_order_is_a_conflict(database: Database) -> None:
    person = await arrive(database, NOW, 1)
    with pytest.raises(Conflict, match="SerializationFailure"):
        await _overtaken(database, person)


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
