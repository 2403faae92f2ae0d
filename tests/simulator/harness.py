"""A real server around the simulator, which checks every update and every answer against the Bot API on its way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator import Telegram, create_app
from simulator.queue import DAY
from tests.simulator.bot_api import RESULTS, mismatches

TOKEN = "4242:TEST-token_for-tests"


class Watched(Telegram):
    """A Telegram that looks at each update before it goes out."""

    emitted: list[str]

    def emit(self, kind: str, content: dict[str, Any], queue_id: int, lifetime: float = DAY) -> None:
        update = {"update_id": 1, kind: content}
        assert mismatches(update, "Update") == []
        super().emit(kind, content, queue_id, lifetime)


class Checked:
    """Looks at each answer of the Bot API before it goes out, and gathers what does not fit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.found: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/bot"):
            await self.app(scope, receive, send)
            return
        body = b""

        async def watch(message: Message) -> None:
            nonlocal body
            body += message.get("body", b"")
            await send(message)

        await self.app(scope, receive, watch)
        self._check(scope["path"].rpartition("/")[2].lower(), body)

    def _check(self, method: str, body: bytes) -> None:
        with contextlib.suppress(ValueError):
            answer = json.loads(body)
            if answer["ok"]:
                self.found += mismatches(answer["result"], RESULTS.get(method, "true"))
            else:
                wrong = {"ok", "error_code", "description", "parameters"} < answer.keys()
                self.found += [f"{method}: {answer}"] if wrong else []


@contextlib.asynccontextmanager
async def serve(app: ASGIApp, stop: Callable[[], None] = lambda: None, port: int = 0) -> AsyncIterator[str]:
    """Run an application on a port of the loopback, a free one unless named, and yield its address."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=5)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([listener])  # not serve(): its main loop looks for the end only ten times a second
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop()
        await server.shutdown([listener])


@contextlib.asynccontextmanager
async def served(telegram: Telegram) -> AsyncIterator[str]:
    """Run the simulator, yield its address, and fail where an answer did not fit the Bot API."""
    app = Checked(create_app(telegram))
    async with serve(app, telegram.stop) as address:
        yield address
    assert app.found == []


async def until(condition: Callable[[], bool], step: Callable[[], None] = lambda: None) -> None:
    """Wait for something to become so, doing a step each time it is not; fail where it never does."""
    for _ in range(2000):
        if condition():
            return
        step()
        await asyncio.sleep(0.002)
    raise AssertionError("it never became so")


class Inbox:
    """A bot's webhook that notes what it gets and answers what it is told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.clients: list[str] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.gate: Callable[[bytes], Awaitable[None]] | None = None

    @property
    def updates(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    @property
    def ids(self) -> list[int]:
        return [update["update_id"] for update in self.updates]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.bodies.append(body)
        self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        self.clients.append(scope["client"][0])
        if self.gate is not None:
            await self.gate(body)
        await self._answer(send)
        return None

    async def _answer(self, send: Send) -> None:
        code, headers, content = self.answers.pop(0) if self.answers else (200, {}, b"")
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": code, "headers": lines})
        await send({"type": "http.response.body", "body": content})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
