"""The other way out: whatever waits in the outbox, sent by python-telegram-bot in the worker.

Notices, and replies whose first sending failed. Any number of relays may run: each leases what it takes. Within a
chat messages leave one after another; across chats many at a time, as fast as the pace allows.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Sequence
from typing import Final

import structlog

from bot import ledger
from bot.courier import Courier
from bot.delivery import Gone, Later, Refused, Verdict
from bot.metrics import SENDS
from bot.world import World
from storage.errors import StorageError
from storage.outbox import LEASE, REPLY, Owed

log = structlog.get_logger("bot.relay")

CHATS_AT_ONCE: Final = 32
LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at an outbox in which nothing was due."""

Round = list[tuple[int | None, list[Owed]]]


class Relay:
    """Sends what is owed."""

    def __init__(self, world: World, courier: Courier) -> None:
        self._world = world
        self._courier = courier
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look at the outbox now: something was just put into it."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping`; what is under way ends, what is not is free for others at once."""
        async with self._courier:
            while not stopping.is_set():
                if not await self._round():
                    await self._rest(stopping)
                elif len(self._tasks) >= CHATS_AT_ONCE:
                    await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            await self._finish()

    async def _round(self) -> bool:
        """Begin with what is due, one task a chat; return whether anything was."""
        try:
            due = await self._claim(CHATS_AT_ONCE - len(self._tasks))
        except StorageError as error:
            log.warning("the outbox cannot be read", error=type(error).__name__)
            return False
        for chat_id, letters in due:
            task = asyncio.create_task(self._chat(chat_id, letters))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(due)

    async def _claim(self, limit: int) -> Round:
        async with self._world.database.begin() as unit:
            now = self._world.clock()
            letters = await unit.outbox.claim(limit, LEASE, now, self._world.name)
            addresses = await unit.participants.addresses({each.participant_id for each in letters})
            await unit.commit()
        return [(addresses.get(person), mine) for person, mine in _by_person(letters)]

    async def _chat(self, chat_id: int | None, letters: Sequence[Owed]) -> None:
        """Send one person's messages in order; after one that has to wait, so does the rest."""
        try:
            for place, owed in enumerate(letters):
                verdict = await self._sent(chat_id, owed)
                SENDS.labels("relay", type(verdict).__name__.lower()).inc()
                await ledger.conclude(self._world, owed, verdict)
                if isinstance(verdict, Later):
                    await ledger.leave(self._world, tuple(letters[place + 1 :]))
                    return
        except StorageError as error:
            log.warning("the outbox cannot be written", error=type(error).__name__)
        except Exception as error:  # the lease runs out, and it is tried again
            log.error("sending failed", exc_info=error)

    async def _sent(self, chat_id: int | None, owed: Owed) -> Verdict:
        if chat_id is None:
            return Gone("no address")
        if not owed.body:
            return Refused("nothing to send")
        return await self._courier.send(owed.body, chat_id, notice=owed.priority != REPLY)

    async def _rest(self, stopping: asyncio.Event) -> None:
        stopped = asyncio.ensure_future(stopping.wait())
        woken = asyncio.ensure_future(self._wake.wait())
        await asyncio.wait({stopped, woken}, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        woken.cancel()
        self._wake.clear()

    async def _finish(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=4)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _by_person(letters: Sequence[Owed]) -> list[tuple[uuid.UUID, list[Owed]]]:
    """Return each person's letters, in the order in which they were leased."""
    ordered = sorted(letters, key=lambda each: each.participant_id.bytes)
    return [(person, list(mine)) for person, mine in itertools.groupby(ordered, key=lambda each: each.participant_id)]
