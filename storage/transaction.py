"""What every repository works with: one open transaction, and the installation's keys.

Repositories run their statements through this and nothing else, so that none of them commits, and none goes
on after somebody did.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.keys import Keyring

Values = Mapping[str, Any]
Record = Row[*tuple[Any, ...]]
"""A row of any shape."""

COUNT = {"preserve_rowcount": True}
"""Asks the library for the number also where an INSERT brings back keys; it would be -1."""

Given = TypeVar("Given")


class Write(NamedTuple):
    """A statement to be run for each of `rows`; where one of them changes nothing, `must` is raised."""

    statement: Any
    rows: list[Values]
    must: type[Exception] | None


class Transaction:
    """One transaction on one connection."""

    __slots__ = ("_connection", "_ended", "is_kept", "keyring", "news")

    def __init__(self, connection: AsyncConnection, keyring: Keyring) -> None:
        self._connection = connection
        self._ended = False
        self.keyring = keyring
        self.is_kept = False
        self.news: set[str] = set()
        """Topics to be cast (`wake`) once everything is kept."""

    @property
    def dialect(self) -> str:
        """The database's kind: sqlite or postgresql."""
        return self._connection.dialect.name

    async def execute(
        self, statement: Executable, values: Values | Sequence[Values] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run `statement` (once for each of several `values`) and return its result."""
        self._check()
        return await self._connection.execute(statement, values)

    async def changed(self, statement: Executable, values: Values | None = None) -> int:
        """Run `statement` and return how many rows it wrote."""
        self._check()
        result = await self._connection.execute(statement, values, execution_options=COUNT)
        return result.rowcount

    async def put(
        self, statement: Any, values: Values | Sequence[Values], *, must: type[Exception] | None = None
    ) -> None:
        """Write: run `statement` for `values` or each of several; where one changes no row, raise `must` if given."""
        self._check()
        rows = [values] if isinstance(values, Mapping) else list(values)
        if rows:
            await self.run(write_all, [Write(statement, rows, must)])

    async def run(self, work: Callable[[Connection, Given], None], given: Given) -> None:
        """Run `work` on the connection in one go, which is quicker than statement by statement."""
        self._check()
        await self._connection.run_sync(work, given)

    async def rows(self, statement: Executable, values: Values | None = None) -> Sequence[Record]:
        """Return every row of `statement`."""
        return (await self.execute(statement, values)).all()

    async def first(self, statement: Executable, values: Values | None = None) -> Record | None:
        """Return the first row of `statement`, or None."""
        return (await self.execute(statement, values)).first()

    async def stream(self, statement: Executable, values: Values | None = None) -> AsyncIterator[Record]:
        """Yield the rows of `statement` as they come: constant memory for any number of them."""
        self._check()
        async with self._connection.stream(statement, values) as result:
            async for row in result:
                yield row

    async def commit(self) -> None:
        """Keep everything, or raise and keep nothing; nothing may follow."""
        self._check()
        self._ended = True
        await self._connection.commit()
        self.is_kept = True

    def _check(self) -> None:
        if self._ended:
            raise RuntimeError("this unit of work is committed; open another one")


def write_all(connection: Connection, writes: Sequence[Write]) -> None:
    """Run every write in turn; raise the first `must` that is not met."""
    for statement, rows, must in writes:
        done = connection.execute(statement, rows if len(rows) > 1 else rows[0], execution_options=COUNT)
        if must is not None and done.rowcount != len(rows):
            raise must


def padded(values: Sequence[Given]) -> list[Given]:
    """Return `values` with the last one repeated up to a power of two, so that few statements are prepared."""
    missing = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *(values[-1] for _ in range(missing))]
