"""XLSX with every text typed as text, never as a formula, a link or a number; moments are Albania's clock.

The workbook is written row by row into a private folder and sent once it is closed; memory does not grow with it.
What does not fit into a cell goes on in further cells at the end of the row. Writing is done beside the event loop.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import locales
from admin.exports import codebook, flat
from admin.exports.columns import FIXED, Columns, columns
from admin.exports.flat import Cell
from admin.exports.json_lines import PIECE
from storage.database import Database
from storage.filters import Filter
from storage.streaming import Sent, stream

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

CELL = 32_767
"""UTF-16 units that a cell holds."""
SPLIT = 16_000
"""Characters that surely fit into a cell, whatever they are."""
LAST_ROW = 1_048_575
MOMENT = "d.m.yyyy hh:mm"
"""How a moment is shown, as Albanians write it; the cell holds a date that can be sorted and counted with."""
WIDTHS = {"id": 12, "version": 9, "channel": 11, "language": 9, "contribution": 9, "revisions": 11}
"""Of columns that need less than the ordinary width."""
MOMENTS = frozenset((FIXED.index("started_at"), FIXED.index("submitted_at")))
"""The columns of moments."""

_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


async def write(database: Database, wanted: Filter, language: str = "") -> AsyncIterator[bytes]:
    """Yield the file in pieces, its words in `language`, its titles codes where none is named."""
    shape = await columns(database, wanted, language)
    explained = await codebook.rows(database, wanted, language)
    t = locales.translations(locales.DASHBOARD, language or "en")
    with TemporaryDirectory(prefix="kuvendo-export-") as folder:
        path = Path(folder, "export.xlsx")
        table = await asyncio.to_thread(Table, path, shape, t.gettext("Contributions"))
        try:
            async for chunk in stream(database, wanted):
                await asyncio.to_thread(table.add, chunk)
            await asyncio.to_thread(table.explain, t.gettext("Codebook"), explained)
        finally:
            await asyncio.to_thread(table.close)
        with await asyncio.to_thread(path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece


class Table:
    """A workbook that grows downwards; a full sheet is followed by another, and what explains it comes last."""

    def __init__(self, path: Path, columns: Columns, name: str) -> None:
        self._book = _workbook(path)
        self._bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._moment = self._book.add_format({"num_format": MOMENT, "valign": "top", "align": "left"})
        self._plain = self._book.add_format({"valign": "top"})
        self._wrapped = self._book.add_format({"valign": "top", "text_wrap": True})
        self._columns = columns
        self._name = name
        self._sheets = 0
        self._sheet = self._new_sheet()
        self._row = 0

    def add(self, chunk: Iterable[Sent]) -> None:
        """Write the rows of some submissions."""
        for sent in chunk:
            for cells in flat.rows(sent, self._columns.questions):
                self._write(cells)

    def explain(self, name: str, lines: Sequence[codebook.Line]) -> None:
        """Write the sheet that explains codes and columns."""
        sheet = self._book.add_worksheet(sheet_name(name))
        for column, width in enumerate((12, 16, 50, 50, 60)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                kind = self._bold if row == 0 else self._wrapped
                sheet.write_string(row, column, pieces(_NOT_XML.sub("\ufffd", text))[0], kind)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def _new_sheet(self) -> Worksheet:
        self._sheets += 1
        number = f" {self._sheets}" if self._sheets > 1 else ""
        sheet = self._book.add_worksheet(sheet_name(self._name, number))
        sheet.set_column(0, len(self._columns.titles) - 1, 60)
        for column, code in enumerate(FIXED):
            sheet.set_column(column, column, WIDTHS.get(code, 18))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, LAST_ROW, len(self._columns.titles) - 1)
        for column, title in enumerate(self._columns.titles):
            sheet.write_string(0, column, title, self._bold)
        return sheet

    def _write(self, cells: Sequence[Cell]) -> None:
        if self._row == LAST_ROW:
            self._sheet, self._row = self._new_sheet(), 0
        self._row += 1
        rest: list[str] = []
        for column, cell in enumerate(cells):
            if column in MOMENTS and cell:
                local = locales.in_albania(datetime.fromisoformat(str(cell))).replace(tzinfo=None)
                self._sheet.write_datetime(self._row, column, local, self._moment)
            elif isinstance(cell, str) and cell:
                first, *more = pieces(_NOT_XML.sub("\ufffd", cell))
                style = self._wrapped if column >= len(FIXED) else self._plain
                self._sheet.write_string(self._row, column, first, style)
                rest += [f"{self._columns.titles[column]} ({n}): {piece}" for n, piece in enumerate(more, 2)]
            elif isinstance(cell, int):
                self._sheet.write_number(self._row, column, cell, self._plain)
        for column, piece in enumerate(rest, len(cells)):
            self._sheet.write_string(self._row, column, piece)


def pieces(text: str) -> list[str]:
    """Return `text` in pieces that fit into a cell: itself where it does."""
    if len(text) <= SPLIT or len(text.encode("utf-16-le")) // 2 <= CELL:
        return [text]
    return [text[start : start + SPLIT] for start in range(0, len(text), SPLIT)]


def sheet_name(name: str, number: str = "") -> str:
    """Return a name that a sheet may have: at most 31 letters, none of those that formulas use."""
    return re.sub(r"[\[\]:*?/\\']", " ", name)[: 31 - len(number)] + number


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
