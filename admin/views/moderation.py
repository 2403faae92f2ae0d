"""What staff decide on a contribution's page: status, assignee, themes, notes. Each verb is one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin.conflicts import Both
from admin.deciding import DIGITS, Wish, decided, keep, seen_version
from admin.moderating import assignee_now, colleagues, status_now, status_words, theme_names, themes_now
from admin.permissions import Permission
from admin.showing import address, visit_contribution
from admin.visit import Visit
from storage.moderation import BY_HAND, REASONS, Moved

LONGEST_NOTE: Final = 4000
"""Signs of a note; what is beyond is cut."""


async def set_status(visit: Visit) -> Response:
    """Set the status, with a reason where it is set aside, and a note beside it."""
    form = await visit.form()
    status, reason, note = form.get("status", ""), form.get("reason") or None, _note(form)
    if status not in BY_HAND or reason not in {None, *REASONS}:
        raise HTTPException(400)
    reason = reason if status == "set-aside" else None
    words = status_words(visit, status, reason)
    wish = Wish(
        "status set",
        " ".join(filter(None, (status, reason))),
        visit.translations.gettext("Status"),
        words,
        {"status": status, "reason": reason or "", "note": note},
        (Both(visit.translations.gettext("Note"), "", note),) if note else (),
    )
    return await decided(
        visit,
        form,
        wish,
        lambda work, id_, seen: work.moderation.set_status(
            id_, status, reason, note=note, seen=seen, by=visit.member.id, now=visit.now
        ),
        lambda work, now: status_now(visit, now),
    )


async def set_assignee(visit: Visit) -> Response:
    """Give the contribution to a colleague, to oneself, or to nobody."""
    form = await visit.form()
    chosen = form.get("assignee", "")
    wanted = int(chosen) if chosen.isdecimal() and len(chosen) < DIGITS else None
    async with visit.database.reading() as work:
        shown = await visit_contribution(visit, work)
        people = {each.id: each.name for each in await colleagues(work, shown.consultation)}
    if wanted is not None and wanted not in people:
        raise HTTPException(400)
    t = visit.translations
    words = people[wanted] if wanted is not None else t.gettext("Nobody")
    wish = Wish("assigned", f"to staff {wanted or 0}", t.gettext("Assigned to"), words, {"assignee": chosen})
    return await decided(
        visit,
        form,
        wish,
        lambda work, id_, seen: work.moderation.assign(id_, wanted, seen=seen, by=visit.member.id, now=visit.now),
        lambda work, now: assignee_now(visit, work, now),
    )


async def set_themes(visit: Visit) -> Response:
    """Put the contribution under the themes that are ticked, and no others."""
    form = await visit.form()
    ticked = (await visit.request.form()).getlist("theme")
    wanted = {int(each) for each in ticked if isinstance(each, str) and each.isdecimal() and len(each) < DIGITS}
    async with visit.database.reading() as work:
        shown = await visit_contribution(visit, work)
        entries = await work.codebook.themes([shown.consultation.slug], retired=True)
    slugs = ", ".join(each.slug for each in entries if each.id in wanted)
    names = theme_names(visit, entries, wanted)
    wish = Wish(
        "themes set", slugs, visit.translations.gettext("Themes"), names, {"theme": [str(each) for each in wanted]}
    )
    return await decided(
        visit,
        form,
        wish,
        lambda work, id_, seen: work.moderation.set_themes(id_, wanted, seen=seen, by=visit.member.id, now=visit.now),
        lambda work, now: themes_now(visit, entries, now),
    )


async def add_note(visit: Visit) -> Response:
    """Write a note beside the contribution."""
    form = await visit.form()
    note = _note(form)
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        if note:
            await work.moderation.note(shown.contributed.id, note, by=visit.member.id, now=visit.now)
            await keep(visit, work, "note written", shown.contributed.id)
    return visit.see(address(visit, shown.contributed.id, form.get("back", "")) + "#notes")


async def remove_note(visit: Visit) -> Response:
    """Take a note of one's own out of sight; administrators may take any."""
    form = await visit.form()
    number = form.get("note", "")
    if not number.isdecimal() or len(number) >= DIGITS:
        raise HTTPException(400)
    whose = None if visit.may(Permission.STAFF_MANAGE) else visit.member.id
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        if await work.moderation.remove_note(int(number), shown.contributed.id, by=whose, now=visit.now):
            await keep(visit, work, "note removed", shown.contributed.id)
    return visit.see(address(visit, shown.contributed.id, form.get("back", "")) + "#notes")


async def mark_seen(visit: Visit) -> Response:
    """Keep that what its author changed was read; where somebody was faster, it was."""
    form = await visit.form()
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        try:
            await work.moderation.look(shown.contributed.id, seen=seen_version(form), by=visit.member.id, now=visit.now)
        except Moved:
            return visit.see(address(visit, shown.contributed.id, form.get("back", "")))
        await keep(visit, work, "author's change read", shown.contributed.id)
    return visit.see(address(visit, shown.contributed.id, form.get("back", "")))


def _note(form: Mapping[str, str]) -> str:
    return form.get("note", "").replace("\r\n", "\n").strip()[:LONGEST_NOTE]
