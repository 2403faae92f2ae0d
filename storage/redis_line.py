"""One connection to Redis for a whole process: what is asked for at the same time goes out together."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from storage.batches import settle

Command = tuple[str | bytes | int, ...]
Failures = (RedisError, OSError, TimeoutError)


class RedisLine:
    """Commands in the order they are given, each round trip taking all that came during the one before."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queue: deque[tuple[Command, asyncio.Future[Any] | None]] = deque()
        self._sender: asyncio.Task[None] | None = None

    async def run(self, *command: str | bytes | int) -> Any:
        """Send a command and return what Redis answers; raise one of `Failures` where it does not."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._put(command, answer)
        return await answer

    def cast(self, *command: str | bytes | int) -> None:
        """Send a command soon; nobody waits for its answer."""
        self._put(command, None)

    async def close(self) -> None:
        """Send what is left, and let the connection go."""
        if self._sender is not None:
            await self._sender
        await self._redis.aclose()

    def _put(self, command: Command, answer: asyncio.Future[Any] | None) -> None:
        self._queue.append((command, answer))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._queue:
            batch = list(self._queue)
            self._queue.clear()
            try:
                answers = await self._exchange([command for command, _ in batch])
            except Failures as error:
                # Whoever queued up meanwhile learns it at once too, instead of after a second wait of their own.
                answers = [error] * (len(batch) + len(self._queue))
                batch.extend(self._queue)
                self._queue.clear()
            for (_, whose), answer in zip(batch, answers, strict=True):
                if whose is not None:
                    settle(whose, answer)

    async def _exchange(self, commands: list[Command]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            return list(await pipeline.execute(raise_on_error=False))
