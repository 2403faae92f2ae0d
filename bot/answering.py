"""What the secretariat writes to authors on its way: whoever has the duty owes it to them, and notes what became of it.

The relays send it like any other message. Nothing is remembered here: a worker that dies anywhere leaves a reply either
as it was, or owed, and owed it is once.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from bot.outbound import to_bodies
from bot.world import World
from dialogs.answering import message, named
from dialogs.exchange import Message
from dialogs.menus import words_of
from dialogs.session import Session
from dialogs.types import FromStaff
from storage.duty import Duty
from storage.errors import Conflict, StorageError
from storage.outbox import Letter
from storage.replies import NEWS, PAUSE, Waiting

log = structlog.get_logger("bot.answering")

BATCH: Final = 50
"""Replies taken in one round."""
LOOK_AGAIN: Final = 1.0
"""Seconds between two rounds."""


class Answering:
    """Owes replies to their authors, `pause` after they were written, and copies what became of them."""

    def __init__(self, world: World, pause: timedelta = PAUSE) -> None:
        self._world = world
        self._pause = pause
        self._duty = Duty(world.database, world.clock, world.name, "replies")

    async def run(self, stopping: asyncio.Event) -> None:
        """Do the duty until `stopping`, where no other process does."""
        await self._duty.attend(NEWS, self._quietly, stopping, LOOK_AGAIN)

    async def round(self) -> None:
        """Owe what can no longer be taken back; settle what was sent or given up."""
        async with self._world.database.reading() as unit:
            waiting = await unit.replies.waiting(BATCH, self._world.clock(), self._pause)
            has_outcomes = await unit.replies.has_outcomes()
        for each in waiting:
            await self._take(each)
        if has_outcomes:
            async with self._world.database.begin() as unit:
                await unit.replies.settle(self._world.clock())
                await unit.commit()

    async def _quietly(self) -> None:
        try:
            await self.round()
        except StorageError as error:
            log.warning("replies have to wait", error=type(error).__name__)

    async def _take(self, waiting: Waiting) -> None:
        """Owe one reply, or note that its author cannot be reached."""
        now = self._world.clock()
        try:
            async with self._world.database.begin() as unit:
                if waiting.session is None or waiting.why:
                    await unit.replies.undeliverable(waiting, waiting.why, now)
                else:
                    shown = self._shown(waiting, waiting.session)
                    letters = [Letter(body) for body in to_bodies(shown)]
                    await unit.replies.owe(waiting, shown, letters, now)
                await unit.commit()
        except Conflict:  # its author went just now; the next round finds nothing any more
            log.info("a reply met somebody else's change")

    def _shown(self, waiting: Waiting, session: Session) -> Message:
        """Return the reply as its author reads it, in the language they use now."""
        asked = self._world.catalogue().questionnaires.get(waiting.digest)
        name = named(asked, waiting.place, session.language)
        written = FromStaff(waiting.id, waiting.kind, waiting.text, waiting.receipt, name)
        return message(written, words_of(session))
