"""The bot of one process, from its first word with Telegram to its last.

It learns its own name, tells Telegram what to show, opens one of the two doors and, when told to stop, lets what is
in work end. While Telegram does not answer it keeps asking; a token that Telegram does not know ends it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.methods import AnswerCallbackQuery, EditMessageReplyMarkup, EditMessageText
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity, Update
from starlette.routing import Route

from bot import profile, webhook
from bot.client import create_bot
from bot.gate import Gate, Handle
from bot.inbound import ALLOWED_UPDATES
from bot.on_demand import build
from bot.polling import Poller
from bot.world import World
from storage.duty import Duty
from storage.ephemeral import Order

log = structlog.get_logger("bot.service")

LONGEST_PAUSE: Final = 30.0
DRAIN_SECONDS: Final = 6.0
USED: Final = (
    Update,
    AnswerCallbackQuery,
    EditMessageText,
    EditMessageReplyMarkup,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
)
"""What the first update needs at once."""


class TokenRefused(Exception):
    """Telegram does not know the bot's token."""


class Service:
    """One process's bot. With a `webhook_url` Telegram calls us, at `route()`; without, we ask Telegram."""

    def __init__(
        self,
        world: World,
        order: Order,
        handle: Handle,
        *,
        token: str,
        api_url: str,
        webhook_url: str | None = None,
        webhook_secret: str = "",
    ) -> None:
        build(*USED)
        self._bot = create_bot(token, api_url)
        self._world = world
        self._gate = Gate(world, self._bot, order, handle)
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret

    def route(self) -> Route | None:
        """Return the route of the webhook, None while we ask Telegram ourselves."""
        return webhook.route(self._gate, self._webhook_secret) if self._webhook_url else None

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping`; raises TokenRefused."""
        try:
            if await self._introduce(stopping):
                await self._work(stopping)
        finally:
            await self._gate.drain(DRAIN_SECONDS)
            await self._bot.session.close()

    async def _work(self, stopping: asyncio.Event) -> None:
        telling = asyncio.create_task(profile.register(self._bot))
        try:
            if self._webhook_url:
                await stopping.wait()
                self._gate.close()
            else:
                world = self._world
                duty = Duty(world.database, world.clock, world.name, f"polling:{world.bot_id}")
                await Poller(self._bot, self._gate, duty).run(stopping)
                await duty.release()
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _introduce(self, stopping: asyncio.Event) -> bool:
        """Learn our name and set the door at Telegram's end; return False when told to stop before that."""
        pause = 1.0
        while not stopping.is_set():
            try:
                self._gate.username = (await self._bot.get_me()).username or ""
                await self._open_door()
                return True
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise TokenRefused from None
            except AiogramError as error:
                log.warning("Telegram does not answer", error=type(error).__name__, seconds=pause)
            await _rest(stopping, pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        return False

    async def _open_door(self) -> None:
        """Tell Telegram to call us, or that we shall call; what waits there is kept in either case."""
        if not self._webhook_url:
            await self._bot.delete_webhook(drop_pending_updates=False)
            return
        await self._bot.set_webhook(
            f"{self._webhook_url}{webhook.PATH}",
            secret_token=self._webhook_secret,
            max_connections=webhook.CONNECTIONS,
            allowed_updates=list(ALLOWED_UPDATES),
            drop_pending_updates=False,
        )


async def identify(token: str, api_url: str) -> str:
    """Return the bot's user name as Telegram knows it; raises aiogram's exceptions."""
    bot: Bot = create_bot(token, api_url)
    try:
        return (await bot.get_me()).username or ""
    finally:
        await bot.session.close()


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return


@dataclass(frozen=True, slots=True)
class Registered:
    """What Telegram has been told about where updates go: our base address or None, what waits, its last trouble."""

    url: str | None
    pending: int
    trouble: str


async def registered(token: str, api_url: str) -> Registered:
    """Return where Telegram sends updates; raises aiogram's exceptions."""
    bot = create_bot(token, api_url)
    try:
        info = await bot.get_webhook_info()
    finally:
        await bot.session.close()
    base = info.url.removesuffix(webhook.PATH) if info.url else None
    return Registered(base, info.pending_update_count, info.last_error_message or "")
