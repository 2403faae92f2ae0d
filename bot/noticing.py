"""Notices to many people on their way: whoever has the duty puts them into the outbox, a bounded number ahead.

The relays send them like any other message. Nothing is remembered here: whichever process goes on, after a pause or
after a death, goes on where the database says.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.outbound import to_bodies
from bot.pieces import LIMIT, units
from bot.world import Body, World
from dialogs.exchange import Message
from storage.duty import Duty
from storage.errors import StorageError
from storage.notices import NEWS

log = structlog.get_logger("bot.noticing")

AHEAD: Final = 20.0
"""Seconds of sending that wait in the outbox: long enough to outlast a worker's death, short beside what it delays."""
BATCH: Final = 250
"""People owed a notice in one transaction, at most."""
LOOK_AGAIN: Final = 1.0
"""Seconds between two rounds."""


class Noticing:
    """Keeps the outbox filled with the notices that are running; `rate` is how many a second leave it."""

    def __init__(self, world: World, rate: float) -> None:
        self._world = world
        self._duty = Duty(world.database, world.clock, world.name, "notices")
        self._window = max(1, int(rate * AHEAD))

    async def run(self, stopping: asyncio.Event) -> None:
        """Do the duty until `stopping`, where no other process does."""
        await self._duty.attend(NEWS, self._quietly, stopping, LOOK_AGAIN)

    async def round(self) -> None:
        """Bring every notice forward."""
        async with self._world.database.reading() as unit:
            notices = await unit.notices.at_work()
        for notice in notices:
            while await self._filled(notice):
                continue
            async with self._world.database.begin() as unit:
                await unit.notices.settle(notice, self._world.clock())
                await unit.commit()

    async def _quietly(self) -> None:
        try:
            await self.round()
        except StorageError as error:
            log.warning("notices have to wait", error=type(error).__name__)

    async def _filled(self, notice: int) -> bool:
        """Owe the notice to the next few people, where it is running and few copies wait; return whether it did."""
        async with self._world.database.begin() as unit:
            texts = await unit.notices.texts(notice)
            bodies = {code: body_of(text) for code, text in texts.items()}
            at_most = min(BATCH, self._window)
            owed = await unit.notices.owe_next(notice, at_most, self._window, bodies, self._world.clock())
            await unit.commit()
        return owed > 0


def body_of(text: str) -> Body:
    """Return what the outbox is given of a notice's text."""
    (body,) = to_bodies(Message(text))
    return body


def what_is_wrong(text: str) -> str:
    """Return why a text cannot be sent as one message, empty where it can.

    A message has at most 4,096 UTF-16 units; Telegram turns control characters into spaces.
    """
    if not text.strip():
        return "it is empty"
    if units(text) > LIMIT:
        return f"it has {units(text):,} characters as Telegram counts them, of at most {LIMIT:,}"
    odd = sorted({f"U+{ord(sign):04X}" for sign in text if sign < " " and sign != "\n"})
    return f"it holds control characters: {', '.join(odd)}" if odd else ""
