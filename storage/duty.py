"""What one process holds and no other: a duty, for as long as it is renewed, and messages it took on to send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from storage.database import Database
from storage.errors import StorageError
from storage.wake import rest

log = structlog.get_logger("storage.duty")

LASTS: Final = timedelta(seconds=15)
RENEWED_AFTER: Final = timedelta(seconds=5)


class Duty:
    """The duty `name`; its holder is the process named `process`, in whichever of its lives."""

    def __init__(self, database: Database, clock: Callable[[], datetime], process: str, name: str) -> None:
        self._database = database
        self._clock = clock
        self._name = name
        self._holder = process.rpartition("/")[0] or process
        self._renewed: datetime | None = None

    async def held(self) -> bool:
        """Take or keep the duty; return whether it is ours at this moment."""
        now = self._clock()
        if self._renewed is not None and now - self._renewed < RENEWED_AFTER:
            return True
        try:
            mine = await self._take(now)
        except StorageError as error:
            log.warning("the duty cannot be renewed", name=self._name, error=type(error).__name__)
            mine = False
        self._renewed = now if mine else None
        return mine

    async def attend(
        self, topic: str, work: Callable[[], Awaitable[None]], stopping: asyncio.Event, every: float
    ) -> None:
        """Do `work` until `stopping`, where no other process does, as often as `topic` is cast.

        `every` is how many seconds may pass without.
        """
        with self._database.wakes.listening(topic) as ear:
            while not stopping.is_set():
                if await self.held():
                    await work()
                await rest(ear, stopping, every)
        await self.release()

    async def release(self) -> None:
        """Let go of the duty, so that another process need not wait until it runs out."""
        self._renewed = None
        try:
            async with self._database.begin() as unit:
                await unit.leases.give_up(self._name, self._holder)
                await unit.commit()
        except StorageError as error:
            log.info("the duty runs out by itself", name=self._name, error=type(error).__name__)

    async def _take(self, now: datetime) -> bool:
        async with self._database.begin() as unit:
            mine = await unit.leases.take(self._name, self._holder, now + LASTS, now)
            await unit.commit()
        return mine


async def hand_back(database: Database, process: str, *, earlier_lives: bool) -> None:
    """Free the messages that `process`, or an earlier life of it, had leased and will not send."""
    try:
        async with database.begin() as unit:
            freed = await (unit.outbox.reclaim if earlier_lives else unit.outbox.release)(process)
            await unit.commit()
    except StorageError as error:
        log.info("leases run out by themselves", error=type(error).__name__)
        return
    if freed:
        log.info("leases handed back", count=freed)
