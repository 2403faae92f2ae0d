"""The same submissions as a table: one row a contribution, the union of all questions as columns.

A spreadsheet runs what looks like a formula. `harmless` takes that away with a leading apostrophe, which is why a
table is not exact to the character and JSON Lines is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from storage.streaming import Answers, Sent

Cell = str | int | None

_RUNS = frozenset("=+-@")
_RUNS_AT_ONCE = frozenset("\t\r\n\0")
_PLAIN = re.compile("[0-9A-Za-zÇËçë]")
"""What nearly every text begins with, and nothing that is run."""


def rows(sent: Sent, questions: Sequence[str]) -> Iterator[list[Cell]]:
    """Yield a row for each contribution, and one where there is none."""
    common: list[Cell] = [*sent[:8]]
    for each in sent.contributions:
        said = {**sent.answers, **each.answers} if sent.answers else each.answers
        moderated: list[Cell] = [each.position, each.status, "; ".join(each.themes), each.revisions]
        yield [*common, *moderated, *_said(said, questions)]
    if not sent.contributions:
        yield [*common, None, None, None, None, *_said(sent.answers, questions)]


def _said(answers: Answers, questions: Sequence[str]) -> Iterator[str | None]:
    for question in questions:
        value = answers.get(question)
        yield harmless("; ".join(value) if isinstance(value, list) else value) if value else None


def harmless(text: str) -> str:
    """Return `text` with a leading apostrophe where a spreadsheet might run it.

    That is where it begins with = + - @ in any width, also behind blanks and invisible signs, or with a tab, a line
    break or a NUL (OWASP ASVS V1.2.10).
    """
    if _PLAIN.match(text):
        return text
    visible = next((letter for letter in text if not _is_blank(letter)), "")
    runs = text[:1] in _RUNS_AT_ONCE or (visible and unicodedata.normalize("NFKC", visible)[0] in _RUNS)
    return f"'{text}" if text and runs else text


def _is_blank(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in {"Cc", "Cf"} or letter in "\u2800\u3164"
