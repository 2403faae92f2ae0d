"""The bot of one process, from its first word with Telegram to its last.

It learns its own name, tells Telegram what to show, opens one of the two doors and, when told to stop, lets what is
in work end. While Telegram does not answer it keeps asking; a token that Telegram does not know ends it.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from aiogram.exceptions import AiogramError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.types import CallbackQuery, Message
from starlette.routing import Route

from bot import profile, webhook
from bot.client import create_bot
from bot.door import Door
from bot.gate import Gate, Handle
from bot.on_demand import build
from bot.polling import Poller
from bot.watch import Watch
from bot.world import World
from storage.duty import Duty
from storage.ephemeral import Order

log = structlog.get_logger("bot.service")

LONGEST_PAUSE: Final = 30.0
DRAIN_SECONDS: Final = 5.0
WATCH_SECONDS: Final = 0.5
"""For the watch to let go of its duty; it may be in the middle of a call."""
USED: Final = (Message, CallbackQuery)
"""What the first update needs at once."""


class TokenRefused(Exception):
    """Telegram does not know the bot's token."""


class Service:
    """One process's bot. Where its door has an address Telegram calls us, at `route()`; else we ask Telegram."""

    def __init__(
        self,
        world: World,
        order: Order,
        handle: Handle,
        *,
        token: str,
        api_url: str,
        door: Door,
    ) -> None:
        build(*USED)
        self._bot = create_bot(token, api_url)
        self._world = world
        self._gate = Gate(world, self._bot, order, handle)
        self._door = door

    def route(self) -> Route | None:
        """Return the route of the webhook, None while we ask Telegram ourselves."""
        return webhook.route(self._gate, *self._door.secrets) if self._door.base else None

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping`; raises TokenRefused."""
        try:
            if await self._introduce(stopping):
                await self._work(stopping)
        finally:
            await self._gate.drain(DRAIN_SECONDS)
            await self._bot.session.close()

    async def _work(self, stopping: asyncio.Event) -> None:
        watch = Watch(self._bot, self._door, self._duty("watching"), self._world.clock)
        telling = asyncio.create_task(profile.register(self._bot))
        watching = asyncio.create_task(watch.run(stopping))
        try:
            if self._door.base:
                await stopping.wait()
                self._gate.close()
            else:
                duty = self._duty("polling")
                await Poller(self._bot, self._gate, duty).run(stopping)
                await duty.release()
        finally:
            telling.cancel()
            await asyncio.wait({watching}, timeout=WATCH_SECONDS)
            watching.cancel()
            await asyncio.gather(telling, watching, return_exceptions=True)

    def _duty(self, name: str) -> Duty:
        world = self._world
        return Duty(world.database, world.clock, world.name, f"{name}:{world.bot_id}")

    async def _introduce(self, stopping: asyncio.Event) -> bool:
        """Learn our name and set the door at Telegram's end; return False when told to stop before that."""
        pause = 1.0
        while not stopping.is_set():
            try:
                self._gate.username = (await self._bot.get_me()).username or ""
                await self._door.open(self._bot)
                return True
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise TokenRefused from None
            except AiogramError as error:
                log.warning("Telegram does not answer", error=type(error).__name__, seconds=pause)
            await _rest(stopping, pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        return False


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
