"""One database, SQLite or PostgreSQL, and how work on it begins and ends.

Everything that differs between the two is here: the address, the connection's settings, who may write at
once, and what erasure takes after its commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from storage.arrivals import Arrivals
from storage.errors import Failures, Unavailable, translated
from storage.json import dumps, loads
from storage.keys import Keyring
from storage.participants import Arrival
from storage.straight import Straight
from storage.together import Together
from storage.transaction import Transaction
from storage.unit_of_work import Opened, UnitOfWork
from storage.wake import MemoryWakes, Wakes

PATIENCE = 10.0
"""Seconds that work waits for its turn, for a connection, or for somebody else's lock."""

READING = "kuvendo_reading"
"""The execution option of a connection that will only read."""

SQLITE_SETTINGS = (
    "PRAGMA journal_mode=WAL",  # readers and the writer do not wait for each other
    "PRAGMA synchronous=FULL",  # a commit that was confirmed survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten
    f"PRAGMA busy_timeout={int(PATIENCE * 1000)}",
)

POSTGRES_SETTINGS = {
    "application_name": "kuvendo",
    "options": "-c statement_timeout=15s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
    " -c synchronous_commit=on -c timezone=UTC",
}


def normalise(address: str) -> URL:
    """Return the URL of a database with the driver we use; a relative SQLite path is taken from here, once.

    Raises ValueError for anything that is neither SQLite nor PostgreSQL.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # these quote the address, and with it the password
        raise ValueError("KUVENDO_DATABASE_URL is not the address of a database.") from None
    kind = url.get_backend_name()
    if kind in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise ValueError(f"KUVENDO_DATABASE_URL names {kind}; it takes sqlite+aiosqlite or postgresql.")
    in_memory = url.database in {None, "", ":memory:"}
    return url.set(
        drivername="sqlite+aiosqlite",
        database=":memory:" if in_memory else str(Path(url.database or "").absolute()),
    )


def sqlite_path(url: URL) -> Path | None:
    """Return the file of an SQLite database, None for one in memory or for PostgreSQL."""
    if url.get_backend_name() != "sqlite" or url.database in {None, ":memory:"}:
        return None
    return Path(str(url.database))


def make_private(url: URL) -> None:
    """Create the file of an SQLite database, where there is none yet, readable by its owner alone."""
    path = sqlite_path(url)
    if path and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)


@contextmanager
def _own_errors() -> Iterator[None]:
    """Raise storage's own errors in place of a library's, which quote what people wrote."""
    try:
        yield
    except Failures as error:
        raise translated(error).with_traceback(error.__traceback__) from None


class Database:
    """The database at `address`, its identities opened by `keyring`; what is kept there is told through `wakes`.

    Raises ValueError when the address is neither SQLite's nor PostgreSQL's.
    """

    def __init__(self, address: str, keyring: Keyring, *, pool: int = 10, wakes: Wakes | None = None) -> None:
        self.url = normalise(address)
        self.keyring = keyring
        self.wakes = wakes or MemoryWakes()
        self._engine = _engine(self.url, pool)
        # SQLite has one writer. Here they queue in order; left to SQLite they would poll, and some starve.
        self._writers = asyncio.Lock() if self.is_sqlite else None
        # A database in memory has one connection, which readers wait for too.
        self._only = self._writers if sqlite_path(self.url) is None else None
        self._straight = [] if self.is_sqlite else [Straight(self._engine, keyring) for _ in range(2)]
        reads, writes = self._straight or (None, None)
        self._together = Together(self._writing, keyring, writes)
        self._arrivals = Arrivals(reads.opened if reads else self._reading, keyring)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an SQLite one, and so belongs to a single process."""
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Open one unit of work; leaving it without `commit()` undoes everything.

        Raises Unavailable, Conflict or Refused where the database fails. Never open one inside another.
        """
        async with self._writing() as transaction:
            yield UnitOfWork(transaction)

    def together(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work that only writes, and is kept with whatever others wrote at that moment.

        Nothing is read in it. Raises, on `commit()`, what `begin` raises.
        """
        return Opened(self._together.gathering(), self._tell)

    def arrival(self, bot_id: int, update_id: int, chat_id: int) -> asyncio.Future[Arrival | None]:
        """Begin to look up who speaks; the future is None where the update was taken before, and raises Unavailable."""
        return self._arrivals.find(bot_id, update_id, chat_id)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that only reads, and sees one moment of the database; nobody waits for it."""
        async with self._reading() as transaction:
            yield UnitOfWork(transaction)

    async def check(self) -> None:
        """Return when the database answers; raise Unavailable when it does not."""
        with _own_errors():
            async with asyncio.timeout(PATIENCE), self._engine.connect() as connection:
                await connection.execution_options(**{READING: True})
                await connection.execute(text("SELECT 1"))

    @property
    def connections(self) -> tuple[int, int]:
        """How many connections are in use at this moment, and how many are open; (0, 0) in memory."""
        pool = self._engine.pool
        if not isinstance(pool, QueuePool):
            return 0, 0
        return pool.checkedout(), pool.checkedout() + pool.checkedin()

    async def after_erasure(self, patience: float = 1.0, *, anew: bool = False) -> bool:
        """Take what was erased out of the write-ahead log too; call it once the erasure is committed.

        With `anew` the whole file is written anew: SQLite overwrites what is deleted where it stood last, not where it
        stood before a page was split.
        Returns False where a reader still holds the log after `patience` seconds, during which nobody writes: call
        it again later. PostgreSQL recycles its log by itself.
        """
        if not self.is_sqlite:
            return True
        async with self._turn(self._writers):
            with _own_errors():
                return await _truncate_log(self._engine, patience, anew=anew)

    @asynccontextmanager
    async def maintaining(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection of its own, outside any transaction, for work on PostgreSQL's files themselves."""
        with _own_errors():
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                try:
                    yield connection
                finally:
                    await connection.invalidate()  # with whatever was set on it

    async def close(self) -> None:
        """Close every connection."""
        for each in self._straight:
            await each.close()
        await self._engine.dispose()
        await self.wakes.close()

    def _tell(self, transaction: Transaction) -> None:
        if transaction.is_kept:
            for topic in transaction.news:
                self.wakes.cast(topic)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Transaction]:
        async with self._turn(self._writers), self._transaction() as transaction:
            yield transaction
        self._tell(transaction)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Transaction]:
        async with self._turn(self._only), self._transaction(_READING[self.url.get_backend_name()]) as transaction:
            yield transaction

    @asynccontextmanager
    async def _transaction(self, options: Mapping[str, Any] | None = None) -> AsyncIterator[Transaction]:
        with _own_errors():
            async with self._engine.connect() as connection:
                if options:
                    await connection.execution_options(**options)
                yield Transaction(connection, self.keyring)

    def _turn(self, lock: asyncio.Lock | None) -> AbstractAsyncContextManager[None]:
        return nullcontext() if lock is None else _patiently(lock)


_READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {READING: True},
    "postgresql": {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"},
}


@asynccontextmanager
async def _patiently(lock: asyncio.Lock) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            await lock.acquire()
    except TimeoutError:
        raise Unavailable("the database was busy for too long") from None
    try:
        yield
    finally:
        lock.release()


async def _truncate_log(engine: AsyncEngine, patience: float, *, anew: bool) -> bool:
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection  # no transaction may be open
        if anew:
            await driver.execute("VACUUM")
        await driver.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
        async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
            busy, _frames, _moved = await cursor.fetchone()
        await driver.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")
    return not busy


def _engine(url: URL, pool: int) -> AsyncEngine:
    common: dict[str, Any] = {"hide_parameters": True, "json_serializer": dumps, "json_deserializer": loads}
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, common)
    # No ping before each use: it would cost every update a round trip. A lost connection empties the pool,
    # the work in hand fails as Unavailable, and the next one connects anew.
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=PATIENCE,
        pool_recycle=1800,
        pool_use_lifo=True,
        connect_args=POSTGRES_SETTINGS,
        **common,
    )


def _sqlite_engine(url: URL, common: dict[str, Any]) -> AsyncEngine:
    make_private(url)
    # The driver would open no transaction before a SELECT, and two read-modify-writes could pass each other
    # unseen; with its own transactions off, ours begin where we say.
    engine = create_async_engine(url, connect_args={"isolation_level": None, "timeout": PATIENCE}, **common)
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for setting in SQLITE_SETTINGS:
        cursor.execute(setting)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
