"""The floor: a bare ASGI application on uvicorn, one transaction of asyncpg for each update, no library of bots.

It replies in the webhook's own response, whose message has no number, and keeps no transcript and no outbox: a limit,
not a rival.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.request import Request, urlopen

import asyncpg
import orjson
import uvicorn

from benchmarks.peers import place
from benchmarks.peers import questionnaire as q

SCHEMA: Final = """
CREATE TABLE updates (id bigint PRIMARY KEY);
CREATE TABLE chats (id bigint PRIMARY KEY, place int NOT NULL, submission bigint);
CREATE TABLE submissions (id bigserial PRIMARY KEY, chat_id bigint NOT NULL, submitted_at timestamptz);
CREATE TABLE answers (id bigserial PRIMARY KEY, submission_id bigint, question text, text text, at timestamptz);
"""
SEEN: Final = "INSERT INTO updates VALUES ($1) ON CONFLICT DO NOTHING RETURNING id"
WHERE: Final = "SELECT place, submission FROM chats WHERE id = $1 FOR UPDATE"
MOVE: Final = """
INSERT INTO chats VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET place = $2, submission = $3
"""
OPEN: Final = "INSERT INTO submissions (chat_id) VALUES ($1) RETURNING id"
ANSWER: Final = "INSERT INTO answers (submission_id, question, text, at) VALUES ($1, $2, $3, now())"
SUBMIT: Final = "UPDATE submissions SET submitted_at = now() WHERE id = $1"

SCREENS: Final = (
    (q.LANGUAGE, (("Shqip", q.SHQIP), ("English", q.ENGLISH))),
    (q.CONSENT, (("Pajtohem", q.AGREE), ("Nuk pajtohem", q.DECLINE))),
    *((question, ()) for question in q.QUESTIONS),
    (q.DONE, (("Rishiko", q.REVIEW),)),
    (q.CHECK, (("Dërgo", q.SUBMIT),)),
    (q.THANKS, ()),
)
"""What is shown at each place."""
CONSENT, FIRST, LAST = 2, 2, 10
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
HEADERS: Final = [(b"content-type", b"application/json")]


class Floor:
    """The application."""

    def __init__(self) -> None:
        self._pool: Any = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Take one update, or begin and end with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        content = b""
        more = True
        while more:
            message = await receive()
            content += message.get("body", b"")
            more = message.get("more_body", False)
        body = await self._taken(orjson.loads(content))
        headers = [*HEADERS, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(
            host=place.POSTGRES, user="postgres", database=place.DATABASE, min_size=20, max_size=20
        )
        await self._pool.execute(SCHEMA)
        body = f"url={place.WEBHOOK}".encode()
        urlopen(Request(f"{place.API}/bot{place.TOKEN}/setWebhook", body)).close()  # noqa: ASYNC210 - nothing runs yet
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _taken(self, update: dict[str, Any]) -> bytes:
        message = update.get("message") or update["callback_query"]["message"]
        chat: int = message["chat"]["id"]
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(SEEN, update["update_id"]) is None:
                return b""
            row = await connection.fetchrow(WHERE, chat)
            here, submission = (row[0], row[1]) if row else (-1, None)
            submission = await _kept(connection, chat, here, submission, message.get("text", ""))
            await connection.execute(MOVE, chat, here + 1, submission)
        return _shown(chat, here + 1)


async def _kept(connection: Any, chat: int, here: int, submission: int | None, text: str) -> int | None:
    """Keep what the screen `here` asked for; return the submission's number."""
    if here == CONSENT - 1:
        found: int = await connection.fetchval(OPEN, chat)
        return found
    if FIRST <= here <= LAST:
        await connection.execute(ANSWER, submission, q.SLOTS[here - FIRST], text)
    elif here == len(SCREENS) - 2:
        await connection.execute(SUBMIT, submission)
    return submission


def _shown(chat: int, here: int) -> bytes:
    text, buttons = SCREENS[here]
    body: dict[str, Any] = {"method": "sendMessage", "chat_id": chat, "text": text}
    if buttons:
        rows = [[{"text": label, "callback_data": data}] for label, data in buttons]
        body["reply_markup"] = {"inline_keyboard": rows}
    return orjson.dumps(body)


if __name__ == "__main__":
    uvicorn.run(Floor(), host="127.0.0.1", port=place.PORT, log_level="warning", access_log=False)
