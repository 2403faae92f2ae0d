"""The inbox: contributions that match a filter, page by page, and how many there are beside each choice.

Queries alone; nothing in a row leads to who wrote. Lists go by key, newest first, so that the thousandth page costs
what the first does.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import aliased

from storage.filters import Filter
from storage.gathering import Json
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
from storage.searching import Search, ordered
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
    notes: int
    assignee: Assignee | None = None
    group: Grouped | None = None
    themes: tuple[Coded, ...] = ()
    """In the codebook's order."""
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
        lines = partial(_lines, dialect=self._transaction.dialect, upwards=upwards)
        search = Search(self._transaction, wanted)
        found = await search.first(beyond=before or after, upwards=upwards, limit=size + 1, shown=lines)
        rows = [_row(line) for line in found[:size]]
        if upwards:
            rows.reverse()
        more = len(found) > size
        has_older = bool(rows) and (upwards or more)
        has_newer = bool(rows) and (more if upwards else before is not None)
        return InboxPage(tuple(rows), rows[-1].place if has_older else None, rows[0].place if has_newer else None)

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
        return await search.first(beyond=place, upwards=upwards, limit=limit)


def _row(line: Record) -> Row:
    *own, assignee, name, group, size, themes, exchange = line
    coded = sorted(orjson.loads(themes)) if themes else ()
    own += [
        Assignee(assignee, name) if assignee is not None else None,
        Grouped(group, size) if group is not None else None,
        tuple(Coded(theme, slug) for _, theme, slug in coded),
        _exchange(*orjson.loads(exchange)) if exchange else None,
    ]
    return Row(*own)


def _exchange(kind: str, state: str, came_back: int | bool) -> Exchange:
    return Exchange(kind, state, bool(came_back))


# --- statements ----------------------------------------------------------------------------------------------------

_OTHER = aliased(Contribution)
_NOTES = select(func.count()).where(Note.contribution_id == Contribution.id, Note.removed_at.is_(None))
_TOGETHER = select(func.count()).where(_OTHER.group_id == Contribution.group_id, _OTHER.withdrawn.is_(False))
_WRITTEN_BACK = exists().where(AuthorReply.reply_id == ReplyRow.id)


@cache
def _columns(dialect: str) -> tuple[Any, ...]:
    """Return what a line has, in the order of `Row`, its themes and the latest exchange as JSON."""
    json = Json(dialect)
    themes = select(json.all(Theme.position, Theme.id, Theme.slug)).join(ContributionTheme)
    latest = select(json.list(ReplyRow.kind, ReplyRow.state, _WRITTEN_BACK)).order_by(ReplyRow.id.desc()).limit(1)
    return (
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
        # What its author changed is not in the excerpt until it is filed: whoever decides from this is told.
        case((Contribution.filed, Contribution.version), else_=Contribution.version - 1),
        _NOTES.correlate(Contribution).scalar_subquery(),
        Contribution.assignee_id,
        Staff.name,
        Contribution.group_id,
        case((Contribution.group_id.is_not(None), _TOGETHER.correlate(Contribution).scalar_subquery())),
        json.text(themes.where(ContributionTheme.contribution_id == Contribution.id)),
        json.text(latest.where(ReplyRow.contribution_id == Contribution.id)),
    )


@lru_cache(maxsize=256)  # as `newest`, whose results these are
def _lines(found: Select[Any], dialect: str, *, upwards: bool) -> Select[Any]:
    """Return the query for the lines of what another one finds, in its order."""
    page = found.subquery("page")
    lines = (
        select(*_columns(dialect))
        .join_from(page, Contribution, Contribution.id == page.c.id)
        .join(Submission, Submission.id == Contribution.submission_id)
        .outerjoin(ContributionText, ContributionText.contribution_id == Contribution.id)
        .outerjoin(Staff, Staff.id == Contribution.assignee_id)
    )
    return ordered(lines, page.c, upwards=upwards)
