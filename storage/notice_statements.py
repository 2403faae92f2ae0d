"""The notices' SQL, made once: who is in an audience, what becomes of the copies in the outbox.

An audience is gone through by participants' ids, a bounded number at a time, so nothing here grows with it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.models import Address, Consent, NoticeRow, OutboxRow, Participant, SessionRow, Submission
from storage.outbox import UNREACHABLE

_NOW = bindparam("now", type_=OutboxRow.not_before.type)
_SINCE = bindparam("since", type_=OutboxRow.not_before.type)
_ID: BindParameter[int] = bindparam("notice", type_=NoticeRow.id.type)

# What somebody said last about the consent text counts.
_agreed = (
    select(Consent.given)
    .where(Consent.participant_id == Participant.id)
    .order_by(Consent.id.desc())
    .limit(1)
    .correlate(Participant)
    .scalar_subquery()
)
_takes_part = (
    select(Submission.id)
    .where(
        Submission.participant_id == Participant.id,
        Submission.consultation == bindparam("audience"),
        Submission.discarded_at.is_(None),
    )
    .correlate(Participant)
    .exists()
)


def _of_the_audience(what: Any, everybody: bool) -> Select[Any]:
    found: Select[Any] = (
        what.join(Address, Address.participant_id == Participant.id)
        .join(SessionRow, SessionRow.participant_id == Participant.id)
        .where(
            Participant.created_at <= bindparam("started", type_=Participant.created_at.type),
            Address.unreachable_since.is_(None),
            _agreed == true(),
        )
    )
    return found if everybody else found.where(_takes_part)


_COUNT = {all_: _of_the_audience(select(func.count()).select_from(Participant), all_) for all_ in (True, False)}
_NEXT = {
    all_: _of_the_audience(select(Participant.id, SessionRow.language), all_)
    .where(Participant.id > bindparam("reached", type_=Participant.id.type))
    .order_by(Participant.id)
    .limit(bindparam("at_most"))
    for all_ in (True, False)
}


def people(everybody: bool) -> Select[Any]:
    """Return the statement that counts an audience."""
    return _COUNT[everybody]


def following(everybody: bool) -> Select[Any]:
    """Return the statement that finds the next people of an audience and their languages."""
    return _NEXT[everybody]


OWE = upsert(OutboxRow).on_conflict_do_nothing(index_elements=["key"])

LOCKED = select(NoticeRow).where(NoticeRow.id == _ID).with_for_update()
AT_WORK = (
    select(NoticeRow.id)
    .where(
        or_(
            NoticeRow.state.in_(("running", "paused")),
            NoticeRow.id.in_(select(OutboxRow.notice_id).where(OutboxRow.notice_id.is_not(None)).distinct()),
        )
    )
    .order_by(NoticeRow.id)
)

_mine = OutboxRow.notice_id == _ID
_unsent = or_(OutboxRow.state == "waiting", OutboxRow.state == "held")
_free = or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= _NOW)

HOLD = update(OutboxRow).where(_mine, OutboxRow.state == "waiting", _free).values(state="held")
LET_GO = update(OutboxRow).where(_mine, OutboxRow.state == "held").values(state="waiting", created_at=_NOW)
DROP = delete(OutboxRow).where(_mine, _unsent, _free)

_gone = OutboxRow.error.startswith(UNREACHABLE, autoescape=False)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


SETTLED = (
    delete(OutboxRow)
    .where(_mine, OutboxRow.state.in_(("sent", "failed")), OutboxRow.done_at < bindparam("before"))
    .returning(OutboxRow.state, OutboxRow.error)
)

HOW_IT_STANDS = select(
    _sum(OutboxRow.state == "sent").label("sent"),
    _sum(and_(OutboxRow.state == "failed", _gone.is_not(True))).label("failed"),
    _sum(and_(OutboxRow.state == "failed", _gone)).label("unreachable"),
    _sum(_unsent).label("waiting"),
    _sum(and_(OutboxRow.state == "sent", OutboxRow.done_at > _SINCE)).label("lately"),
).where(_mine)
