"""What is looked for, in the order of time: the statements behind the inbox, its counts and whatever is done to many.

Of a word that many use the newest are found among the newest contributions; of a rare one all are gathered first.
Left to itself a database would do either in place of the other, and take a thousand times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, any_, func, literal, select, tuple_, union_all

import locales
from storage.filters import LONGEST_WORD, Filter, conditions, has, matches
from storage.models import Contribution, ContributionText
from storage.submitted import Place
from storage.transaction import Record, Transaction
from storage.types import UtcDateTime

NEAR: Final = 2000
"""Among how many of the newest a word is looked for one by one, before all that have it are gathered."""
RARE: Final = 0.01
"""The share of contributions below which all that have a word are gathered."""
LONGEST_TEXT: Final = 100_000
"""Signs of a contribution that are searched."""
SPELLINGS: Final = (("dixhit", "digjit"),)
"""Beginnings of words that are written either way."""

Columns = tuple[Any, ...]
PLACE: Final = (Contribution.id, Contribution.created_at)
"""Where a contribution stands in the order of time."""


# --- words -------------------------------------------------------------------------------------------------------


def filed(text: str) -> str:
    """Return the words of `text` as they are searched: folded, a blank before each and after the last.

    A word that is written in two ways (dixhital, digjital) is there in both.
    """
    words = [word[:LONGEST_WORD] for word in locales.fold(text[:LONGEST_TEXT]).split()]
    return f" {' '.join([*words, *_twins(words)])} "


def _twins(words: Sequence[str]) -> Iterator[str]:
    for word in dict.fromkeys(words):
        for one, other in SPELLINGS:
            if word.startswith(one):
                yield other + word.removeprefix(one)
            elif word.startswith(other):
                yield one + word.removeprefix(other)


# --- contributions in their order ----------------------------------------------------------------------------------


@lru_cache(maxsize=256)  # putting it together takes longer than the database needs for it
def newest(
    wanted: Filter,
    columns: Columns = PLACE,
    *,
    beyond: Place | None = None,
    upwards: bool = False,
    limit: int,
) -> Select[Any]:
    """Return the query for `columns` of the first `limit` that match, the words left out.

    They come newest first; `upwards` oldest first. `beyond` is the place after which they begin. The columns' names
    must be their own, id and created_at among them.
    """
    rest = _beyond(beyond, upwards=upwards)
    every = (select(*columns).where(*conditions(part), *rest) for part in _parts(wanted))
    branches = [ordered(each, Contribution, upwards=upwards).limit(limit) for each in every]
    if len(branches) == 1:
        return branches[0]
    together = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    return ordered(select(together), together.c, upwards=upwards).limit(limit)


def _parts(wanted: Filter) -> Iterator[Filter]:
    """Yield the filter in parts whose answers an index has in their order, each of one consultation and status."""
    slugs = [slug for slug in dict.fromkeys(wanted.scope) if wanted.consultation in {"", slug}]
    if not slugs:
        yield wanted
    for slug in slugs:
        part = replace(wanted, scope=(slug,), consultation=slug)
        if wanted.statuses:
            yield from (replace(part, statuses=(status,)) for status in dict.fromkeys(wanted.statuses))
        else:
            yield part


def ordered(query: Select[Any], columns: Any, *, upwards: bool) -> Select[Any]:
    """Return the query in the order of time of `columns`, those of a contribution, the newest or the oldest first."""
    place = (columns.created_at, columns.id)
    return query.order_by(*(place if upwards else (column.desc() for column in place)))


def _beyond(place: Place | None, *, upwards: bool) -> list[ColumnElement[bool]]:
    if place is None:
        return []
    there = tuple_(Contribution.created_at, Contribution.id)
    value = tuple_(literal(place.at, UtcDateTime()), literal(place.id, Contribution.id.type))
    return [there > value if upwards else there < value]


# --- contributions with words in them --------------------------------------------------------------------------------


class Search:
    """One search: the first contributions that match a filter, words and all, within a transaction."""

    def __init__(self, transaction: Transaction, wanted: Filter) -> None:
        self._transaction = transaction
        self._wanted = wanted
        self._words = wanted.folded

    async def first(
        self,
        *,
        beyond: Place | None = None,
        upwards: bool = False,
        limit: int,
        shown: Callable[[Select[Any]], Select[Any]] = lambda found: found,
    ) -> Sequence[Record]:
        """Return the places of the first `limit` that match, as `newest` orders them, or what `shown` makes of them."""
        way: dict[str, Any] = {"beyond": beyond, "upwards": upwards, "limit": limit}
        if not self._words:
            return await self._transaction.rows(shown(newest(self._wanted, **way)))
        if await self.is_gathered_at_once():
            return await self._transaction.rows(shown(self.gathered(PLACE, **way)))
        near = await self._transaction.rows(shown(self.one_by_one(PLACE, among=NEAR, **way)))
        if len(near) >= limit or not await self.goes_on(beyond=beyond, upwards=upwards):
            return near
        return await self._transaction.rows(shown(self.gathered(PLACE, **way)))

    async def is_gathered_at_once(self) -> bool:
        """Return whether the words are rare, an index has them, and none has the rest in order of time: themes.

        To find the newest under a theme may mean to walk past all there are; how rare a word is, the newest whatever
        their theme tell.
        """
        if not self._wanted.themes or self._transaction.dialect != "postgresql":
            return False
        of_any = Filter(self._wanted.scope, self._wanted.consultation, words=self._wanted.words)
        return await Search(self._transaction, of_any).is_rare()

    async def is_rare(self) -> bool:
        """Return whether hardly any of the first few that match the rest of the filter have the words."""
        many = max(1, int(NEAR * RARE))
        there = self.one_by_one(PLACE, among=NEAR, limit=many).subquery()
        row = await self._transaction.first(select(func.count()).select_from(there))
        return row is None or row[0] < NEAR * RARE

    async def goes_on(self, **way: Any) -> bool:
        """Return whether more than these match the filter, the words left out."""
        there = newest(self._wanted, limit=NEAR + 1, **way)
        return await self._transaction.first(there.offset(NEAR)) is not None

    def one_by_one(self, columns: Columns, *, among: int, limit: int, **way: Any) -> Select[Any]:
        """Return the query that looks at each text that matches the rest of the filter, of the first `among` alone."""
        some = newest(self._wanted, columns, limit=among, **way).subquery()
        query = select(some).join(ContributionText, ContributionText.contribution_id == some.c.id)
        query = query.where(*has(self._words, self._transaction.dialect))
        return ordered(query, some.c, upwards=bool(way.get("upwards"))).limit(limit)

    def gathered(self, columns: Columns, *, limit: int, upwards: bool = False, **way: Any) -> Select[Any]:
        """Return the query that gathers all that have the words first, and then looks at the rest of the filter."""
        words = matches(self._words, self._transaction.dialect)
        hits = select(ContributionText.contribution_id).where(*words)
        query = self._all(columns, upwards=upwards, **way).where(self._is_among(hits))
        return ordered(query, Contribution, upwards=upwards).limit(limit)

    def _is_among(self, hits: Select[Any]) -> ColumnElement[bool]:
        if self._transaction.dialect != "postgresql":
            return Contribution.id.in_(hits)
        # As an array it is gathered first whatever the planner thinks of it, and each looked up by its key.
        return Contribution.id == any_(func.array(hits.scalar_subquery()))

    def _all(self, columns: Columns, *, beyond: Place | None = None, upwards: bool = False) -> Select[Any]:
        return select(*columns).where(*conditions(self._wanted), *_beyond(beyond, upwards=upwards))
