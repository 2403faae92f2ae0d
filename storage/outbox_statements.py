"""The outbox's SQL, made once: which rows may be taken, and what becomes of them.

A row may be taken when it waits, is due, and is nobody's. Of each participant only the first row that waits may open
a batch; that is what keeps a chat in order however many workers claim at the same time, for a worker that skips a
row locked by another does not see its successors as first either.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased

from storage.models import OutboxRow

_Earlier = aliased(OutboxRow)
_NOW = bindparam("now", type_=OutboxRow.not_before.type)

_OWED = (
    OutboxRow.id,
    OutboxRow.key,
    OutboxRow.participant_id,
    OutboxRow.body,
    OutboxRow.turn,
    OutboxRow.priority,
    OutboxRow.attempts,
    OutboxRow.created_at,
    OutboxRow.unsure,
    OutboxRow.unanswered,
)


def _waits(row: Any) -> ColumnElement[bool]:
    # Written into the text, not bound: PostgreSQL then knows how few of the rows it means.
    waits: ColumnElement[bool] = row.state == literal("waiting", literal_execute=True)
    return waits


def _is_free(row: Any) -> ColumnElement[bool]:
    return and_(row.not_before <= _NOW, or_(row.leased_until.is_(None), row.leased_until <= _NOW))


_is_earlier = and_(
    _Earlier.participant_id == OutboxRow.participant_id,
    _waits(_Earlier),
    tuple_(_Earlier.priority, _Earlier.id) < tuple_(OutboxRow.priority, OutboxRow.id),
)


def _lease(which: Any) -> Update:
    first = which.order_by(OutboxRow.priority, OutboxRow.id).limit(bindparam("at_most"))
    # A common table expression, because it is run once: a subquery may be run again, and lock more than its limit.
    chosen = first.with_for_update(skip_locked=True).cte("chosen")
    return (
        update(OutboxRow)
        .where(OutboxRow.id.in_(select(chosen.c.id)))
        # Whoever held a lease that ran out may have sent it.
        .values(
            leased_by=bindparam("new_worker"),
            leased_until=bindparam("new_until"),
            unsure=or_(OutboxRow.unsure, OutboxRow.leased_by.is_not(None)),
        )
        .returning(*_OWED)
    )


_FIRST_OF_ALL = select(OutboxRow.id).where(
    _waits(OutboxRow), _is_free(OutboxRow), ~exists().where(_is_earlier).correlate(OutboxRow)
)

_OF_RANK = OutboxRow.priority == bindparam("rank")

_HEADS = _lease(_FIRST_OF_ALL)
_HEADS_OF_RANK = _lease(_FIRST_OF_ALL.where(_OF_RANK))
_HEADS_OF_ONE = _lease(_FIRST_OF_ALL.where(OutboxRow.participant_id == bindparam("only")))


def heads(only: uuid.UUID | None, rank: int | None) -> Update:
    """Return the statement that leases the first row of each participant, or of one, or where it has a priority."""
    if only is not None:
        return _HEADS_OF_ONE
    return _HEADS if rank is None else _HEADS_OF_RANK


# What follows the heads just leased, up to the first row that is not due or somebody else's. The heads are ours and
# nobody else opens a batch for these people, so these rows can only be ours.
_is_obstacle = and_(
    _is_earlier,
    ~_is_free(_Earlier),
    or_(
        _Earlier.leased_by.is_(None),
        _Earlier.leased_by != bindparam("new_worker"),
        _Earlier.leased_until != bindparam("new_until"),
    ),
)

_FOLLOWING = select(OutboxRow.id).where(
    _waits(OutboxRow),
    _is_free(OutboxRow),
    OutboxRow.participant_id.in_(bindparam("people", expanding=True)),
    ~exists().where(_is_obstacle).correlate(OutboxRow),
)

_REST = _lease(_FOLLOWING)
_REST_OF_RANK = _lease(_FOLLOWING.where(_OF_RANK))


def rest(rank: int | None) -> Update:
    """Return the statement that leases what follows the heads, all of it or what has their priority."""
    return _REST if rank is None else _REST_OF_RANK


_GIVEN_UP = {
    "body": null(),
    "state": "failed",
    "leased_by": null(),
    "leased_until": null(),
    "done_at": _NOW,
}

# Bound, not written into the text, for these run for many rows at a time.
_STILL_WAITS = OutboxRow.state == "waiting"

OBSOLETE = (
    update(OutboxRow)
    .where(
        OutboxRow.participant_id == bindparam("person"),
        OutboxRow.turn < bindparam("present"),
        _STILL_WAITS,
        or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= _NOW),
    )
    .values(**_GIVEN_UP, error="left behind")
)

DONE = (
    update(OutboxRow)
    .where(OutboxRow.key == bindparam("letter_key"))
    .values(
        body=null(),
        state="sent",
        leased_by=null(),
        leased_until=null(),
        done_at=_NOW,
        attempts=OutboxRow.attempts + 1,
    )
)

AGAIN = (
    update(OutboxRow)
    .where(OutboxRow.key == bindparam("letter_key"), _STILL_WAITS)
    .values(
        not_before=bindparam("new_time"),
        error=bindparam("new_error"),
        unsure=or_(OutboxRow.unsure, bindparam("maybe_sent", type_=OutboxRow.unsure.type)),
        leased_by=null(),
        leased_until=null(),
        attempts=OutboxRow.attempts + 1,
        unanswered=OutboxRow.unanswered + case((bindparam("maybe_sent", type_=OutboxRow.unsure.type), 1), else_=0),
    )
)

# Replies that follow a reply are leased by nobody but who leased it, and so with notices.
FOLLOWERS_FREE = (
    update(OutboxRow)
    .where(
        OutboxRow.participant_id == bindparam("person"),
        _STILL_WAITS,
        OutboxRow.priority == bindparam("rank"),
        OutboxRow.id > select(_Earlier.id).where(_Earlier.key == bindparam("letter_key")).scalar_subquery(),
    )
    .values(leased_by=null(), leased_until=null())
)

FAILED = (
    update(OutboxRow)
    .where(OutboxRow.key == bindparam("letter_key"), _STILL_WAITS)
    .values(**_GIVEN_UP, error=bindparam("new_error"), attempts=OutboxRow.attempts + 1)
)

# What this process is sending to the person just now is among it; that will learn the same from Telegram.
GIVEN_UP = (
    update(OutboxRow)
    .where(
        OutboxRow.participant_id == bindparam("person"),
        _STILL_WAITS,
        or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= _NOW, OutboxRow.leased_by == bindparam("mine")),
    )
    .values(**_GIVEN_UP, error=bindparam("new_error"))
)

RELEASE = (
    update(OutboxRow)
    .where(OutboxRow.leased_by == bindparam("worker"), _waits(OutboxRow))
    .values(leased_by=null(), leased_until=null(), unsure=true())
)

FREE = (
    update(OutboxRow)
    .where(
        OutboxRow.key.startswith(bindparam("beginning"), autoescape=False),
        OutboxRow.leased_by == bindparam("worker"),
        _waits(OutboxRow),
    )
    .values(leased_by=null(), leased_until=null())
)

RECLAIM = (
    update(OutboxRow)
    .where(
        OutboxRow.leased_by.startswith(bindparam("lives"), autoescape=False),
        OutboxRow.leased_by != bindparam("worker"),
        _waits(OutboxRow),
    )
    .values(leased_by=null(), leased_until=null(), unsure=true())
)

# The copies of a notice to many people are counted before they go (`notices`).
PRUNE = delete(OutboxRow).where(
    OutboxRow.state != "waiting", OutboxRow.done_at < bindparam("before"), OutboxRow.notice_id.is_(None)
)

DEPTH = select(
    func.sum(case((and_(_waits(OutboxRow), OutboxRow.priority == 0), 1), else_=0)).label("replies"),
    func.sum(case((and_(_waits(OutboxRow), OutboxRow.priority > 0), 1), else_=0)).label("notices"),
    func.sum(case((OutboxRow.state == "failed", 1), else_=0)).label("failed"),
    func.min(case((_waits(OutboxRow), OutboxRow.created_at))).label("oldest"),
)
