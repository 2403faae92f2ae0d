"""Updates of which nobody can say whether they were kept: the database went while it was being asked to.

If one was kept, its replies are leased to this process, which does not know of them; and to Telegram, which brings the
update again, there is nothing more to say. So once the database answers again the lease is let go, and the relay sends.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from bot import ledger
from bot.world import World
from storage.ephemeral import Order
from storage.errors import StorageError

PATIENCE: Final = 60.0
"""Seconds after which the lease has run out by itself."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 2.0


class Doubts:
    """The doubtful updates of one process."""

    def __init__(self, world: World, order: Order) -> None:
        self._world = world
        self._order = order
        self._doubtful: set[int] = set()

    def begin(self, number: int) -> bool:
        """Doubt an update; return False where that is so already."""
        known = number in self._doubtful
        self._doubtful.add(number)
        return not known

    def end(self, number: int) -> None:
        """Doubt no more: the update was brought again and is handled anew, so its replies are being sent."""
        self._doubtful.discard(number)

    async def settle(self, number: int, chat_id: int) -> None:
        """Let go of the update's replies once that can be done, in the chat's turn, unless they are being sent."""
        until, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
        while number in self._doubtful and time.monotonic() < until:
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            async with self._order.chat(chat_id):
                if await self._freed(number):
                    break
        self._doubtful.discard(number)

    async def _freed(self, number: int) -> bool:
        if number not in self._doubtful:
            return True
        try:
            await ledger.free(self._world, number)
        except StorageError:
            return False
        return True
