"""One transaction with the repositories as attributes.

Whatever is done through them is kept together by `commit()`, or not at all.
"""

from __future__ import annotations

from storage.consultations import Consultations
from storage.inbox import Inbox
from storage.leases import Leases
from storage.outbox import Outbox
from storage.participants import Participants
from storage.quarantine import Quarantine
from storage.reading import Reading
from storage.staff import StaffRepository
from storage.submissions import Submissions
from storage.transaction import Transaction
from storage.transcript import Transcript


class UnitOfWork:
    """Everything one update, one click or one round of a worker does to the database."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.inbox = Inbox(transaction)
        self.participants = Participants(transaction)
        self.submissions = Submissions(transaction)
        self.transcript = Transcript(transaction)
        self.outbox = Outbox(transaction)
        self.quarantine = Quarantine(transaction)
        self.consultations = Consultations(transaction)
        self.leases = Leases(transaction)
        self.reading = Reading(transaction)
        self.staff = StaffRepository(transaction)

    async def commit(self) -> None:
        """Keep everything that was done; afterwards this unit of work is of no further use."""
        await self.transaction.commit()
