"""Waking whoever waits: word that something is there which they would otherwise find by looking a little later.

A topic is a word such as `outbox`, never a person's number, and carries nothing else. Here it is passed on within this
process, in `redis_wake` to every process. Word that is lost loses nothing: whoever listens looks now and then anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Ear:
    """Hears one topic: what is cast while nobody waits is kept for the next wait, as one."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = asyncio.Event()

    async def heard(self, seconds: float) -> bool:
        """Wait at most `seconds`; return whether the topic was cast since the last wait."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

    def tell(self) -> None:
        """Wake whoever waits, or the next one that does."""
        self._event.set()


class Wakes(Protocol):
    """Word between those who did something and those who wait for it."""

    def listening(self, topic: str) -> AbstractContextManager[Ear]:
        """Listen to `topic` from now on."""
        ...

    async def wait(self, topic: str, seconds: float) -> bool:
        """Wait at most `seconds` until `topic` is cast; return whether it was."""
        ...

    def cast(self, topic: str) -> None:
        """Wake everybody who listens to `topic`; return at once."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class MemoryWakes:
    """Word within this process."""

    def __init__(self) -> None:
        self._ears: dict[str, set[Ear]] = {}

    @contextmanager
    def listening(self, topic: str) -> Iterator[Ear]:
        """Listen to `topic` from now on."""
        ear = Ear()
        self._ears.setdefault(topic, set()).add(ear)
        try:
            yield ear
        finally:
            self._ears[topic].discard(ear)
            if not self._ears[topic]:
                del self._ears[topic]

    async def wait(self, topic: str, seconds: float) -> bool:
        """Wait at most `seconds` until `topic` is cast; return whether it was."""
        with self.listening(topic) as ear:
            return await ear.heard(seconds)

    def cast(self, topic: str) -> None:
        """Wake everybody in this process who listens to `topic`."""
        for ear in self._ears.get(topic, ()):
            ear.tell()

    def cast_all(self) -> None:
        """Wake everybody: word may have been lost."""
        for topic in self._ears:
            MemoryWakes.cast(self, topic)

    async def close(self) -> None:
        """Do nothing; there is nothing to let go of."""


async def rest(ear: Ear, stopping: asyncio.Event, seconds: float) -> None:
    """Wait until `ear` hears of something, until `stopping`, and at most `seconds`."""
    heard = asyncio.ensure_future(ear.heard(seconds))
    stopped = asyncio.ensure_future(stopping.wait())
    _, late = await asyncio.wait({heard, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for task in late:
        task.cancel()
