"""Contributions as a file: JSON Lines to the character, CSV and XLSX for spreadsheets.

All three are written from one stream of submissions, oldest first, and hold a chunk in memory at a time. The command
line uses `export` as the dashboard does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from admin.exports import csv_file, json_lines, xlsx_file
from storage.database import Database
from storage.filters import Filter

Writer = Callable[[Database, Filter, str], AsyncIterator[bytes]]

FORMATS = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The formats by name, each with its media type."""

CODEBOOK = "codebook"
"""The name of what explains the codes of the other three; it is a CSV file."""

_WRITERS: dict[str, Writer] = {
    "jsonl": json_lines.write,
    "csv": csv_file.write,
    "xlsx": xlsx_file.write,
    CODEBOOK: csv_file.write_codebook,
}


async def export(database: Database, wanted: Filter, format: str, language: str = "") -> AsyncIterator[bytes]:  # noqa: A002
    """Yield the file of what is wanted, in pieces.

    `format` is a name of FORMATS, or CODEBOOK; raises ValueError for another. Titles are words of `language`, or codes
    where none is named. What does not exist gives a file without rows.
    """
    if format not in _WRITERS:
        raise ValueError(f"no export format {format!r}: there are {', '.join(FORMATS)}")
    async for piece in _WRITERS[format](database, wanted, language):
        yield piece
