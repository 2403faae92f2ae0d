"""What stands before several bots in production: one address, and whoever of them is alive behind it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence


class Balancer:
    """Hands each connection to the next port in turn that takes it; hangs up where none does."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._turn = itertools.count()

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection there and back."""
        behind = await self._behind()
        try:
            if behind is not None:
                await asyncio.gather(_carry(reader, behind[1]), _carry(behind[0], writer))
        finally:
            for each in (writer, *(behind[1:] if behind else ())):
                each.close()

    async def _behind(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turn)
        for place in range(len(self._ports)):
            port = self._ports[(first + place) % len(self._ports)]
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        return None


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


@contextlib.asynccontextmanager
async def balanced(ports: Sequence[int]) -> AsyncIterator[str]:
    """Open a balancer in front of `ports` and give its address."""
    server = await asyncio.start_server(Balancer(ports).connection, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
