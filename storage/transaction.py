"""What every repository works with: one open transaction, and the installation's keys.

Repositories run their statements through this and nothing else, so that none of them commits, and none goes
on after somebody did.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.keys import Keyring

Values = Mapping[str, Any]
Record = Row[*tuple[Any, ...]]
"""A row of any shape."""

_COUNT = {"preserve_rowcount": True}
"""Asks the library for the number also where an INSERT brings back keys; it would be -1."""


class Transaction:
    """One transaction on one connection."""

    __slots__ = ("_connection", "_ended", "keyring")

    def __init__(self, connection: AsyncConnection, keyring: Keyring) -> None:
        self._connection = connection
        self._ended = False
        self.keyring = keyring

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
        result = await self._connection.execute(statement, values, execution_options=_COUNT)
        return result.rowcount

    async def many(self, statement: Executable, values: Sequence[Values]) -> None:
        """Run `statement` once for each of `values`, in one go; do nothing when there are none."""
        if values:
            await self.execute(statement, values)

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

    def _check(self) -> None:
        if self._ended:
            raise RuntimeError("this unit of work is committed; open another one")
