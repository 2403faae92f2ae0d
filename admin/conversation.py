"""The transcript as a chat: which button was pressed, which message was changed later, where a new day begins.

Pure: rows of the transcript in, bubbles out. Pages show what stands here and decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import locales
from storage.masking import NOTHING, Mask
from storage.submitted import Said

INCOMING = "in"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a message that is shown alike; `style` is bold, italic, code, redacted or nothing."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A button as the person saw it, and whether they pressed it."""

    label: str
    pressed: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of the chat.

    `mine` is True for what the bot said. `changed_at` is when the person changed the message later, `day` is set
    where a new day begins.
    """

    id: int
    mine: bool
    kind: str
    stretches: tuple[Stretch, ...]
    rows: tuple[tuple[Button, ...], ...]
    at: datetime
    changed_at: datetime | None
    changed_in: int | None
    day: date | None


def bubbles(transcript: Sequence[Said], mask: Mask = NOTHING) -> tuple[Bubble, ...]:
    """Return the conversation as bubbles, in its order, with what `mask` leaves out in pieces of their own."""
    pressed = _presses(transcript)
    changes = _changes(transcript)
    found: list[Bubble] = []
    today: date | None = None
    for said in transcript:
        day = locales.in_albania(said.at).date()
        bubble = _bubble(said, pressed.get(said.id), changes.get(said.id), None if day == today else day)
        found.append(replace(bubble, stretches=masked(bubble.stretches, mask)))
        today = day
    return tuple(found)


def _bubble(said: Said, pressed: str | None, change: Said | None, day: date | None) -> Bubble:
    return Bubble(
        id=said.id,
        mine=said.direction != INCOMING,
        kind=said.kind,
        stretches=stretches(said.text, said.marks),
        rows=_rows(said.menu, pressed),
        at=said.at,
        changed_at=change.at if change else None,
        changed_in=change.id if change else None,
        day=day,
    )


def stretches(text: str, marks: Iterable[Sequence[object]]) -> tuple[Stretch, ...]:
    """Return `text` cut at its marks, (style, start, end) in code points; a mark that fits nowhere is left out."""
    found: list[Stretch] = []
    reached = 0
    for style, start, end in sorted(((str(s), int(str(a)), int(str(b))) for s, a, b in marks), key=_by_start):
        if reached <= start < end <= len(text):
            if reached < start:
                found.append(Stretch(text[reached:start]))
            found.append(Stretch(text[start:end], style))
            reached = end
    if reached < len(text):
        found.append(Stretch(text[reached:]))
    return tuple(found)


def masked(found: Sequence[Stretch], mask: Mask) -> tuple[Stretch, ...]:
    """Return the pieces of a message with what is left out as pieces of their own, which have no other style."""
    text = "".join(each.text for each in found)
    pieces = [(piece, gone) for piece, gone in mask.pieces(text) if piece]
    if not any(gone for _, gone in pieces):
        return tuple(found)
    result: list[Stretch] = []
    end = 0
    for piece, gone in pieces:
        start, end = end, end + len(piece)
        result += [Stretch(piece, "redacted")] if gone else _between(found, start, end)
    return tuple(result)


def _between(found: Sequence[Stretch], start: int, end: int) -> list[Stretch]:
    """Return the pieces of a message between two places of its text."""
    cut: list[Stretch] = []
    begins = 0
    for each in found:
        inside = each.text[max(start - begins, 0) : max(end - begins, 0)]
        cut += [Stretch(inside, each.style)] if inside else []
        begins += len(each.text)
    return cut


def _by_start(mark: tuple[str, int, int]) -> tuple[int, int]:
    return mark[1], -mark[2]


def _rows(menu: Sequence[Sequence[str]], pressed: str | None) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of a message; of several that read alike the first was pressed."""
    rest = pressed
    rows: list[tuple[Button, ...]] = []
    for row in menu:
        buttons: list[Button] = []
        for label in row:
            buttons.append(Button(label, label == rest))
            rest = None if label == rest else rest
        rows.append(tuple(buttons))
    return tuple(rows)


def _presses(transcript: Sequence[Said]) -> dict[int, str]:
    """Return which label was pressed on which message of the bot: the number says so, else the nearest before."""
    found: dict[int, str] = {}
    shown: list[Said] = []
    for said in transcript:
        if said.menu:
            shown.append(said)
        elif said.kind == "press":
            offered = [each for each in shown if any(said.text in row for row in each.menu)]
            numbered = [each for each in offered if said.number is not None and each.number == said.number]
            for target in (numbered or offered)[-1:]:
                found[target.id] = said.text
    return found


def _changes(transcript: Sequence[Said]) -> dict[int, Said]:
    """Return for each message that was changed later the last change of it."""
    written: dict[int, int] = {}
    found: dict[int, Said] = {}
    for said in transcript:
        if said.direction != INCOMING or said.number is None:
            continue
        if said.kind == "edit" and said.number in written:
            found[written[said.number]] = said
        elif said.kind == "text":
            written[said.number] = said.id
    return found
