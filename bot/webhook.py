"""The door for Telegram's own calls: nothing of an unauthenticated caller is read, nothing is confirmed too early.

The size announced, then the secret (as bytes), then the body with its size counted, then JSON, then the
pipeline. What a body says never leads to an error of the server: it is taken, quarantined or refused as no update at
all. Refusals are counted and told once a minute at most: whoever calls in vain fills no log.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence
from typing import Final

import orjson
import structlog
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.decoding import decoded
from bot.door import PATH
from bot.gate import Gate, Outcome
from bot.metrics import REFUSED

log = structlog.get_logger("bot.webhook")

LARGEST: Final = 1024 * 1024
"""Bytes; Telegram's own limit for an update is half of that."""
HEADER: Final = b"x-telegram-bot-api-secret-token"
TOLD_EVERY: Final = 60.0

_DONE: Final = Response()

Headers = Sequence[tuple[bytes, bytes]]


def route(gate: Gate, *secrets: str) -> Route:
    """Return the route that takes updates for `gate` from whoever knows one of `secrets`."""
    return Route(PATH, Webhook(gate, secrets), methods=["POST"])


class Webhook:
    """The route's application, straight on the server's messages: it answers every update there is."""

    def __init__(self, gate: Gate, secrets: Sequence[str]) -> None:
        self._gate = gate
        self._expected = [secret.encode() for secret in secrets]
        self._refusals = _Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one call."""
        response = await self._received(scope["headers"], receive)
        await response(scope, receive, send)

    async def _received(self, headers: Headers, receive: Receive) -> Response:
        if _announced(headers) > LARGEST:
            return self._refusals.hang_up(413)
        if not _knows(headers, self._expected):
            return self._refusals.hang_up(401)
        if self._gate.is_full:
            return Response(status_code=503, headers={"Retry-After": "2"})
        content = await _content(receive)
        if isinstance(content, int):
            return self._refusals.answer(content)
        update = decoded(content)
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            return self._refusals.answer(400)
        return _answer(await self._gate.take(update))


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


def _announced(headers: Headers) -> int:
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(length) if length.isdigit() and len(length) < 19 else LARGEST + 1


def _knows(headers: Headers, expected: Sequence[bytes]) -> bool:
    """Compare bytes, for as text a header outside ASCII would raise; and with every secret, for the time not to say."""
    given = [value for name, value in headers if name == HEADER]
    return len(given) == 1 and sum(hmac.compare_digest(given[0], each) for each in expected) > 0


async def _content(receive: Receive) -> bytes | int:
    """Return the body, or the status that refuses it: larger than it may be, whatever its header said.

    The server bounds its time (`kuvendo.guard`).
    """
    content, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return 400  # they hung up
        content += message.get("body", b"")
        more = message.get("more_body", False)
        if len(content) > LARGEST:
            return 413
    return content


def _answer(outcome: Outcome) -> Response:
    if not outcome.accepted:
        return Response(status_code=503, headers={"Retry-After": "5"})
    if outcome.answer is None:
        return _DONE
    body = {"method": outcome.answer.name, **outcome.answer.values}
    return Response(orjson.dumps(body), media_type="application/json")
