"""Submissions: the list, newest first, and one of them with its answers beside the conversation."""

from __future__ import annotations

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin.conversation import bubbles
from admin.listing import by_day, place_of, written
from admin.visit import Visit
from dialogs.types import Consultation
from storage.submitted import Place

PAGE_SIZE = 40


async def listing(visit: Visit) -> Response:
    """Show one page of what came in on the consultations that this person reads."""
    query = visit.request.query_params
    before, after = _place(query.get("before")), _place(query.get("after"))
    async with visit.database.reading() as work:
        consultations = await work.reading.consultations(visit.scope)
        slugs = [each.slug for each in consultations]
        page = await work.reading.page(slugs, before=before, after=None if before else after, size=PAGE_SIZE)
    return visit.page(
        "submissions/list.html",
        days=by_day(page.submissions, lambda each: each.submitted_at),
        older=_link(visit, "before", page.older),
        newer=_link(visit, "after", page.newer),
        consultations=_by_slug(consultations),
    )


async def detail(visit: Visit) -> Response:
    """Show one submission; one of another component is no more there than one that never was."""
    id_: UUID = visit.request.path_params["id"]
    async with visit.database.reading() as work:
        consultations = await work.reading.consultations(visit.scope)
        found = await work.reading.one(id_, [each.slug for each in consultations])
        transcript = await work.reading.transcript(id_) if found else ()
    if found is None:
        raise HTTPException(404)
    async with visit.database.begin() as work:
        await work.staff.audit(visit.member.id, "submission read", str(id_), visit.now)
        await work.commit()
    return visit.page(
        "submissions/detail.html",
        submission=found,
        consultation=_by_slug(consultations)[found.consultation],
        bubbles=bubbles(transcript, found.mask),
    )


def _by_slug(consultations: tuple[Consultation, ...]) -> dict[str, Consultation]:
    return {each.slug: each for each in consultations}


def _link(visit: Visit, direction: str, place: Place | None) -> str:
    """Return the address of the next page in one direction, "" where there is none."""
    return visit.url("submissions", {direction: written(place)}) if place else ""


def _place(text: str | None) -> Place | None:
    """Return the place that `_link` wrote; 400 for what it did not write."""
    place = place_of(text)
    if text and place is None:
        raise HTTPException(400)
    return place
