"""Text as Telegram counts, cleans and cuts it.

Lengths and offsets are UTF-16 code units everywhere. Pure functions; rules from TDLib's misc.cpp
(clean_input_string) and MessageEntity.cpp.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BYTES = 35_000

_DROPPED = frozenset([0x0D, *range(0x2028, 0x202F), 0x0333, 0x033F, 0x030A])
_BLANK = frozenset(
    [0x20, 0x0A, 0xA0, 0x1680, 0x180E, *range(0x2000, 0x2010), 0x202F, 0x205F, 0x2060, 0x2800, 0x3000, 0xFFFC]
)


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def cut_units(text: str, start: int, end: int) -> str:
    """Return the part of a text between two UTF-16 offsets; a half of a pair at an edge is left out."""
    return text.encode("utf-16-le")[start * 2 : end * 2].decode("utf-16-le", "ignore")


def _clean_char(char: str) -> str:
    code = ord(char)
    if code in _DROPPED:
        return ""
    if code < 0x20 and code != 0x0A:
        return " "
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else char


def clean_with_map(text: str) -> tuple[str, list[int]]:
    """Clean a text and tell where each UTF-16 offset of the old one lies in the new one.

    Control characters become spaces, U+2028 to U+202E, carriage returns and three combining marks go, and the
    blank edges are trimmed. The list has one entry per old unit and one for the end.
    """
    kept: list[str] = []
    offsets: list[int] = []
    position = 0
    for char in text:
        offsets.extend([position] if ord(char) <= 0xFFFF else [position, position + 1])
        cleaned = _clean_char(char)
        kept.append(cleaned)
        position += units(cleaned)
    offsets.append(position)
    return _trim("".join(kept), offsets)


def _trim(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    front = len(text) - len(text.lstrip(" \n"))
    trimmed = text.strip(" \n")
    length = units(trimmed)
    return trimmed, [min(max(offset - front, 0), length) for offset in offsets]


def clean(text: str) -> str:
    """Return a text as Telegram's server passes it on."""
    return clean_with_map(text)[0]


def is_blank(text: str) -> bool:
    """Tell whether a text has nothing a person could see."""
    return all(ord(char) in _BLANK for char in text)


def _joins(before: str, after: str) -> bool:
    code = ord(after)
    return (
        unicodedata.category(after)[0] == "M"
        or code == 0x200D
        or ord(before) == 0x200D
        or 0x1F3FB <= code <= 0x1F3FF
        or 0x1160 <= code <= 0x11FF
        or 0xE0020 <= code <= 0xE007F
        or (before == "\r" and after == "\n")
    )


def _flag(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def graphemes(text: str) -> list[str]:
    """Cut a text into what a person would call its characters: marks, joined emoji and flags stay whole."""
    if not text:
        return []
    clusters = [text[0]]
    flags = 1 if _flag(text[0]) else 0
    for before, after in pairwise(text):
        pair = _flag(after) and flags % 2 == 1
        flags = flags + 1 if _flag(after) else 0
        if pair or _joins(before, after):
            clusters[-1] += after
        else:
            clusters.append(after)
    return clusters


def _hard_pieces(cluster: str, limit: int) -> list[str]:
    """Cut a cluster longer than a whole message; only then a character with its marks is divided."""
    pieces, piece = [], ""
    for char in cluster:
        if units(piece) + units(char) > limit:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]


def _fitting(clusters: list[str], limit: int) -> int:
    used = 0
    for count, cluster in enumerate(clusters):
        used += units(cluster)
        if used > limit:
            return count
    return len(clusters)


def _at_space(clusters: list[str], count: int) -> int:
    """Move a cut back to just after the last space in the final quarter, where there is one."""
    for position in range(count, count * 3 // 4, -1):
        if clusters[position - 1] in (" ", "\n"):
            return position
    return count


def split(text: str, limit: int = MAX_TEXT) -> list[str]:
    """Cut a long text into messages as a person's app does before sending.

    No part is longer than `limit` UTF-16 units, none is cut inside a character, and a cut stands after a
    space where one is near. Parts of nothing but blanks are not sent.
    """
    clusters = [
        piece
        for cluster in graphemes(text)
        for piece in (_hard_pieces(cluster, limit) if units(cluster) > limit else [cluster])
    ]
    parts = []
    while clusters:
        count = _fitting(clusters, limit)
        if count < len(clusters):
            count = _at_space(clusters, count)
        parts.append("".join(clusters[:count]))
        clusters = clusters[count:]
    return [part for part in parts if not is_blank(clean(part))]
