"""The door for Telegram's own calls: nothing of an unauthenticated caller is read, nothing is confirmed too early.

The size announced, then the secret (as bytes), then the body with its size counted, then JSON, then the pipeline.
What a body says never leads to an error of the server: it is taken, quarantined or refused as no update at all.
"""

from __future__ import annotations

import hmac
from typing import Final

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.decoding import decoded
from bot.gate import Gate, Outcome

PATH: Final = "/telegram/webhook"
LARGEST: Final = 1024 * 1024
"""Bytes; Telegram's own limit for an update is half of that."""
HEADER: Final = b"x-telegram-bot-api-secret-token"
CONNECTIONS: Final = 40


def route(gate: Gate, secret: str) -> Route:
    """Return the route that takes updates for `gate` from whoever knows `secret`."""
    expected = secret.encode()

    async def receive(request: Request) -> Response:
        if _announced(request) > LARGEST:
            return Response(status_code=413)
        if not _knows(request, expected):
            return Response(status_code=401)
        if gate.is_full:
            return Response(status_code=503, headers={"Retry-After": "2"})
        content = await _content(request)
        if content is None:
            return Response(status_code=413)
        update = decoded(content)
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            return Response(status_code=400)
        return _answer(await gate.take(update))

    return Route(PATH, receive, methods=["POST"])


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else LARGEST + 1


def _knows(request: Request, expected: bytes) -> bool:
    """Compare bytes: as text, a header outside ASCII would raise."""
    given = [value for name, value in request.headers.raw if name == HEADER]
    return len(given) == 1 and hmac.compare_digest(given[0], expected)


async def _content(request: Request) -> bytes | None:
    """Return the body, None where it is larger than it may be, whatever its header said."""
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > LARGEST:
                return None
    except ClientDisconnect:
        return None
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
