"""Exports: choose a consultation and a format, receive a file that is written while it is sent."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

import locales
from admin.exports import FORMATS, export
from admin.visit import Visit


async def form(visit: Visit) -> Response:
    """Show what can be exported by this person, and as what."""
    async with visit.database.reading() as work:
        consultations = await work.reading.consultations(visit.scope)
    return visit.page("exports/form.html", consultations=consultations, formats=tuple(FORMATS))


async def download(visit: Visit) -> Response:
    """Send the file; that it was taken, and of what, is written down before its first byte leaves."""
    fields = await visit.form()
    slug, name = fields.get("consultation", ""), fields.get("format", "")
    if name not in FORMATS:
        raise HTTPException(400)
    async with visit.database.begin() as work:
        consultations = await work.reading.consultations(visit.scope)
        if slug not in {each.slug for each in consultations}:
            raise HTTPException(404)
        await work.staff.audit(visit.member.id, "export", f"{slug} {name}", visit.now)
        await work.commit()
    day = locales.in_albania(visit.now).date().isoformat()
    file = f"kuvendo-{re.sub(r'[^a-z0-9-]', '', slug)}-{day}.{name}"
    return StreamingResponse(
        export(visit.database, slug, name),
        media_type=FORMATS[name],
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
