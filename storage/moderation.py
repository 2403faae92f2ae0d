"""What the secretariat decides about a contribution: its status, who has it, its themes, notes about it.

Two people may work on the same contribution, and its author may change it meanwhile. Whoever decides says which version
they had before them; where somebody was faster nothing is kept, and they are told what stands now.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, insert, select, update

from storage.errors import StorageError
from storage.filing import TOPIC
from storage.models import Contribution, ContributionTheme, Note, Staff, Submission, Theme
from storage.transaction import Transaction

STATUSES: Final = ("new", "in-review", "on-hold", "ready", "answered", "set-aside")
"""In the order of the work."""

BY_HAND: Final = tuple(status for status in STATUSES if status != "answered")
"""What somebody may choose; answered it is once a reasoned response was delivered, or could not be."""

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    **{status: frozenset(BY_HAND) - {status} for status in BY_HAND},
    "set-aside": frozenset(BY_HAND),  # for another reason
    "answered": frozenset({"in-review"}),
}
"""Where a contribution may go from each status. Work is not done in one order; only an answer is not taken back."""

REASONS: Final = ("spam", "offensive", "off-topic", "elsewhere", "repeated", "unclear", "personal", "other")
"""Why a contribution may be set aside; the list is public."""

NEEDS_NOTE: Final = frozenset({"other"})
"""Reasons that say nothing by themselves."""


class Refusal(StrEnum):
    """Why a change of status is not made."""

    TRANSITION = "transition"
    """It does not lead there from where it stands, or nobody may choose it."""
    REASON = "reason"
    """Setting aside needs a reason of the list, and nothing else has one."""
    NOTE = "note"
    """The reason needs a note that explains it."""


class NotAllowed(StorageError):
    """A change that the rules do not have; `why` says which."""

    def __init__(self, why: Refusal) -> None:
        self.why = why
        super().__init__(f"this status cannot be set ({why})")


class NeverAlone(StorageError):
    """The only themes are such as say something only beside another."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What staff made of a contribution, as it stands; `themes` are ids in the codebook's order."""

    id: uuid.UUID
    consultation: str
    version: int
    status: str
    reason: str | None
    assignee_id: int | None
    group_id: int | None
    revised_unseen: bool
    changed_at: datetime | None
    changed_by: int | None
    themes: tuple[int, ...] = ()


class Moved(StorageError):
    """Somebody else, or its author, was faster: nothing was kept.

    `now` is what stands, None where nothing does any more.
    """

    def __init__(self, now: Standing | None) -> None:
        self.now = now
        super().__init__("somebody else changed this contribution")


@dataclass(frozen=True, slots=True)
class Noted:
    """A note: who wrote it (None for an account that is unknown), what, and when."""

    id: int
    staff_id: int | None
    by: str | None
    text: str
    at: datetime


def decide(status: str, wanted: str, reason: str | None, *, noted: bool) -> Refusal | None:
    """Return why a contribution may not go from `status` to `wanted`, None where it may.

    `noted` is whether a note explains it.
    """
    if wanted not in TRANSITIONS[status]:
        return Refusal.TRANSITION
    if (wanted == "set-aside") is not (reason in REASONS) or (reason is not None and reason not in REASONS):
        return Refusal.REASON
    return Refusal.NOTE if reason in NEEDS_NOTE and not noted else None


