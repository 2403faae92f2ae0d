"""Word to every process that shares a Redis; where Redis is gone, word within this process remains.

One channel carries all topics: what is cast is rare. After a time without Redis everybody is woken once, for word may
have been lost.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from storage.redis_ears import SILENCE, hear
from storage.redis_line import Failures, RedisLine
from storage.wake import Ear, MemoryWakes

CHANNEL = "kuvendo:wake"
SULK = 1.0
"""Seconds to leave Redis alone after it failed."""


class RedisWakes(MemoryWakes):
    """Word between all processes that share a Redis."""

    def __init__(self, url: str, silence: float = SILENCE) -> None:
        super().__init__()
        at_once = Retry(NoBackoff(), 0)
        self._line = RedisLine(Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=1.0, retry=at_once))
        self._redis = Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=None, retry=at_once)
        self._silence = silence
        self._me = secrets.token_hex(8)
        self._listener: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self, topic: str) -> Iterator[Ear]:
        """Listen to `topic` from now on, in every process as soon as Redis knows."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        with super().listening(topic) as ear:
            yield ear

    def cast(self, topic: str) -> None:
        """Wake everybody who listens to `topic`: here at once, elsewhere soon."""
        super().cast(topic)
        self._line.cast("PUBLISH", CHANNEL, f"{self._me} {topic}")

    async def close(self) -> None:
        """Pass on what is left, and let go of both connections."""
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        await self._line.close()
        await self._redis.aclose()

    async def _listen(self) -> None:
        while True:
            with suppress(*Failures):
                await hear(self._redis, CHANNEL, self.cast_all, self._told, self._silence)
            await asyncio.sleep(SULK)

    def _told(self, word: str) -> None:
        who, _, topic = word.partition(" ")
        if who != self._me:
            super().cast(topic)
