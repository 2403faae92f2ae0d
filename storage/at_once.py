"""Many rows by one statement, on PostgreSQL: the values travel together as JSON, not row by row.

A statement that takes one row's values (`UPDATE … SET a = :a WHERE id = :id`) is turned, once, into one that joins
them as a table: `WITH given AS (SELECT * FROM json_to_recordset(:rows) AS …) UPDATE … FROM given …`. What it changes
is the same as long as no two rows concern the same row of the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Insert, TextClause, bindparam, text
from sqlalchemy.dialects import postgresql

from storage.json import dumps
from storage.transaction import Values, Write, write_all

_DIALECT: Any = postgresql.psycopg.dialect(json_serializer=dumps)  # type: ignore[no-untyped-call]
_BOUND = re.compile(r"(?:%\(|__\[POSTCOMPILE_)(\w+)(?:\)s|\])(?:::(?:TIMESTAMP WITH TIME ZONE|\w+))?")
"""A value in compiled text, mostly with its type behind it."""


def write_at_once(connection: Connection, writes: Sequence[Write]) -> None:
    """Run writes of which no two concern one row: for all rows of a statement at once where that is quicker."""
    joins = connection.dialect.name == "postgresql"
    for write in writes:
        statement, rows, must = write
        if not joins or len(rows) == 1:
            write_all(connection, [write])
            continue
        done = connection.execute(*at_once(statement, rows))
        if must is not None and done.rowcount != len(rows):
            raise must


def at_once(statement: Any, rows: Sequence[Values]) -> tuple[TextClause, Values]:
    """Return the statement that does for all `rows` what `statement` does for one, and the rows as its one value.

    Raises TypeError where a row cannot be put into JSON.
    """
    return _joined(statement, tuple(rows[0])), {"rows": orjson.dumps(list(rows), _plain).decode()}


def _plain(value: Any) -> str:
    """Return bytes as PostgreSQL reads them in text; anything else is refused."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError


@lru_cache(maxsize=256)
def _joined(statement: Any, names: tuple[str, ...]) -> TextClause:
    plain = statement.inline() if isinstance(statement, Insert) else statement  # asks for no ids
    compiled = plain.compile(dialect=_DIALECT, column_keys=list(names))
    types = {name: bound.type for name, bound in compiled.binds.items()}

    def put(found: re.Match[str]) -> str:
        name = found[1]
        return f'given."{name}"' if name in names else f"CAST(:{name} AS {types[name].compile(_DIALECT)})"

    one = _from_given(_BOUND.sub(put, str(compiled)))
    wanted = set(_BOUND.findall(str(compiled))) - set(names)
    columns = ", ".join(f'"{name}" {types[name].compile(_DIALECT)}' for name in names)
    given = f"SELECT * FROM json_to_recordset(CAST(:rows AS JSON)) AS given({columns})"  # noqa: S608 - our own names
    same = [bindparam(name, value, types[name]) for name, value in _constants(plain, compiled, wanted).items()]
    return text(f"WITH given AS ({given}) {one}").bindparams(*same)


def _from_given(one: str) -> str:
    """Return the statement with the table `given` among those it reads from."""
    if one.startswith("UPDATE"):
        return re.sub(r"\bWHERE\b", "FROM given WHERE", one, count=1)
    if ") VALUES (" in one:
        head, _, values = one.partition(") VALUES (")
        values, conflict, rest = values.partition(" ON CONFLICT")
        return f"{head}) SELECT {values.rstrip().removesuffix(')')} FROM given{conflict}{rest}"  # noqa: S608 - our own
    return re.sub(r"\bFROM (\w+) *\nWHERE\b", r"FROM given, \1 WHERE", one, count=1)


def _constants(statement: Any, compiled: Any, wanted: AbstractSet[str]) -> dict[str, Any]:
    """Return what is the same for every row: values written into the statement, and defaults of its columns."""
    defaults = {each.key: each.default.arg for each in statement.table.columns if each.default is not None}
    found = {name: compiled.params[name] for name in wanted}
    return {name: defaults.get(name) if value is None else value for name, value in found.items()}
