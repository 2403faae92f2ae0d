"""The database itself: addresses, transactions, what erasure takes, errors that quote nobody."""

from __future__ import annotations

import asyncio
import stat
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from storage.database import Database, normalise, sqlite_path
from storage.errors import Conflict, Refused, StorageError, Unavailable
from storage.keys import Keyring
from storage.migrate import upgrade
from storage.models import Lease
from tests.servers import running_postgres


async def test_leaving_without_commit_undoes_everything(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        await uow.transaction.execute(insert(Lease), {"name": "a", "holder": "b", "until": now})
    async with database.reading() as uow:
        assert await uow.transaction.rows(select(Lease.name)) == []


async def test_what_is_committed_is_there(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        await uow.transaction.execute(insert(Lease), {"name": "a", "holder": "b", "until": now})
        await uow.commit()
    async with database.reading() as uow:
        assert [tuple(row) async for row in uow.transaction.stream(select(Lease.name, Lease.until))] == [("a", now)]


async def test_nothing_follows_a_commit(database: Database) -> None:
    async with database.begin() as uow:
        await uow.commit()
        with pytest.raises(RuntimeError):
            await uow.transaction.first(select(Lease.name))
        with pytest.raises(RuntimeError):
            await uow.commit()


async def test_read_modify_writes_at_the_same_time_all_count(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        await uow.transaction.execute(insert(Lease), {"name": "a", "holder": "0", "until": now})
        await uow.commit()

    async def count() -> None:
        async with database.begin() as uow:
            row = await uow.transaction.first(select(Lease.holder).with_for_update())
            assert row is not None
            await asyncio.sleep(0.001)
            await uow.transaction.execute(text("UPDATE leases SET holder = :n"), {"n": str(int(row[0]) + 1)})
            await uow.commit()

    await asyncio.gather(*(count() for _ in range(20)))
    async with database.reading() as uow:
        assert (await uow.transaction.first(select(Lease.holder))) == ("20",)


async def test_postgresql_refuses_a_reader_that_writes(postgres: Database, now: datetime) -> None:
    with pytest.raises(StorageError):
        async with postgres.reading() as uow:
            await uow.transaction.execute(insert(Lease), {"name": "a", "holder": "b", "until": now})


async def test_readers_do_not_wait_for_the_writer(database: Database, now: datetime) -> None:
    async with database.begin() as writer:
        await writer.transaction.execute(insert(Lease), {"name": "a", "holder": "b", "until": now})
        async with database.reading() as reader:
            assert await reader.transaction.rows(select(Lease.name)) == []


async def test_a_row_that_clashes_is_a_conflict_and_quotes_nothing(database: Database, now: datetime) -> None:
    values = {"name": "tajna", "holder": "b", "until": now}
    with pytest.raises(Conflict) as caught:
        async with database.begin() as uow:
            await uow.transaction.execute(insert(Lease), [values, values])
    assert "tajna" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_statement_that_makes_no_sense_is_refused(postgres: Database) -> None:
    with pytest.raises(Refused):
        async with postgres.begin() as uow:
            await uow.transaction.execute(text("SELECT tajna FROM leases"))


async def test_a_connection_kept_for_lookups_that_is_cut_is_opened_again(postgres: Database) -> None:
    assert await postgres.arrival(1, 1, 5) is not None
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    async with postgres.begin() as uow:
        await uow.transaction.rows(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    with pytest.raises(Unavailable):
        await postgres.arrival(1, 1, 5)
    assert await postgres.arrival(1, 1, 5) is not None


async def test_what_is_kept_in_one_statement_clashes_and_quotes_nothing(postgres: Database, now: datetime) -> None:
    async def take() -> None:
        async with postgres.together() as uow:
            await uow.inbox.take(1, 70707, now)
            await uow.commit()

    await take()
    with pytest.raises(Conflict) as caught:
        await take()
    assert "70707" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert await postgres.arrival(1, 70707, 5) is None


async def test_check_says_whether_the_database_answers(database: Database, keyring: Keyring) -> None:
    await database.check()
    gone = Database("postgresql://nobody@/none?host=/nowhere", keyring)
    with pytest.raises(Unavailable):
        await gone.check()
    await gone.close()


async def test_in_memory_work_waits_for_its_turn(keyring: Keyring) -> None:
    database = Database("sqlite://", keyring)
    async with database.begin() as uow:
        await uow.transaction.execute(text("CREATE TABLE t (n INTEGER)"))
        await uow.commit()

    async def write() -> None:
        async with database.begin() as uow:
            await uow.transaction.execute(text("INSERT INTO t VALUES (1)"))
            await uow.commit()

    async def read() -> None:
        async with database.reading() as uow:
            await uow.transaction.rows(text("SELECT n FROM t"))

    await asyncio.gather(*(work() for _ in range(10) for work in (write, read)))
    async with database.reading() as uow:
        assert await uow.transaction.first(text("SELECT count(*) FROM t")) == (10,)
    await database.close()


async def test_sqlite_keeps_what_it_confirmed_and_overwrites_what_it_deletes(sqlite_url: str, keyring: Keyring) -> None:
    database = Database(sqlite_url, keyring)
    async with database.reading() as uow:
        settings = [
            (await uow.transaction.rows(text(f"PRAGMA {name}")))[0][0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert settings == ["wal", 2, 1, 1]
    await database.close()


async def test_postgresql_waits_for_the_disk(postgres: Database) -> None:
    async with postgres.reading() as uow:
        names = ("synchronous_commit", "statement_timeout")
        assert [(await uow.transaction.rows(text(f"SHOW {name}")))[0][0] for name in names] == ["on", "15s"]


async def test_only_the_owner_reads_the_file(sqlite_url: str, keyring: Keyring) -> None:
    database = Database(sqlite_url, keyring)
    await database.check()
    path = sqlite_path(database.url)
    assert path is not None
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.glob("kuvendo.db*")} == {0o600}
    await database.close()


async def test_the_log_is_cut_after_an_erasure(sqlite_url: str, keyring: Keyring) -> None:
    database = Database(sqlite_url, keyring)
    async with database.begin() as uow:
        await uow.transaction.execute(text("CREATE TABLE t (n INTEGER)"))
        await uow.commit()
    log = Path(f"{sqlite_path(database.url)}-wal")
    assert log.stat().st_size > 0
    assert await database.after_erasure()
    assert log.stat().st_size == 0
    await database.close()


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgresql://a:b@c/d", "postgresql+psycopg"),
        ("postgres://a:b@c/d", "postgresql+psycopg"),
        ("postgresql+asyncpg://a:b@c/d", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite://", "sqlite+aiosqlite"),
    ],
)
def test_every_usual_spelling_of_an_address_is_understood(given: str, driver: str) -> None:
    assert normalise(given).drivername == driver


def test_a_relative_path_stays_where_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert normalise("sqlite+aiosqlite:///var/x.db").database == str(tmp_path / "var" / "x.db")


@pytest.mark.parametrize("given", ["mysql://a:tajna@b/c", "tajna", "postgresql://a:tajna@b:port/c", ""])
def test_another_address_is_refused_without_quoting_it(given: str) -> None:
    with pytest.raises(ValueError, match="KUVENDO_DATABASE_URL") as caught:
        normalise(given)
    assert "tajna" not in str(caught.value)


async def test_a_server_that_fell_is_unavailable_until_it_is_back(keyring: Keyring, now: datetime) -> None:
    with running_postgres() as server:
        upgrade(server.url())
        database = Database(server.url(), keyring)

        async def fall_before_the_commit() -> None:
            async with database.begin() as uow:
                await uow.inbox.seen(1, 5, now)
                server.stop()
                await uow.commit()

        with pytest.raises(Unavailable):
            await fall_before_the_commit()
        with pytest.raises(Unavailable):
            await database.check()
        server.start()
        await database.check()
        async with database.begin() as uow:
            assert not await uow.inbox.seen(1, 5, now), "what was not committed is not there"
        await database.close()
