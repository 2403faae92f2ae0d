"""How fast may be sent what nobody waits for: an overall rate, and one notice at a time to a person.

Here the pace is kept by this process alone, in `redis_pace` by all processes together. Late replies count towards the
overall rate but go first: they may run a fifth of a second ahead of it, and notices wait until that is made up for.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

RATE = 25.0
"""Messages a second in all. Telegram bears about thirty; the rest is for replies, which nobody paces."""

BETWEEN = 1.05
"""Seconds between two notices to one person: Telegram's one, and a little, since not every call takes equally long."""

AHEAD = 0.2
"""Seconds by which late replies may run ahead of the pace: at 25 a second five messages, which make it thirty."""

CHATS_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait before asking again, in seconds; 0 means go, and the place is taken.

    `own` says that only this person's notices have to wait, not everybody's.
    """

    seconds: float
    own: bool = False


GO = Wait(0.0)


class Pace(Protocol):
    """Says when the next message may go."""

    async def take(self, chat_id: int, *, notice: bool) -> Wait:
        """Take the next place for a message to a chat, or learn how long to wait for one."""
        ...

    async def hush(self, seconds: float) -> None:
        """Let no notice go for so long: Telegram has had enough of all of them."""
        ...

    async def open(self) -> None:
        """Begin to count as one who sends."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class MemoryPace:
    """The pace of this process alone; `clock` gives seconds that only rise."""

    def __init__(self, rate: float = RATE, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._free = 0.0
        """When the next message may go. The pace is this one moment, moved on by each (a leaky bucket, or GCRA).

        One that goes late takes nothing from the next: else the rate would fall by every moment somebody overslept.
        """
        self._chats: OrderedDict[int, float] = OrderedDict()
        self._hushed = 0.0

    async def take(self, chat_id: int, *, notice: bool) -> Wait:
        """Take the next place for a message to a chat, or learn how long to wait for one."""
        now = self._clock()
        wait = self._notice(chat_id, now) if notice else Wait(max(0.0, self._free - AHEAD - now))
        if wait.seconds > 0:
            return wait
        self._free = max(self._free + 1 / self.rate, now)
        if notice:
            self._remember(chat_id, now + BETWEEN)
        return GO

    def _notice(self, chat_id: int, now: float) -> Wait:
        everybody = max(self._free, self._hushed)
        own = self._chats.get(chat_id, 0.0)
        return Wait(max(0.0, everybody - now, own - now), own=own > everybody)

    def _remember(self, chat_id: int, free: float) -> None:
        self._chats[chat_id] = free
        self._chats.move_to_end(chat_id)
        if len(self._chats) > CHATS_REMEMBERED:
            self._chats.popitem(last=False)

    async def hush(self, seconds: float) -> None:
        """Let no notice go for so long."""
        self._hushed = max(self._hushed, self._clock() + seconds)

    async def open(self) -> None:
        """Do nothing; there is nobody else."""

    async def close(self) -> None:
        """Do nothing; there is nothing to let go of."""
