"""What an update costs where a thousand people have taken part, a hundred thousand, a million.

A few walks are real; what they left is then copied in the database, row by row with numbers of its own, following the
schema: whatever leads to a person there is copied, whatever a table will have once is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Uuid

from benchmarks.goals import Spread
from benchmarks.load.generator import Load
from benchmarks.running import Measured, measure
from benchmarks.servers import Servers
from benchmarks.variants import KUVENDO
from storage.models import Base, Inbox
from storage.types import UtcDateTime

SIZES: Final = (1_000, 100_000)
LARGEST: Final = 1_000_000
EVERYTHING: Final = [each for each in Base.metadata.sorted_tables if each.info.get("person") or each is Inbox.__table__]
"""What a person leaves."""
PAUSE: Final = 37
"""How many seconds before the original a copy happened, for each copy."""
AT_ONCE: Final = 100_000
"""People copied in one transaction."""
SEED: Final = Load(citizens=20, seconds=5.0, warm_up=1.0)
STRIDE: Final = 10_000_000
"""How far the numbers of one copy lie from those of the next; they count downwards, so that what is new is newest."""


def databases(sizes: Sequence[int], servers: Servers, tell: Callable[[str], None]) -> dict[int, str]:
    """Return a database for each size, with so many participants whose walks are over."""
    seed = seeded(servers)
    made: dict[int, str] = {}
    for size in sizes:
        made[size] = servers.create(seed)
        there = multiply(made[size], size, EVERYTHING, servers)
        tell(f"{there} participants in {servers.megabytes(made[size]):.0f} MB")
    servers.drop(seed)
    return made


def seeded(servers: Servers) -> str:
    """Return a database in which a few people have walked."""
    database = servers.create(KUVENDO.template)
    measure(KUVENDO, SEED, servers, database=database)
    return database


def multiply(database: str, size: int, tables: Sequence[Table], servers: Servers) -> int:
    """Copy the participants in `tables` of `database` until they are about `size`; return how many there are."""
    with servers.connect(database) as connection:
        connection.execute("SET session_replication_role = replica")  # references hold by construction
        there: int = connection.execute("SELECT count(*) FROM participants").fetchall()[0][0]
        copies, each = size // there - 1, max(1, AT_ONCE // there)
        originals = [(table, _originals(table)) for table in tables]
        for table, name in originals:
            connection.execute(f"CREATE TEMP TABLE {name} AS TABLE {table.name}")
        for first in range(1, copies + 1, each):
            span = (first, min(first + each - 1, copies))
            with connection.transaction():
                for table, name in originals:
                    connection.execute(_copying(table, name), span)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    return there * (1 + max(0, copies))


def _originals(table: Table) -> str:
    return f"original_{table.name}"


def _copying(table: Table, source: str) -> str:
    """Return the statement that copies each row of `source` into `table`, once for each number of a span."""
    columns = ", ".join(column.name for column in table.columns)
    values = ", ".join(_value(column) for column in table.columns)
    span = "generate_series(%s::int, %s::int) AS n"
    return f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM {source} CROSS JOIN {span}"


def _value(column: Column[Any]) -> str:
    """Return what a copy has in `column`: its own number, name or hash where the original's is its own."""
    name = column.name
    is_key = column.primary_key or bool(column.foreign_keys)
    if isinstance(column.type, Uuid) and is_key:
        return f"md5({name}::text || '.' || n)::uuid"
    if isinstance(column.type, BigInteger | Integer) and is_key and name != "bot_id":
        return f"{name} - n::bigint * {STRIDE}"
    if isinstance(column.type, UtcDateTime):
        return f"{name} - n * interval '{PAUSE} seconds'"
    if not column.unique:
        return name
    return f"sha256({name} || n::text::bytea)" if isinstance(column.type, LargeBinary) else f"{name} || '.' || n"


def run(
    sizes: Sequence[int], rounds: int, load: Load, servers: Servers, tell: Callable[[str], None]
) -> dict[int, list[Measured]]:
    """Run Kuvendo on a database of each size in turn, and return what each run came to."""
    made = databases(sizes, servers, tell)
    found: dict[int, list[Measured]] = {size: [] for size in sizes}
    for series in range(1, rounds + 1):
        for size, database in made.items():
            found[size].append(measure(KUVENDO, replace(load, series=series), servers, database=database))
    for database in made.values():
        servers.drop(database)
    return found


def against_smallest(found: dict[int, list[Measured]], what: str) -> Iterator[tuple[int, Spread]]:
    """Yield each size with how much more of `what` it takes than the smallest, round by round."""
    smallest = found[min(found)]
    for size, runs in found.items():
        pairs = zip(runs, smallest, strict=True)
        yield size, Spread.of(getattr(one, what) / getattr(other, what) for one, other in pairs)
