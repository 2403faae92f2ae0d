"""Turns of many people kept in one transaction: what each of them writes is gathered first, then written at once.

A turn is kept whole or not at all. Whether it may be kept is decided by the writes themselves: a number taken
twice, a session that moved on. Where one of a batch may not, the batch is undone and each turn is kept alone, so
that nobody's trouble is anybody else's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Connection

from storage.at_once import at_once, waves, write_at_once
from storage.batches import Batches
from storage.errors import Unavailable
from storage.keys import Keyring
from storage.models import Base
from storage.straight import Straight
from storage.transaction import Transaction, Values, Write, write_all

AT_MOST = 64
"""Turns kept in one transaction."""

Opening = Callable[[], AbstractAsyncContextManager[Transaction]]

Way = Callable[[Connection, Sequence[Write]], None]
"""How writes are run on a connection."""

_RANK = {table: place for place, table in enumerate(Base.metadata.sorted_tables)}


class Gathering(Transaction):
    """A transaction that gathers what is to be written; nothing can be read in it."""

    __slots__ = ("_keep", "writes")

    def __init__(self, keyring: Keyring, keep: Callable[[Sequence[Write]], Awaitable[None]]) -> None:
        self.keyring = keyring
        self.is_kept = False
        self.news = set()
        self.writes: list[Write] = []
        self._keep = keep
        self._ended = False

    async def put(
        self, statement: Any, values: Values | Sequence[Values], *, must: type[Exception] | None = None
    ) -> None:
        """Write this when everything is kept."""
        self._check()
        rows = [values] if isinstance(values, Mapping) else list(values)
        if rows:
            self.writes.append(Write(statement, rows, must))

    async def execute(self, statement: Any, values: Any = None) -> NoReturn:
        """Refuse: what is gathered has no results."""
        raise RuntimeError("nothing can be read while a turn is gathered")

    async def changed(self, statement: Any, values: Any = None) -> NoReturn:
        """Refuse: what is gathered has no results."""
        raise RuntimeError("nothing can be read while a turn is gathered")

    async def commit(self) -> None:
        """Keep everything, or raise and keep nothing; nothing may follow."""
        self._check()
        self._ended = True
        await self._keep(self.writes)
        self.is_kept = True


class Together:
    """Keeps turns, as many at a time as have come.

    `opening` opens one transaction that writes, `straight` is the way for what fits into one statement, where there is
    such: it saves two journeys.
    """

    def __init__(self, opening: Opening, keyring: Keyring, straight: Straight | None = None) -> None:
        self._open = opening
        self._straight = straight
        self._keyring = keyring
        self._batches: Batches[Sequence[Write], None] = Batches(self._kept, AT_MOST)

    def gathering(self) -> Gathering:
        """Return what gathers one turn's writes; without `commit()` nothing is kept."""
        return Gathering(self._keyring, self._batches.do)

    async def _kept(self, turns: Sequence[Sequence[Write]]) -> Sequence[Exception | None]:
        try:
            await self._all(_joined(turns))
        except Unavailable as error:
            return [error] * len(turns)
        except Exception:  # noqa: BLE001 - whose it is, if anybody's, shows when each is kept alone
            return [await self._alone(turn) for turn in turns]
        return [None] * len(turns)

    async def _alone(self, turn: Sequence[Write]) -> Exception | None:
        """Keep one turn, row after row; return what stands in its way."""
        try:
            await self._write(write_all, _joined([turn]))
        except Exception as error:  # noqa: BLE001 - the turn's own
            return error
        return None

    async def _all(self, writes: Sequence[Write]) -> None:
        if self._straight is not None and len(found := waves(writes)) == 1:
            await self._straight.do(*at_once(found[0]))
        else:
            await self._write(write_at_once, writes)

    async def _write(self, way: Way, writes: Sequence[Write]) -> None:
        async with self._open() as transaction:
            await transaction.run(way, writes)
            await transaction.commit()


@dataclass(slots=True)
class _Group:
    rank: int
    write: Write


def _joined(turns: Iterable[Iterable[Write]]) -> list[Write]:
    """Return the writes of all turns, one for each statement, in an order in which no row misses what it refers to."""
    groups: dict[int, _Group] = {}
    for turn in turns:
        for write in turn:
            group = groups.get(id(write.statement))
            if group is None:
                rank = _RANK[write.statement.table]
                groups[id(write.statement)] = _Group(rank, Write(write.statement, list(write.rows), write.must))
            else:
                group.write.rows.extend(write.rows)
    return [group.write for group in sorted(groups.values(), key=lambda each: each.rank)]
