"""CSV (RFC 4180) in UTF-8, with the mark by which spreadsheets know it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

from admin.exports import flat
from admin.exports.json_lines import PIECE
from storage.database import Database
from storage.streaming import stream

BOM = "\ufeff"


async def write(database: Database, consultation: str) -> AsyncIterator[bytes]:
    """Yield the file in pieces."""
    columns = await flat.questions(database, consultation)
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(flat.header(columns))
    async for submitted in stream(database, consultation):
        writer.writerows(flat.rows(submitted, columns))
        if buffer.tell() >= PIECE:
            yield _take(buffer)
    yield _take(buffer)


def _take(buffer: io.StringIO) -> bytes:
    """Return what the buffer holds and leave it empty."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
