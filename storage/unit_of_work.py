"""One transaction with the repositories as attributes.

Whatever is done through them is kept together by `commit()`, or not at all.
"""

from __future__ import annotations

from storage.reading import Reading
from storage.staff import StaffRepository
from storage.transaction import Transaction


class UnitOfWork:
    """Everything one update, one click or one round of a worker does to the database."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        # One line a repository: self.<noun> = <Noun>(transaction)
        self.reading = Reading(transaction)
        self.staff = StaffRepository(transaction)

    async def commit(self) -> None:
        """Keep everything that was done; afterwards this unit of work is of no further use."""
        await self.transaction.commit()
