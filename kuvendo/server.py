"""The one application of a process: its health, and whichever rooms it has, on one port."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

Check = Callable[[], Awaitable[None]]
"""Returns when what it looks at answers, raises when it does not."""

CHECK_SECONDS: Final = 3.0


class Health:
    """Whether this process can do its work; `stopping` is set once it is about to end."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self.stopping = asyncio.Event()

    async def reasons(self) -> dict[str, str]:
        """Return what is wrong, by what was looked at; nothing when all is well."""
        if self.stopping.is_set():
            return {"process": "stopping"}
        found = await asyncio.gather(*(_wrong(check) for check in self._checks.values()))
        return {name: wrong for name, wrong in zip(self._checks, found, strict=True) if wrong}


async def _wrong(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except TimeoutError:
        return "does not answer"
    except Exception as error:  # noqa: BLE001 - whatever is wrong, its kind is the answer
        return type(error).__name__
    return ""


def create_app(
    health: Health,
    routes: Sequence[BaseRoute] = (),
    *,
    dashboard: Starlette | None = None,
    around: Callable[[], AbstractAsyncContextManager[Any]] | None = None,
) -> Starlette:
    """Return the application: health, `routes`, and the dashboard below `/admin`.

    `around` is entered for as long as the application runs.
    """
    every: list[BaseRoute] = [
        *routes,  # the first is found first, and nothing is called as often as the webhook
        Route("/healthz", _alive, methods=["GET"]),
        Route("/readyz", _readiness(health), methods=["GET"]),
    ]
    if dashboard is not None:
        every.append(Mount("/admin", dashboard))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with around() if around is not None else contextlib.nullcontext():
            yield

    return Starlette(routes=every, lifespan=lifespan)


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


def _readiness(health: Health) -> Callable[[Request], Awaitable[Response]]:
    async def ready(_request: Request) -> Response:
        wrong = await health.reasons()
        if wrong:
            return JSONResponse({"ready": False, "reasons": wrong}, 503, headers={"Retry-After": "5"})
        return JSONResponse({"ready": True})

    return ready
