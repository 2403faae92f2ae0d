"""Which keys each process works with: told to the others while it runs, and taken up anew where the key file changes.

An address may only be put under another key once everybody at work can find it there (`kuvendo keys rotate`), and a
database only be replaced when nobody works with it (`kuvendo restore`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from kuvendo.trouble import Trouble
from storage.database import Database
from storage.errors import StorageError
from storage.keys import Keyring

log = structlog.get_logger("kuvendo.keyholding")

PREFIX: Final = "keys/"
LOOK_AGAIN: Final = 2.0
"""Seconds until a process takes up the keys of a changed file."""
RENEWED: Final = timedelta(seconds=10)
LASTS: Final = timedelta(seconds=40)
"""How long somebody is taken to be at work who has not said so again."""


class Keyholder:
    """Says which keys the process `process` works with, and takes up those that `read` returns."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], process: str, read: Callable[[], Keyring]
    ) -> None:
        self._database = database
        self._clock = clock
        self._name = PREFIX + (process.rpartition("/")[0] or process)
        self._read = read
        self._said: datetime | None = None

    async def enter(self) -> None:
        """Say that we are here; raise Trouble where we and somebody at work would not find what the other writes."""
        until = self._clock() + LASTS  # for so long somebody who died is taken to be at work
        while stranger := await self._stranger():
            if self._clock() > until:
                raise Trouble(
                    f"{stranger} works with another secret key: put the new key last in KUVENDO_SECRET_KEY, restart "
                    "every process, and only then put it first."
                )
            await asyncio.sleep(LOOK_AGAIN)
        await self._announce()

    async def run(self) -> None:
        """Keep saying so, and look at the keys now and then, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            changed = self._look()
            if changed or self._said is None or self._clock() - self._said >= RENEWED:
                await self._announce()

    async def leave(self) -> None:
        """Say that we are gone."""
        with suppress(StorageError):
            async with self._database.begin() as unit:
                await unit.leases.give_up(self._name, self._holder())
                await unit.commit()

    def _look(self) -> bool:
        try:
            changed = self._database.keyring.take_up(self._read())
        except Trouble as trouble:
            log.warning("the keys cannot be read", reason=str(trouble))
            return False
        if changed:
            log.info("other keys taken up", count=len(self._database.keyring.keys))
        return changed

    async def _announce(self) -> None:
        now = self._clock()
        try:
            async with self._database.begin() as unit:
                await unit.leases.announce(self._name, self._holder(), now + LASTS)
                await unit.commit()
            self._said = now
        except StorageError as error:
            log.warning("our keys cannot be told", error=type(error).__name__)

    async def _stranger(self) -> str | None:
        """Return somebody else at work whose newest key we do not have, or who does not have ours."""
        ours = self._database.keyring.names
        for name, holder in (await at_work(self._database, self._clock())).items():
            theirs = holder.split(",")
            if name != self._name and (theirs[0] not in ours or ours[0] not in theirs):
                return name.removeprefix(PREFIX)
        return None

    def _holder(self) -> str:
        return ",".join(self._database.keyring.names)


async def at_work(database: Database, now: datetime) -> dict[str, str]:
    """Return the processes at work and the names of the keys each has, newest first."""
    async with database.reading() as unit:
        return await unit.leases.standing(PREFIX, now)


@asynccontextmanager
async def holding(
    database: Database, clock: Callable[[], datetime], process: str, read: Callable[[], Keyring]
) -> AsyncIterator[None]:
    """Be known to be at work; raises Trouble where somebody else's keys are not enough."""
    keyholder = Keyholder(database, clock, process, read)
    await keyholder.enter()
    work = asyncio.create_task(keyholder.run())
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        await keyholder.leave()
