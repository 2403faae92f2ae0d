"""Everything that was submitted to a consultation, from first to last, over as many transactions as it takes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from storage.database import Database
from storage.submitted import Place, Submitted

CHUNK = 250
"""Submissions read in one go: what an export holds in memory at a time."""


async def stream(database: Database, consultation: str) -> AsyncIterator[Submitted]:
    """Yield every submission of a consultation, oldest first, in constant memory.

    Each chunk is a transaction of its own, so whoever downloads slowly holds nothing up.
    """
    place: Place | None = None
    while True:
        async with database.reading() as work:
            chunk = await work.reading.next_in(consultation, place, CHUNK)
        for each in chunk:
            yield each
        if len(chunk) < CHUNK:
            return
        place, chunk = chunk[-1].place, ()  # let go of what was read before reading on
