"""What the secretariat waits for among very many submissions: a page, the counts, an export.

Queries run as the dashboard runs them, through storage on PostgreSQL; the export is the command itself.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import growth, machine
from benchmarks.servers import Servers
from benchmarks.variants import KEY, surroundings
from storage.database import Database
from storage.keys import Keyring
from storage.models import AnswerRow, Base, Contribution, Participant, Submission

READ: Final = {model.__tablename__ for model in (Participant, Submission, Contribution, AnswerRow)}
"""What these queries read; the rest is not copied."""
TABLES: Final = [table for table in Base.metadata.sorted_tables if table.name in READ]
SIZE: Final = 40
"""Submissions on a page."""
WHERE: Final = "digital-governance"
TIMES: Final = 9


@dataclass(frozen=True, slots=True)
class Seen:
    """One query: its median in milliseconds, its least and most, and what is asked of it."""

    title: str
    median: float
    least: float
    most: float
    must: float
    aim: float


@dataclass(frozen=True, slots=True)
class Exported:
    """One export: rows a second, and the most memory in megabytes it held."""

    format: str
    rows: float
    memory: float


def run(submissions: int, servers: Servers, tell: Callable[[str], None]) -> tuple[list[Seen], list[Exported]]:
    """Time every query and export among so many submissions."""
    seed = growth.seeded(servers)
    people = growth.multiply(seed, submissions // 2, TABLES, servers)
    tell(f"{people} participants, about two submissions each, in {servers.megabytes(seed):.0f} MB")
    address = servers.postgres.url(seed)
    seen = asyncio.run(_seen(address))
    exported = [_exported(address, form) for form in ("jsonl", "csv")]
    servers.drop(seed)
    return seen, exported


async def _seen(address: str) -> list[Seen]:
    database = Database(address, Keyring.parse(KEY))
    try:
        return [
            await _timed(
                "newest page of the inbox", 5, 1, database, lambda work: work.reading.page([WHERE], size=SIZE)
            ),
            await _timed("a page from the middle", 5, 1, database, await _middle(database)),
            await _timed("counts", 200, 5, database, lambda work: work.reading.counts([WHERE])),
        ]
    finally:
        await database.close()


async def _middle(database: Database) -> Callable[[Any], Awaitable[object]]:
    """Return the reading of a page half-way through the inbox."""
    async with database.reading() as work:
        newest = (await work.reading.page([WHERE], size=1)).submissions[0].place
        oldest = (await work.reading.next_in(WHERE, None, 1))[0].place
    place = newest._replace(at=oldest.at + (newest.at - oldest.at) / 2)
    return lambda work: work.reading.page([WHERE], before=place, size=SIZE)


async def _timed(
    title: str, must: float, aim: float, database: Database, query: Callable[[Any], Awaitable[object]]
) -> Seen:
    times: list[float] = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        async with database.reading() as work:
            await query(work)
        times.append((time.perf_counter() - began) * 1000)
    warm: Sequence[float] = sorted(times[1:])
    return Seen(title, statistics.median(warm), warm[0], warm[-1], must, aim)


def _exported(address: str, form: str) -> Exported:
    settings = {"KUVENDO_DATABASE_URL": address, "KUVENDO_SECRET_KEY": KEY}
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / f"export.{form}"
        arguments = ("-m", "kuvendo", "export", "--consultation", WHERE, "--format", form, "--output", str(output))
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=surroundings(settings),
            cwd=folder,
            preexec_fn=lambda: machine.pin(machine.BOTS),  # noqa: PLW1509 - one call of the system
        )
        most = 0.0
        while process.poll() is None:
            most = max(most, machine.peak(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, arguments)
        with output.open("rb") as file:
            rows = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    return Exported(form, rows / seconds, most)
