"""What is kept whole under a name, as it was at a moment: numbers that take a while to count, and what undoes a deed.

Whoever keeps something here names it and knows what it holds; nothing here reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.models import Snapshot
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept, and when."""

    data: Mapping[str, Any]
    at: datetime


class Snapshots:
    """Snapshots by their names, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def kept(self, names: Sequence[str]) -> dict[str, Kept]:
        """Return the snapshots that there are, by their names."""
        statement = select(Snapshot.name, Snapshot.data, Snapshot.at).where(Snapshot.name.in_(list(names)))
        return {row.name: Kept(row.data, row.at) for row in await self._transaction.rows(statement)}

    async def keep(self, name: str, data: Mapping[str, Any], now: datetime) -> None:
        """Keep something under a name, in place of what was kept there."""
        dialect = sqlite if self._transaction.dialect == "sqlite" else postgresql
        put = dialect.insert(Snapshot)
        anew = put.on_conflict_do_update(
            index_elements=[Snapshot.name], set_={"data": put.excluded.data, "at": put.excluded.at}
        )
        await self._transaction.execute(anew, {"name": name, "data": dict(data), "at": now})

    async def forget(self, names: Sequence[str]) -> bool:
        """Keep nothing more under some names; return whether anything was."""
        return bool(await self._transaction.changed(delete(Snapshot).where(Snapshot.name.in_(list(names)))))

    async def prune(self, prefix: str, until: datetime) -> None:
        """Let go of whatever was kept at `until` or before under names that begin with `prefix`."""
        old = (Snapshot.name.startswith(prefix, autoescape=True), Snapshot.at <= until)
        await self._transaction.changed(delete(Snapshot).where(*old))
