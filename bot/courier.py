"""python-telegram-bot, for whatever nobody asked for just now: one call a message, at a pace Telegram bears.

The library's own limiter paces groups only, and each process alone. Ours stands on the pace that all processes keep
together (`storage.pace`): one notice a second to a person, an overall rate, late replies before notices.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self

os.environ.setdefault("PTB_TIMEDELTA", "1")  # read at import: waits come as timedelta, without a warning

import httpx
from telegram import InlineKeyboardMarkup, InputFile, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import BaseRateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.delivery import Gone, Later, Refused, Sent, Verdict, refusal
from bot.world import Body
from storage.pace import MemoryPace, Pace

NOTICE: Final = 1
"""The rate limit argument of a message nobody asked for; a late reply has none and is not held to one a second."""

TIMEOUT: Final = 20.0
PROBE_TIMEOUT: Final = 5.0
CONNECTIONS: Final = 32
PATIENCE: Final = 10.0
"""Seconds a message waits for its turn in memory; where it takes longer it goes back to the outbox."""
MANY: Final = 5
"""So many people in a row for whom Telegram asked for patience mean that it has had enough of all notices."""

Call = Callable[..., Coroutine[Any, Any, Any]]


class NotYet(Exception):
    """The message's turn is `seconds` away, which is too long to wait for in memory."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Limiter(BaseRateLimiter[int]):
    """Lets each message go when its turn has come.

    Within this process notices queue up one behind the other, and late replies in a line of their own; only the first
    of each line asks the pace, so what waits costs nothing.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lines = {True: asyncio.Lock(), False: asyncio.Lock()}
        self._refused: dict[Any, float] = {}

    async def initialize(self) -> None:
        """Begin to count as one who sends."""
        await self._pace.open()

    async def shutdown(self) -> None:
        """Be counted no longer."""
        await self._pace.close()

    async def process_request(
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Wait for this call's turn, then make it; errors, 429 too, go back to the outbox.

        Raises NotYet where the turn is too far away.
        """
        if "chat_id" not in data:
            return await callback(*args, **kwargs)
        await self._turn(data["chat_id"], notice=rate_limit_args == NOTICE)
        try:
            result = await callback(*args, **kwargs)
        except RetryAfter as error:
            await self._refusal(data["chat_id"], error._retry_after.total_seconds())
            raise
        self._refused.clear()
        return result

    async def _turn(self, chat_id: int, *, notice: bool) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while seconds := await self._in_line(chat_id, deadline, notice=notice):
            await _patiently(seconds, deadline)

    async def _in_line(self, chat_id: int, deadline: float, *, notice: bool) -> float:
        """Take the next place when this line's turn has come; return for how long only this person must wait."""
        async with self._lines[notice]:
            while (wait := await self._pace.take(chat_id, notice=notice)).seconds:
                if wait.own:
                    return wait.seconds
                await _patiently(wait.seconds, deadline)
        return 0.0

    async def _refusal(self, chat_id: int, seconds: float) -> None:
        self._refused[chat_id] = seconds
        if len(self._refused) >= MANY:
            await self._pace.hush(max(self._refused.values()))
            self._refused.clear()


async def _patiently(seconds: float, deadline: float) -> None:
    if asyncio.get_running_loop().time() + seconds > deadline:
        raise NotYet(seconds)
    await asyncio.sleep(seconds)


class Courier:
    """Sends bodies of the outbox; without a `pace` that others keep too, at one of its own."""

    def __init__(self, token: str, api_url: str, pace: Pace | None = None) -> None:
        request = HTTPXRequest(
            connection_pool_size=CONNECTIONS,
            read_timeout=TIMEOUT,
            write_timeout=TIMEOUT,
            connect_timeout=5.0,
            pool_timeout=TIMEOUT,
        )
        self._limiter = Limiter(pace or MemoryPace())
        self._bot: ExtBot[int] = ExtBot(
            token,
            base_url=f"{api_url.rstrip('/')}/bot",
            base_file_url=f"{api_url.rstrip('/')}/file/bot",
            request=request,
            get_updates_request=request,  # nobody asks for updates here; a second one would load all certificates anew
            rate_limiter=self._limiter,
        )
        self._request = request

    async def __aenter__(self) -> Self:
        await self._request.initialize()
        await self._limiter.initialize()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._limiter.shutdown()
        await self._request.shutdown()
        await asyncio.sleep(0)

    async def send(self, body: Body, chat_id: int, *, notice: bool, again: bool = False) -> Verdict:
        """Send `body` to `chat_id` and return what became of it.

        `again` says that an earlier sending got no answer. There is one more, so it is not spent on a Telegram that
        still does not answer: it goes once something harmless was answered.
        """
        pace = NOTICE if notice else None
        try:
            if again:
                await self._probe()
            if "document" in body:
                return Sent(await self._document(body, chat_id, pace))
            return Sent(await self._message(body, chat_id, pace))
        except NotYet as error:
            return Later("not its turn yet", error.seconds)
        except TelegramError as error:
            return verdict(error)

    async def _probe(self) -> None:
        """Return where Telegram answers, whatever it says; raise NotYet where it does not."""
        try:
            await self._bot.get_me(read_timeout=PROBE_TIMEOUT)
        except NetworkError as error:
            if not isinstance(error, BadRequest):
                raise NotYet(PROBE_TIMEOUT) from None

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
        case _:  # the plain class is what it raises for an answer that cannot be read
            return Later(type(error).__name__, unsure=type(error) is TelegramError)


def _may_have_arrived(error: NetworkError) -> bool:
    """Say whether the message may have arrived: not where there was no connection, nor where the answer was no."""
    cause = error.__cause__
    return cause is not None and not isinstance(cause, _NOTHING_LEFT)


_NOTHING_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, TelegramError)
