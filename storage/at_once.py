"""Many writes by one statement, on PostgreSQL, where each statement is a journey: the rows travel together as JSON.

A statement that takes one row's values (`UPDATE … SET a = :a WHERE id = :id`) is turned, once, into one that joins
them as a table: `given AS (SELECT * FROM json_to_recordset(:rows) AS …), done AS (UPDATE … FROM given … RETURNING 1)`.
Several of these make one statement, a wave, as long as they write different tables, for none sees what another wrote.
What is changed is the same as row by row, as long as no two rows concern the same row of a table.
"""

from __future__ import annotations

import re
from collections import defaultdict
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

Part = tuple[Any, tuple[str, ...], bool]
"""A statement, the names of the values that its rows bring, and whether each row must be written."""


def write_at_once(connection: Connection, writes: Sequence[Write]) -> None:
    """Run writes of which no two concern one row, in as few statements as the database allows.

    Raises an error of the database where a row that must be written is not: whose it is shows row by row.
    """
    if connection.dialect.name != "postgresql":
        write_all(connection, writes)
        return
    for wave in waves(writes):
        connection.execute(*at_once(wave))


def waves(writes: Sequence[Write]) -> list[list[Write]]:
    """Return the writes as lists of which none writes a table twice; new rows come before changes of old ones."""
    found: list[list[Write]] = []
    before: defaultdict[Any, int] = defaultdict(int)
    for write in sorted(writes, key=lambda each: not isinstance(each.statement, Insert)):
        place = before[write.statement.table]
        before[write.statement.table] += 1
        found += [[]] if place == len(found) else []
        found[place].append(write)
    return found


def at_once(wave: Sequence[Write]) -> tuple[TextClause, Values]:
    """Return one statement that does all of `wave`, or fails where a part must write every row and does not.

    With it come its values. Raises TypeError where a row cannot be put into JSON.
    """
    parts = tuple((write.statement, tuple(write.rows[0]), write.must is not None) for write in wave)
    rows = (orjson.dumps(list(write.rows), _plain).decode() for write in wave)
    values: dict[str, Any] = {f"rows_{place}": each for place, each in enumerate(rows)}
    return _wave(parts), values | {f"many_{place}": len(w.rows) for place, w in enumerate(wave) if w.must is not None}


def _plain(value: Any) -> str:
    """Return bytes as PostgreSQL reads them in text; anything else is refused."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError


@lru_cache(maxsize=512)
def _wave(parts: tuple[Part, ...]) -> TextClause:
    made = [_part(place, statement, names) for place, (statement, names, _) in enumerate(parts)]
    said = ", ".join(words for words, _ in made)
    wholly = " AND ".join(
        f"(SELECT count(*) FROM done_{place}) = CAST(:many_{place} AS BIGINT)"  # noqa: S608 - our own
        for place, (_, _, must) in enumerate(parts)
        if must
    )
    # A division by zero undoes the statement, as nothing else in plain SQL does.
    kept = f"1 / CASE WHEN {wholly} THEN 1 ELSE 0 END" if wholly else "1"
    return text(f"WITH {said} SELECT {kept}").bindparams(*(each for _, same in made for each in same))


def _part(place: int, statement: Any, names: tuple[str, ...]) -> tuple[str, list[Any]]:
    """Return the two tables of one part, `given_…` and `done_…`, and what is the same for each of its rows."""
    plain = statement.inline() if isinstance(statement, Insert) else statement  # asks for no ids
    compiled = plain.compile(dialect=_DIALECT, column_keys=list(names))
    types = {name: bound.type for name, bound in compiled.binds.items()}
    given = f"given_{place}"

    def put(found: re.Match[str]) -> str:
        name = found[1]
        kind = types[name].compile(_DIALECT)
        return f'{given}."{name}"' if name in names else f"CAST(:same_{place}_{name} AS {kind})"

    one = _from(given, _BOUND.sub(put, str(compiled)))
    wanted = set(_BOUND.findall(str(compiled))) - set(names)
    columns = ", ".join(f'"{name}" {types[name].compile(_DIALECT)}' for name in names)
    table = f"SELECT * FROM json_to_recordset(CAST(:rows_{place} AS JSON)) AS {given}({columns})"  # noqa: S608 - our own
    constants = _constants(plain, compiled, wanted)
    same = [bindparam(f"same_{place}_{name}", value, types[name]) for name, value in constants.items()]
    return f"{given} AS ({table}), done_{place} AS ({one} RETURNING 1)", same


def _from(given: str, one: str) -> str:
    """Return the statement with the table `given` among those it reads from."""
    if one.startswith("UPDATE"):
        return re.sub(r"\bWHERE\b", f"FROM {given} WHERE", one, count=1)
    if ") VALUES (" in one:
        head, _, values = one.partition(") VALUES (")
        values, conflict, rest = values.partition(" ON CONFLICT")
        return f"{head}) SELECT {values.rstrip().removesuffix(')')} FROM {given}{conflict}{rest}"  # noqa: S608 - our own
    return re.sub(r"\bFROM (\w+) *\nWHERE\b", rf"FROM {given}, \1 WHERE", one, count=1)


def _constants(statement: Any, compiled: Any, wanted: AbstractSet[str]) -> dict[str, Any]:
    """Return what is the same for every row: values written into the statement, and defaults of its columns."""
    defaults = {each.key: each.default.arg for each in statement.table.columns if each.default is not None}
    found = {name: compiled.params[name] for name in wanted}
    return {name: defaults.get(name) if value is None else value for name, value in found.items()}
