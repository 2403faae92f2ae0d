"""A duty that one process has at a time, held for as long as it is renewed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.world import World
from storage.errors import StorageError

log = structlog.get_logger("bot.lease")

LASTS: Final = timedelta(seconds=15)
RENEWED_AFTER: Final = timedelta(seconds=5)


class Duty:
    """The duty `name`; its holder is this process, in whichever of its lives."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name
        self._holder = world.name.rpartition("/")[0] or world.name
        self._renewed: datetime | None = None

    async def held(self) -> bool:
        """Take or keep the duty; return whether it is ours at this moment."""
        now = self._world.clock()
        if self._renewed is not None and now - self._renewed < RENEWED_AFTER:
            return True
        try:
            mine = await self._take(now)
        except StorageError as error:
            log.warning("the duty cannot be renewed", name=self._name, error=type(error).__name__)
            mine = False
        self._renewed = now if mine else None
        return mine

    async def release(self) -> None:
        """Let go of the duty, so that another process need not wait until it runs out."""
        self._renewed = None
        try:
            async with self._world.database.begin() as unit:
                await unit.leases.give_up(self._name, self._holder)
                await unit.commit()
        except StorageError as error:
            log.info("the duty runs out by itself", name=self._name, error=type(error).__name__)

    async def _take(self, now: datetime) -> bool:
        async with self._world.database.begin() as unit:
            mine = await unit.leases.take(self._name, self._holder, now + LASTS, now)
            await unit.commit()
        return mine
