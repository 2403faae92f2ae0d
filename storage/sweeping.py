"""What deleting leaves behind in the files, and taking that out too, once in a while.

SQLite overwrites what it deletes, but not the copies it left where a page was split. PostgreSQL overwrites nothing:
VACUUM frees the place of a deleted row and leaves its bytes there. So both write their tables anew, and the log is
written over: a measured necessity, see tests/journeys/test_erased.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import holdings
from storage.database import Database, sqlite_path
from storage.errors import Failures
from storage.tombstones import SWEPT

log = structlog.get_logger("storage.sweeping")

LARGEST: Final = 4 * 1024**3
"""Bytes of a table, or of an SQLite file, that is written anew while people wait; beyond, an administrator decides."""
MOST_LOG: Final = 1024**3
"""Bytes by which the log is pushed on at most."""
LIMITS = ("SET lock_timeout = '3s'", "SET statement_timeout = '180s'")
"""How long others are held up before a table is left for the next time, and how long one may take."""
PIECE: Final = 1024**2


async def sweep(database: Database, now: datetime) -> bool:
    """Take what was deleted out of the files, where somebody went since; return False where something is left."""
    async with database.reading() as unit:
        waiting, fresh = await unit.tombstones.unswept(), await unit.tombstones.fresh()
    if not waiting:
        return True
    if database.is_sqlite:
        times = SWEPT if await _sweep_sqlite(database) else 0
    else:
        times = await _sweep_postgres(database, fresh=fresh)
    async with database.begin() as unit:
        await unit.tombstones.swept(now, times)
        left = await unit.tombstones.unswept()
        await unit.commit()
    return not left


async def _sweep_sqlite(database: Database) -> bool:
    path = sqlite_path(database.url)
    if path is not None and path.stat().st_size > LARGEST:
        log.warning("the database could not be written anew", reason="it is too large to hold everybody up")
        return False
    return await database.after_erasure(anew=True)


async def _sweep_postgres(database: Database, *, fresh: bool) -> int:
    """Return what this counts for: twice where the log was surely written over, else once; 0 where a table is left."""
    async with database.maintaining() as connection:
        for limit in LIMITS:
            await connection.execute(text(limit))
        left = [each.name for each in holdings.tables() if fresh and not await _written_anew(connection, each.name)]
        if left:
            log.warning("a table could not be written anew", name=",".join(left))
            return 0
        return SWEPT if await _push_log(connection) else 1


async def _written_anew(connection: AsyncConnection, table: str) -> bool:
    size = await connection.execute(text("SELECT pg_total_relation_size(to_regclass(:table))"), {"table": table})
    if int(size.scalar_one()) > LARGEST:
        return False
    for _ in range(3):
        try:
            await connection.execute(text(f'VACUUM (FULL) "{table}"'))
        except Failures:  # somebody holds it for longer than we hold others up
            continue
        return True
    return False


async def _push_log(connection: AsyncConnection) -> bool:
    """Write zeros over what the log held; return whether that is certain, for it takes the right to CHECKPOINT.

    A checkpoint makes the segments before it the next ones to be written, one after another. Without the right, they
    are when the server's own checkpoint comes, in a few minutes: a second sweep writes over them.
    """
    segment = await _size(connection, "wal_segment_size")
    if not await _checkpoint(connection):
        await _emit(connection, min(segment + await _size(connection, "min_wal_size"), MOST_LOG))
        return False
    await _emit(connection, segment)  # out of the segment that is being written
    await _checkpoint(connection)
    there = await connection.execute(text("SELECT sum(size) FROM pg_ls_waldir()"))
    await _emit(connection, min(segment + int(there.scalar_one()), MOST_LOG))
    return await _checkpoint(connection)


async def _checkpoint(connection: AsyncConnection) -> bool:
    """Ask for a checkpoint; return whether we may, and may look at the log as well."""
    try:
        await connection.execute(text("SELECT count(*) FROM pg_ls_waldir()"))
        await connection.execute(text("CHECKPOINT"))
    except Failures:
        return False
    return True


async def _size(connection: AsyncConnection, setting: str) -> int:
    found = await connection.execute(text("SELECT pg_size_bytes(current_setting(:name))"), {"name": setting})
    return int(found.scalar_one())


async def _emit(connection: AsyncConnection, size: int) -> None:
    """Write messages to nobody into the log, `size` bytes of zeros in all."""
    statement = text("SELECT count(pg_logical_emit_message(false, 'kuvendo', repeat('0', :piece)))")
    for _ in range(-(-size // PIECE)):
        await connection.execute(statement, {"piece": PIECE})
