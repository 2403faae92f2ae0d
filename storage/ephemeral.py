"""What may be lost: the order of updates within a chat. Here it is held in memory, in `redis_order` across processes.

Losing it loses nothing: two updates of a chat that pass each other all the same meet at the session's version. It
saves the retry, and it bounds how much is in hand at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

IN_FLIGHT = 64
"""Chats in work at once; whatever more comes waits its turn, in the order it came."""


class Order(Protocol):
    """One update of a chat at a time, in the order they came; other chats meanwhile."""

    def chat(self, chat_id: int) -> AbstractAsyncContextManager[None]:
        """Wait for the chat's turn, and hold it."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class MemoryOrder:
    """Order within this process."""

    def __init__(self, in_flight: int = IN_FLIGHT) -> None:
        self._lines: dict[int, _Line] = {}
        self.places = asyncio.Semaphore(in_flight)

    @asynccontextmanager
    async def chat(self, chat_id: int) -> AsyncIterator[None]:
        """Wait until all earlier updates of this chat are done and a place is free, and hold both.

        A place is taken last, so that a chat that floods us waits in its own line and not in everybody's.
        """
        async with self.line(chat_id), self.places:
            yield

    @asynccontextmanager
    async def line(self, chat_id: int) -> AsyncIterator[None]:
        """Wait until all earlier updates of this chat are done."""
        line = self._lines.setdefault(chat_id, _Line())
        line.length += 1
        try:
            async with line.lock:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[chat_id]

    async def close(self) -> None:
        """Do nothing; there is nothing to let go of."""

    @property
    def waiting(self) -> int:
        """How many updates are in work or wait."""
        return sum(line.length for line in self._lines.values())


class _Line:
    """The updates of one chat; asyncio's lock lets them through in the order they came."""

    __slots__ = ("length", "lock")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.length = 0
