"""Listening to one channel of Redis for as long as that lasts; a dead connection is not taken for a quiet one."""

from __future__ import annotations

from collections.abc import Callable

from redis.asyncio import Redis

SILENCE = 5.0
"""Seconds without a word after which Redis is asked whether it is still there; after as many more it is given up."""


async def hear(
    redis: Redis, channel: str, begun: Callable[[], None], told: Callable[[str], None], silence: float = SILENCE
) -> None:
    """Call `begun` once Redis has us as a listener, then `told` with each word; raise one of `Failures` at the end."""
    async with redis.pubsub() as ears:
        await ears.subscribe(channel)
        asked = False
        while True:
            message = await ears.get_message(timeout=silence)
            if message is None and asked:
                raise TimeoutError("Redis went silent")
            if message is None:
                await ears.ping()
            elif message["type"] == "subscribe":
                begun()
            elif message["type"] == "message":
                told(bytes(message["data"]).decode())
            asked = message is None
