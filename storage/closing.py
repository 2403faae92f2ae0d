"""Closing by the calendar: a consultation whose last day is over in Albania is closed, once, and that is written down.

Nobody waits for it: whoever asks what is open looks at the day too. What is written down here is when it was closed,
from which the time runs that people's addresses are kept.
"""

from __future__ import annotations

from datetime import datetime

from storage.consultations import Listed
from storage.database import Database
from storage.unit_of_work import UnitOfWork


async def close_what_is_over(database: Database, now: datetime) -> tuple[str, ...]:
    """Close every consultation whose last day is over, and return which those were."""
    async with database.reading() as unit:
        over = [each for each in await unit.consultations.list() if is_over(each, now)]
    closed = []
    for each in over:
        async with database.begin() as unit:
            if await close_if_over(unit, each, now):
                closed.append(each.slug)
                await unit.commit()
    return tuple(closed)


def is_over(listed: Listed, now: datetime) -> bool:
    """Tell whether a consultation is kept as open though its last day is over."""
    return listed.state != listed.state_at(now)


async def close_if_over(unit: UnitOfWork, listed: Listed, now: datetime) -> bool:
    """Close a consultation whose last day is over, and write it down; return whether this was what closed it."""
    if listed.closes_on is None or not is_over(listed, now):
        return False
    if not await unit.consultations.close_on_its_day(listed.slug, listed.closes_on, now):
        return False
    await unit.audit.add(None, "consultation.close-on-its-day", f"{listed.slug} {listed.closes_on.isoformat()}", now)
    return True
