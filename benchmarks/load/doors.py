"""The two ways of an update to a bot: pushed to its webhook over a bounded number of connections, or fetched by it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.load.tally import Tally
from benchmarks.load.wire import Framer, answer

AGAIN: Final = 0.2
"""Seconds until an update that was refused is brought again."""
Answered = Callable[[bytes, bytes], None]
"""What is done with a webhook response that carries a call: its head and body."""


class Pusher:
    """Posts updates to a webhook over at most `most` connections; where all are busy, updates wait in line."""

    def __init__(self, url: str, secret: str, tally: Tally, on_call: Answered, most: int, ports: Sequence[int]) -> None:
        address = urlsplit(url)
        self._host = address.hostname or "127.0.0.1"
        self._ports = ports or (address.port or 80,)
        path = address.path or "/"
        known = f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n" if secret else ""
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
            f"{known}Content-Length: %d\r\n\r\n"
        ).encode()
        self.tally = tally
        self.on_call = on_call
        self._most = most
        self._opened = 0
        self._idle: deque[_Line] = deque()
        self._line: deque[bytes] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    async def ready(self, seconds: float = 60.0) -> None:
        """Return when every port takes connections; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            for port in self._ports:
                while not await self._reachable(port):  # noqa: ASYNC110 - another process decides
                    await asyncio.sleep(0.05)

    async def _reachable(self, port: int) -> bool:
        try:
            _, writer = await asyncio.open_connection(self._host, port)
        except OSError:
            return False
        writer.close()
        return True

    def post(self, number: int, raw: bytes) -> None:
        """Post an update, at once where a connection is free."""
        request = self._head % len(raw) + raw
        if self._idle:
            self._idle.popleft().send(request)
            return
        self._line.append(request)
        if self._opened < self._most:
            self._opened += 1
            task = self._loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        port = self._ports[self._opened % len(self._ports)]
        try:
            await self._loop.create_connection(lambda: _Line(self), self._host, port)
        except OSError:
            self.tally.errors += 1
            self._opened -= 1

    def free(self, line: _Line) -> None:
        """Give a connection that is free its next update, or let it wait."""
        if self._line:
            line.send(self._line.popleft())
        else:
            self._idle.append(line)

    def refused(self, request: bytes) -> None:
        """Count an update that was not taken and bring it again a little later."""
        self.tally.errors += 1
        self._loop.call_later(AGAIN, self._once_more, request)

    def _once_more(self, request: bytes) -> None:
        if self._idle:
            self._idle.popleft().send(request)
        else:
            self._line.append(request)

    def lost(self, line: _Line, request: bytes) -> None:
        """Forget a connection that ended."""
        self._opened -= 1
        if line in self._idle:
            self._idle.remove(line)
        if request:
            self.refused(request)

    def close(self) -> None:
        """Close the connections that are idle."""
        for line in tuple(self._idle):
            line.close()


class _Line(asyncio.Protocol):
    """One connection to the webhook, one update at a time."""

    __slots__ = ("_framer", "_pusher", "_request", "_transport")

    def __init__(self, pusher: Pusher) -> None:
        self._pusher = pusher
        self._framer = Framer()
        self._request = b""

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.Transport = transport
        self._pusher.free(self)

    def send(self, request: bytes) -> None:
        self._request = request
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        for head, body in self._framer.feed(data):
            request, self._request = self._request, b""
            if head[9:10] != b"2":
                self._pusher.refused(request)
            elif body:
                self._pusher.on_call(head, body)
            self._pusher.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._pusher.lost(self, self._request)

    def close(self) -> None:
        self._transport.close()


class Queue:
    """Updates that wait until the bot asks for them, as getUpdates has it: kept until an offset confirms them."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, bytes]] = deque()
        self._asker: tuple[asyncio.Transport, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def post(self, number: int, raw: bytes) -> None:
        """Keep an update, and hand it out at once to a bot that waits."""
        self._kept.append((number, raw))
        if self._asker is not None:
            self._answer()

    def ask(self, transport: asyncio.Transport, offset: int, limit: int, seconds: float) -> None:
        """Confirm what is below `offset` and answer with up to `limit` others, within `seconds`."""
        while self._kept and self._kept[0][0] < offset:
            self._kept.popleft()
        self._asker = (transport, limit)
        if self._kept or seconds <= 0:
            self._answer()
        else:
            self._timer = self._loop.call_later(seconds, self._answer)

    def _answer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._asker is None:
            return
        transport, limit = self._asker
        self._asker = None
        some = [raw for _, (_, raw) in zip(range(limit), self._kept, strict=False)]
        if not transport.is_closing():
            transport.write(answer(b'{"ok":true,"result":[' + b",".join(some) + b"]}"))
