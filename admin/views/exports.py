"""Exports: what is filtered, as a file in the format one chooses, written while it is sent."""

from __future__ import annotations

import re
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

import locales
from admin import filtering
from admin.exports import CODEBOOK, FORMATS, export
from admin.filtering import Known, View
from admin.visit import Visit
from dialogs.types import Consultation
from storage.moderation import STATUSES
from storage.unit_of_work import UnitOfWork

async def form(visit: Visit) -> Response:
    """Show what this person can export, and as what; the inbox's query string says what is chosen already."""
    async with visit.database.reading() as work:
        consultations = await work.reading.consultations(visit.scope)
        known = await _known(work, consultations)
        view = filtering.read_query(visit.request.url.query, known)
        names = {each.slug: each.name for each in await work.codebook.themes(known.consultations, retired=True)}
    return visit.page(
        "exports/form.html",
        consultations=consultations,
        formats=tuple(FORMATS),
        view=view,
        names=names,
        questionnaires=known.questionnaires,
    )


async def download(visit: Visit) -> Response:
    """Send the file; that it was taken, and of what, is written down before its first byte leaves."""
    fields = await visit.form()
    name = fields.get("format", "")
    if name not in {*FORMATS, CODEBOOK}:
        raise HTTPException(400)
    async with visit.database.begin() as work:
        consultations = await work.reading.consultations(visit.scope)
        known = await _known(work, consultations)
        slug = fields.get("consultation")
        if slug is not None and slug not in {*known.consultations, "*"}:
            raise HTTPException(404)
        view = _narrowed(filtering.read_query(fields.get("filter", ""), known), slug)
        await work.staff.audit(visit.member.id, "export", _told(view, name), visit.now)
        await work.commit()
    wanted = view.filter(known, visit.member.id)
    return StreamingResponse(
        export(visit.database, wanted, name, visit.language),
        media_type=FORMATS.get(name, FORMATS["csv"]),
        headers={"Content-Disposition": f'attachment; filename="{_file_name(visit, view, name)}"'},
    )


async def _known(work: UnitOfWork, consultations: tuple[Consultation, ...]) -> Known:
    """Return what an address may name to whoever sees these consultations."""
    slugs = tuple(each.slug for each in consultations)
    asked = [each.slug for slug in slugs for each in await work.reading.questionnaires(slug)]
    themes: dict[str, tuple[int, ...]] = {}
    for each in await work.codebook.themes(slugs, retired=True):
        themes[each.slug] = (*themes.get(each.slug, ()), each.id)
    staff = {member.id: member.name for member in await work.staff.list()}
    return Known(slugs, tuple(dict.fromkeys(asked)), STATUSES, themes, staff)


def _narrowed(view: View, slug: str | None) -> View:
    """Return the view within the one consultation that was chosen; * leaves it to all of them."""
    return view if slug is None else replace(view, consultation="" if slug == "*" else slug)


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
