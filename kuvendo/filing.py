"""Filing without end: whatever came in, or was changed by its author, is made ready for the secretariat at once.

Woken by whoever committed it, and looking every second all the same. Several processes may do it at the same time.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from storage.database import Database
from storage.errors import StorageError
from storage.filing import TOPIC, anything_waits, file_some
from storage.wake import rest

log = structlog.get_logger("kuvendo.filing")

BATCH: Final = 100
"""Contributions filed in one transaction, at most: the bot's own work is never kept waiting long."""
LOOK_AGAIN: Final = 1.0
"""Seconds between two looks where nobody says a word."""


class Filing:
    """Files until told to stop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, stopping: asyncio.Event) -> None:
        """Do the duty until `stopping`."""
        with self._database.wakes.listening(TOPIC) as ear:
            while not stopping.is_set():
                await self._quietly()
                await rest(ear, stopping, LOOK_AGAIN)

    async def round(self) -> int:
        """File until nothing waits, and return how many that were."""
        filed = 0
        async with self._database.reading() as unit:
            more = int(await anything_waits(unit))
        while more:
            async with self._database.begin() as unit:
                more = await file_some(unit, BATCH)
                await unit.commit()
            filed += more
        return filed

    async def _quietly(self) -> None:
        try:
            filed = await self.round()
        except StorageError as error:
            log.warning("contributions wait to be filed", error=type(error).__name__)
            return
        if filed:
            log.info("contributions filed", count=filed)
