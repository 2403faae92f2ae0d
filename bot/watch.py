"""Telegram's own view of the bot, looked at once a minute by one process: what waits there, and whether all is as told.

Whoever stole the token may have led the updates elsewhere. Then it is said loudly, counted, and put right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramUnauthorizedError

from bot.door import Astray, Door, Registered, look
from bot.metrics import LED_ASTRAY, TELEGRAM
from storage.duty import Duty

log = structlog.get_logger("bot.watch")

EVERY: Final = timedelta(minutes=1)
TICK: Final = 10.0
"""Seconds between two looks at whose duty it is; a duty that is not renewed runs out after fifteen."""


class Watch:
    """Looks at the door from Telegram's side."""

    def __init__(
        self, bot: Bot, door: Door, duty: Duty, clock: Callable[[], datetime], *, every: timedelta = EVERY
    ) -> None:
        self._bot = bot
        self._door = door
        self._duty = duty
        self._clock = clock
        self._every = every
        self._since = clock()
        self._next = self._since
        self._answers = True

    async def run(self, stopping: asyncio.Event) -> None:
        """Look now and then until `stopping`, while this is our duty."""
        tick = min(TICK, self._every.total_seconds())
        while not stopping.is_set():
            await self._turn()
            try:
                await asyncio.wait_for(stopping.wait(), tick)
            except TimeoutError:
                continue
        await self._duty.release()

    async def _turn(self) -> None:
        if not await self._duty.held():
            TELEGRAM.forget()
            self._next = self._clock()
        elif self._clock() >= self._next:
            self._next = self._clock() + self._every
            await self.look()

    async def look(self) -> None:
        """Ask once, keep the numbers, and put right what somebody changed."""
        try:
            found = await look(self._bot)
            TELEGRAM.note(found.pending, found.troubled_at)
            await self._compare(found)
        except AiogramError as error:
            self._silent(error)
            return
        self._answers = True

    async def _compare(self, found: Registered) -> None:
        wrong = self._door.astray(found, self._since)
        if wrong is None:
            return
        LED_ASTRAY.labels(wrong.value).inc()
        if wrong is Astray.ADDRESS:
            # Its name alone: what stands behind it in a foreign address is none of our business.
            host = urlsplit(found.url).hostname or "nobody"
            log.error("somebody else with the token led the updates away; they are led back", host=host)
        else:
            log.error("somebody else with the token changed how updates come; it is put right", reason=wrong.value)
        await self._door.open(self._bot)
        self._since = self._clock()

    def _silent(self, error: AiogramError) -> None:
        TELEGRAM.silent()
        if isinstance(error, TelegramUnauthorizedError):
            log.error("Telegram does not know the token any more: it was revoked")
        elif self._answers:
            log.warning("Telegram does not say how things stand", error=type(error).__name__)
        self._answers = False
