"""The overview's numbers as a workbook: a sheet for each chart, its table and the same picture drawn by the program."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from admin.exports.flat import harmless
from admin.exports.xlsx_file import sheet_name
from admin.progress import Chart

if TYPE_CHECKING:
    from xlsxwriter import Workbook

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLOUR: Final = "#0d4f5c"


async def workbook(charts: Sequence[Chart]) -> bytes:
    """Return the workbook, made beside the event loop."""
    return await asyncio.to_thread(_made, charts)


def _made(charts: Sequence[Chart]) -> bytes:
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    for place, chart in enumerate(charts, 1):
        _sheet(book, chart, place)
    book.close()
    return buffer.getvalue()


def _sheet(book: Workbook, chart: Chart, place: int) -> None:
    sheet = book.add_worksheet(sheet_name(f"{place}. {chart.title}"))
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.write_string(0, 0, chart.title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, chart.about)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, len(chart.heads), 14)
    for column, head in enumerate(chart.heads):
        sheet.write_string(3, column, head, bold)
    for row, line in enumerate(chart.lines, 4):
        for column, cell in enumerate(line):
            if isinstance(cell, int):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_string(row, column, harmless(cell))
    if chart.lines:
        sheet.insert_chart(3, len(chart.heads) + 1, _picture(book, chart, sheet.get_name()))


def _picture(book: Workbook, chart: Chart, sheet: str) -> Any:
    last = 3 + len(chart.lines)
    made = book.add_chart({"type": "column" if chart.marks else "bar"})
    made.add_series(
        {
            "name": chart.heads[1],
            "categories": [sheet, 4, 0, last, 0],
            "values": [sheet, 4, 1, last, 1],
            "fill": {"color": COLOUR},
        }
    )
    made.set_title({"name": chart.title, "overlay": False})
    made.set_legend({"none": True})
    if not chart.marks:
        made.set_y_axis({"reverse": True})
    made.set_size({"width": 640, "height": max(288, 24 * len(chart.lines) + 96)})
    return made
