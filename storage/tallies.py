"""How many contributions match a filter, and how many would with another choice of one thing.

The database keeps the number of contributions of each kind (`ContributionCount`), its triggers adding to it whatever
changes them; so what a million come to is known at once. What no number is kept for is counted among the newest.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, delete, func, insert, literal, select, text, true

from storage.filters import NOBODY, Filter
from storage.models import Contribution, ContributionCount, ContributionTheme
from storage.searching import NEAR, PLACE, Search, newest
from storage.transaction import Record, Transaction

CAP: Final = 1000
"""Beyond which the contributions that have a word are not counted: a page then says "1000+"."""
LOOK: Final = 5000
"""How many contributions are looked at, at most, where no number is kept."""
LOOSE: Final = 2000
"""How many changes to the kept numbers may lie about before they are added up."""


class Total(NamedTuple):
    """How many there are: `value`, or at least that many where `more` is set (then "1000+")."""

    value: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many contributions match, and how many would with another choice of one thing, all else as it is.

    Each mapping has the choice as its key and leaves out what nobody has. Where `more` is set, every number is one
    among the newest that were looked at: at least so many match.
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


KIND: Final = ("consultation", "questionnaire", "language", "status", "assignee_id", "is_revised")
"""What contributions are counted by, in the order of a cell."""
_KEPT = tuple(getattr(ContributionCount, name) for name in KIND)
_STANDING = (
    *(getattr(Contribution, name) for name in KIND[:4]),
    func.coalesce(Contribution.assignee_id, NOBODY).label("assignee_id"),
    Contribution.revised_unseen.label("is_revised"),
)
_PLACED = (*PLACE, *_STANDING)


async def counts(transaction: Transaction, wanted: Filter) -> Counts:
    """Return how many match `wanted`, and how many would with each other choice of one thing."""
    opened, of_any = _open(wanted), replace(wanted, themes=())
    looked_at = None if _is_kept(wanted) else await _looked_at(transaction, opened)
    cells, more = await _cells(transaction, wanted, looked_at)
    themes = await _themes(transaction, of_any, looked_at if opened == of_any else None)
    total, found = _faceted(wanted, cells)
    capped = Total(min(total, CAP), True) if more and total >= CAP else Total(total, more)
    return Counts(
        total=capped,
        by_status=found["status"],
        by_questionnaire=found["questionnaire"],
        by_language=found["language"],
        by_consultation=found["consultation"],
        by_assignee=found["assignee_id"],
        by_theme=themes,
        revised=found["is_revised"].get(True, 0),
        more=more,
    )


def _faceted(wanted: Filter, cells: Iterable[Record]) -> tuple[int, Mapping[str, Mapping[Any, int]]]:
    """Return how many match, and the numbers by each thing.

    By a thing a cell counts where everything but that thing is as it is wanted.
    """
    checked = [(n, accepted) for n, accepted in enumerate(_choices(wanted)) if accepted is not None]
    facets: list[dict[Any, int]] = [defaultdict(int) for _ in KIND]
    total = 0
    for *kind, decimal in cells:
        number = int(decimal)  # PostgreSQL's sums are decimal
        wrong = [n for n, accepted in checked if kind[n] not in accepted]
        if not wrong:
            total += number
            for facet, value in zip(facets, kind, strict=True):
                facet[value] += number
        elif len(wrong) == 1:
            facets[wrong[0]][kind[wrong[0]]] += number
    found = zip(KIND, facets, strict=True)
    return total, {name: {key: number for key, number in each.items() if number} for name, each in found}


def _choices(wanted: Filter) -> list[Sequence[Any] | None]:
    """Return, for each part of a kind, what is wanted of it; None where anything is."""
    return [
        (wanted.consultation,) if wanted.consultation else None,
        (wanted.questionnaire,) if wanted.questionnaire else None,
        wanted.languages or None,
        wanted.statuses or None,
        None if wanted.assignee is None else (wanted.assignee,),
        (True,) if wanted.revised else None,
    ]


def _open(wanted: Filter) -> Filter:
    """Return the filter without whatever contributions are counted by."""
    return replace(wanted, consultation="", questionnaire="", languages=(), statuses=(), assignee=None, revised=False)


def _is_kept(wanted: Filter) -> bool:
    """Return whether a number is kept for what `wanted` asks."""
    beside = (wanted.folded, wanted.since, wanted.until, wanted.group is not None, len(wanted.themes) > 1)
    return not any(beside)


# --- cells ---------------------------------------------------------------------------------------------------------


async def _cells(transaction: Transaction, wanted: Filter, looked_at: LookedAt | None) -> tuple[Sequence[Record], bool]:
    """Return how many there are of each kind, and whether there are more of them."""
    if looked_at is None:
        theme = wanted.themes[0] if wanted.themes else 0
        kept = (
            select(*_KEPT, func.sum(ContributionCount.number))
            .group_by(*_KEPT)
            .where(ContributionCount.consultation.in_(wanted.scope), ContributionCount.theme_id == theme)
        )
        return await transaction.rows(kept), False
    several = looked_at.query.subquery()
    kinds = [several.c[name] for name in KIND]
    cells = await transaction.rows(select(*kinds, func.count()).select_from(several).group_by(*kinds))
    return cells, sum(cell[-1] for cell in cells) >= looked_at.limit


async def _themes(transaction: Transaction, wanted: Filter, looked_at: LookedAt | None) -> Mapping[int, int]:
    """Return how many of what matches there are under each theme."""
    if _is_kept(wanted):
        kept = select(ContributionCount.theme_id, func.sum(ContributionCount.number))
        kept = kept.where(ContributionCount.theme_id > 0, *_kept_where(wanted))
        rows = await transaction.rows(kept.group_by(ContributionCount.theme_id))
        return {row[0]: row[1] for row in rows if row[1]}
    several = (looked_at or await _looked_at(transaction, wanted)).query.subquery()
    under = ContributionTheme.contribution_id == several.c.id
    counted = select(ContributionTheme.theme_id, func.count()).select_from(several).join(ContributionTheme, under)
    rows = await transaction.rows(counted.group_by(ContributionTheme.theme_id))
    return {row[0]: row[1] for row in rows}


def _kept_where(wanted: Filter) -> list[Any]:
    chosen = zip(_KEPT, _choices(wanted), strict=True)
    slugs = ContributionCount.consultation.in_(wanted.scope)
    return [slugs, *(column.in_(accepted) for column, accepted in chosen if accepted is not None)]


class LookedAt(NamedTuple):
    """The query for what is looked at to count it, and how many rows of it mean that there are more."""

    query: Select[Any]
    limit: float


async def _looked_at(transaction: Transaction, wanted: Filter) -> LookedAt:
    """Return what is looked at for whatever no number is kept of."""
    search = Search(transaction, wanted)
    if not wanted.folded:
        return LookedAt(newest(wanted, _PLACED, limit=LOOK), LOOK)
    if await search.is_gathered_at_once():
        return LookedAt(search.gathered(_PLACED, limit=LOOK), LOOK)
    if not await search.goes_on():
        return LookedAt(search.one_by_one(_PLACED, among=NEAR, limit=NEAR), math.inf)
    if await search.is_rare():
        return LookedAt(search.gathered(_PLACED, limit=LOOK), LOOK)
    return LookedAt(search.one_by_one(_PLACED, among=LOOK, limit=CAP), 0)


# --- keeping the numbers ------------------------------------------------------------------------------------------


async def settle(transaction: Transaction) -> None:
    """Add up the changes to the kept numbers, where many of them lie about; nobody waits for it, and none is lost."""
    loose = select(func.count()).where(ContributionCount.is_settled.is_(False))
    row = await transaction.first(loose)
    if row is None or row[0] <= LOOSE:
        return
    if transaction.dialect == "postgresql":
        await transaction.execute(_SETTLE)
        return
    sums = await transaction.rows(_SUMS)  # nobody else writes meanwhile
    await transaction.execute(delete(ContributionCount))
    await transaction.put(insert(ContributionCount), [dict(zip(_NUMBERS, each, strict=True)) for each in sums])


async def count_anew(transaction: Transaction) -> None:
    """Count every contribution again, whatever numbers are kept; changes wait meanwhile."""
    if transaction.dialect == "postgresql":
        await transaction.execute(_LOCK)
    for statement in _ANEW:
        await transaction.execute(statement)


_NUMBERS = [*KIND, "theme_id", "number", "is_settled"]
_GONE = delete(ContributionCount).returning(ContributionCount).cte("gone")
_KINDS_GONE = [_GONE.c[name] for name in (*KIND, "theme_id")]
_SUM = func.sum(_GONE.c.number)
_SETTLE = insert(ContributionCount).from_select(
    _NUMBERS, select(*_KINDS_GONE, _SUM, true()).group_by(*_KINDS_GONE).having(_SUM != 0)
)
_KEPT_KINDS = (*_KEPT, ContributionCount.theme_id)
_NUMBER = func.sum(ContributionCount.number)
_SUMS = select(*_KEPT_KINDS, _NUMBER, true()).group_by(*_KEPT_KINDS).having(_NUMBER != 0)
_LOCK = text("LOCK TABLE contributions, contribution_themes IN SHARE ROW EXCLUSIVE MODE")
_FILED = (Contribution.consultation.is_not(None), Contribution.withdrawn.is_(False))
_UNDER = ContributionTheme.contribution_id == Contribution.id
_ANEW: Final[tuple[Any, ...]] = (
    delete(ContributionCount),
    insert(ContributionCount).from_select(
        _NUMBERS, select(*_STANDING, literal(0), func.count(), true()).where(*_FILED).group_by(*_STANDING)
    ),
    insert(ContributionCount).from_select(
        _NUMBERS,
        select(*_STANDING, ContributionTheme.theme_id, func.count(), true())
        .join(ContributionTheme, _UNDER)
        .where(*_FILED)
        .group_by(*_STANDING, ContributionTheme.theme_id),
    ),
)
