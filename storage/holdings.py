"""What is held about one person: found, shown, deleted and made nobody's through the schema alone.

Each table names, in its `info`, the column that leads to a person (models.py); from there foreign keys lead on. A
table added later is followed without a word here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, and_, bindparam, delete, select, update

from storage.models import AnswerRow, Base, Participant, SessionRow, Submission
from storage.transaction import Transaction


def tables() -> Iterator[Table]:
    """Yield the tables that hold something about a person, each before those that refer to it."""
    for table in Base.metadata.sorted_tables:
        if table.info["person"] is not None:
            yield table


def belongs(table: Table, participant_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition under which a row of `table` is about the participant."""
    column: Column[Any] = table.c[table.info["person"]]
    if table is Participant.__table__:
        return column == participant_id
    (key,) = column.foreign_keys
    if key.column.table is Participant.__table__:
        return column == participant_id
    return column.in_(select(key.column).where(belongs(key.column.table, participant_id)))


async def everything(transaction: Transaction, participant_id: uuid.UUID) -> dict[str, list[dict[str, Any]]]:
    """Return every row about the participant, without columns of bytes: hashes and what is sealed."""
    held = {}
    for table in tables():
        columns = [each for each in table.columns if not isinstance(each.type, LargeBinary)]
        statement = select(*columns).where(belongs(table, participant_id)).order_by(*table.primary_key)
        names = [each.name for each in columns]
        rows = await transaction.rows(statement)
        held[table.name] = [dict(zip(names, map(_plain, row), strict=True)) for row in rows]
    return held


async def erase(transaction: Transaction, participant_id: uuid.UUID) -> None:
    """Delete every row about the participant."""
    await alone(transaction, participant_id)
    for table in reversed(tuple(tables())):
        await transaction.execute(delete(table).where(belongs(table, participant_id)))


async def has_submitted(transaction: Transaction, participant_id: uuid.UUID) -> bool:
    """Return whether the participant ever submitted anything."""
    theirs = (Submission.participant_id == participant_id, Submission.submitted_at.is_not(None))
    return await transaction.first(select(Submission.id).where(*theirs).limit(1)) is not None


async def forget(transaction: Transaction, participant_id: uuid.UUID) -> None:
    """Delete every row about the participant but what they submitted and that they had agreed to it.

    What remains leads nowhere: no address, no conversation, no draft, and no number of a message.
    """
    await alone(transaction, participant_id)
    for table in reversed(tuple(tables())):
        mine = belongs(table, participant_id)
        if table.name not in KEPT:
            mine = and_(mine, ~_is_submitted(table)) if _leads_through_submission(table) else mine
            await transaction.execute(delete(table).where(mine))
    await _without_numbers(transaction, participant_id)


KEPT = frozenset({"participants", "consents"})
"""Tables of which nothing is forgotten: a random number, and that it agreed to which text."""


def _leads_through_submission(table: Table) -> bool:
    """Return whether a row belongs to a submission, and so stays where that was submitted; transcripts do not."""
    if table is Submission.__table__:
        return True
    column: Column[Any] = table.c[table.info["person"]]
    return any(_leads_through_submission(key.column.table) for key in column.foreign_keys)


def _is_submitted(table: Table) -> ColumnElement[bool]:
    """Return the condition under which a row, or what it belongs to, was submitted."""
    if table is Submission.__table__:
        return table.c.submitted_at.is_not(None)
    column: Column[Any] = table.c[table.info["person"]]
    (key,) = column.foreign_keys
    return column.in_(select(key.column).where(_is_submitted(key.column.table)))


async def _without_numbers(transaction: Transaction, participant_id: uuid.UUID) -> None:
    """Take Telegram's message numbers out of the answers: whoever has the chat could find their own by them."""
    theirs = belongs(AnswerRow.metadata.tables["answers"], participant_id)
    rows = await transaction.rows(select(AnswerRow.id, AnswerRow.parts).where(theirs))
    changed = [{"row": row.id, "nobodys": [[0, words] for _number, words in row.parts]} for row in rows if row.parts]
    statement = update(AnswerRow).where(AnswerRow.id == bindparam("row")).values(parts=bindparam("nobodys"))
    await transaction.put(statement, changed)


async def alone(transaction: Transaction, participant_id: uuid.UUID) -> None:
    """Hold whatever is kept about a participant until the end of the transaction."""
    # The session first, as everybody who changes something of a person takes it: nobody then meets us half-way.
    mine = SessionRow.participant_id == participant_id
    await transaction.first(select(SessionRow.version).where(mine).with_for_update())


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
