"""What staff did, as a chain: each row's hash covers the row and the hash before it.

Who changes, removes, inserts or reorders a row breaks the chain at that row; who cuts off its end is betrayed by the
head, which can be published. Whoever writes holds the head until the commit, so the chain never forks: write the row
last. Nothing here knows what a participant said.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.models import AuditMark, AuditRow, Contribution, Submission
from storage.transaction import Record, Transaction

HEAD, ANCHOR = "head", "anchor"
NOTHING: Final = bytes(32)
"""The hash before the first row."""
AT_ONCE: Final = 1000
"""Rows in memory while the chain is looked along."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that somebody did: `staff_id` is None where nobody was logged in."""

    staff_id: int | None
    action: str
    subject: str
    at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the chain: a row, its hash, how many rows the chain had up to it, and when that was."""

    row: int
    hash: bytes
    rows: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look along the chain came to.

    `checked` is how many rows are sound. `row` is the first one that is not, None where all are; `why` is one of
    changed, missing, unchained, beyond (after the head), before (it should have been deleted), published (it is not
    the row whose hash was published) and marks (where the chain begins and ends is itself not sound).
    """

    checked: int
    head: Mark | None
    row: int | None = None
    why: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether nothing was changed."""
        return not self.why


def link(before: bytes, id: int, staff_id: int | None, action: str, subject: str, at: datetime) -> bytes:
    """Return a row's hash: SHA-256 over the hash before it and the row as a JSON array in ASCII."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    row = json.dumps([id, staff_id, action, subject, moment], separators=(",", ":"))
    return hashlib.sha256(before + row.encode("ascii")).digest()


def is_due(before: datetime) -> ColumnElement[bool]:
    """Return the condition under which a row is old enough to go: all up to the first that is not from `before`."""
    first = select(func.min(AuditRow.id)).where(AuditRow.at >= before).scalar_subquery()
    return AuditRow.id < func.coalesce(first, literal(2**62))


_ROW = (AuditRow.id, AuditRow.staff_id, AuditRow.action, AuditRow.subject, AuditRow.at)


