"""The other way out: whatever waits in the outbox, sent by python-telegram-bot in the worker.

Notices, and replies whose first sending failed. Any number of relays may run: each leases what it takes. Within a
chat messages leave one after another; across chats many at a time, as fast as the pace allows. Late replies have a
lane of their own, so that no number of notices keeps one waiting.
"""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Sequence
from typing import Any, Final

import structlog

from bot import ledger
from bot.courier import PATIENCE, TIMEOUT, Courier
from bot.delivery import Gone, Later, Refused, Verdict
from bot.metrics import sends
from bot.world import World
from storage.errors import StorageError
from storage.outbox import LEASE, NOTICE, REPLY, TOPIC, Owed
from storage.wake import Ear

log = structlog.get_logger("bot.relay")

CHATS_AT_ONCE: Final = 32
"""People written to at once in each lane."""
ROOM: Final = 8
"""So many places must be free before more is leased: one transaction for several messages."""
LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at an outbox in which nothing was due: what a lost wake-up costs at most."""
BEGUN_WITHIN: Final = LEASE.total_seconds() - TIMEOUT - PATIENCE - 5.0
"""Seconds after a message was leased in which its sending may begin, so that it ends before the lease does."""

Round = list[tuple[int | None, list[Owed]]]


class Relay:
    """Sends what is owed."""

    def __init__(self, world: World, courier: Courier) -> None:
        self._world = world
        self._courier = courier

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping`; what is under way ends, what is not is free for others at once."""
        async with self._courier:
            await asyncio.gather(*(self._lane(priority, stopping) for priority in (REPLY, NOTICE)))

    async def _lane(self, priority: int, stopping: asyncio.Event) -> None:
        """Send what has this priority, to many people at a time."""
        tasks: set[asyncio.Task[None]] = set()
        stopped = asyncio.create_task(stopping.wait())
        with self._world.database.wakes.listening(TOPIC) as ear:
            while not stopping.is_set():
                if not await self._begun(tasks, priority):
                    await _rest(stopped, ear)
                while len(tasks) > CHATS_AT_ONCE - ROOM and not stopping.is_set():
                    await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        await _finish(tasks)

    async def _begun(self, tasks: set[asyncio.Task[None]], priority: int) -> bool:
        """Begin with what is due, one task a chat; return whether anything was."""
        try:
            due = await self._claim(CHATS_AT_ONCE - len(tasks), priority)
        except StorageError as error:
            log.warning("the outbox cannot be read", error=type(error).__name__)
            return False
        until = time.monotonic() + BEGUN_WITHIN
        for chat_id, letters in due:
            task = asyncio.create_task(self._chat(chat_id, letters, until))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        return bool(due)

    async def _claim(self, limit: int, priority: int) -> Round:
        async with self._world.database.begin() as unit:
            now = self._world.clock()
            letters = await unit.outbox.claim(limit, LEASE, now, self._world.name, priority=priority)
            if not letters:
                return []
            addresses = await unit.participants.addresses({each.participant_id for each in letters})
            await unit.commit()
        return [(addresses.get(person), mine) for person, mine in _by_person(letters)]

    async def _chat(self, chat_id: int | None, letters: Sequence[Owed], until: float) -> None:
        """Send one person's messages in order; after one that has to wait, so does the rest."""
        try:
            for place, owed in enumerate(letters):
                if time.monotonic() > until:
                    await ledger.leave(self._world, tuple(letters[place:]))
                    return
                verdict = await self._sent(chat_id, owed)
                sends("relay", type(verdict).__name__.lower()).inc()
                await ledger.conclude(self._world, owed, verdict)
                if isinstance(verdict, Later):
                    await ledger.leave(self._world, tuple(letters[place + 1 :]))
                if isinstance(verdict, Later | Gone):
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
        notice = owed.priority != REPLY
        return await self._courier.send(owed.body, chat_id, notice=notice, again=owed.unanswered > 0)


async def _rest(stopped: asyncio.Task[Any], ear: Ear) -> None:
    """Wait until something may be due, or it is time to look anyway."""
    woken = asyncio.ensure_future(ear.heard(LOOK_AGAIN))
    await asyncio.wait({stopped, woken}, return_when=asyncio.FIRST_COMPLETED)
    woken.cancel()


async def _finish(tasks: set[asyncio.Task[None]]) -> None:
    if tasks:
        _, late = await asyncio.wait(set(tasks), timeout=4)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _by_person(letters: Sequence[Owed]) -> list[tuple[uuid.UUID, list[Owed]]]:
    """Return each person's letters, in the order in which they were leased."""
    ordered = sorted(letters, key=lambda each: each.participant_id.bytes)
    return [(person, list(mine)) for person, mine in itertools.groupby(ordered, key=lambda each: each.participant_id)]
