"""python-telegram-bot, for whatever nobody asked for just now: one call a message, at a pace Telegram bears.

The library's own limiter paces groups only; ours holds one message a second to a person and the overall rate.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self

os.environ.setdefault("PTB_TIMEDELTA", "1")  # read at import: waits come as timedelta, without a warning

import httpx
from aiolimiter import AsyncLimiter
from telegram import InlineKeyboardMarkup, InputFile, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import BaseRateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.delivery import Gone, Later, Refused, Sent, Verdict, refusal
from bot.world import Body

NOTICE: Final = 1
"""The rate limit argument of a message nobody asked for; a late reply has none and is not held to one a second."""

OVERALL_RATE: Final = 25
TIMEOUT: Final = 20.0
CHATS_REMEMBERED: Final = 4096
CONNECTIONS: Final = 32

Call = Callable[..., Coroutine[Any, Any, Any]]


class Pace(BaseRateLimiter[int]):
    """At most `rate` calls a second in all, evenly; at most one notice a second to one chat."""

    def __init__(self, rate: float = OVERALL_RATE) -> None:
        self._overall = AsyncLimiter(1, 1 / rate)
        self._chats: OrderedDict[Any, AsyncLimiter] = OrderedDict()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Forget every chat."""
        self._chats.clear()

    async def process_request(
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Wait for this call's turn, then make it; errors, 429 too, go back to the outbox."""
        if rate_limit_args == NOTICE:
            await self._chat(data.get("chat_id")).acquire()
        await self._overall.acquire()
        return await callback(*args, **kwargs)

    def _chat(self, chat_id: Any) -> AsyncLimiter:
        limiter = self._chats.pop(chat_id, None) or AsyncLimiter(1, 1.0)
        self._chats[chat_id] = limiter
        if len(self._chats) > CHATS_REMEMBERED:
            self._chats.popitem(last=False)
        return limiter


class Courier:
    """Sends bodies of the outbox."""

    def __init__(self, token: str, api_url: str, rate: float = OVERALL_RATE) -> None:
        request = HTTPXRequest(
            connection_pool_size=CONNECTIONS,
            read_timeout=TIMEOUT,
            write_timeout=TIMEOUT,
            connect_timeout=5.0,
            pool_timeout=TIMEOUT,
        )
        self._bot: ExtBot[int] = ExtBot(
            token,
            base_url=f"{api_url.rstrip('/')}/bot",
            base_file_url=f"{api_url.rstrip('/')}/file/bot",
            request=request,
            rate_limiter=Pace(rate),
        )
        self._request = request

    async def __aenter__(self) -> Self:
        await self._request.initialize()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._request.shutdown()
        await asyncio.sleep(0)

    async def send(self, body: Body, chat_id: int, *, notice: bool) -> Verdict:
        """Send `body` to `chat_id` and return what became of it."""
        pace = NOTICE if notice else None
        try:
            if "document" in body:
                return Sent(await self._document(body, chat_id, pace))
            return Sent(await self._message(body, chat_id, pace))
        except TelegramError as error:
            return verdict(error)

    async def _message(self, body: Body, chat_id: int, pace: int | None) -> int:
        keyboard = body.get("reply_markup")
        sent = await self._bot.send_message(
            chat_id,
            body["text"],
            entities=[MessageEntity(**each) for each in body.get("entities", ())],
            reply_markup=InlineKeyboardMarkup.de_json(keyboard, self._bot) if keyboard else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            rate_limit_args=pace,
        )
        return sent.message_id

    async def _document(self, body: Body, chat_id: int, pace: int | None) -> int:
        document = body["document"]
        file = InputFile(document["text"].encode(), filename=document["name"])
        caption = body.get("caption") or None
        sent = await self._bot.send_document(chat_id, file, caption=caption, rate_limit_args=pace)
        return sent.message_id


def verdict(error: TelegramError) -> Verdict:
    """Return what an error of python-telegram-bot means for the message."""
    match error:
        case RetryAfter():
            return Later("too many requests", error._retry_after.total_seconds())
        case Forbidden():
            return Gone(error.message[:200])
        case ChatMigrated():
            return Refused("moved to a supergroup")
        case BadRequest():
            return refusal(error.message)
        case TimedOut() | NetworkError():
            return Later("network", unsure=_may_have_arrived(error))
        case _:
            return Later(type(error).__name__)


def _may_have_arrived(error: NetworkError) -> bool:
    return not isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