class AuditTrail:
    """The chain, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, staff_id: int | None, action: str, subject: str, now: datetime) -> None:
        """Write down what somebody did, to what; never a word of what a participant said."""
        await self.add_all(staff_id, [(action, subject)], now)

    async def add_all(self, staff_id: int | None, deeds: Sequence[tuple[str, str]], now: datetime) -> None:
        """Write down several things that somebody did at once, each an action and its subject."""
        head = await self._held_head(now)
        made, rows = head.hash, []
        for id_, (action, subject) in enumerate(deeds, head.row + 1):
            made = link(made, id_, staff_id, action, subject, now)
            row = {"id": id_, "staff_id": staff_id, "action": action, "subject": subject, "at": now, "hash": made}
            rows.append(row)
        await self._transaction.put(insert(AuditRow), rows)
        await self._move(HEAD, Mark(head.row + len(rows), made, head.rows + len(rows), now))

    async def head(self) -> Mark | None:
        """Return where the chain ends, None where it has not begun."""
        return await self._mark(HEAD)

    async def verify(self, published: tuple[int, bytes] | None = None) -> Verdict:
        """Look along the whole chain, row by row, and return the first that is not as it was written.

        `published` is a row with the hash it had when that was published: it finds even a chain made anew throughout.
        """
        head, anchor = await self._mark(HEAD), await self._mark(ANCHOR)
        if head is None or anchor is None:
            row = await self._transaction.first(select(func.min(AuditRow.id)).where(AuditRow.hash.is_not(None)))
            is_new = head is anchor and (row is None or row[0] is None)
            return Verdict(0, head, None, "" if is_new else "marks")
        chained = AuditRow.hash.is_not(None)
        left = await self._transaction.first(select(func.min(AuditRow.id)).where(AuditRow.id <= anchor.row, chained))
        if left is not None and left[0] is not None:
            return Verdict(0, head, int(left[0]), "before")
        verdict = await self._along(anchor, head)
        if published is None or not verdict.is_sound or published[0] <= anchor.row:
            return verdict
        row = await self._transaction.first(select(AuditRow.hash).where(AuditRow.id == published[0]))
        if row is not None and bytes(row[0]) == published[1]:
            return verdict
        return Verdict(verdict.checked, head, published[0], "published")

    async def deeds(
        self,
        limit: int,
        *,
        before: int | None = None,
        staff_id: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Deed, ...]:
        """Return what was done last, newest first: rows `before` one, of somebody, from `since` on, until `until`."""
        chosen: list[ColumnElement[bool]] = []
        chosen += [AuditRow.id < before] if before is not None else []
        chosen += [AuditRow.staff_id == staff_id] if staff_id is not None else []
        chosen += [AuditRow.at >= since] if since is not None else []
        chosen += [AuditRow.at < until] if until is not None else []
        columns = (AuditRow.staff_id, AuditRow.action, AuditRow.subject, AuditRow.at, AuditRow.id)
        statement = select(*columns).where(*chosen).order_by(AuditRow.id.desc()).limit(limit)
        return tuple(Deed(*row) for row in await self._transaction.rows(statement))

    async def readable(self, ids: Sequence[uuid.UUID], consultations: Sequence[str]) -> dict[uuid.UUID, str]:
        """Return which of `ids` are contributions or submissions of `consultations` that are still there, and which."""
        seen = (Submission.consultation.in_(list(consultations)), Submission.submitted_at.is_not(None))
        own = select(Submission.id).where(Submission.id.in_(ids), *seen)
        parts = select(Contribution.id).join(Submission, Submission.id == Contribution.submission_id)
        found = {row[0]: "submission" for row in await self._transaction.rows(own)}
        mine = parts.where(Contribution.id.in_(ids), *seen)
        return {**found, **{row[0]: "contribution" for row in await self._transaction.rows(mine)}}

    async def prune(self, before: datetime) -> int:
        """Let go of what was done before `before`; what is left still leads to the head. Return how many rows went."""
        if await self._mark(HEAD) is not None:
            await self._held_head(before)
        columns = (AuditRow.id, AuditRow.hash, AuditRow.at)
        due = select(*columns).where(is_due(before), AuditRow.hash.is_not(None))
        last = await self._transaction.first(due.order_by(AuditRow.id.desc()).limit(1))
        anchor = await self._mark(ANCHOR)
        gone = await self._transaction.changed(delete(AuditRow).where(is_due(before)))
        if last is not None and anchor is not None:
            await self._move(ANCHOR, Mark(last[0], last[1], anchor.rows + last[0] - anchor.row, last[2]))
        return gone

    # --- the chain ---------------------------------------------------------------------------------------------------

    async def _along(self, anchor: Mark, head: Mark) -> Verdict:
        last, row, checked = anchor.hash, anchor.row, 0
        while rows := await self._next(row):
            for id_, *rest, kept in rows:
                why = self._wrong(id_, kept, row, head)
                if why == "missing":
                    return Verdict(checked, head, row + 1, why)
                if not why and link(last, id_, *rest) != kept:
                    why = "changed"
                if why:
                    return Verdict(checked, head, id_, why)
                last, row, checked = kept, id_, checked + 1
        if row < head.row:
            return Verdict(checked, head, row + 1, "missing")
        is_whole = last == head.hash and head.rows == anchor.rows + checked
        return Verdict(checked, head, None if is_whole else head.row, "" if is_whole else "marks")

    @staticmethod
    def _wrong(id: int, kept: bytes | None, last: int, head: Mark) -> str:
        """Return what is wrong with a row's place, "" for nothing."""
        if id > head.row:
            return "beyond" if last == head.row else "missing"
        if id != last + 1:
            return "missing"
        return "" if kept is not None else "unchained"

    async def _next(self, after: int) -> Sequence[Record]:
        """Return the rows next after one, a bounded number."""
        statement = select(*_ROW, AuditRow.hash).where(AuditRow.id > after).order_by(AuditRow.id).limit(AT_ONCE)
        return await self._transaction.rows(statement)

    async def _held_head(self, now: datetime) -> Mark:
        """Return the head, ours alone until the commit; begin the chain where it has not begun."""
        head = await self._mark(HEAD, hold=True)
        if head is not None:
            return head
        oldest = await self._transaction.first(select(func.max(AuditRow.id)))
        begin = {"row": (oldest[0] if oldest else 0) or 0, "hash": NOTHING, "rows": 0, "at": now}
        dialect: Any = sqlite if self._transaction.dialect == "sqlite" else postgresql
        statement = dialect.insert(AuditMark).on_conflict_do_nothing(index_elements=[AuditMark.name])
        await self._transaction.execute(statement, [{"name": name, **begin} for name in (ANCHOR, HEAD)])
        head = await self._mark(HEAD, hold=True)
        assert head is not None
        return head

    async def _mark(self, name: str, *, hold: bool = False) -> Mark | None:
        columns = (AuditMark.row, AuditMark.hash, AuditMark.rows, AuditMark.at)
        statement = select(*columns).where(AuditMark.name == name)
        row = await self._transaction.first(statement.with_for_update() if hold else statement)
        return Mark(row[0], bytes(row[1]), row[2], row[3]) if row else None

    async def _move(self, name: str, to: Mark) -> None:
        values = {"row": to.row, "hash": to.hash, "rows": to.rows, "at": to.at}
        await self._transaction.execute(update(AuditMark).where(AuditMark.name == name).values(values))
