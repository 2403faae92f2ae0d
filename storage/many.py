"""What is done to many contributions at once: the same decisions as for one, and what came of each.

Nobody's work is overwritten: a contribution that somebody else changed meanwhile stays as it is, like one whose state
does not allow what is asked, and both are reported. What was changed is remembered as the deeds that undo it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import select

from storage.models import Contribution
from storage.moderation import Moved, NeverAlone, NotAllowed
from storage.unit_of_work import UnitOfWork

LIMIT: Final = 1000
"""Contributions that are changed at once, at most."""
PIECE: Final = 50
"""Contributions that are changed in one transaction: on SQLite everybody who writes waits for it, the bot too."""
_AT_A_TIME: Final = 500
"""Numbers in one statement: few enough for either database."""


class Row(NamedTuple):
    """A contribution and the version that was seen of it."""

    id: uuid.UUID
    version: int


class Verb(StrEnum):
    """What may be done to many."""

    STATUS = "status"
    ASSIGN = "assign"
    THEME = "theme"
    UNTHEME = "untheme"


DEEDS: Final = {
    Verb.STATUS: "status set",
    Verb.ASSIGN: "assigned",
    Verb.THEME: "theme added",
    Verb.UNTHEME: "theme removed",
}
"""How the audit trail calls each."""


class Left(StrEnum):
    """Why a contribution was left as it is."""

    GONE = "gone"
    """It is not there, or not for whoever asked."""
    MOVED = "moved"
    """Somebody else changed it meanwhile."""
    SAME = "same"
    """It is so already."""
    ANSWERED = "answered"
    """It was answered, and its status follows from that."""
    RULES = "rules"
    """The rules do not have it."""
    ALONE = "alone"
    """The theme says something only beside another."""
    ELSEWHERE = "elsewhere"
    """The theme, or the person, is of another consultation."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to be done to `rows`.

    `value` is a status, the number of somebody of the staff (0 for nobody), or the slug of a theme; `reason` goes with
    the status set-aside.
    """

    verb: Verb
    value: str
    rows: tuple[Row, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """Whom and what a deed may name: themes by consultation and slug, and the consultations of each person."""

    scope: Collection[str]
    themes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    staff: Mapping[int, Collection[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What came of deeds: what was changed, what was left and why, and what would undo it."""

    changed: list[uuid.UUID] = field(default_factory=list)
    left: Counter[Left] = field(default_factory=Counter)
    undo: dict[tuple[Verb, str, str], list[Row]] = field(default_factory=dict)
    deeds: list[tuple[str, str]] = field(default_factory=list)
    """What the audit trail says of it."""

    def add(self, more: Outcome) -> None:
        """Take in what came of further deeds."""
        self.changed += more.changed
        self.left += more.left
        self.deeds += more.deeds
        for back, rows in more.undo.items():
            self.undo.setdefault(back, []).extend(rows)

    def undoing(self) -> tuple[Deed, ...]:
        """Return the deeds that set everything back to what it was."""
        return tuple(Deed(verb, value, tuple(rows), reason) for (verb, value, reason), rows in self.undo.items())


class _Before(NamedTuple):
    """What is needed of a contribution before it is changed."""

    id: uuid.UUID
    consultation: str | None
    version: int
    status: str
    reason: str | None
    assignee_id: int | None
    withdrawn: bool


class _Refused(Exception):
    """A contribution is left as it is."""

    def __init__(self, why: Left) -> None:
        self.why = why


async def do_to_many(unit: UnitOfWork, deeds: Sequence[Deed], means: Means, by: int, now: datetime) -> Outcome:
    """Carry out `deeds` for `by`, as far as `means` and the rules go, and return what came of them."""
    outcome = Outcome()
    for deed in deeds:
        before = await _before(unit, [row.id for row in deed.rows])
        for row in deed.rows:
            try:
                await _do(unit, deed, row, _visible(before.get(row.id), row, means), means, by, now, outcome)
            except _Refused as refused:
                outcome.left[refused.why] += 1
            except Moved:
                outcome.left[Left.MOVED] += 1
            else:
                outcome.changed.append(row.id)
    if outcome.deeds:
        await unit.audit.add_all(by, outcome.deeds, now)
    return outcome


