"""A bot that does nothing but answer within the webhook's response: with it the generator measures itself."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final
from urllib.request import Request, urlopen

import uvloop

from benchmarks.load.wire import Framer, answer
from benchmarks.peers import place

_CHAT: Final = re.compile(rb'"chat":\{"id":(\d+)')


class Null(asyncio.Protocol):
    """One connection of Telegram."""

    def __init__(self) -> None:
        self._framer = Framer()

    def connection_made(self, transport: Any) -> None:
        """Keep where answers go."""
        self._transport: asyncio.Transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each update with a message."""
        for _, body in self._framer.feed(data):
            found = _CHAT.search(body)
            chat = found[1] if found else b"0"
            self._transport.write(answer(b'{"method":"sendMessage","chat_id":%s,"text":"Po."}' % chat))


async def serve() -> None:
    """Serve until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Null, "127.0.0.1", place.PORT, backlog=1024)
    body = f"url={place.WEBHOOK}".encode()
    await asyncio.to_thread(urlopen, Request(f"{place.API}/bot{place.TOKEN}/setWebhook", body))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
