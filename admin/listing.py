"""What the dashboard's lists share: what came in is filed first, stands under its day, and goes on from a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby
from typing import Final, TypeVar
from uuid import UUID

import locales
from storage.database import Database
from storage.errors import StorageError
from storage.filing import anything_waits, file_some
from storage.submitted import Place

FIRST: Final = 200
"""Contributions that are filed before a list is read, at most: a dashboard that runs alone shows everything too."""

Item = TypeVar("Item")


async def file_first(database: Database) -> None:
    """File what waits, as far as that is quickly done; where it cannot be, the list shows what is filed."""
    with suppress(StorageError):
        async with database.reading() as work:
            if not await anything_waits(work):
                return
        async with database.begin() as work:
            await file_some(work, FIRST)
            await work.commit()


def by_day(items: Iterable[Item], moment: Callable[[Item], datetime]) -> list[tuple[datetime, list[Item]]]:
    """Return items, which come in the order of their `moment`, under the days in Albania that they are of."""
    groups = [list(group) for _, group in groupby(items, lambda item: locales.in_albania(moment(item)).date())]
    return [(moment(group[0]), group) for group in groups]


def written(place: Place) -> str:
    """Return a place as an address says it."""
    return f"{place.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z_{place.id.hex}"


def place_of(text: str | None) -> Place | None:
    """Return the place that `written` wrote, None for anything else."""
    at, _, id_ = (text or "").partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return Place(moment.astimezone(UTC), UUID(id_)) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
