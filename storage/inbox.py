"""Which updates were taken: the place where exactly-once holds.

The number is written in the transaction that does what the update asks, so neither stands without the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.among import among
from storage.models import Inbox as InboxRow
from storage.transaction import Transaction, padded

_TAKE = upsert(InboxRow).on_conflict_do_nothing(index_elements=["bot_id", "update_id"])
_TAKE_ALONE = insert(InboxRow)
_TAKEN = among(select(InboxRow.bot_id, InboxRow.update_id), bots=InboxRow.bot_id, numbers=InboxRow.update_id)


class Inbox:
    """The numbers of updates taken within the last days."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def seen(self, bot_id: int, update_id: int, now: datetime) -> bool:
        """Take an update, and return whether it was taken before.

        Where another transaction is taking it at this moment, this waits for how that ends.
        """
        values = {"bot_id": bot_id, "update_id": update_id, "at": now}
        return not await self._transaction.changed(_TAKE, values)

    async def take(self, bot_id: int, update_id: int, now: datetime) -> None:
        """Take an update that nobody took before; where somebody did, the whole transaction fails with Conflict."""
        await self._transaction.put(_TAKE_ALONE, {"bot_id": bot_id, "update_id": update_id, "at": now})

    async def taken(self, updates: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
        """Return which updates were taken before, each given as its bot's number and its own."""
        bots, numbers = {bot for bot, _ in updates}, [number for _, number in updates]
        statement = _TAKEN[self._transaction.dialect]
        rows = await self._transaction.rows(statement, {"bots": [*bots], "numbers": padded(numbers)})
        return {(row[0], row[1]) for row in rows}

    async def prune(self, before: datetime) -> int:
        """Forget updates taken before `before`, and return how many; Telegram repeats none after a day."""
        return await self._transaction.changed(delete(InboxRow).where(InboxRow.at < before))
