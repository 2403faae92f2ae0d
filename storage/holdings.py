"""What is held about one person: found, shown and deleted through the schema alone.

Each table names, in its `info`, the column that leads to a person (models.py); from there foreign keys lead on. A
table added later is followed without a word here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, delete, select

from storage.models import Base, Participant, SessionRow
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
    # The session first, as everybody who changes something of a person takes it: nobody then meets us half-way.
    mine = SessionRow.participant_id == participant_id
    await transaction.first(select(SessionRow.version).where(mine).with_for_update())
    for table in reversed(tuple(tables())):
        await transaction.execute(delete(table).where(belongs(table, participant_id)))


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
