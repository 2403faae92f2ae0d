"""Long texts in pieces that Telegram takes, cut at a pause and never inside a character. Pure.

Telegram counts UTF-16 units, Python code points; marks count code points until the very last step.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from dialogs.exchange import Mark, Message

LIMIT = 4096
"""UTF-16 units in one message; Telegram's own limit of 4096 code points then holds too."""

_JOINER = "\u200d"
_PAUSES = ("\n\n", "\n", " ")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAGS = range(0x1F1E6, 0x1F200)
_LEADS, _VOWELS, _TAILS = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(message: Message, limit: int = LIMIT) -> tuple[Message, ...]:
    """Return `message` as messages of at most `limit` UTF-16 units, the menu and its turn on the last."""
    if units(message.text) <= limit:
        return (message,)
    spans = tuple(_spans(message.text, limit)) or ((0, _fitting(message.text, 0, limit)),)
    cut = [Message(message.text[start:end], _marks(message.marks, start, end)) for start, end in spans]
    return (*cut[:-1], replace(cut[-1], menu=message.menu, turn=message.turn))


def shorten(text: str, limit: int) -> str:
    """Return `text`, or as much of it as fits `limit` UTF-16 units with an ellipsis at the end."""
    if units(text) <= limit:
        return text
    return text[: _last_boundary(text, 0, _fitting(text, 0, limit - 1))].rstrip() + "…"


def _spans(text: str, limit: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches to send, without the white space at which they were cut."""
    start = 0
    while start < len(text):
        end = _cut(text, start, limit)
        stretch = text[start:end]
        if stretch.strip():
            yield start, start + len(stretch.rstrip())
        start = end
        while start < len(text) and text[start].isspace():
            start += 1


def _cut(text: str, start: int, limit: int) -> int:
    """Return where the piece from `start` ends: at a pause in its second half, else where it must."""
    farthest = _fitting(text, start, limit)
    if farthest == len(text):
        return farthest
    half = start + (farthest - start) // 2
    for pause in _PAUSES:
        found = text.rfind(pause, half, farthest + len(pause))
        if found > start and boundary(text, found) and boundary(text, found + len(pause)):
            return found
    return _last_boundary(text, start, farthest)


def _fitting(text: str, start: int, limit: int) -> int:
    """Return the farthest index up to which `text` from `start` has at most `limit` units."""
    used = 0
    for index in range(start, min(len(text), start + limit)):
        used += 2 if text[index] > "\uffff" else 1
        if used > limit:
            return index
    return min(len(text), start + limit)


def _last_boundary(text: str, start: int, farthest: int) -> int:
    """Return the last place not inside a character; `farthest` where one character fills everything."""
    for index in range(farthest, start, -1):
        if boundary(text, index):
            return index
    return farthest


def boundary(text: str, index: int) -> bool:
    """Say whether two characters meet at `index`, by those rules of Unicode's annex 29 that matter here."""
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if before == "\r" and after == "\n":
        return False
    if _JOINER in (before, after) or _extends(after):
        return False
    if _same_syllable(ord(before), ord(after)):
        return False
    return not (ord(after) in _FLAGS and _odd_flags_before(text, index))


def _same_syllable(before: int, after: int) -> bool:
    """Say whether two letters of Korean belong to one syllable."""
    if after in _LEADS:
        return before in _LEADS
    if after in _VOWELS:
        return before in _LEADS or before in _VOWELS
    return after in _TAILS and (before in _VOWELS or before in _TAILS)


def _extends(sign: str) -> bool:
    code = ord(sign)
    return code in _SKIN_TONES or code in _TAGS or unicodedata.category(sign)[0] == "M"


def _odd_flags_before(text: str, index: int) -> bool:
    """Say whether a flag of two signs is half done before `index`."""
    count = 0
    while index > count and ord(text[index - 1 - count]) in _FLAGS:
        count += 1
    return count % 2 == 1


def _marks(marks: tuple[Mark, ...], start: int, end: int) -> tuple[Mark, ...]:
    """Return the marks of the stretch from `start` to `end`, counted from its own beginning."""
    kept = (Mark(m.style, max(m.start, start) - start, min(m.end, end) - start) for m in marks)
    return tuple(mark for mark in kept if mark.start < mark.end)
