"""Time as the simulator sees it.

Everything that waits or stamps a date asks a Clock, so that a day can pass in a test without a day going by.
Nothing else in this package reads the machine's clock.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the simulator needs of time: the present moment and a way to wait."""

    def now(self) -> float:
        """Return the present moment in seconds since 1970."""
        ...

    async def sleep_until(self, moment: float) -> None:
        """Wait until this clock shows a moment."""
        ...


class SystemClock:
    """The machine's clock, running `scale` times as fast as the wall's."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._start = time.time()

    def now(self) -> float:
        """Return the present moment, stretched by the scale."""
        return self._start + (time.time() - self._start) * self._scale

    async def sleep_until(self, moment: float) -> None:
        """Wait until the stretched time has reached a moment."""
        await asyncio.sleep(max(moment - self.now(), 0.0) / self._scale)


class ManualClock:
    """A clock that stands still until it is told to advance."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._now = start
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Return the moment the hands stand at."""
        return self._now

    async def sleep_until(self, moment: float) -> None:
        """Wait until `advance` has moved the hands as far as a moment."""
        if moment <= self._now:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (moment, future)
        self._sleepers.append(entry)
        try:
            await future
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)

    def advance(self, seconds: float) -> None:
        """Move the hands on and wake whoever waited for a moment now past."""
        self._now += seconds
        for deadline, future in sorted(self._sleepers, key=lambda entry: entry[0]):
            if deadline <= self._now and not future.done():
                future.set_result(None)
