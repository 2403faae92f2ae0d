"""What an author changed in a text, word by word. Pure: two texts in, pieces out."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

_WORD: Final = re.compile(r"\w+|[^\w\s]|\s+")
_MOST: Final = 400_000
"""Words of one text times words of the other up to which they are compared; beyond that all of it counts as changed."""

How = Literal["same", "gone", "added"]


class Piece(NamedTuple):
    """Some words, and what became of them."""

    how: How
    text: str


def changes(before: str, after: str) -> tuple[Piece, ...]:
    """Return how `before` became `after`: the pieces that are not added make the one, those not gone the other."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    start, end = _alike(old, new)
    head, tail = old[:start], old[len(old) - end :]
    middle = _compared(old[start : len(old) - end], new[start : len(new) - end])
    return _joined([Piece("same", "".join(head)), *middle, Piece("same", "".join(tail))])


def _alike(old: list[str], new: list[str]) -> tuple[int, int]:
    """Return how many words both begin with, and how many of the rest both end with."""
    most = min(len(old), len(new))
    start = next((n for n in range(most) if old[n] != new[n]), most)
    rest = most - start
    return start, next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)


def _compared(old: list[str], new: list[str]) -> list[Piece]:
    if len(old) * len(new) > _MOST:
        return [Piece("gone", "".join(old)), Piece("added", "".join(new))]
    found: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[a:b])))
        else:
            found += [Piece("gone", "".join(old[a:b])), Piece("added", "".join(new[c:d]))]
    return found


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Return the pieces without empty ones; between two changes a mere blank is taken as changed with them."""
    kept = [each for each in pieces if each.text]
    found: list[Piece] = []
    for n, each in enumerate(kept):
        inside = 0 < n < len(kept) - 1 and each.how == "same" and each.text.isspace()
        found += [Piece("gone", each.text), Piece("added", each.text)] if inside else [each]
    return _runs(found)


def _runs(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Return neighbouring changes as one: first everything that is gone, then everything that was added."""
    found: list[Piece] = []
    gone, added = "", ""
    for each in [*pieces, Piece("same", "")]:
        if each.how == "gone":
            gone += each.text
        elif each.how == "added":
            added += each.text
        else:
            found += [Piece("gone", gone), Piece("added", added), each]
            gone, added = "", ""
    return tuple(each for each in found if each.text)
