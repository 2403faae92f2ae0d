"""Statements straight to PostgreSQL's driver: compiled once, on a connection that is kept, each kept by itself.

What every update needs (who speaks, and its writes as one statement) goes this way. Through the pool a connection is
taken, set, reset and given back for each of them, which costs several times what the driver and the database take.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import translated
from storage.keys import Keyring
from storage.transaction import Record, Transaction, Values

_DIALECT: Any = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]


class Straight(Transaction):
    """One connection, opened when it is first needed and again after whatever cut it; one statement at a time.

    Raises, as a statement is run, the errors that `Database.begin` raises. Where something went wrong the connection
    is let go of: what is under way on it is nobody's any more.
    """

    __slots__ = ("_cursor", "_engine")

    def __init__(self, engine: AsyncEngine, keyring: Keyring) -> None:
        self.keyring = keyring
        self.is_kept = False
        self.news = set()
        self._ended = False
        self._engine = engine
        self._connection: AsyncConnection | None = None  # type: ignore[assignment]
        self._cursor: Any = None

    @property
    def dialect(self) -> str:
        """The database's kind: postgresql."""
        return self._engine.dialect.name

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Transaction]:
        """Give this as what is open; there is nothing to end."""
        yield self

    async def rows(self, statement: Executable, values: Values | None = None) -> Sequence[Record]:
        """Return every row of the query `statement`, whose values go to the driver as they are."""
        compiled = _compiled(statement)
        found: list[tuple[Any, ...]] = await self._run(compiled, values or {}, fetch=True)
        return [compiled.row(*each) for each in found]

    async def do(self, statement: Executable, values: Values) -> None:
        """Run `statement`, whose values go to the driver as they are, and look at no row of it."""
        await self._run(_compiled(statement), values, fetch=False)

    async def _run(self, compiled: _Compiled, values: Values, *, fetch: bool) -> Any:
        try:
            cursor = self._cursor or await self._begun()
            await cursor.execute(compiled.words, {**compiled.constants, **values})
            return await cursor.fetchall() if fetch else None
        except Exception as error:  # noqa: BLE001 - the driver's, or the library's in opening a connection
            await self.close()
            raise translated(error).with_traceback(error.__traceback__) from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Let go of the connection; the next statement opens another one."""
        connection, self._connection, self._cursor = self._connection, None, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def _begun(self) -> Any:
        connection = self._connection = await self._engine.connect()
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.prepare_threshold = 0  # whatever is said here is said again
        self._cursor = driver.cursor()
        await self._cursor.execute("SET plan_cache_mode = force_generic_plan")  # one plan serves any number of rows
        return self._cursor


class _Compiled(NamedTuple):
    words: str
    constants: Mapping[str, Any]
    row: Callable[..., Any]


@lru_cache(maxsize=512)
def _compiled(statement: Any) -> _Compiled:
    compiled = statement.compile(dialect=_DIALECT)
    names = statement.selected_columns.keys() if isinstance(statement, Select) else ()
    return _Compiled(str(compiled), compiled.params, namedtuple("_Row", names))  # noqa: PYI024 - its names come with it
