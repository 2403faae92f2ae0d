"""Who is gone: a keyed hash for each, so that a backup restored later does not bring them back.

A hash says nothing by itself. It is held against the participants of a restored backup, which were there before the
person went.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.models import Participant
from storage.models import Tombstone as TombstoneRow
from storage.transaction import Transaction

ERASED, FORGOTTEN = "erased", "forgotten"
"""Everything is gone; or all but what was submitted, which is nobody's since."""

SWEPT = 2
"""How often the files are swept after somebody is gone."""

CHUNK = 1000

_BURY = upsert(TombstoneRow).on_conflict_do_nothing(index_elements=["hash"])
_COLUMNS = (TombstoneRow.hash, TombstoneRow.key, TombstoneRow.kind, TombstoneRow.at)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One who is gone: the hash in hexadecimal, the name of the key it was made with, what went, and when."""

    hash: str
    key: str
    kind: str
    at: str

    @property
    def moment(self) -> datetime:
        """When they went."""
        return datetime.fromisoformat(self.at)

    def line(self) -> str:
        """Return it as a line of a file."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> Tombstone:
        """Return what a line says; raise ValueError where it says nothing of the kind."""
        try:
            found = cls(**json.loads(line))
            bytes.fromhex(found.hash), found.moment.astimezone(UTC)
        except (ValueError, TypeError, AttributeError):
            raise ValueError("This is not a list of erasures.") from None
        return found


class Tombstones:
    """Everybody who is gone, for as long as there may be backups that hold them."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def bury(self, participant_id: uuid.UUID, kind: str, now: datetime) -> None:
        """Note that a participant is gone; twice is once."""
        keyring = self._transaction.keyring
        values = {"hash": keyring.tombstones(participant_id)[0], "key": keyring.names[0], "kind": kind}
        await self._transaction.put(_BURY, {**values, "sweeps": 0, "at": now})

    async def learn(self, stones: Iterable[Tombstone]) -> None:
        """Take in tombstones that were set elsewhere."""
        rows = [
            {"hash": bytes.fromhex(s.hash), "key": s.key, "kind": s.kind, "sweeps": 0, "at": s.moment} for s in stones
        ]
        await self._transaction.put(_BURY, rows)

    async def every(self) -> tuple[Tombstone, ...]:
        """Return all of them, oldest first."""
        rows = await self._transaction.rows(select(*_COLUMNS).order_by(TombstoneRow.at, TombstoneRow.hash))
        return tuple(Tombstone(row.hash.hex(), row.key, row.kind, row.at.isoformat()) for row in rows)

    async def mark(self) -> tuple[int, datetime | None]:
        """Return how many there are and when the last one was set: whether a list of them is up to date."""
        row = await self._transaction.first(select(func.count(), func.max(TombstoneRow.at)))
        return (row[0], row[1]) if row else (0, None)

    async def returned(self, kind: str) -> AsyncIterator[uuid.UUID]:
        """Yield the participants who are here although they went."""
        of_kind = TombstoneRow.kind == kind
        gone = {row[0] for row in await self._transaction.rows(select(TombstoneRow.hash).where(of_kind))}
        after: uuid.UUID | None = None
        while gone:
            chunk = await self._participants(after)
            for person in chunk:
                if self._is_among(gone, person):
                    yield person
            if len(chunk) < CHUNK:
                return
            after = chunk[-1]

    async def unswept(self) -> int:
        """Return how many went since the files were last swept as often as it takes, at least once not at all."""
        row = await self._transaction.first(select(func.count()).where(TombstoneRow.sweeps < SWEPT))
        return int(row[0]) if row else 0

    async def fresh(self) -> bool:
        """Return whether somebody went since the files were last swept."""
        return await self._transaction.first(select(TombstoneRow.hash).where(TombstoneRow.sweeps == 0)) is not None

    async def swept(self, before: datetime, times: int) -> None:
        """Note that the files were swept after whoever went until `before`; `times` counts that for so many."""
        statement = update(TombstoneRow).where(TombstoneRow.at <= before, TombstoneRow.sweeps < SWEPT)
        await self._transaction.execute(statement.values(sweeps=TombstoneRow.sweeps + times))

    async def prune(self, before: datetime) -> int:
        """Drop those set before `before`; return how many."""
        return await self._transaction.changed(delete(TombstoneRow).where(TombstoneRow.at < before))

    def _is_among(self, gone: AbstractSet[Any], person: uuid.UUID) -> bool:
        return any(each in gone for each in self._transaction.keyring.tombstones(person))

    async def _participants(self, after: uuid.UUID | None) -> Sequence[uuid.UUID]:
        statement = select(Participant.id).order_by(Participant.id).limit(CHUNK)
        if after is not None:
            statement = statement.where(Participant.id > after)
        return [row[0] for row in await self._transaction.rows(statement)]
