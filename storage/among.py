"""A column that is one of many values, in the way each database does it quickly.

PostgreSQL takes all values as one array, so that a statement has one text however many there are; SQLite, to which
statements do not travel, takes each by itself.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, any_, bindparam

Ways = dict[str, Select[*tuple[Any, ...]]]
"""A query by the database's kind."""


def among(query: Select[*tuple[Any, ...]], **columns: Any) -> Ways:
    """Return `query` for rows in which each of `columns` is one of the values given under its name."""
    return {
        "sqlite": query.where(*(column.in_(bindparam(name, expanding=True)) for name, column in columns.items())),
        "postgresql": query.where(*(_in_array(column, name) for name, column in columns.items())),
    }


def _in_array(column: Any, name: str) -> ColumnElement[bool]:
    is_one: ColumnElement[bool] = column == any_(bindparam(name, type_=ARRAY(column.type)))
    return is_one
