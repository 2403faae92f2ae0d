"""What deleting leaves in the files is taken out, as far as one may and as soon as nobody is in the way."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from storage import sweeping
from storage.database import Database
from storage.keys import Keyring
from storage.migrate import upgrade
from storage.models import Participant, Tombstone
from storage.sweeping import sweep
from tests.conftest import administer
from tests.storage.people import publish
from tests.storage.test_erasure import erase, files_of, live, marker


@pytest.fixture
async def owned(postgres_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    """A PostgreSQL database whose owner may nothing beyond it."""
    server = make_url(postgres_url)
    name = f"owner_{server.database}"
    administer(server, f'CREATE ROLE "{name}" LOGIN')
    administer(server, f'ALTER DATABASE "{server.database}" OWNER TO "{name}"')
    address = server.set(username=name).render_as_string(hide_password=False)
    await asyncio.to_thread(upgrade, address)
    database = Database(address, keyring)
    yield database
    await database.close()
    administer(server, f'REASSIGN OWNED BY "{name}" TO postgres')
    administer(server, f'DROP OWNED BY "{name}"')
    administer(server, f'DROP ROLE "{name}"')


async def sweeps(database: Database) -> list[int]:
    async with database.reading() as unit:
        return [row[0] for row in await unit.transaction.rows(select(Tombstone.sweeps))]


async def test_nothing_is_swept_where_nobody_went(database: Database, now: datetime) -> None:
    assert await sweep(database, now)


@pytest.mark.bare
async def test_an_owner_without_further_rights_sweeps_twice(owned: Database, now: datetime) -> None:
    await publish(owned, now)
    await erase(owned, await live(owned, 1, now))
    assert not await sweep(owned, now)
    assert await sweeps(owned) == [1]
    assert await sweep(owned, now)
    assert await sweeps(owned) == [2]


async def test_a_table_that_somebody_holds_waits_for_the_next_time(
    postgres: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "LIMITS", ("SET lock_timeout = '100ms'",))
    await publish(postgres, now)
    await erase(postgres, await live(postgres, 1, now))
    async with postgres.reading() as unit:
        await unit.transaction.rows(select(Participant.id))
        assert not await sweep(postgres, now)
    assert await sweeps(postgres) == [0]
    assert await sweep(postgres, now)


async def test_people_talk_on_while_tables_are_written_anew(postgres: Database, now: datetime) -> None:
    await publish(postgres, now)
    await erase(postgres, await live(postgres, 1, now))

    async def talk() -> None:
        for number in range(2, 12):
            await live(postgres, number, now)

    talking = asyncio.create_task(talk())
    assert await sweep(postgres, now)
    await talking
    async with postgres.reading() as unit:
        assert len(await unit.transaction.rows(select(Participant.id))) == 10


async def test_what_people_wrote_is_in_no_statistics(postgres: Database, now: datetime) -> None:
    await publish(postgres, now)
    for number in range(20):
        await live(postgres, number, now)
    async with postgres.maintaining() as connection:
        await connection.execute(text("ANALYZE"))
        found = await connection.execute(text("SELECT * FROM pg_stats WHERE schemaname = 'public'"))
        told = [repr(tuple(row)) for row in found.all() if row.attname != "unreachable_why"]  # a word of ours
    assert any("digital" in each for each in told), "there are statistics"
    assert [each for each in told if "ZQX" in each] == []


async def test_a_reader_who_holds_the_log_of_sqlite_delays_the_sweep(
    sqlite_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    await asyncio.to_thread(upgrade, sqlite_url)
    database = Database(sqlite_url, keyring)
    await publish(database, now)
    person = await live(database, 1, now)
    async with database.reading() as reader:
        await reader.transaction.rows(select(Participant.id))
        async with database.begin() as unit:
            await unit.participants.erase(person, now)
            await unit.commit()
        assert not await sweep(database, now)
    assert await sweep(database, now)
    assert marker(1).encode() not in files_of(database)
    await database.close()


def test_sqlite_needs_more_than_secure_delete(tmp_path: Path) -> None:
    """What the sweep is for there; where this fails, SQLite has learned to overwrite what it moves."""
    for seed in range(8):
        before, after = _left_by_sqlite(tmp_path / f"{seed}.db", seed)
        assert not after
        if before:
            return
    pytest.fail("nothing was left where it stood before")


def _left_by_sqlite(path: Path, seed: int) -> tuple[int, int]:
    """Return how many of those deleted are still found in the file: before it is written anew, and after."""
    chance = random.Random(seed)
    people = [chance.randbytes(16).hex() for _ in range(200)]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA synchronous=OFF")  # what a disk is told to do at once changes no byte
        connection.execute("CREATE TABLE said (id INTEGER PRIMARY KEY, person TEXT, number INTEGER, words TEXT)")
        for person in people * 20:
            words = "w" * chance.choice((100, 300, 3300))
            said = connection.execute("INSERT INTO said (person, words) VALUES (?, ?)", (person, words)).lastrowid or 0
            if chance.random() < 0.9:  # as a message's number is filled in a little later
                earlier = max(1, said - chance.randrange(5))
                connection.execute("UPDATE said SET number = ? WHERE id = ?", (10**9, earlier))
        gone = people[::2]
        for person in gone:
            connection.execute("DELETE FROM said WHERE person = ?", (person,))
        before = _found(path, gone)
        connection.execute("VACUUM")
    return before, _found(path, gone)


def _found(path: Path, people: Sequence[str]) -> int:
    content = path.read_bytes()
    return sum(person.encode() in content for person in people)
