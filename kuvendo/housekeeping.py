"""Work done once in a while, by one process at a time: forgetting what need not be kept any longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from storage.database import Database
from storage.duty import Duty
from storage.errors import StorageError

log = structlog.get_logger("kuvendo.housekeeping")

EVERY: Final = 3600.0
"""Seconds between two rounds."""
UPDATES_KEPT: Final = timedelta(days=7)
"""Telegram repeats no update after a day."""
QUARANTINE_KEPT: Final = timedelta(days=7)
SENT_KEPT: Final = timedelta(days=7)
COUNTERS_KEPT: Final = timedelta(days=1)


class Housekeeping:
    """Prunes numbers of updates, what was sent, what was put aside, and old counters."""

    def __init__(self, database: Database, clock: Callable[[], datetime], process: str) -> None:
        self._database = database
        self._clock = clock
        self._duty = Duty(database, clock, process, "housekeeping")

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

    async def tidy(self) -> int:
        """Forget what is old enough; return how many rows that were."""
        now = self._clock()
        async with self._database.begin() as unit:
            gone = await unit.inbox.prune(now - UPDATES_KEPT)
            gone += await unit.outbox.prune(now - SENT_KEPT)
            gone += await unit.quarantine.prune(now - QUARANTINE_KEPT)
            await unit.staff.prune(now - COUNTERS_KEPT)
            await unit.commit()
        return gone

    async def _quietly(self) -> None:
        try:
            gone = await self.tidy()
        except StorageError as error:
            log.warning("nothing could be tidied", error=type(error).__name__)
            return
        if gone:
            log.info("tidied", count=gone)
