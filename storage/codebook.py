"""The codebook: the themes that each consultation's contributions are sorted under.

A theme is never deleted, for what was coded stays coded: it is retired, and brought back. Whoever changes one says
which version of it they had before them, or which order; where somebody was faster nothing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dialogs.codebook import shipped_themes
from storage.errors import StorageError
from storage.models import ConsultationRow, ContributionCount, Theme
from storage.transaction import Record, Transaction

_SLUG = re.compile(r"t(\d+)")


@dataclass(frozen=True, slots=True)
class ThemeEntry:
    """One theme; `used` is how many contributions are under it, where that was asked for."""

    id: int
    consultation: str
    slug: str
    family: str
    position: int
    name: Mapping[str, str]
    about: Mapping[str, str]
    never_alone: bool
    retired_at: datetime | None
    version: int
    used: int = 0


class ThemeMoved(StorageError):
    """Somebody else was faster: nothing was kept. `now` is the theme as it stands."""

    def __init__(self, now: ThemeEntry) -> None:
        self.now = now
        super().__init__("somebody else changed this theme")


class OrderMoved(StorageError):
    """Somebody else was faster: nothing was kept. `now` are the themes in the order in which they stand."""

    def __init__(self, now: tuple[ThemeEntry, ...]) -> None:
        self.now = now
        super().__init__("somebody else changed the order of the themes")


class Codebook:
    """The themes of all consultations, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def seed(self, consultation: str, component: str) -> None:
        """Give a consultation the themes that come with its component; those it has already stay as they are."""
        rows = [
            _row(consultation, place, each.slug, each.family, each.name, each.about, never_alone=each.never_alone)
            for place, each in enumerate(shipped_themes(component), 1)
        ]
        await self._transaction.put(_SEED, rows)

    async def themes(
        self, consultations: Sequence[str], *, retired: bool = False, counted: bool = False
    ) -> tuple[ThemeEntry, ...]:
        """Return the themes of these consultations in order; `retired` ones too, and `counted` with their use."""
        statement = select(*_COLUMNS).where(Theme.consultation.in_(list(consultations)))
        if not retired:
            statement = statement.where(Theme.retired_at.is_(None))
        rows = await self._transaction.rows(statement.order_by(Theme.consultation, Theme.position, Theme.id))
        used = await self._used([row.id for row in rows]) if counted else {}
        return tuple(replace(_entry(row), used=used.get(row.id, 0)) for row in rows)

    async def names(self, ids: Collection[int]) -> dict[int, dict[str, str]]:
        """Return what the themes called `ids` are named, by the code of the language."""
        rows = await self._transaction.rows(select(Theme.id, Theme.name).where(Theme.id.in_(list(ids))))
        return {row.id: row.name for row in rows}

    async def theme(self, id: int) -> ThemeEntry | None:
        """Return one theme, or None."""
        row = await self._transaction.first(select(*_COLUMNS).where(Theme.id == id))
        return _entry(row) if row else None

    async def add(self, consultation: str, name: Mapping[str, str], about: Mapping[str, str]) -> str:
        """Add a theme at the end of a consultation's codebook, and return its lasting name."""
        await self._hold(consultation)
        mine = select(Theme.slug, Theme.position).where(Theme.consultation == consultation)
        rows = await self._transaction.rows(mine)
        numbers = [int(found[1]) for row in rows if (found := _SLUG.fullmatch(row.slug))]
        slug, place = f"t{max(numbers, default=0) + 1}", max((row.position for row in rows), default=0) + 1
        await self._transaction.put(_ADD, _row(consultation, place, slug, "other", name, about))
        return slug

    async def describe(self, id: int, name: Mapping[str, str], about: Mapping[str, str], *, seen: int) -> None:
        """Give a theme other names and another description; raises ThemeMoved."""
        await self._change(id, seen, name=dict(name), about=dict(about))

    async def retire(self, id: int, now: datetime, *, seen: int) -> None:
        """Offer a theme no more; what is under it stays so. Raises ThemeMoved."""
        await self._change(id, seen, retired_at=now)

    async def bring_back(self, id: int, *, seen: int) -> None:
        """Offer a retired theme again; raises ThemeMoved."""
        await self._change(id, seen, retired_at=None)

    async def arrange(self, consultation: str, wanted: Sequence[int], *, seen: Sequence[int]) -> bool:
        """Put a consultation's themes into the order `wanted`; return False where they stand so already.

        `seen` is the order that whoever wants this had before them. Raises OrderMoved where another one stands, with a
        theme more, or where `wanted` does not hold the very same themes.
        """
        await self._hold(consultation)
        standing = await self.themes([consultation], retired=True)
        order = [each.id for each in standing]
        if order != list(seen) or sorted(order) != sorted(wanted):
            raise OrderMoved(standing)
        if order == list(wanted):
            return False
        for place, each in enumerate(wanted, 1):
            await self._transaction.execute(update(Theme).where(Theme.id == each).values(position=place))
        return True

    async def _hold(self, consultation: str) -> None:
        """Let nobody else change a consultation's order or add to its themes until this is committed."""
        mine = select(ConsultationRow.slug).where(ConsultationRow.slug == consultation)
        await self._transaction.first(mine.with_for_update(key_share=True))

    async def _change(self, id: int, seen: int, **values: Any) -> None:
        statement = update(Theme).where(Theme.id == id, Theme.version == seen)
        if not await self._transaction.changed(statement.values(version=seen + 1, **values)):
            standing = await self.theme(id)
            if standing is None:
                raise LookupError("there is no such theme")
            raise ThemeMoved(standing)

    async def _used(self, ids: Sequence[int]) -> dict[int, int]:
        statement = select(ContributionCount.theme_id, func.sum(ContributionCount.number))
        rows = await self._transaction.rows(
            statement.where(ContributionCount.theme_id.in_(ids)).group_by(ContributionCount.theme_id)
        )
        return {row[0]: int(row[1]) for row in rows}


def _entry(row: Record) -> ThemeEntry:
    return ThemeEntry(*row)


def _row(
    consultation: str,
    position: int,
    slug: str,
    family: str,
    name: Mapping[str, str],
    about: Mapping[str, str],
    *,
    never_alone: bool = False,
) -> dict[str, Any]:
    return {
        "consultation": consultation,
        "slug": slug,
        "family": family,
        "position": position,
        "name": dict(name),
        "about": dict(about),
        "never_alone": never_alone,
        "retired_at": None,
        "version": 0,
    }


_COLUMNS = (
    Theme.id,
    Theme.consultation,
    Theme.slug,
    Theme.family,
    Theme.position,
    Theme.name,
    Theme.about,
    Theme.never_alone,
    Theme.retired_at,
    Theme.version,
)
_ADD = upsert(Theme)
_SEED = _ADD.on_conflict_do_nothing(index_elements=["consultation", "slug"])
