"""Work done once in a while, by one process at a time: closing by the calendar, forgetting what was kept long enough.

Every minute what has seen its last day is closed, and the list of erasures is brought up to date; old counters go
every hour; what was kept long enough goes once a night, and then the files beneath are swept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final

import structlog

from kuvendo.erasures import Mirror
from storage import undoing
from storage.closing import close_what_is_over
from storage.database import Database
from storage.duty import Duty
from storage.errors import StorageError
from storage.retention import Periods, carry_out
from storage.sweeping import sweep

log = structlog.get_logger("kuvendo.housekeeping")

EVERY: Final = 60.0
"""Seconds between two rounds."""
COUNTERS_EVERY: Final = timedelta(hours=1)
COUNTERS_KEPT: Final = timedelta(days=1)
NIGHT: Final = time(2, 0, tzinfo=UTC)
"""When it is between three and four in Albania, and hardly anybody writes."""
NIGHTLY: Final = "housekeeping/nightly"
DONE: Final = "done"
LONGEST_NIGHT: Final = timedelta(hours=1)
"""After which a night's work is begun again, where whoever began it died."""


class Housekeeping:
    """Forgets whatever was kept long enough, and sweeps up after it."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], process: str, periods: Periods, mirror: Mirror
    ) -> None:
        self._database = database
        self._clock = clock
        self._process = process
        self._periods = periods
        self._mirror = mirror
        self._duty = Duty(database, clock, process, "housekeeping")
        self._counted: datetime | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Do a round now and then until `stopping`."""
        while not stopping.is_set():
            if await self._duty.held():
                await self._quietly()
                await self._duty.release()
            try:
                await asyncio.wait_for(stopping.wait(), EVERY)
            except TimeoutError:
                continue

    async def round(self) -> None:
        """Do whatever is due now."""
        for slug in await close_what_is_over(self._database, self._clock()):
            log.info("a consultation closed at the end of its last day", name=slug)
        try:
            await self._mirror.refresh()
        except OSError as error:
            log.warning("the list of erasures cannot be written", error=type(error).__name__)
        now = self._clock()
        if self._counted is None or now - self._counted >= COUNTERS_EVERY:
            async with self._database.begin() as unit:
                await unit.staff.prune(now - COUNTERS_KEPT)
                await unit.leases.prune(now - COUNTERS_KEPT)
                await undoing.prune(unit, now)
                await unit.commit()
            self._counted = now
        if await self._take_night(now):
            await self.nightly()
            await self._end_night(_next_night(now))

    async def nightly(self) -> int:
        """Let go of what was kept long enough, and take it out of the files; return how many rows that were."""
        now = self._clock()
        found = await carry_out(self._database, self._periods, now)
        gone = sum(each.count for each in found)
        for each in found:
            if each.count:
                log.info("kept long enough", kind=each.what, count=each.count)
        if not await sweep(self._database, now):
            log.info("the files are swept again next night")
        return gone

    async def _take_night(self, now: datetime) -> bool:
        """Take the night's work, where nobody did it yet or whoever began it died."""
        async with self._database.begin() as unit:
            mine = await unit.leases.take(NIGHTLY, self._process, now + LONGEST_NIGHT, now)
            await unit.commit()
        return mine

    async def _end_night(self, next_one: datetime) -> None:
        """Let nobody do it again before the next night."""
        async with self._database.begin() as unit:
            await unit.leases.announce(NIGHTLY, DONE, next_one)
            await unit.commit()

    async def _quietly(self) -> None:
        try:
            await self.round()
        except StorageError as error:
            log.warning("housekeeping could not be done", error=type(error).__name__)


def _next_night(now: datetime) -> datetime:
    tonight = datetime.combine(now.date(), NIGHT)
    return tonight if now < tonight else tonight + timedelta(days=1)