def in_pieces(deeds: Sequence[Deed]) -> Iterator[Deed]:
    """Yield `deeds` in pieces, each for a transaction of its own."""
    for deed in deeds:
        for start in range(0, len(deed.rows), PIECE):
            yield replace(deed, rows=deed.rows[start : start + PIECE])


async def as_they_stand(unit: UnitOfWork, ids: Sequence[uuid.UUID]) -> tuple[Row, ...]:
    """Return the contributions called `ids` with their versions, in the same order."""
    found = await _before(unit, ids)
    return tuple(Row(each, found[each].version) for each in ids if each in found)


async def _before(unit: UnitOfWork, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, _Before]:
    """Return the contributions called `ids` as they stand."""
    columns = [getattr(Contribution, name) for name in _Before._fields]
    found: dict[uuid.UUID, _Before] = {}
    for start in range(0, len(ids), _AT_A_TIME):
        some = select(*columns).where(Contribution.id.in_(ids[start : start + _AT_A_TIME]))
        found |= {each.id: _Before(*each) for each in await unit.transaction.rows(some)}
    return found


def _visible(before: _Before | None, row: Row, means: Means) -> _Before:
    if before is None or before.withdrawn or before.consultation not in means.scope:
        raise _Refused(Left.GONE)
    if before.version != row.version:
        raise _Refused(Left.MOVED)
    return before


async def _do(
    unit: UnitOfWork, deed: Deed, row: Row, before: _Before, means: Means, by: int, now: datetime, outcome: Outcome
) -> None:
    """Carry out one deed on one contribution, and remember what undoes it."""
    if deed.verb is Verb.STATUS:
        back = await _set_status(unit, deed, before, by, now)
    elif deed.verb is Verb.ASSIGN:
        back = await _assign(unit, deed, before, means, by, now)
    else:
        back = await _code(unit, deed, before, means, by, now)
    outcome.deeds.append((DEEDS[deed.verb], f"{row.id} {deed.value} {deed.reason}".rstrip()))
    outcome.undo.setdefault(back, []).append(Row(row.id, row.version + 1))


async def _set_status(unit: UnitOfWork, deed: Deed, before: _Before, by: int, now: datetime) -> tuple[Verb, str, str]:
    reason = deed.reason or None
    if (before.status, before.reason) == (deed.value, reason):
        raise _Refused(Left.SAME)
    if before.status == "answered":
        raise _Refused(Left.ANSWERED)
    try:
        await unit.moderation.set_status(before.id, deed.value, reason, seen=before.version, by=by, now=now)
    except NotAllowed:
        raise _Refused(Left.RULES) from None
    return Verb.STATUS, before.status, before.reason or ""


async def _assign(
    unit: UnitOfWork, deed: Deed, before: _Before, means: Means, by: int, now: datetime
) -> tuple[Verb, str, str]:
    somebody = int(deed.value) or None
    if before.assignee_id == somebody:
        raise _Refused(Left.SAME)
    if somebody is not None and before.consultation not in means.staff.get(somebody, ()):
        raise _Refused(Left.ELSEWHERE)
    await unit.moderation.assign(before.id, somebody, seen=before.version, by=by, now=now)
    return Verb.ASSIGN, str(before.assignee_id or 0), ""


async def _code(
    unit: UnitOfWork, deed: Deed, before: _Before, means: Means, by: int, now: datetime
) -> tuple[Verb, str, str]:
    theme = means.themes.get((before.consultation or "", deed.value))
    if theme is None:
        raise _Refused(Left.ELSEWHERE)
    standing = await unit.moderation.standing(before.id)
    adds = deed.verb is Verb.THEME
    if standing is not None and (theme in standing.themes) is adds:
        raise _Refused(Left.SAME)
    change = unit.moderation.add_theme if adds else unit.moderation.remove_theme
    try:
        await change(before.id, theme, seen=before.version, by=by, now=now)
    except NeverAlone:
        raise _Refused(Left.ALONE) from None
    return (Verb.UNTHEME if adds else Verb.THEME), deed.value, ""
