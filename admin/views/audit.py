"""What staff did: the record as sentences, and the proof that nothing of it was changed.

Read-only, and newest first. A contribution is a link only for whoever may open it; no word of a participant is here.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import Response

import locales
from admin.deeds import Named, sentence
from admin.permissions import Permission
from admin.reach import labels
from admin.visit import Visit
from storage.audit import Deed
from storage.unit_of_work import UnitOfWork

SIZE = 50
DAY = timedelta(days=1)


async def listing(visit: Visit) -> Response:
    """Show what was done, newest first, by one person or on one day where that is asked for."""
    query = visit.request.query_params
    who, day, before = _number(query.get("who", "")), _day(query.get("day", "")), _number(query.get("before", ""))
    since = locales.midnight(day) if day else None
    until = locales.midnight(day + DAY) if day else None
    async with visit.database.reading() as work:
        people = {each.id: each.name for each in await work.staff.list()}
        deeds = await work.audit.deeds(SIZE + 1, before=before, staff_id=who, since=since, until=until)
        shown = deeds[:SIZE]
        addresses = await _addresses(visit, work, shown)
        consultations = await work.reading.consultations()
    named = Named(people, addresses, labels(consultations, visit.language))
    rows = [(each, sentence(each, named, visit.translations)) for each in shown]
    chosen = {**({"who": str(who)} if who else {}), **({"day": day.isoformat()} if day else {})}
    older = visit.url("audit", {**chosen, "before": str(shown[-1].id)}) if len(deeds) > SIZE else ""
    values: dict[str, Any] = {"people": people, "who": who, "day": day, "chosen": chosen, "older": older}
    newest = visit.url("audit", chosen) if before else ""
    return visit.page("audit/list.html", days=_by_day(rows), newest=newest, **values)


async def check(visit: Visit) -> Response:
    """Look along the whole chain and say what came of it, with what can be published."""
    published, is_odd = _published(visit.request.query_params.get("published", ""))
    async with visit.database.reading() as work:
        verdict = await work.audit.verify(published)
    return visit.page("audit/check.html", verdict=verdict, published=published, is_odd=is_odd)


async def _addresses(visit: Visit, work: UnitOfWork, deeds: Sequence[Deed]) -> dict[str, str]:
    """Return the addresses of what the deeds were about, as far as this reader may open them."""
    if not visit.may(Permission.CONTRIBUTIONS_READ):
        return {}
    names = {each.subject.partition(" ")[0] for each in deeds}
    ids = [found for found in map(_uuid, names) if found]
    consultations = [each.slug for each in await work.reading.consultations(visit.scope)]
    readable = await work.audit.readable(ids, consultations)
    return {str(id_): visit.url(route, id=id_) for id_, route in readable.items()}


def _by_day(rows: Sequence[tuple[Deed, Any]]) -> list[tuple[date, list[tuple[Deed, Any]]]]:
    """Return the rows under the days of Albania's calendar that they fall on."""
    days: list[tuple[date, list[tuple[Deed, Any]]]] = []
    for deed, text in rows:
        day = _date(deed.at)
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append((deed, text))
    return days


def _date(moment: datetime) -> date:
    return locales.in_albania(moment).date()


def _published(text: str) -> tuple[tuple[int, bytes] | None, bool]:
    """Return the row and hash that somebody kept of an earlier head, and whether what they typed is none."""
    number, _, kept = text.strip().partition(" ")
    if not text.strip():
        return None, False
    try:
        row, told = int(number), bytes.fromhex(kept.strip())
    except ValueError:
        return None, True
    return ((row, told), False) if 0 < row < 2**53 and len(told) == 32 else (None, True)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 3000 else None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
