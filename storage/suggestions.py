"""Contributions that may say the same as one: looked up by what their words have in common, for a person to judge.

Nothing here changes a contribution. What somebody found to be another matter is not suggested again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from storage.likeness import ALIKE, Alike, compare
from storage.models import Contribution, ContributionText, LikenessBand, Unlike
from storage.transaction import Transaction

MOST: Final = 5
"""Suggestions for one contribution."""
_LOOKED_UP: Final = 3000
"""Rows of bands that are counted at most, so that what thousands say costs no more than what few do."""
_COMPARED: Final = 40
"""Contributions whose words are compared, those with the most bands in common."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another contribution that may say the same: how alike it is, and by which words."""

    id: uuid.UUID
    alike: Alike
    excerpt: str
    language: str
    status: str
    created_at: datetime
    group_id: int | None

    @property
    def percent(self) -> int:
        """How alike it is, of a hundred."""
        return round(self.alike.share * 100)


class Suggestions:
    """What may be grouped with a contribution, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def alike(self, contribution: uuid.UUID, words: str) -> tuple[Suggestion, ...]:
        """Return up to five contributions whose words are most like `words`, those of `contribution`."""
        found = [
            Suggestion(
                row.id, compare(words, row.folded), row.excerpt, row.language, row.status, row.created_at, row.group_id
            )
            for row in await self._transaction.rows(_candidates(contribution))
        ]
        worth = [each for each in found if each.alike.share >= ALIKE]
        return tuple(sorted(worth, key=lambda each: (-each.alike.share, each.created_at, each.id))[:MOST])

    async def is_unlike(self, contribution: uuid.UUID, other: uuid.UUID, by: int | None, now: datetime) -> None:
        """Keep that two contributions do not say the same, whichever of them was looked at."""
        dialect: Any = sqlite if self._transaction.dialect == "sqlite" else postgresql
        values = {"contribution_id": contribution, "other_id": other, "staff_id": by, "at": now}
        await self._transaction.execute(dialect.insert(Unlike).on_conflict_do_nothing(), values)

    async def may_be_alike(self, contribution: uuid.UUID) -> int:
        """Suggest again what was found unlike this contribution, and return how many that were."""
        return await self._transaction.changed(delete(Unlike).where(_unlike(contribution)))

    async def unlike(self, contribution: uuid.UUID) -> int:
        """Return how many contributions were found unlike this one."""
        row = await self._transaction.first(select(func.count()).select_from(Unlike).where(_unlike(contribution)))
        return int(row[0]) if row else 0


def _unlike(contribution: uuid.UUID) -> Any:
    return or_(Unlike.contribution_id == contribution, Unlike.other_id == contribution)


def _candidates(contribution: uuid.UUID) -> Any:
    """Return the statement for what shares the most bands with a contribution and is not in its group."""
    mine = aliased(LikenessBand)
    shared = (
        select(LikenessBand.contribution_id)
        .join(mine, and_(mine.band == LikenessBand.band, mine.contribution_id == contribution))
        .where(LikenessBand.contribution_id != contribution)
        .limit(_LOOKED_UP)
        .subquery("shared")
    )
    counted = (
        select(shared.c.contribution_id, func.count().label("bands"))
        .group_by(shared.c.contribution_id)
        .subquery("counted")
    )
    this = aliased(Contribution)
    group = select(this.group_id).where(this.id == contribution).scalar_subquery()
    refused = or_(
        and_(Unlike.contribution_id == contribution, Unlike.other_id == Contribution.id),
        and_(Unlike.other_id == contribution, Unlike.contribution_id == Contribution.id),
    )
    return (
        select(*_COLUMNS)
        .join(counted, counted.c.contribution_id == Contribution.id)
        .join(ContributionText, ContributionText.contribution_id == Contribution.id)
        .where(
            Contribution.withdrawn.is_(False),
            or_(Contribution.group_id.is_(None), func.coalesce(group, 0) != Contribution.group_id),
            ~exists(select(1).where(refused)),
        )
        .order_by(counted.c.bands.desc(), Contribution.created_at, Contribution.id)
        .limit(_COMPARED)
    )


_COLUMNS: Sequence[Any] = (
    Contribution.id,
    Contribution.status,
    Contribution.language,
    Contribution.created_at,
    Contribution.group_id,
    ContributionText.excerpt,
    ContributionText.folded,
)
