"""What a moderator waits for among very many contributions: queries of the inbox, and whole pages of the dashboard.

Contributions are invented and written straight into the tables, their words as frequent as words are (Zipf); queries
run as the dashboard runs them, through storage.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks import invented, machine, pages
from benchmarks.goals import COUNTS, PAGE, SEARCH, WHOLE, Goal
from benchmarks.invented import BEGAN, CODES, PACE, PEOPLE, SLUGS, word
from benchmarks.servers import Servers
from benchmarks.variants import KEY, TEMPLATE, prepare
from storage.contributions import Contributions
from storage.database import Database
from storage.filters import NOBODY, Filter
from storage.keys import Keyring
from storage.submitted import Place

SIZE: Final = 40
"""Contributions on a page."""
TIMES: Final = 30
WARM: Final = 6
"""How often each is asked before it counts: by then the server has prepared it."""
LONGEST: Final = 3.0
"""Seconds after which a slow query is asked no more, once it was asked `LEAST` times."""
LEAST: Final = 5
ALL: Final = Filter(scope=SLUGS)
RARE, MIDDLE, COMMON = (word(rank) for rank in (2500, 30, 1))
"""Words that about 0.06 %, 5 % and most of all contributions have."""

SIZES: Final = (10_000, 100_000)
SMALL: Final = 50_000
"""Contributions in an SQLite database, which is for as many as that."""

Query = Callable[[Contributions], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of one kind: its title and median, least and most in milliseconds.

    `work` is the processor time of both sides in milliseconds, which others on the machine lengthen less.
    """

    title: str
    kind: Goal
    median: float
    least: float
    most: float
    work: float


Measured = tuple[str, int, list[Asked]]
"""The database's kind, how many contributions it holds, and what was measured."""


def run(sizes: Sequence[int], small: int, servers: Servers, tell: Callable[[str], None]) -> list[Measured]:
    """Time every query among each of `sizes` contributions on PostgreSQL, and among `small` on SQLite."""
    found = []
    for size in sizes:
        database = servers.create(TEMPLATE)
        address, began = servers.postgres.url(database), time.perf_counter()
        with servers.connect(database) as connection:
            invented.fill_postgres(connection, address, size, tell)
        filled = time.perf_counter() - began
        tell(f"{size:,} contributions in {servers.megabytes(database):,.0f} MB, written in {filled:.0f} s")
        found.append(("PostgreSQL", size, measured(address, size, [servers.pids["postgres"]])))
        servers.drop(database)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kuvendo.db"
        address = f"sqlite+aiosqlite:///{path}"
        prepare(address, Path(folder))
        invented.fill_sqlite(str(path), small)
        found.append(("SQLite", small, measured(address, small)))
    return found


def measured(address: str, contributions: int, server: Sequence[int] = ()) -> list[Asked]:
    """Time every query on the database at `address`, which holds so many contributions; `server` are its processes."""
    return asyncio.run(_measured(address, contributions, server))


