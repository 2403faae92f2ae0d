"""One transaction with the repositories as attributes.

Whatever is done through them is kept together by `commit()`, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cached_property

from storage.audit import AuditTrail
from storage.codebook import Codebook
from storage.consultations import Consultations
from storage.contributions import Contributions
from storage.explaining import Explaining
from storage.factors import SecondFactors
from storage.groups import Groups
from storage.inbox import Inbox
from storage.leases import Leases
from storage.moderation import Moderation
from storage.notices import Notices
from storage.outbox import Outbox
from storage.overview import Overview
from storage.participants import Participants
from storage.quarantine import Quarantine
from storage.reading import Reading
from storage.redactions import Redactions
from storage.replies import Replies
from storage.snapshots import Snapshots
from storage.staff import StaffRepository
from storage.submissions import Submissions
from storage.suggestions import Suggestions
from storage.tombstones import Tombstones
from storage.transaction import Transaction
from storage.transcript import Transcript
from storage.translations import Translations


class UnitOfWork:
    """Everything one update, one click or one round of a worker does to the database."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    async def commit(self) -> None:
        """Keep everything that was done; afterwards this unit of work is of no further use."""
        await self.transaction.commit()

    @cached_property
    def inbox(self) -> Inbox:
        """Which updates were taken."""
        return Inbox(self.transaction)

    @cached_property
    def participants(self) -> Participants:
        """Who speaks, and where they are."""
        return Participants(self.transaction)

    @cached_property
    def submissions(self) -> Submissions:
        """What they are saying and have said."""
        return Submissions(self.transaction)

    @cached_property
    def transcript(self) -> Transcript:
        """The conversation as they saw it."""
        return Transcript(self.transaction)

    @cached_property
    def outbox(self) -> Outbox:
        """What is owed to them."""
        return Outbox(self.transaction)

    @cached_property
    def notices(self) -> Notices:
        """What many people are told."""
        return Notices(self.transaction)

    @cached_property
    def tombstones(self) -> Tombstones:
        """Who is gone."""
        return Tombstones(self.transaction)

    @cached_property
    def quarantine(self) -> Quarantine:
        """Updates that could not be handled."""
        return Quarantine(self.transaction)

    @cached_property
    def consultations(self) -> Consultations:
        """What is asked."""
        return Consultations(self.transaction)

    @cached_property
    def overview(self) -> Overview:
        """How the work goes, in numbers."""
        return Overview(self.transaction)

    @cached_property
    def snapshots(self) -> Snapshots:
        """What is kept whole under a name."""
        return Snapshots(self.transaction)

    @cached_property
    def leases(self) -> Leases:
        """Duties that one process has at a time."""
        return Leases(self.transaction)

    @cached_property
    def replies(self) -> Replies:
        """What the secretariat writes to authors, and what comes back."""
        return Replies(self.transaction)

    @cached_property
    def explaining(self) -> Explaining:
        """What became of what they submitted, in their own eyes."""
        return Explaining(self.transaction)

    @cached_property
    def reading(self) -> Reading:
        """What the secretariat reads."""
        return Reading(self.transaction)

    @cached_property
    def moderation(self) -> Moderation:
        """What the secretariat decides about contributions."""
        return Moderation(self.transaction)

    @cached_property
    def contributions(self) -> Contributions:
        """The inbox of the secretariat."""
        return Contributions(self.transaction)

    @cached_property
    def audit(self) -> AuditTrail:
        """What staff did, as a chain."""
        return AuditTrail(self.transaction)

    @cached_property
    def factors(self) -> SecondFactors:
        """What staff prove themselves by besides a password."""
        return SecondFactors(self.transaction)

    @cached_property
    def codebook(self) -> Codebook:
        """The themes that contributions are sorted under."""
        return Codebook(self.transaction)

    @cached_property
    def staff(self) -> StaffRepository:
        """The people of the secretariats."""
        return StaffRepository(self.transaction)

    @cached_property
    def groups(self) -> Groups:
        """Which contributions say the same."""
        return Groups(self.transaction)

    @cached_property
    def suggestions(self) -> Suggestions:
        """Which contributions may say the same."""
        return Suggestions(self.transaction)

    @cached_property
    def redactions(self) -> Redactions:
        """What is left out of what is read."""
        return Redactions(self.transaction)

    @cached_property
    def translations(self) -> Translations:
        """What a person translated."""
        return Translations(self.transaction)


class Opened(AbstractAsyncContextManager[UnitOfWork]):
    """A unit of work on `transaction`; `tell` is called as it ends, whole."""

    __slots__ = ("_tell", "_transaction")

    def __init__(self, transaction: Transaction, tell: Callable[[Transaction], None]) -> None:
        self._transaction = transaction
        self._tell = tell

    async def __aenter__(self) -> UnitOfWork:
        return UnitOfWork(self._transaction)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._tell(self._transaction)
