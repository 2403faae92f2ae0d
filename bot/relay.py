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
from typing import Final

import structlog

from bot import ledger
from bot.courier import PATIENCE, TIMEOUT, Courier
from bot.delivery import Gone, Later, Refused, Verdict
from bot.metrics import SENDS
from bot.world import World
from storage.errors import StorageError
from storage.outbox import LEASE, NOTICE, REPLY, TOPIC, Owed
from storage.wake import Ear

log = structlog.get_logger("bot.relay")

CHATS_AT_ONCE: Final = {REPLY: 32, NOTICE: 32}
"""People written to at once, for each lane."""
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
        self._lanes: dict[int, set[asyncio.Task[None]]] = {priority: set() for priority in CHATS_AT_ONCE}

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping`; what is under way ends, what is not is free for others at once."""
        with self._world.database.wakes.listening(TOPIC) as ear:
            async with self._courier:
                while not stopping.is_set():
                    if not await self._round():
                        await self._rest(stopping, ear)
                await self._finish()

    async def _round(self) -> bool:
        """Begin with what is due, one task a chat; return whether anything was."""
        try:
            return any([await self._fill(priority) for priority in CHATS_AT_ONCE])
        except StorageError as error:
            log.warning("the outbox cannot be read", error=type(error).__name__)
            return False

    async def _fill(self, priority: int) -> bool:
        lane = self._lanes[priority]
        free = CHATS_AT_ONCE[priority] - len(lane)
        due = await self._claim(free, priority) if free else []
        until = time.monotonic() + BEGUN_WITHIN
        for chat_id, letters in due:
            task = asyncio.create_task(self._chat(chat_id, letters, until))
            lane.add(task)
            task.add_done_callback(lane.discard)
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
                SENDS.labels("relay", type(verdict).__name__.lower()).inc()
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

    async def _rest(self, stopping: asyncio.Event, ear: Ear) -> None:
        """Wait until something may be due, a place in a full lane is free, or it is time to look anyway."""
        stopped = asyncio.ensure_future(stopping.wait())
        woken = asyncio.ensure_future(ear.heard(LOOK_AGAIN))
        full = [lane for priority, lane in self._lanes.items() if len(lane) >= CHATS_AT_ONCE[priority]]
        await asyncio.wait({stopped, woken}.union(*full), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        woken.cancel()

    async def _finish(self) -> None:
        tasks = set().union(*self._lanes.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=4)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _by_person(letters: Sequence[Owed]) -> list[tuple[uuid.UUID, list[Owed]]]:
    """Return each person's letters, in the order in which they were leased."""
    ordered = sorted(letters, key=lambda each: each.participant_id.bytes)
    return [(person, list(mine)) for person, mine in itertools.groupby(ordered, key=lambda each: each.participant_id)]
