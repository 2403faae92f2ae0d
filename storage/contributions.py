"""The inbox: contributions that match a filter, page by page, and how many there are beside each choice.

Queries alone; nothing in a row leads to who wrote. Lists go by key, newest first, so that the thousandth page costs
what the first does.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from storage.filters import NOBODY, Filter
from storage.submitted import Place
from storage.transaction import Transaction

CAP = 1000
"""Up to how many are counted where counting more would take long; a page then says "1000+"."""


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
    revised_unseen: bool
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


class Total(NamedTuple):
    """How many there are: `value`, or more than that where `more` is set (then "1000+")."""

    value: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many contributions match, and how many would with another choice of one thing, all else as it is.

    Each mapping has the choice as its key and leaves out what nobody has. Where `more` is set, every number but the
    total is a number among the newest that were looked at, so that at least so many match.
    """

    total: Total
    by_status: Mapping[str, int] = field(default_factory=dict)
    by_questionnaire: Mapping[str, int] = field(default_factory=dict)
    by_language: Mapping[str, int] = field(default_factory=dict)
    by_consultation: Mapping[str, int] = field(default_factory=dict)
    by_assignee: Mapping[int, int] = field(default_factory=dict)
    """By the id of staff; `NOBODY` for those that nobody has."""
    by_theme: Mapping[int, int] = field(default_factory=dict)
    """By the id of the theme; a contribution under two themes is counted with each."""
    revised: int = 0
    more: bool = False

    @property
    def unassigned(self) -> int:
        """How many nobody has."""
        return self.by_assignee.get(NOBODY, 0)

    def of(self, staff_id: int) -> int:
        """Return how many somebody has."""
        return self.by_assignee.get(staff_id, 0)


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
        raise NotImplementedError

    async def counts(self, wanted: Filter) -> Counts:
        """Return how many match, and how many would with each other choice of one thing."""
        raise NotImplementedError

    async def neighbours(self, wanted: Filter, place: Place) -> tuple[uuid.UUID | None, uuid.UUID | None]:
        """Return the ids of what comes next to `place` among what matches: the newer one and the older one."""
        raise NotImplementedError

    async def ids(self, wanted: Filter, limit: int) -> tuple[uuid.UUID, ...]:
        """Return the ids of up to `limit` contributions that match, newest first."""
        raise NotImplementedError
