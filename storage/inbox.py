"""Which updates were taken: the place where exactly-once holds.

The number is written in the transaction that does what the update asks, so neither stands without the other.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.models import Inbox as InboxRow
from storage.transaction import Transaction

_TAKE = upsert(InboxRow).on_conflict_do_nothing(index_elements=["bot_id", "update_id"])


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

    async def prune(self, before: datetime) -> int:
        """Forget updates taken before `before`, and return how many; Telegram repeats none after a day."""
        return await self._transaction.changed(delete(InboxRow).where(InboxRow.at < before))
