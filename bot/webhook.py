"""The door for Telegram's own calls: nothing of an unauthenticated caller is read, nothing is confirmed too early.

The size announced, then the secret (as bytes), then the body with its size and its time counted, then JSON, then the
pipeline. What a body says never leads to an error of the server: it is taken, quarantined or refused as no update at
all. Refusals are counted and told once a minute at most: whoever calls in vain fills no log.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Sequence
from typing import Final

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.decoding import decoded
from bot.door import PATH
from bot.gate import Gate, Outcome
from bot.metrics import REFUSED

log = structlog.get_logger("bot.webhook")

LARGEST: Final = 1024 * 1024
"""Bytes; Telegram's own limit for an update is half of that."""
HEADER: Final = b"x-telegram-bot-api-secret-token"
BODY_SECONDS: Final = 10.0
TOLD_EVERY: Final = 60.0


def route(gate: Gate, *secrets: str) -> Route:
    """Return the route that takes updates for `gate` from whoever knows one of `secrets`."""
    expected = [secret.encode() for secret in secrets]
    refusals = _Refusals()

    async def receive(request: Request) -> Response:
        if _announced(request) > LARGEST:
            return refusals.hang_up(413)
        if not _knows(request, expected):
            return refusals.hang_up(401)
        if gate.is_full:
            return Response(status_code=503, headers={"Retry-After": "2"})
        content = await _content(request)
        if isinstance(content, int):
            return refusals.answer(content)
        update = decoded(content)
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            return refusals.answer(400)
        return _answer(await gate.take(update))

    return Route(PATH, receive, methods=["POST"])


class _Refusals:
    """Refuses, and counts."""

    def __init__(self) -> None:
        self._count = 0
        self._quiet_until = 0.0

    def answer(self, status: int) -> Response:
        """Refuse."""
        REFUSED.labels(str(status)).inc()
        self._count += 1
        now = time.monotonic()
        if now >= self._quiet_until:
            log.warning("calls of the webhook were refused", count=self._count, status=status)
            self._count, self._quiet_until = 0, now + TOLD_EVERY
        return Response(status_code=status)

    def hang_up(self, status: int) -> Response:
        """Refuse a stranger: a body that nobody will read need not be carried to its end."""
        response = self.answer(status)
        response.headers["Connection"] = "close"
        return response


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else LARGEST + 1


def _knows(request: Request, expected: Sequence[bytes]) -> bool:
    """Compare bytes, for as text a header outside ASCII would raise; and with every secret, for the time not to say."""
    given = [value for name, value in request.headers.raw if name == HEADER]
    return len(given) == 1 and sum(hmac.compare_digest(given[0], each) for each in expected) > 0


async def _content(request: Request) -> bytes | int:
    """Return the body, or the status that refuses it: larger than it may be, whatever its header said, or too slow."""
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > LARGEST:
                    return 413
    except TimeoutError:
        return 408
    except ClientDisconnect:
        return 400
    return bytes(content)


def _answer(outcome: Outcome) -> Response:
    if not outcome.accepted:
        return Response(status_code=503, headers={"Retry-After": "5"})
    if outcome.answer is None:
        return Response(status_code=200)
    body = {"method": "answerCallbackQuery", "callback_query_id": outcome.answer.callback_query_id}
    if outcome.answer.text:
        body["text"] = outcome.answer.text
    return Response(orjson.dumps(body), media_type="application/json")
