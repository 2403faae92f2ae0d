"""The door for small installations: long polling, with the same promise as the webhook.

Updates come raw and each is read by itself. They are handled side by side, in order within a chat, and Telegram is
told only of those before which nothing is left undone: the offset is one past the last of them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramRetryAfter

from bot.client import RawUpdates
from bot.gate import Gate
from bot.inbound import chat_of, known_id
from bot.kinds import ALLOWED_UPDATES
from bot.metrics import POLLING
from storage.duty import Duty

log = structlog.get_logger("bot.polling")

POLL_SECONDS: Final = 25
BATCH: Final = 100
GLANCE: Final = 0.25
"""Seconds to wait for somebody slow before looking whether others wrote."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Poller:
    """Asks Telegram for updates and hands them to the gate."""

    def __init__(self, bot: Bot, gate: Gate, duty: Duty) -> None:
        self._bot = bot
        self._gate = gate
        self._duty = duty
        self._done: OrderedDict[int, bool] = OrderedDict()
        self._confirm: int | None = None
        self._last_of_chat: dict[object, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll until `stopping`; then finish what is in work and tell Telegram of it."""
        self._stopping = stopping
        pause = FIRST_PAUSE
        while not stopping.is_set():
            if not await self._duty.held():
                await _rest(stopping, FIRST_PAUSE)
                continue
            try:
                updates = await self._ask(stopping)
            except AiogramError as error:
                pause = await self._pause(error, pause, stopping)
                continue
            pause = FIRST_PAUSE
            if not self._start(updates) and self._tasks:
                await asyncio.wait(self._tasks, timeout=GLANCE, return_when=asyncio.FIRST_COMPLETED)
        await self._finish()

    async def _ask(self, stopping: asyncio.Event) -> list[dict[str, Any]]:
        """Return new updates, confirming those that are done; return none as soon as `stopping` is set."""
        offset = self._confirmable()
        busy = bool(self._tasks)
        asked = asyncio.ensure_future(self._call(offset, 1 if busy else POLL_SECONDS, BATCH))
        stopped = asyncio.ensure_future(stopping.wait())
        await asyncio.wait({asked, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not asked.done():
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            return []
        updates = asked.result()
        if offset == self._confirm:
            self._confirm = None
        return updates

    async def _call(self, offset: int | None, seconds: int, limit: int) -> list[dict[str, Any]]:
        method = RawUpdates(offset=offset, limit=limit, timeout=seconds, allowed_updates=list(ALLOWED_UPDATES))
        return await self._bot(method, request_timeout=seconds + 15)

    def _confirmable(self) -> int | None:
        """Return one past the last update before which all are done.

        None while nothing is owed: Telegram then counts from its own oldest, as it must when, after a week of
        silence, its numbers begin anew below ours.
        """
        while self._done and self._done[next(iter(self._done))]:
            number, _ = self._done.popitem(last=False)
            self._confirm = number + 1
        return self._confirm

    def _start(self, updates: list[dict[str, Any]]) -> int:
        """Begin with those updates that are not in work yet; return how many they were."""
        fresh = 0
        for raw in updates:
            number = known_id(raw)
            if number in self._done:
                continue
            if number is not None:
                self._done[number] = False
            fresh += 1
            self._begin(number, raw)
        return fresh

    def _begin(self, number: int | None, raw: dict[str, Any]) -> None:
        key = chat_of(raw)
        task = asyncio.create_task(self._handle(number, raw, self._last_of_chat.get(key)))
        self._last_of_chat[key] = task
        self._tasks.add(task)
        task.add_done_callback(self._forgetter(key))

    def _forgetter(self, key: object) -> Callable[[asyncio.Task[None]], None]:
        def forget(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if self._last_of_chat.get(key) is task:
                del self._last_of_chat[key]
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("an update was left", exc_info=error)

        return forget

    async def _handle(self, number: int | None, raw: dict[str, Any], before: asyncio.Task[None] | None) -> None:
        """Take one update after the one before it in its chat, again and again until something could be kept."""
        if before is not None:
            await asyncio.wait({before})
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            outcome = await self._gate.take(raw)
            if outcome.accepted:
                await self._gate.answer(outcome)
                if number is not None:
                    self._done[number] = True
                return
            await _rest(self._stopping, pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _pause(self, error: AiogramError, pause: float, stopping: asyncio.Event) -> float:
        seconds = float(error.retry_after) if isinstance(error, TelegramRetryAfter) else pause
        POLLING.labels(type(error).__name__).inc()
        log.warning("Telegram gives no updates", error=type(error).__name__, seconds=seconds)
        await _rest(stopping, seconds)
        return min(pause * 2, LONGEST_PAUSE)

    async def _finish(self) -> None:
        """Let what is in work end, and confirm what is done; whatever is not will come again."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=5)
        offset = self._confirmable()
        if offset is None:
            return
        try:
            await asyncio.wait_for(self._call(offset, 0, 1), 3)
        except (AiogramError, TimeoutError) as error:
            log.info("the last updates will come again", error=type(error).__name__)


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    """Wait `seconds`, or less when it is time to stop."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
