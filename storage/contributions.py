"""The inbox: contributions that match a filter, page by page, and how many there are beside each choice.

Queries alone; nothing in a row leads to who wrote. Lists go by key, newest first, so that the thousandth page costs
what the first does.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import aliased

from storage.among import among
from storage.filters import Filter
from storage.models import (
    AuthorReply,
    Contribution,
    ContributionText,
    ContributionTheme,
    Note,
    ReplyRow,
    Staff,
    Submission,
    Theme,
)
from storage.searching import PLACE, Search
from storage.submitted import Place
from storage.tallies import Counts, Total, counts
from storage.transaction import Record, Transaction

__all__ = [
    "Assignee",
    "Coded",
    "Contributions",
    "Counts",
    "Exchange",
    "Grouped",
    "InboxPage",
    "Row",
    "Total",
]


class Assignee(NamedTuple):
    """Who of the secretariat has a contribution."""

    id: int
    name: str


class Coded(NamedTuple):
    """A theme a contribution was put under."""

    id: int
    slug: str


class Grouped(NamedTuple):
    """The group a contribution is in, and how many are in it, itself included."""

    id: int
    size: int


class Exchange(NamedTuple):
    """The latest thing that was written to a contribution's author.

    `kind` and `state` are as in the table of replies; `came_back` says whether the author wrote back to it.
    """

    kind: str
    state: str
    came_back: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the inbox. `excerpt` has what is redacted left out; `notes` is how many there are."""

    id: uuid.UUID
    submission_id: uuid.UUID
    receipt: str | None
    consultation: str
    questionnaire: str
    language: str
    position: int
    status: str
    reason: str | None
    created_at: datetime
    excerpt: str
    edited_unseen: bool
    answered_unseen: bool
    version: int
    assignee: Assignee | None = None
    group: Grouped | None = None
    themes: tuple[Coded, ...] = ()
    """In the codebook's order."""
    notes: int = 0
    exchange: Exchange | None = None

    @property
    def place(self) -> Place:
        """Where it stands in the order of time."""
        return Place(self.created_at, self.id)


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Some contributions, newest first; `older` and `newer` are the places from which to go on, None at the end."""

    rows: tuple[Row, ...]
    older: Place | None
    newer: Place | None


class Contributions:
    """The inbox's queries, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def page(
        self, wanted: Filter, *, before: Place | None = None, after: Place | None = None, size: int
    ) -> InboxPage:
        """Return up to `size` contributions that match, newest first.

        Either the newest, or those next `before` a place (older), or those next `after` it (newer).
        """
        upwards = after is not None
        found = list(await self._first(wanted, before or after, upwards=upwards, limit=size + 1))
        more, found = len(found) > size, found[:size]
        if upwards:
            found.reverse()
        has_older = bool(found) and (upwards or more)
        has_newer = bool(found) and (more if upwards else before is not None)
        rows = await self._rows([row.id for row in found])
        places = [Place(row.created_at, row.id) for row in found]
        return InboxPage(rows, places[-1] if has_older else None, places[0] if has_newer else None)

    async def counts(self, wanted: Filter) -> Counts:
        """Return how many match, and how many would with each other choice of one thing."""
        return await counts(self._transaction, wanted)

    async def neighbours(self, wanted: Filter, place: Place) -> tuple[uuid.UUID | None, uuid.UUID | None]:
        """Return the ids of what comes next to `place` among what matches: the newer one and the older one."""
        newer = await self._first(wanted, place, upwards=True, limit=1)
        older = await self._first(wanted, place, upwards=False, limit=1)
        return (newer[0].id if newer else None), (older[0].id if older else None)

    async def ids(self, wanted: Filter, limit: int) -> tuple[uuid.UUID, ...]:
        """Return the ids of up to `limit` contributions that match, newest first."""
        return tuple(row.id for row in await self._first(wanted, None, upwards=False, limit=limit))

    async def _first(self, wanted: Filter, place: Place | None, *, upwards: bool, limit: int) -> Sequence[Record]:
        search = Search(self._transaction, wanted)
        return await search.first(PLACE, beyond=place, upwards=upwards, limit=limit)

    async def _rows(self, ids: Sequence[uuid.UUID]) -> tuple[Row, ...]:
        """Return the lines of `ids`, in their order: three statements, however many they are."""
        if not ids:
            return ()
        dialect = self._transaction.dialect
        lines = await self._transaction.rows(_LINES[dialect], {"ids": list(ids)})
        themes, written = defaultdict(list), {}
        for id_, theme, slug in await self._transaction.rows(_THEMES[dialect], {"ids": list(ids)}):
            themes[id_].append(Coded(theme, slug))
        for id_, *exchange in await self._transaction.rows(_WRITTEN[dialect], {"ids": list(ids)}):
            written[id_] = Exchange(*exchange)  # the latest comes last
        rows = {line.id: _row(line, themes.get(line.id, ()), written.get(line.id)) for line in lines}
        return tuple(rows[id_] for id_ in ids)


def _row(line: Record, themes: Sequence[Coded], exchange: Exchange | None) -> Row:
    *own, assignee, name, group, size = line
    return Row(
        **dict(zip(_OWN, own, strict=True)),
        assignee=Assignee(assignee, name) if assignee is not None else None,
        group=Grouped(group, size) if group is not None else None,
        themes=tuple(themes),
        exchange=exchange,
    )


# --- statements ----------------------------------------------------------------------------------------------------

_OTHER = aliased(Contribution)
_NOTES = select(func.count()).where(Note.contribution_id == Contribution.id, Note.removed_at.is_(None))
_TOGETHER = select(func.count()).where(_OTHER.group_id == Contribution.group_id, _OTHER.withdrawn.is_(False))
_OWN = (
    "id",
    "submission_id",
    "receipt",
    "consultation",
    "questionnaire",
    "language",
    "position",
    "status",
    "reason",
    "created_at",
    "excerpt",
    "edited_unseen",
    "answered_unseen",
    "version",
    "notes",
)
"""What a line begins with, in the order of its columns."""
_LINES = among(
    select(
        Contribution.id,
        Contribution.submission_id,
        Submission.receipt,
        Contribution.consultation,
        Contribution.questionnaire,
        Contribution.language,
        Contribution.position,
        Contribution.status,
        Contribution.reason,
        Contribution.created_at,
        func.coalesce(ContributionText.excerpt, ""),
        Contribution.edited_unseen,
        Contribution.answered_unseen,
        Contribution.version,
        _NOTES.correlate(Contribution).scalar_subquery(),
        Contribution.assignee_id,
        Staff.name,
        Contribution.group_id,
        case((Contribution.group_id.is_not(None), _TOGETHER.correlate(Contribution).scalar_subquery())),
    )
    .join(Submission, Submission.id == Contribution.submission_id)
    .outerjoin(ContributionText, ContributionText.contribution_id == Contribution.id)
    .outerjoin(Staff, Staff.id == Contribution.assignee_id),
    ids=Contribution.id,
)
_THEMES = among(
    select(ContributionTheme.contribution_id, Theme.id, Theme.slug)
    .join(Theme, Theme.id == ContributionTheme.theme_id)
    .order_by(Theme.position, Theme.id),
    ids=ContributionTheme.contribution_id,
)
_CAME_BACK = exists().where(AuthorReply.reply_id == ReplyRow.id)
_WRITTEN = among(
    select(ReplyRow.contribution_id, ReplyRow.kind, ReplyRow.state, _CAME_BACK).order_by(ReplyRow.id),
    ids=ReplyRow.contribution_id,
)
