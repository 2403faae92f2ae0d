"""What is redacted, left out of whatever is shown: the same words wherever they stand in a submission. Pure.

A redaction marks a stretch of one revision of one answer. Its author may have written the same telephone number in a
message before, with other blanks in it, and leaves it in a revision after; so it is the words that are left out, not
the place. They are found without regard to case, to ë and ç, to blanks and line breaks, and to how a number is
grouped, as whole words, and in pieces where they went over several lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

REDACTED: Final = "[redacted]"
"""What stands in an export in the place of what is left out."""
OMITTED: Final = "[…]"
"""What stands there where people read, in whatever language."""


@dataclass(frozen=True)
class Mask:
    """The words that are left out of a submission; none, for most."""

    words: tuple[str, ...] = ()

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return _pattern(self.words)

    def over(self, text: str, instead: str = REDACTED) -> str:
        """Return `text` with `instead` in the place of everything that is left out."""
        return self._pattern.sub(lambda _: instead, text) if self._pattern else text

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in `text` something is left out, as start and end, in their order and apart from each other."""
        return [found.span() for found in self._pattern.finditer(text)] if self._pattern else []

    def covers(self, text: str, start: int, end: int) -> bool:
        """Return whether the whole stretch of `text` is left out already."""
        left = [place for place in range(start, end) if not text[place].isspace()]
        return bool(left) and all(any(a <= place < b for a, b in self.spans(text)) for place in left)

    def pieces(self, text: str) -> Iterable[tuple[str, bool]]:
        """Yield `text` in pieces, each with whether it is left out, for a page that shows where something was.

        `OMITTED` is such a piece too: the texts that are read have lost what stood there already.
        """
        end = 0
        for start, stop in Mask((*self.words, OMITTED)).spans(text) if self._pattern else ():
            if start > end:
                yield text[end:start], False
            yield text[start:stop], True
            end = stop
        if end < len(text) or not text:
            yield text[end:], False

    def marked(self, text: str, marks: Iterable[Sequence[Any]], instead: str = OMITTED) -> tuple[str, tuple[Any, ...]]:
        """Return `text` as `over` does, and its marks (style, start, end) moved to where their words stand now."""
        spans = self.spans(text)
        if not spans:
            return text, tuple(marks)
        moved = (
            (style, _moved(int(start), spans, instead, after=False), _moved(int(end), spans, instead, after=True))
            for style, start, end in marks
        )
        return self.over(text, instead), tuple(mark for mark in moved if mark[1] < mark[2])


def widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch of `text` without blanks around it and with the whole of the words it cuts; empty for blanks."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        while start > 0 and _is_word(text[start]) and _is_word(text[start - 1]):
            start -= 1
        while end < len(text) and _is_word(text[end - 1]) and _is_word(text[end]):
            end += 1
    return start, end


def _moved(place: int, spans: Sequence[tuple[int, int]], instead: str, *, after: bool) -> int:
    """Return where a place of the text is once every span is replaced; one within a span goes to its edge."""
    gone = 0
    for start, end in spans:
        if place >= end:
            gone += end - start - len(instead)
        elif place > start:
            return start - gone + (len(instead) if after else 0)
    return place - gone


NOTHING: Final = Mask()
"""Nothing is left out."""

# --- patterns --------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+(]*\d[\d\s().\-/·]*\d\)?")
_CODE = re.compile(r"[A-Za-z]{0,4}[\d\s.\-/]{5,}[A-Za-z]?", re.ASCII)
_BETWEEN = r"[\s().\-/·]{0,3}"
_FEWEST_DIGITS = 5
_SHORTEST_PIECE = 3
_MARKS = "[\u0300-\u036f]*"
_ALIKE = {"e": "[eë]", "ë": "[eë]", "c": "[cç]", "ç": "[cç]", "'": "['’‘ʼ`´]", "’": "['’‘ʼ`´]", "-": "[-‐‑–]"}


@lru_cache(maxsize=1024)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds any of the words, the longest first; None where there are none."""
    wanted = {piece for word in words for piece in _in_pieces(word)}
    longest_first = sorted(wanted, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(_expression, longest_first)), re.IGNORECASE) if wanted else None


def _in_pieces(word: str) -> Iterator[str]:
    """Yield the words of a redaction as one, and line by line where they went over several messages."""
    word = word.strip()
    if word:
        yield word
    lines = [line.strip() for line in word.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if sum(map(str.isalnum, line)) >= _SHORTEST_PIECE)


def _expression(word: str) -> str:
    """Return the expression that finds a word or a number in all of its spellings, never inside another one."""
    digits = "".join(filter(str.isdigit, word))
    if _NUMBER.fullmatch(word) and len(digits) >= _FEWEST_DIGITS:
        return _number(digits, international=word.lstrip("(").startswith("+"))
    if _CODE.fullmatch(word) and len(digits) >= _FEWEST_DIGITS:
        return rf"(?<!\w){_BETWEEN.join(filter(str.isalnum, word))}(?!\w)"
    body = r"\s+".join("".join(map(_letter, part)) for part in unicodedata.normalize("NFC", word).split())
    before = r"(?<!\w)" if _is_word(word[0]) else ""
    return before + body + (r"(?!\w)" if _is_word(word[-1]) else "")


def _number(digits: str, *, international: bool) -> str:
    """Return the expression for a number however it is grouped; an Albanian one also with or without its prefix."""
    own = _national(digits, international=international)
    if own is None:
        head = r"[+(]*(?:0\s?0\s?)?" if international else r"[+(]*"
        return rf"(?<!\d){head}{_BETWEEN.join(digits)}\)?(?!\d)"
    prefix = rf"(?:[+(]*(?:0{_BETWEEN}0{_BETWEEN})?3{_BETWEEN}5{_BETWEEN}5{_BETWEEN}(?:0{_BETWEEN})?|\(?0{_BETWEEN})?"
    return rf"(?<!\d){prefix}{_BETWEEN.join(own)}(?!\d)"


def _national(digits: str, *, international: bool) -> str | None:
    """Return the part of an Albanian telephone number that all of its spellings share, None for other numbers."""
    for prefix in ("00355", "355") if international or digits.startswith("00355") else ("355", "0"):
        rest = digits.removeprefix(prefix).lstrip("0")
        if digits.startswith(prefix) and 8 <= len(rest) <= 9:
            return rest
    return None


def _letter(sign: str) -> str:
    base = _ALIKE.get(sign.lower())
    plain = unicodedata.normalize("NFD", sign)
    if base is None:
        base = re.escape(sign) if len(plain) == 1 else f"(?:{re.escape(sign)}|{re.escape(plain)})"
    return base + (_MARKS if sign.isalpha() else "")


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"
