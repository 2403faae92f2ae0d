"""The one pipeline behind both doors: read, keep the chat's order, handle, and only then let it be confirmed.

`take` returns as soon as everything is committed; the replies are sent behind its back, and the next update of the
same chat waits for them, so that it meets a screen whose number is known. Whatever goes wrong with one update ends
with that update; only a database that does not answer leaves it unconfirmed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from aiogram import Bot

from bot import inbound, ledger, outbound
from bot.calls import Ready
from bot.doubt import Doubts
from bot.farewell import Farewell
from bot.metrics import HANDLING, IN_WORK, updates
from bot.replying import Replying
from bot.world import Arrival, Ignored, Intrusion, Malformed, Reachable, Reply, World
from storage.ephemeral import Order
from storage.errors import Conflict, StorageError, Unavailable
from storage.participants import Arrival as Found

log = structlog.get_logger("bot.gate")

PRESENT_LIMIT: Final = 256
"""Updates taken in, those that wait for their chat's turn too."""
TRIES: Final = 4
"""How often an update is handled anew because somebody else changed the same rows."""
REPLY_PATIENCE: Final = 3.0
"""Seconds the next update of a chat waits for the replies to the one before."""

Sought = Awaitable[Found | None]
"""Who speaks, where that is being looked up already."""
Handle = Callable[[World, Arrival, int, datetime, Sought | None], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether Telegram may be told that the update is done, and the answer a pressed button is still owed."""

    accepted: bool
    answer: Ready | None = None


class Gate:
    """Takes updates, one after another within a chat and many at a time across chats."""

    def __init__(self, world: World, bot: Bot, order: Order, handle: Handle) -> None:
        self.username = ""
        self._world = world
        self._bot = bot
        self._order = order
        self._handle = handle
        self._replying = Replying(world, bot)
        self._farewell = Farewell(bot)
        self._doubts = Doubts(world, order)
        self._present = 0
        self._closed = False
        self._behind: set[asyncio.Task[None]] = set()
        IN_WORK.set_function(lambda: self._present)

    @property
    def is_full(self) -> bool:
        """Whether so much is in work, or so little will be, that Telegram had better come back in a moment."""
        return self._closed or self._present >= PRESENT_LIMIT

    def close(self) -> None:
        """Take nothing more."""
        self._closed = True

    async def take(self, raw: dict[str, Any]) -> Outcome:
        """Take one update: return once it is committed, or with `accepted` False where nothing could be kept."""
        self._present += 1
        try:
            outcome, word = await self._take(raw)
        except Unavailable as error:
            log.warning("the database does not answer", error=type(error).__name__)
            outcome, word = Outcome(accepted=False), "unavailable"
        except StorageError as error:
            log.error("an update that cannot be kept is passed over", error=type(error).__name__)
            outcome, word = Outcome(accepted=True), "refused"
        finally:
            self._present -= 1
        updates(word).inc()
        return outcome

    async def answer(self, outcome: Outcome) -> None:
        """Answer the pressed button by a call of its own, where no response can carry the answer."""
        if outcome.answer is not None:
            self._go(self._replying.quietly(outcome.answer))

    async def drain(self, seconds: float) -> None:
        """Wait until what goes on behind is done, at most `seconds`; what is not sent by then is the relay's."""
        if self._behind:
            await asyncio.wait(set(self._behind), timeout=seconds)
        for task in self._behind:
            task.cancel()
        await asyncio.gather(*self._behind, return_exceptions=True)

    async def _take(self, raw: dict[str, Any]) -> tuple[Outcome, str]:
        try:
            number, happening = inbound.read(raw, self.username)
        except Malformed as error:
            await ledger.quarantine(self._world, raw, inbound.known_id(raw), f"malformed: {error}")
            log.warning("update quarantined", reason=str(error))
            return Outcome(accepted=True), "malformed"
        match happening:
            case Arrival():
                return await self._arrival(number, happening, raw)
            case Reachable():
                await ledger.reachable(self._world, happening)
                return Outcome(accepted=True), "reachability"
            case Intrusion():
                self._go(self._farewell.say(happening, self.username))
                return Outcome(accepted=True), "group"
            case Ignored(callback_id=None):
                return Outcome(accepted=True), "ignored"
            case Ignored(callback_id=str() as callback_id):
                return Outcome(accepted=True, answer=outbound.answer(callback_id)), "ignored"
        raise AssertionError("every happening is one of these")

    async def _arrival(self, number: int, arrival: Arrival, raw: dict[str, Any]) -> tuple[Outcome, str]:
        """Start on an arrival and return once it is committed; the sending goes on behind."""
        committed: asyncio.Future[tuple[Reply, str]] = asyncio.get_running_loop().create_future()
        self._go(self._in_turn(number, arrival, raw, committed))
        reply, word = await committed
        answer = outbound.answer(arrival.callback_id, reply.toast) if arrival.callback_id else None
        return Outcome(accepted=True, answer=answer), "repeated" if reply.repeated else word

    async def _in_turn(
        self, number: int, arrival: Arrival, raw: dict[str, Any], committed: asyncio.Future[tuple[Reply, str]]
    ) -> None:
        """Wait for the chat's turn, handle, say so, and hold the turn until the reply is sent or takes too long.

        This is a task of its own: whoever delivered the update may hang up without cutting anything short.
        """
        began = time.monotonic()
        try:
            seek = partial(self._world.database.arrival, self._world.bot_id, number, arrival.chat_id)
            async with self._order.chat(arrival.chat_id, meanwhile=seek) as turn:
                reply, word = await self._handled(number, arrival, raw, turn.begun)
                HANDLING.observe(time.monotonic() - began)
                if not committed.done():
                    committed.set_result((reply, word))
                too_long = asyncio.get_running_loop().call_later(REPLY_PATIENCE, turn.end)
                try:
                    await self._replying.carry_out(arrival, reply, began)
                finally:
                    too_long.cancel()
        except BaseException as error:
            if not committed.done():
                committed.set_exception(error if isinstance(error, Exception) else Unavailable("stopped"))
                return
            raise

    async def _handled(
        self, number: int, arrival: Arrival, raw: dict[str, Any], sought: Sought | None
    ) -> tuple[Reply, str]:
        """Handle one arrival; where our own code fails, put the update aside and apologise."""
        for attempt in range(TRIES):
            try:
                reply = await self._handle(self._world, arrival, number, self._world.clock(), sought)
                if not reply.repeated:
                    self._doubts.end(number)
                return reply, "handled"
            except Unavailable:
                if self._doubts.begin(number):
                    self._go(self._doubts.settle(number, arrival.chat_id))
                raise
            except Conflict:
                sought = None  # it is old by now
                await asyncio.sleep(0.01 * 2**attempt)
            except Exception as error:
                log.error("update failed", update=number, kind=arrival.kind, exc_info=error)
                return await ledger.apologise(self._world, arrival, number, raw, type(error).__name__), "failed"
        raise Unavailable("the same rows were changed again and again")

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something behind the back of whoever waits for `take`."""
        task = asyncio.create_task(self._guarded(work))
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)

    @staticmethod
    async def _guarded(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Unavailable as error:
            log.warning("the database does not answer", error=type(error).__name__)
        except Exception as error:
            log.error("sending failed", exc_info=error)
