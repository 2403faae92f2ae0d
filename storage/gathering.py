"""What belongs to a row, gathered into JSON by the database: one journey for what would be many rows.

Either database has functions for it; what comes back is text, read with `orjson.loads`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func


class Json:
    """How a database of this kind (sqlite or postgresql) writes JSON."""

    def __init__(self, dialect: str) -> None:
        self._postgres = dialect == "postgresql"

    def list(self, *columns: Any) -> ColumnElement[Any]:
        """Return a list of `columns`."""
        return func.json_build_array(*columns) if self._postgres else func.json_array(*columns)

    def all(self, *columns: Any) -> ColumnElement[Any]:
        """Return a list of lists, one of `columns` for each row; they come in no order."""
        return (func.json_agg if self._postgres else func.json_group_array)(self.list(*columns))

    def inner(self, column: Any) -> Any:
        """Return JSON that is put into other JSON as it is."""
        return column if self._postgres else func.json(column)

    def text(self, statement: Select[*tuple[Any, ...]]) -> ColumnElement[Any]:
        """Return what `statement` gathers for a row of the query around it."""
        found = statement.scalar_subquery()
        return cast(found, Text) if self._postgres else found
