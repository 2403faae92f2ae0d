"""Exports: what is filtered, as a file in the format one chooses, written while it is sent."""

from __future__ import annotations

import re
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

import locales
from admin.choices import asked, choices
from admin.exports import CODEBOOK, FORMATS, export
from admin.filtering import View, read_query
from admin.listing import file_first
from admin.visit import Visit

EVERY = "*"
"""As a consultation: all that one may see."""


async def form(visit: Visit) -> Response:
    """Show what this person can export, and as what; the inbox's query string says what is chosen already."""
    await file_first(visit.database)
    async with visit.database.reading() as work:
        offered = await choices(visit, work)
        view = read_query(visit.request.url.query, offered.known)
        counts = await work.contributions.counts(view.filter(offered.known, visit.member.id))
    return visit.page(
        "exports/form.html",
        consultations=tuple(offered.consultations.values()),
        formats=tuple(FORMATS),
        query=view.query(),
        asked=asked(view, offered, _dates(view, visit.language)),
        counts=counts,
    )


async def download(visit: Visit) -> Response:
    """Send the file; that it was taken, and of what, is written down before its first byte leaves.

    `filter` is the inbox's query string; `consultation` narrows it to one, or widens it to every one.
    """
    fields = await visit.form()
    name, slug = fields.get("format", ""), fields.get("consultation")
    if name not in {*FORMATS, CODEBOOK}:
        raise HTTPException(400)
    await file_first(visit.database)
    async with visit.database.begin() as work:
        offered = await choices(visit, work)
        if slug is not None and slug not in {*offered.consultations, EVERY}:
            raise HTTPException(404)
        view = _narrowed(read_query(fields.get("filter", ""), offered.known), slug)
        await work.staff.audit(visit.member.id, "export", _told(view, name), visit.now)
        await work.commit()
    wanted = view.filter(offered.known, visit.member.id)
    return StreamingResponse(
        export(visit.database, wanted, name, visit.language),
        media_type=FORMATS.get(name, FORMATS["csv"]),
        headers={"Content-Disposition": f'attachment; filename="{_file_name(visit, view, name)}"'},
    )


def _dates(view: View, language: str) -> dict[str, str]:
    days = {"since": view.since, "until": view.until}
    return {name: locales.long_date(day, language) for name, day in days.items() if day}


def _narrowed(view: View, slug: str | None) -> View:
    """Return the view within the one consultation that was chosen, if one was."""
    return view if slug is None else replace(view, consultation="" if slug == EVERY else slug)


def _told(view: View, name: str) -> str:
    """Return what the audit says was taken: no word that was searched for, which may be somebody's own."""
    rest = replace(view, consultation="", words="").query()
    pieces = (view.consultation or "all", name, rest, "words" if view.words else "")
    return " ".join(piece for piece in pieces if piece)


def _file_name(visit: Visit, view: View, name: str) -> str:
    """Return for example "kuvendo-digital-governance-2026-11-23.xlsx"."""
    day = locales.in_albania(visit.now).date().isoformat()
    what = [re.sub(r"[^a-z0-9-]", "", view.consultation), "codebook" if name == CODEBOOK else ""]
    ending = "csv" if name == CODEBOOK else name
    return "-".join(["kuvendo", *(each for each in what if each), day]) + f".{ending}"
