"""What somebody last did to many contributions, for as long as it can be taken back from the inbox: an hour.

There is one for each person, and the next takes its place. What undoes it is kept as the dashboard writes it down, and
apart from that in a few words what it was, so that a list need not read all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from storage.snapshots import Kept
from storage.unit_of_work import UnitOfWork

FOR: Final = timedelta(hours=1)
"""How long a deed can be taken back from the inbox."""
_PREFIX: Final = "undo:"


async def remember(unit: UnitOfWork, by: int, what: Mapping[str, Any], deeds: str, now: datetime) -> None:
    """Keep `deeds`, which undo what somebody did now; `what` that was."""
    about, undoing = _names(by)
    await unit.snapshots.keep(about, what, now)
    await unit.snapshots.keep(undoing, {"deeds": deeds}, now)


async def remembered(unit: UnitOfWork, by: int, now: datetime) -> Kept | None:
    """Return what somebody last did and when, None where that can be taken back no more."""
    about, _ = _names(by)
    kept = (await unit.snapshots.kept([about])).get(about)
    return kept if kept and now - kept.at < FOR else None


async def take(unit: UnitOfWork, by: int, at: datetime, now: datetime) -> str:
    """Return the deeds that undo what somebody did at a moment, and forget them; "" where that was not the last."""
    kept = await remembered(unit, by, now)
    if kept is None or kept.at != at:
        return ""
    _, undoing = _names(by)
    deeds = str((await unit.snapshots.kept([undoing]))[undoing].data["deeds"])
    return deeds if await forget(unit, by) else ""


async def forget(unit: UnitOfWork, by: int) -> bool:
    """Keep nothing more of what somebody last did; return whether anything was kept."""
    return await unit.snapshots.forget(_names(by))


async def prune(unit: UnitOfWork, now: datetime) -> None:
    """Let go of whatever can be taken back no more."""
    await unit.snapshots.prune(_PREFIX, now - FOR)


def _names(by: int) -> tuple[str, str]:
    return f"{_PREFIX}{by}", f"{_PREFIX}{by}:deeds"
