"""How long things are kept, what is due to go, and its going: in small transactions, the same for a look and the work.

An address goes once the consultations its person took part in have been closed long enough; what was submitted stays,
and is nobody's from then on.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select

from storage import audit, holdings
from storage.database import Database
from storage.models import (
    Address,
    AuditRow,
    ConsultationRow,
    Inbox,
    OutboxRow,
    Participant,
    Quarantine,
    SessionRow,
    StaffSession,
    Submission,
    Tombstone,
)
from storage.unit_of_work import UnitOfWork

AT_ONCE: Final = 50
"""People looked up at once."""
MARGIN: Final = timedelta(days=1)
"""By how much a tombstone outlives the backups it is for."""


@dataclass(frozen=True, slots=True)
class Periods:
    """How long each thing is kept."""

    addresses: timedelta
    quarantine: timedelta
    updates: timedelta
    outbox: timedelta
    logins: timedelta
    audit: timedelta
    backups: timedelta


@dataclass(frozen=True, slots=True)
class Finding:
    """How many of something are due, or went: those from before `before`."""

    what: str
    count: int
    before: datetime


async def survey(database: Database, periods: Periods, now: datetime) -> tuple[Finding, ...]:
    """Return what is due, and change nothing."""
    async with database.reading() as unit:
        found = [Finding("addresses", await _count_people(unit, now - periods.addresses), now - periods.addresses)]
        for what, before in _dates(periods, now).items():
            table, due = _due(what, before)
            row = await unit.transaction.first(select(func.count()).select_from(table).where(due))
            found.append(Finding(what, row[0] if row else 0, before))
    return tuple(found)


async def carry_out(database: Database, periods: Periods, now: datetime) -> tuple[Finding, ...]:
    """Let go of whatever is due, and return what that was."""
    before = now - periods.addresses
    found = [Finding("addresses", await _forget_people(database, before, now), before)]
    for what, date in _dates(periods, now).items():
        async with database.begin() as unit:
            found.append(Finding(what, await _delete(unit, what, date), date))
            await unit.commit()
    return tuple(found)


def _dates(periods: Periods, now: datetime) -> dict[str, datetime]:
    return {
        "quarantine": now - periods.quarantine,
        "updates": now - periods.updates,
        "outbox": now - periods.outbox,
        "logins": now - periods.logins,
        "audit": now - periods.audit,
        "tombstones": now - periods.backups - MARGIN,
    }


def _due(what: str, before: datetime) -> tuple[Any, ColumnElement[bool]]:
    """Return the table in which something stands, and the condition under which it is due."""
    done = and_(OutboxRow.state != "waiting", OutboxRow.done_at < before, OutboxRow.notice_id.is_(None))
    return {
        "quarantine": (Quarantine, Quarantine.at < before),
        "updates": (Inbox, Inbox.at < before),
        "outbox": (OutboxRow, done),
        "logins": (StaffSession, StaffSession.created_at < before),
        "audit": (AuditRow, audit.is_due(before)),
        "tombstones": (Tombstone, Tombstone.at < before),
    }[what]


async def _delete(unit: UnitOfWork, what: str, before: datetime) -> int:
    if what == "outbox":
        return await unit.outbox.prune(before)
    if what == "audit":
        return await unit.audit.prune(before)
    table, due = _due(what, before)
    return await unit.transaction.changed(delete(table).where(due))


# --- people -------------------------------------------------------------------------------------------------


async def _forget_people(database: Database, before: datetime, now: datetime) -> int:
    gone = 0
    while True:
        async with database.reading() as unit:
            people = await _people(unit, before, AT_ONCE)
        for person in people:
            gone += await _forget(database, person, before, now)
        if len(people) < AT_ONCE:
            return gone


async def _forget(database: Database, person: uuid.UUID, before: datetime, now: datetime) -> bool:
    """Forget one person, and return whether they were still due.

    Each in a transaction of their own: whoever holds several people, or a person and the head of the record, waits for
    somebody who waits for them.
    """
    async with database.begin() as unit:
        await holdings.alone(unit.transaction, person)
        due = _addressed(Address.participant_id).where(Address.participant_id == person, _is_over(before))
        if await unit.transaction.first(due) is None:
            return False  # they spoke since, or went themselves
        await unit.participants.forget(person, now)
        await unit.commit()
    return True


async def _people(unit: UnitOfWork, before: datetime, limit: int) -> Sequence[uuid.UUID]:
    statement = _addressed(Address.participant_id).where(_is_over(before)).order_by(Address.participant_id)
    return [row[0] for row in await unit.transaction.rows(statement.limit(limit))]


async def _count_people(unit: UnitOfWork, before: datetime) -> int:
    row = await unit.transaction.first(_addressed(func.count()).where(_is_over(before)))
    return int(row[0]) if row else 0


def _addressed(what: Any) -> Any:
    return (
        select(what)
        .select_from(Address)
        .join(Participant, Participant.id == Address.participant_id)
        .outerjoin(SessionRow, SessionRow.participant_id == Address.participant_id)
    )


def _is_over(before: datetime) -> ColumnElement[bool]:
    """Return the condition under which somebody's address is no longer needed.

    Nothing they submitted is in a consultation that is open, or was closed after `before`. Where they submitted
    nothing, or have a draft in an open consultation, their last word is older than `before` too.
    """
    submitted = and_(_THEIRS, Submission.submitted_at.is_not(None))
    standing = or_(ConsultationRow.closed_at.is_(None), ConsultationRow.closed_at > before)
    has_standing = exists().where(submitted, _ITS_CONSULTATION, standing)
    drafting = and_(_THEIRS, Submission.submitted_at.is_(None), Submission.discarded_at.is_(None))
    has_draft = exists().where(drafting, _ITS_CONSULTATION, ConsultationRow.state == "open")
    is_silent = func.coalesce(SessionRow.updated_at, Participant.created_at) <= before
    return and_(not_(has_standing), or_(is_silent, and_(exists().where(submitted), not_(has_draft))))


_THEIRS = Submission.participant_id == Address.participant_id
_ITS_CONSULTATION = ConsultationRow.slug == Submission.consultation
