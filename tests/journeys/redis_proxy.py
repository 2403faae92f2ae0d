"""A wire to Redis that can be cut, or go silent as in a partition: nothing passes, and nobody is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class Wire:
    """Carries connections between a socket of its own and the server's; `open` is cleared for a partition."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.open = asyncio.Event()
        self.open.set()

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection there and back."""
        self._writers.add(writer)
        try:
            await self.open.wait()
            there, back = await asyncio.open_unix_connection(self._server)
            self._writers.add(back)
            self._tasks |= {asyncio.create_task(self._carry(*way)) for way in ((reader, back), (there, writer))}
        except OSError:
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self.open.wait()
                writer.write(data)
        writer.close()

    def cut(self) -> None:
        """Break every connection there is."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def close(self) -> None:
        """Carry nothing more."""
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def wired(url: str, directory: Path) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to the Redis at `url` (on a Unix socket), and the address by which it is reached through the wire."""
    wire = Wire(url.removeprefix("unix://"))
    path = directory / "wire.sock"
    server = await asyncio.start_unix_server(wire.connection, path)
    try:
        yield wire, f"unix://{path}"
    finally:
        server.close()
        await wire.close()
