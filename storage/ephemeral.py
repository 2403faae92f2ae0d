"""What may be lost: the order of updates within a chat. Here it is held in memory, in `redis_order` across processes.

Losing it loses nothing: two updates of a chat that pass each other all the same meet at the session's version. It
saves the retry, and it bounds how much is in hand at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, Self

IN_FLIGHT = 64
"""Chats in work at once; whatever more comes waits its turn, in the order it came."""


Meanwhile = Callable[[], asyncio.Future[Any]]
"""Begins what can be done already while other processes are asked whose turn it is."""


class Order(Protocol):
    """One update of a chat at a time, in the order they came; other chats meanwhile."""

    def chat(self, chat_id: int, meanwhile: Meanwhile | None = None) -> Turn:
        """Return the chat's next turn, to be entered."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Turns(Protocol):
    """Whoever gives turns."""

    async def begin(self, chat_id: int, meanwhile: Meanwhile | None = None) -> asyncio.Future[Any] | None:
        """Wait for the chat's turn; where that is cut short there is none.

        Returns what `meanwhile` began, None where nothing was begun or somebody else had the turn since.
        """
        ...

    def end(self, chat_id: int) -> None:
        """End the chat's turn."""
        ...


class Turn:
    """One chat's turn: waited for on entering, over on leaving or once `end` is called.

    `begun` is what was begun meanwhile, None where it has to be begun anew.
    """

    __slots__ = ("_chat_id", "_is_held", "_meanwhile", "_turns", "begun")

    def __init__(self, turns: Turns, chat_id: int, meanwhile: Meanwhile | None = None) -> None:
        self.begun: asyncio.Future[Any] | None = None
        self._turns = turns
        self._chat_id = chat_id
        self._meanwhile = meanwhile
        self._is_held = False

    async def __aenter__(self) -> Self:
        self.begun = await self._turns.begin(self._chat_id, self._meanwhile)
        self._is_held = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the turn now; once is enough, and more does no harm."""
        if self._is_held:
            self._is_held = False
            self._turns.end(self._chat_id)


class MemoryOrder:
    """Order within this process."""

    def __init__(self, in_flight: int = IN_FLIGHT) -> None:
        self._lines: dict[int, _Line] = {}
        self._places = asyncio.Semaphore(in_flight)

    def chat(self, chat_id: int, meanwhile: Meanwhile | None = None) -> Turn:
        """Return the chat's next turn, to be entered."""
        return Turn(self, chat_id, meanwhile)

    async def begin(self, chat_id: int, meanwhile: Meanwhile | None = None) -> asyncio.Future[Any] | None:
        """Wait until all earlier updates of this chat are done and a place is free.

        A place is taken last, so that a chat that floods us waits in its own line and not in everybody's.
        """
        await self.queue(chat_id)
        try:
            await self.place()
        except BaseException:
            self.leave(chat_id)
            raise
        return meanwhile() if meanwhile is not None else None

    def end(self, chat_id: int) -> None:
        """Let the next one in."""
        self.free()
        self.leave(chat_id)

    async def queue(self, chat_id: int) -> None:
        """Wait until all earlier updates of this chat are done; `leave` must follow."""
        line = self._lines.setdefault(chat_id, _Line())
        line.length += 1
        try:
            await line.lock.acquire()
        except BaseException:
            self._shorten(chat_id, line)
            raise

    def leave(self, chat_id: int) -> None:
        """Let the next update of this chat go on."""
        line = self._lines[chat_id]
        line.lock.release()
        self._shorten(chat_id, line)

    async def place(self) -> None:
        """Wait for one of the places of this process; `free` must follow."""
        await self._places.acquire()

    def free(self) -> None:
        """Give a place back."""
        self._places.release()

    async def close(self) -> None:
        """Do nothing; there is nothing to let go of."""

    @property
    def waiting(self) -> int:
        """How many updates are in work or wait."""
        return sum(line.length for line in self._lines.values())

    def _shorten(self, chat_id: int, line: _Line) -> None:
        line.length -= 1
        if not line.length:
            del self._lines[chat_id]


class _Line:
    """The updates of one chat; asyncio's lock lets them through in the order they came."""

    __slots__ = ("length", "lock")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.length = 0


def forgotten(begun: asyncio.Future[Any] | None) -> None:
    """Let go of what was begun in vain: what nobody has started on yet is not done at all."""
    if begun is not None and not begun.cancel() and not begun.cancelled():
        begun.exception()  # was seen
