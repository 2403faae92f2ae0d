"""CSV (RFC 4180) in UTF-8, with the mark by which spreadsheets know it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from admin.exports import codebook
from admin.exports.columns import columns
from admin.exports.flat import Cell, rows
from storage.database import Database
from storage.filters import Filter
from storage.streaming import stream

BOM = "\ufeff"


async def write(database: Database, wanted: Filter, language: str = "") -> AsyncIterator[bytes]:
    """Yield the file in pieces, its titles in `language` or as codes."""
    table = await columns(database, wanted, language)
    yield _encoded([table.titles], BOM)
    async for chunk in stream(database, wanted):
        yield _encoded(row for sent in chunk for row in rows(sent, table.questions))


async def write_codebook(database: Database, wanted: Filter, language: str) -> AsyncIterator[bytes]:
    """Yield what explains the table's codes, as a table of its own."""
    yield _encoded(await codebook.rows(database, wanted, language), BOM)


def _encoded(lines: Iterable[Sequence[Cell]], mark: str = "") -> bytes:
    buffer = io.StringIO()
    buffer.write(mark)
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    return buffer.getvalue().encode("utf-8", "replace")