async def _measured(address: str, contributions: int, server: Sequence[int]) -> list[Asked]:
    database = Database(address, Keyring.parse(KEY))
    middle = Place(BEGAN + contributions // 2 * PACE, uuid.UUID(int=0))
    week = BEGAN + max(0, contributions - contributions // 8) * PACE
    queries = (*_pages(middle), *_searches(), *_counts(week))
    try:
        found = [await _timed(title, kind, _asking(database, query), server) for title, kind, query in queries]
        async with pages.asked(database) as whole:
            return found + [await _timed(f"page: {title}", WHOLE, ask, server) for title, ask in whole]
    finally:
        await database.close()


def _asking(database: Database, query: Query) -> pages.Ask:
    async def ask() -> None:
        async with database.reading() as work:
            await query(work.contributions)

    return ask


def _page(wanted: Filter, **place: Place) -> Query:
    return lambda inbox: inbox.page(wanted, **place, size=SIZE)


def _count(wanted: Filter) -> Query:
    return lambda inbox: inbox.counts(wanted)


def _pages(middle: Place) -> Iterator[tuple[str, Goal, Query]]:
    one = replace(ALL, scope=SLUGS[:1])
    yield "first page, one consultation", PAGE, _page(one)
    yield "first page, all consultations", PAGE, _page(ALL)
    yield "a page from the middle", PAGE, _page(ALL, before=middle)
    yield "back from the middle", PAGE, _page(ALL, after=middle)
    yield "status", PAGE, _page(replace(ALL, statuses=("ready",)))
    yield "status, theme, one consultation", PAGE, _page(replace(one, statuses=("new",), themes=(CODES[3],)))
    yield "language and questionnaire", PAGE, _page(replace(ALL, languages=("en",), questionnaire="key-issues"))
    yield "what somebody has", PAGE, _page(replace(ALL, assignee=PEOPLE[3]))
    yield "what nobody has", PAGE, _page(replace(ALL, assignee=NOBODY))
    yield "changed by their authors", PAGE, _page(replace(ALL, revised=True))
    yield "a rare theme", PAGE, _page(replace(ALL, themes=(CODES[-1],)))
    yield "next and previous", PAGE, lambda inbox: inbox.neighbours(replace(ALL, statuses=("new",)), middle)


def _searches() -> Iterator[tuple[str, Goal, Query]]:
    narrow = replace(ALL, scope=SLUGS[:1], statuses=("ready",), themes=(CODES[3],))
    for name, words in _words():
        yield f"search, {name}", SEARCH, _page(replace(ALL, words=words))
    yield "search, common, status and theme", SEARCH, _page(replace(narrow, words=COMMON))
    yield "search, rare, status and theme", SEARCH, _page(replace(narrow, words=RARE))


def _words() -> Iterator[tuple[str, str]]:
    yield from (("rare word", RARE), ("middle word", MIDDLE), ("common word", COMMON))
    yield "common and rare word", f"{COMMON} {RARE}"
    yield "a letter", COMMON[0]
    yield "no such word", "zzzzzz"


def _counts(since: Any) -> Iterator[tuple[str, Goal, Query]]:
    yield "counts, everything", COUNTS, _count(ALL)
    yield "counts, status and language", COUNTS, _count(replace(ALL, statuses=("new",), languages=("sq",)))
    yield "counts, one theme", COUNTS, _count(replace(ALL, themes=(CODES[3],)))
    yield "counts, two themes", COUNTS, _count(replace(ALL, themes=CODES[3:5]))
    yield "counts, the last eighth", COUNTS, _count(replace(ALL, since=since))
    for name, words in _words():
        yield f"counts, {name}", COUNTS, _count(replace(ALL, words=words))


async def _timed(title: str, kind: Goal, ask: pages.Ask, server: Sequence[int]) -> Asked:
    times: list[float] = []
    worked, counted_from = 0.0, 0
    since = time.perf_counter()
    while len(times) < WARM + TIMES and (len(times) < LEAST or time.perf_counter() - since < LONGEST):
        if len(times) <= WARM:
            worked, counted_from = machine.used(server) + time.process_time(), len(times)
        began = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - began) * 1000)
    worked = (machine.used(server) + time.process_time() - worked) * 1000 / (len(times) - counted_from)
    counted = sorted(times[counted_from:])
    return Asked(title, kind, statistics.median(counted), counted[0], counted[-1], worked)


def table(found: Sequence[Measured]) -> str:
    """Return a Markdown table of `found`: medians (least–most; processor time of both sides), and how they grow."""
    sizes = [(kind, size) for kind, size, _ in found]
    heads = [f"{kind} {size:,}" for kind, size in sizes]
    rows = [f"| ms | must | aim | {' | '.join(heads)} | growth | met |", "|---" * (len(sizes) + 5) + "|"]
    largest = max((n for n, (kind, _) in enumerate(sizes) if kind == "PostgreSQL"), key=lambda n: sizes[n][1])
    smallest = min((n for n, (kind, _) in enumerate(sizes) if kind == "PostgreSQL"), key=lambda n: sizes[n][1])
    for each in zip(*(asked for _, _, asked in found), strict=True):
        kind, last = each[0].kind, each[largest].median
        cells = [f"{one.median:.1f} ({one.least:.1f}–{one.most:.1f}; {one.work:.1f})" for one in each]
        growth = f"{last / each[smallest].median:.1f}×"
        rows.append(
            f"| {each[0].title} | {kind.must:g} | {kind.aim:g} | {' | '.join(cells)} | {growth} | {kind.met(last)} |"
        )
    return "\n".join(rows)
