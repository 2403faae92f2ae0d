"""What belongs to a row, gathered into JSON by the database: one journey for what would be many rows.

Either database has functions for it; what comes back is text, read with `orjson.loads`.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, cast, func, literal_column


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


class Lines:
    """JSON written as text, piece by piece: a few times as quick as a database's own functions for whole rows."""

    def __init__(self, dialect: str) -> None:
        self._postgres = dialect == "postgresql"

    def list(self, *columns: Any) -> ColumnElement[Any]:
        """Return a list of `columns`: numbers, JSON, and what this class made JSON of; NULL leaves its place empty."""
        if not self._postgres:
            return func.printf(literal_column(f"'[{','.join(['%s'] * len(columns))}]'"), *columns)
        comma: ColumnElement[str] = literal_column("','")
        between = (piece for column in columns for piece in (comma, column))
        return func.concat(literal_column("'['"), *islice(between, 1, None), literal_column("']'"))

    def all(self, *columns: Any) -> ColumnElement[Any]:
        """Return a list of lists, one of `columns` for each row; they come in no order."""
        return self.list(func.aggregate_strings(self.list(*columns), ","))

    def quoted(self, column: Any) -> ColumnElement[Any]:
        """Return a text that is never NULL as JSON has it."""
        return func.to_json(column) if self._postgres else func.json_quote(column)

    def plain(self, column: Any) -> ColumnElement[Any]:
        """Return what needs no sign of JSON's, such as an id or a moment, as a text of JSON."""
        mark: ColumnElement[str] = literal_column("'\"'")
        return func.concat(mark, column, mark) if self._postgres else mark.concat(cast(column, Text)).concat(mark)

    def optional(self, json: Any) -> ColumnElement[Any]:
        """Return JSON, and null for NULL."""
        return func.coalesce(cast(json, Text), literal_column("'null'"))

    def number(self, column: Any) -> ColumnElement[Any]:
        """Return 1 for true and 0 for false."""
        return cast(column, Integer)
