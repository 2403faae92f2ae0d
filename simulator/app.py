"""Puts the simulator on HTTP: the Bot API, the control API and the chat page.

They come as a list of routes to join to another application, or as an application of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from simulator.bot_http import bot_routes
from simulator.control import control_routes
from simulator.page import page_routes
from simulator.pusher import running
from simulator.telegram import Telegram


def routes(telegram: Telegram) -> list[BaseRoute]:
    """Return every route of the simulator; none of them is the root.

    Whoever joins them to an application must also keep `async with running(telegram):` open around it, and call
    `telegram.stop()` as soon as the server is told to end: long polls and open pages would hold it up.
    """
    return [*control_routes(telegram), *page_routes(), *bot_routes(telegram)]


def create_app(telegram: Telegram, *, prefix: str = "") -> Starlette:
    """Return the simulator as an application, below a path prefix where one is given."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(telegram):
            yield

    every = routes(telegram)
    return Starlette(routes=[Mount(prefix, routes=every)] if prefix else every, lifespan=lifespan)
