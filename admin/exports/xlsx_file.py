"""XLSX with every text typed as text, never as a formula, a link or a number.

The workbook is written row by row into a private folder and sent once it is closed; memory does not grow with it.
What does not fit into a cell goes on in further cells at the end of the row. Writing is done beside the event loop.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from admin.exports import flat
from admin.exports.flat import Cell
from admin.exports.json_lines import PIECE
from storage.database import Database
from storage.streaming import stream
from storage.submitted import Submitted

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

CELL = 32_767
"""UTF-16 units that a cell holds."""
SPLIT = 16_000
"""Characters that surely fit into a cell, whatever they are."""
LAST_ROW = 1_048_575
BATCH = 200
"""Submissions written in one go."""

_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


async def write(database: Database, consultation: str) -> AsyncIterator[bytes]:
    """Yield the file in pieces."""
    columns = await flat.questions(database, consultation)
    with TemporaryDirectory(prefix="kuvendo-export-") as folder:
        path = Path(folder, "export.xlsx")
        table = await asyncio.to_thread(Table, path, flat.header(columns))
        try:
            batch: list[Submitted] = []
            async for submitted in stream(database, consultation):
                batch.append(submitted)
                if len(batch) == BATCH:
                    await asyncio.to_thread(table.add, batch, columns)
                    batch = []
            await asyncio.to_thread(table.add, batch, columns)
        finally:
            await asyncio.to_thread(table.close)
        with await asyncio.to_thread(path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece


class Table:
    """A workbook that grows downwards; a full sheet is followed by another."""

    def __init__(self, path: Path, titles: Sequence[str]) -> None:
        self._book = _workbook(path)
        self._bold = self._book.add_format({"bold": True})
        self._titles = titles
        self._sheet = self._new_sheet()
        self._row = 0

    def add(self, batch: Iterable[Submitted], columns: Sequence[str]) -> None:
        """Write the rows of some submissions."""
        for submitted in batch:
            for cells in flat.rows(submitted, columns):
                self._write(cells)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def _new_sheet(self) -> Worksheet:
        sheet = self._book.add_worksheet()
        sheet.set_column(0, len(self._titles) - 1, 18)
        sheet.set_column(len(flat.FIXED), len(self._titles) - 1, 60)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(self._titles):
            sheet.write_string(0, column, title, self._bold)
        return sheet

    def _write(self, cells: Sequence[Cell]) -> None:
        if self._row == LAST_ROW:
            self._sheet, self._row = self._new_sheet(), 0
        self._row += 1
        rest: list[str] = []
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                self._sheet.write_number(self._row, column, cell)
            elif cell:
                first, *more = pieces(_NOT_XML.sub("\ufffd", cell))
                self._sheet.write_string(self._row, column, first)
                rest += [f"{self._titles[column]} ({n}): {piece}" for n, piece in enumerate(more, 2)]
        for column, piece in enumerate(rest, len(cells)):
            self._sheet.write_string(self._row, column, piece)


def pieces(text: str) -> list[str]:
    """Return `text` in pieces that fit into a cell: itself where it does."""
    if len(text.encode("utf-16-le")) // 2 <= CELL:
        return [text]
    return [text[start : start + SPLIT] for start in range(0, len(text), SPLIT)]


def _workbook(path: Path) -> Workbook:
    from xlsxwriter import Workbook

    options: dict[str, Any] = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    return Workbook(str(path), options)
