"""Text with marks, put together piece by piece, so that no person's words are ever read as markup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogs.exchange import Mark


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the stretches of it that are marked."""

    text: str
    marks: tuple[Mark, ...] = ()

    def __add__(self, other: Text) -> Text:
        """Return both, one after the other."""
        start = len(self.text)
        moved = (Mark(m.style, m.start + start, m.end + start) for m in other.marks)
        return Text(self.text + other.text, (*self.marks, *moved))

    @staticmethod
    def join(separator: str, pieces: Iterable[Text]) -> Text:
        """Return the pieces with `separator` between them."""
        whole = Text("")
        for number, piece in enumerate(pieces):
            whole = whole + (Text(separator) if number else Text("")) + piece
        return whole


def plain(text: str) -> Text:
    """Return `text` without marks."""
    return Text(text)


def bold(text: str) -> Text:
    """Return `text` in bold."""
    return _marked("bold", text)


def italic(text: str) -> Text:
    """Return `text` in italics."""
    return _marked("italic", text)


def code(text: str) -> Text:
    """Return `text` in signs of one width, which a touch copies."""
    return _marked("code", text)


def _marked(style: str, text: str) -> Text:
    return Text(text, (Mark(style, 0, len(text)),) if text else ())


def paragraphs(*pieces: Text) -> Text:
    """Return the pieces that hold something, with an empty line between them."""
    return Text.join("\n\n", [piece for piece in pieces if piece.text])


SHORT = 80
"""Characters of an answer that remind its author of it."""


def shortened(text: str) -> str:
    """Return the beginning of `text` in one line, cut after a word where there is one to cut after."""
    line = " ".join(text.split())
    if len(line) <= SHORT:
        return line
    whole_words = line[:SHORT].rpartition(" ")[0]
    return f"{whole_words or line[: SHORT - 1]}…"


def spaced(receipt: str) -> str:
    """Return a receipt's code in its two groups, as it is read aloud."""
    return f"{receipt[:4]} {receipt[4:]}"
