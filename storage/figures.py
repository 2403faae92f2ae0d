"""What an operator asks of the database: how much waits, since when, and how much went wrong in the last day.

Counts alone, over rows that an index finds; nothing here reads what anybody said or who they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, case, func, select

from storage.models import Base, ConsultationRow, OutboxRow, StaffSession
from storage.models import Quarantine as QuarantineRow
from storage.transaction import Transaction

LATELY: Final = timedelta(days=1)
AT_WORK: Final = timedelta(minutes=30)
"""A member of staff who did nothing for so long is not counted as being there."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages that are owed: how many, and since when the oldest of them."""

    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one moment; `waiting` by kind, `reply` or `notice`, where there are any."""

    waiting: Mapping[str, Waiting]
    held: int
    failed: int
    quarantined: int
    consultations: int
    staff: int


async def read(transaction: Transaction, now: datetime) -> Figures:
    """Return the numbers of `now`; what went wrong is counted for the day before it."""
    since = now - LATELY
    waiting = {row.kind: Waiting(row.many, row.oldest) for row in await transaction.rows(_WAITING)}
    sick = OutboxRow.state == "failed", OutboxRow.done_at > since, OutboxRow.error != "left behind"
    return Figures(
        waiting,
        held=await _count(transaction, OutboxRow, OutboxRow.state == "held"),
        failed=await _count(transaction, OutboxRow, *sick),
        quarantined=await _count(transaction, QuarantineRow, QuarantineRow.at > since),
        consultations=await _count(transaction, ConsultationRow, ConsultationRow.state == "open"),
        staff=await _count(
            transaction, StaffSession, StaffSession.ended_at.is_(None), StaffSession.seen_at > now - AT_WORK
        ),
    )


_KIND = case((OutboxRow.priority == 0, "reply"), else_="notice").label("kind")

_WAITING = (
    select(_KIND, func.count().label("many"), func.min(OutboxRow.created_at).label("oldest"))
    .where(OutboxRow.state == "waiting")
    .group_by(_KIND)
)


async def _count(transaction: Transaction, table: type[Base], *which: ColumnElement[bool]) -> int:
    row = await transaction.first(select(func.count()).select_from(table).where(*which))
    return int(row[0]) if row is not None else 0