class Moderation:
    """Decisions about contributions, within one transaction.

    `seen` is the version that whoever decides had before them; None takes whatever stands, for what is done to many at
    once. `by` is who decides. Everything here raises Moved.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def standing(self, contribution: uuid.UUID) -> Standing | None:
        """Return what staff made of a contribution, None where there is none."""
        row = await self._transaction.first(_STANDING.where(Contribution.id == contribution))
        if row is None:
            return None
        themes = tuple(each.id for each in await self._themes_of(contribution))
        return replace(Standing(*row), themes=themes)

    async def submission_of(self, contribution: uuid.UUID) -> uuid.UUID | None:
        """Return the submission that a contribution is part of."""
        row = await self._transaction.first(select(Contribution.submission_id).where(Contribution.id == contribution))
        return row[0] if row else None

    # --- status, assignee, author's changes --------------------------------------------------------------------------

    async def set_status(
        self,
        contribution: uuid.UUID,
        status: str,
        reason: str | None = None,
        *,
        note: str = "",
        seen: int | None,
        by: int,
        now: datetime,
    ) -> None:
        """Set the status, for `reason` where that is set-aside; raises NotAllowed too. A note may say more."""
        standing = await self._current(contribution, seen)
        why = decide(standing.status, status, reason, noted=bool(note.strip()))
        if why is not None:
            raise NotAllowed(why)
        await self._change(standing, by, now, status=status, reason=reason)
        if note.strip():
            await self.note(contribution, note, by=by, now=now)

    async def assign(
        self, contribution: uuid.UUID, assignee: int | None, *, seen: int | None, by: int, now: datetime
    ) -> None:
        """Give a contribution to somebody of the staff, or to nobody."""
        await self._change(await self._current(contribution, seen), by, now, assignee_id=assignee)

    async def look(self, contribution: uuid.UUID, *, seen: int | None, by: int, now: datetime) -> None:
        """Keep that somebody read what its author said last."""
        unseen = {"revised_unseen": False, "edited_unseen": False, "answered_unseen": False}
        await self._change(await self._current(contribution, seen), by, now, **unseen)

    async def settle_answered(self, contribution: uuid.UUID, now: datetime) -> bool:
        """Make it answered, now that a response was delivered or never can be; what was set aside stays so."""
        statement = update(Contribution).where(
            Contribution.id == contribution, Contribution.status.not_in(("answered", "set-aside"))
        )
        values = {"status": "answered", "reason": None, "version": Contribution.version + 1, "changed_at": now}
        self._transaction.news.add(TOPIC)
        return bool(await self._transaction.changed(statement.values(**values, changed_by=None)))

    # --- themes ------------------------------------------------------------------------------------------------------

    async def set_themes(
        self, contribution: uuid.UUID, themes: Iterable[int], *, seen: int | None, by: int, now: datetime
    ) -> None:
        """Put a contribution under exactly these themes of its consultation; raises NeverAlone too.

        Themes of another consultation are passed over, and so are retired ones that it is not under already.
        """
        standing = await self._current(contribution, seen)
        wanted = await self._wanted(standing, set(themes))
        before = set(standing.themes)
        await self._change(standing, by, now)  # first: whoever comes second waits here, and is told
        gone = delete(ContributionTheme).where(ContributionTheme.contribution_id == contribution)
        await self._transaction.execute(gone.where(ContributionTheme.theme_id.in_(before - wanted)))
        rows = [
            {"contribution_id": contribution, "theme_id": theme, "staff_id": by, "at": now}
            for theme in sorted(wanted - before)
        ]
        await self._transaction.put(insert(ContributionTheme), rows)

    async def add_theme(self, contribution: uuid.UUID, theme: int, *, seen: int | None, by: int, now: datetime) -> None:
        """Put a contribution under one more theme; raises NeverAlone too."""
        standing = await self._current(contribution, seen)
        await self.set_themes(contribution, {*standing.themes, theme}, seen=standing.version, by=by, now=now)

    async def remove_theme(
        self, contribution: uuid.UUID, theme: int, *, seen: int | None, by: int, now: datetime
    ) -> None:
        """Take a contribution out from under a theme; raises NeverAlone too."""
        standing = await self._current(contribution, seen)
        await self.set_themes(contribution, set(standing.themes) - {theme}, seen=standing.version, by=by, now=now)

    async def _wanted(self, standing: Standing, themes: set[int]) -> set[int]:
        """Return those of `themes` that this contribution may be under."""
        columns = (Theme.id, Theme.never_alone, Theme.retired_at)
        here = select(*columns).where(Theme.consultation == standing.consultation, Theme.id.in_(themes))
        rows = await self._transaction.rows(here)
        found = [row for row in rows if row.retired_at is None or row.id in standing.themes]
        if found and all(row.never_alone for row in found):
            raise NeverAlone("this theme says something only beside another")
        return {row.id for row in found}

    async def _themes_of(self, contribution: uuid.UUID) -> Any:
        statement = select(Theme.id).join(ContributionTheme, ContributionTheme.theme_id == Theme.id)
        mine = statement.where(ContributionTheme.contribution_id == contribution)
        return await self._transaction.rows(mine.order_by(Theme.position, Theme.id))

    # --- notes -------------------------------------------------------------------------------------------------------

    async def note(self, contribution: uuid.UUID, text: str, *, by: int, now: datetime) -> None:
        """Write a note beside a contribution. Notes overwrite nothing, so nobody is in another's way."""
        values = {"contribution_id": contribution, "staff_id": by, "text": text.strip(), "at": now}
        await self._transaction.put(insert(Note), values)
        self._transaction.news.add(TOPIC)

    async def remove_note(self, note: int, contribution: uuid.UUID, *, by: int | None, now: datetime) -> bool:
        """Take a note of `by` (of anybody, where that is None) out of sight; return whether it was there."""
        statement = update(Note).where(Note.id == note, Note.contribution_id == contribution, Note.removed_at.is_(None))
        if by is not None:
            statement = statement.where(Note.staff_id == by)
        return bool(await self._transaction.changed(statement.values(removed_at=now)))

    async def notes(self, contribution: uuid.UUID) -> tuple[Noted, ...]:
        """Return the notes beside a contribution, oldest first."""
        statement = (
            select(Note.id, Note.staff_id, Staff.name, Note.text, Note.at)
            .join(Staff, Staff.id == Note.staff_id, isouter=True)
            .where(Note.contribution_id == contribution, Note.removed_at.is_(None))
            .order_by(Note.id)
        )
        return tuple(Noted(*row) for row in await self._transaction.rows(statement))

    # --- versions ----------------------------------------------------------------------------------------------------

    async def _current(self, contribution: uuid.UUID, seen: int | None) -> Standing:
        standing = await self.standing(contribution)
        if standing is None or (seen is not None and standing.version != seen):
            raise Moved(standing)
        return standing

    async def _change(self, standing: Standing, by: int, now: datetime, **values: Any) -> None:
        """Write `values` where the version is still the one just read, and raise it."""
        statement = update(Contribution).where(Contribution.id == standing.id, Contribution.version == standing.version)
        raised = {"version": standing.version + 1, "changed_at": now, "changed_by": by}
        if not await self._transaction.changed(statement.values(**values, **raised)):
            raise Moved(await self.standing(standing.id))
        self._transaction.news.add(TOPIC)


_STANDING = select(
    Contribution.id,
    Submission.consultation,
    Contribution.version,
    Contribution.status,
    Contribution.reason,
    Contribution.assignee_id,
    Contribution.group_id,
    Contribution.revised_unseen,
    Contribution.changed_at,
    Contribution.changed_by,
).join(Submission, Submission.id == Contribution.submission_id)
