"""What is told to a page that is open: how many contributions came in that it would show. Numbers, never a word.

A stream belongs to a login and ends with it. Whoever does not ask for a stream gets the number once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Final

from starlette.responses import JSONResponse, Response, StreamingResponse

from admin.choices import choices
from admin.filtering import read
from admin.listing import place_of
from admin.live import Streams
from admin.settings import IDLE, LONGEST
from admin.visit import Visit
from storage.errors import StorageError
from storage.filing import TOPIC
from storage.filters import Filter
from storage.submitted import Place

BEAT: Final = 4.0
"""Seconds between two looks at whether the login still stands, whatever happens."""
CALM: Final = 0.5
"""Seconds between two looks at least, however much comes in."""
MANY: Final = 99
"""Up to how many are counted; a page then says "99+"."""
RETRY: Final = 5000
"""Milliseconds after which a browser comes back to a stream that broke."""


async def stream(visit: Visit) -> Response:
    """Tell how many contributions match that are newer than the newest one on the page, again and again."""
    query = visit.request.query_params
    async with visit.database.reading() as work:
        known = (await choices(visit, work)).known
    wanted = read(query.multi_items(), known).filter(known, visit.member.id)
    newest = place_of(query.get("newest"))
    if "text/event-stream" not in visit.request.headers.get("accept", ""):
        return JSONResponse({"new": await _count(visit, wanted, newest)})
    streams: Streams = visit.request.app.state.streams
    if not streams.has_room(visit.session):
        return Response(status_code=204)  # which tells a browser not to come back
    return StreamingResponse(
        _told(visit, streams, wanted, newest),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


async def _told(visit: Visit, streams: Streams, wanted: Filter, newest: Place | None) -> AsyncIterator[bytes]:
    """Yield the number whenever it changed, for as long as the login stands and the browser listens."""
    said = 0
    with visit.database.wakes.listening(TOPIC) as ear, streams.open(visit.session, ear):
        yield f"retry: {RETRY}\n\n".encode()
        while await _goes_on(visit, streams):
            try:
                count = await _count(visit, wanted, newest)
            except StorageError:
                count = said
            yield _event(count) if count != said else b": \n\n"
            said = count
            await ear.heard(BEAT)
            await asyncio.sleep(CALM)
        if not streams.ending:
            yield b"event: over\ndata: {}\n\n"


async def _goes_on(visit: Visit, streams: Streams) -> bool:
    """Tell whether anybody is there to be told, and may be; looking does not count as using the login."""
    if streams.ending or await visit.request.is_disconnected():
        return False
    now = visit.settings.clock()
    try:
        async with visit.database.reading() as work:
            login = await work.staff.login(visit.session, idle_since=now - IDLE, opened_since=now - LONGEST)
    except StorageError:
        return True
    return login is not None and not streams.ending


async def _count(visit: Visit, wanted: Filter, newest: Place | None) -> int:
    async with visit.database.reading() as work:
        found = await work.contributions.page(wanted, after=newest, size=MANY + 1)
    return len(found.rows)


def _event(count: int) -> bytes:
    return f"event: new\ndata: {json.dumps({'new': count})}\n\n".encode()
