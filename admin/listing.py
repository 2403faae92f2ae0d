"""Where a page of a list goes on, as an address says it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from storage.submitted import Place


def written(place: Place) -> str:
    """Return a place as an address says it."""
    return f"{place.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}_{place.id.hex}"


def place_of(text: str | None) -> Place | None:
    """Return the place that `written` wrote, None for anything else."""
    at, _, id_ = (text or "").partition("_")
    try:
        return Place(datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC), UUID(hex=id_))
    except (ValueError, OverflowError):
        return None
