"""A consultation's submissions as a file: JSON Lines to the character, CSV and XLSX for spreadsheets.

All three are written from one stream of submissions, oldest first, and hold a chunk in memory at a time. The command
line uses `export` as the dashboard does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from admin.exports import csv_file, json_lines, xlsx_file
from storage.database import Database

Writer = Callable[[Database, str], AsyncIterator[bytes]]

FORMATS = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The formats by name, each with its media type."""

_WRITERS: dict[str, Writer] = {"jsonl": json_lines.write, "csv": csv_file.write, "xlsx": xlsx_file.write}


async def export(database: Database, consultation: str, format: str) -> AsyncIterator[bytes]:  # noqa: A002
    """Yield the file of all submissions of a consultation, in pieces.

    `format` is a name of FORMATS; raises ValueError for another. A consultation without submissions, or one that is
    not there, gives a file without any.
    """
    if format not in _WRITERS:
        raise ValueError(f"no export format {format!r}: there are {', '.join(FORMATS)}")
    async for piece in _WRITERS[format](database, consultation):
        yield piece
