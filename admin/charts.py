"""Charts as pictures: columns over days, bars beside names, and how far people come. Pure: numbers in, SVG out.

One drawing serves the page and the file that is downloaded. Colours stand in attributes, which a style sheet may
change (dark pages) and a viewer without one shows as they are; no style is written into the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 400
"""Of every picture, in its own units: about a telephone's width, so that letters stay readable there."""
INK, SOFT, LINE, FILL, PALE = "#19232c", "#434e58", "#d3ccbd", "#0d4f5c", "#dcebea"
FONT: Final = "Segoe UI, Roboto, Helvetica Neue, Noto Sans, Liberation Sans, sans-serif"
_LETTER: Final = 6.9
"""How wide a letter is at most, on average."""
_ROW: Final = 40
_MARGIN: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One number with its name, and how the number is written; `beside` says more behind it."""

    name: str
    value: int
    written: str
    beside: str = ""


def columns(title: str, about: str, bars: Sequence[Bar], marks: Sequence[str]) -> Markup:
    """Return a column for each of `bars`, from left to right; `marks` stand beneath them where they are not empty."""
    height, ground, top = 200, 168, 28
    most = _round(max([bar.value for bar in bars], default=0))
    step = (WIDTH - 44 - _MARGIN) / max(1, len(bars))
    body = [*_grid(most, top, ground)]
    for place, (bar, mark) in enumerate(zip(bars, marks, strict=True)):
        left, tall = 44 + place * step, (ground - top) * bar.value / most
        if bar.value:
            told = f"{bar.name}: {bar.written}"
            body.append(_rect(left + step * 0.14, ground - tall, step * 0.72, tall, "fill", told))
        if mark:
            body.append(_text(left + step / 2, ground + 18, mark, "middle"))
    body.append(_line(44, ground, WIDTH - _MARGIN, ground, "edge"))
    return _picture(title, about, height, body)


def bars(title: str, about: str, rows: Sequence[Bar]) -> Markup:
    """Return a bar for each of `rows`, one beneath the other, its name above it."""
    most = max([row.value for row in rows], default=0) or 1
    room = WIDTH - 2 * _MARGIN - _widest(rows)
    body: list[Markup] = []
    for place, row in enumerate(rows):
        top = _MARGIN + place * _ROW
        wide = room * row.value / most
        body.append(_text(_MARGIN, top + 12, _short(row.name, WIDTH - 2 * _MARGIN), "start", "name"))
        body.append(_rect(_MARGIN, top + 18, room, 12, "pale"))
        if wide:
            body.append(_rect(_MARGIN, top + 18, max(wide, 2), 12, "fill", f"{row.name}: {row.written}"))
        body.append(_text(WIDTH - _MARGIN, top + 29, _behind(row), "end", "number"))
    return _picture(title, about, 2 * _MARGIN + _ROW * max(1, len(rows)), body)


def _behind(row: Bar) -> str:
    return f"{row.written} {row.beside}".rstrip()


def _widest(rows: Sequence[Bar]) -> float:
    """Return the room that the numbers behind the bars take."""
    return max([len(_behind(row)) for row in rows], default=0) * _LETTER + 14


def _grid(most: int, top: int, ground: int) -> Iterator[Markup]:
    """Yield the lines that numbers are read by, at nothing, half and the most."""
    for part in (most, most // 2) if most > 1 else (most,):
        height = ground - (ground - top) * part / most
        yield _line(44, height, WIDTH - _MARGIN, height, "grid")
        yield _text(38, height + 4, str(part), "end")
    yield _text(38, ground + 4, "0", "end")


def _round(value: int) -> int:
    """Return the next round and even number that is not below `value`: 2, 4, 6, 10, 20, 40 and so on."""
    scale = 1
    while True:
        for step in (2, 4, 6, 10):
            if value <= step * scale:
                return step * scale
        scale *= 10


def _short(text: str, room: float) -> str:
    """Return as much of `text` as surely fits."""
    most = int(room / _LETTER)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _picture(title: str, about: str, height: int, body: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {width} {height}"'
        ' width="{width}" height="{height}" font-family="{font}" font-size="13">'
        "<title>{title}</title><desc>{about}</desc>"
        '<rect class="sheet" width="{width}" height="{height}" fill="#fffdf9"/>{body}</svg>'
    ).format(width=WIDTH, height=height, font=FONT, title=title, about=about, body=Markup("").join(body))


def _rect(x: float, y: float, width: float, height: float, kind: str, told: str = "") -> Markup:
    colour = {"fill": FILL, "pale": PALE}[kind]
    shape = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}"').format(
        kind, *_numbers(x, y, width, height), colour
    )
    return shape + (Markup("><title>{}</title></rect>").format(told) if told else Markup("/>"))


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1"/>').format(
        kind, *_numbers(x1, y1, x2, y2), SOFT if kind == "edge" else LINE
    )


def _text(x: float, y: float, words: str, anchor: str, kind: str = "label") -> Markup:
    colour = SOFT if kind == "label" else INK
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}" fill="{}">{}</text>').format(
        kind, *_numbers(x, y), anchor, colour, escape(words)
    )


def _numbers(*values: float) -> list[str]:
    return [f"{value:.1f}".removesuffix(".0") for value in values]
