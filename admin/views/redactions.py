"""Personal details in a contribution: suggested by pattern, left out by a person or found to be none, and undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin.deciding import DIGITS, keep
from admin.permissions import Permission
from admin.showing import Shown, address, visit_contribution
from admin.visit import Visit
from storage.personal_details import KINDS, OTHER
from storage.unit_of_work import UnitOfWork
from storage.written import Place, Stretch

LONGEST: Final = 400
"""Signs of what may be left out by hand at once."""


async def piece(visit: Visit, work: UnitOfWork, shown: Shown) -> Mapping[str, object]:
    """Return what may be personal, for whoever may decide about it, and what was left out, for everybody."""
    submission, item = shown.submitted.id, shown.contributed.item
    may = visit.may(Permission.CONTRIBUTIONS_REDACT)
    return {
        "redactions": [each for each in await work.redactions.of(submission) if each.undone_at is None],
        "personal": await work.redactions.suggestions(submission, item) if may else (),
        "dismissed": await work.redactions.dismissed(submission, item) if may else (),
    }


async def redact(visit: Visit) -> Response:
    """Leave out a suggested stretch, or words that somebody typed."""
    form = await visit.form()
    kind = form.get("kind", OTHER)
    if kind not in KINDS:
        raise HTTPException(400)
    words = form.get("words", "").replace("\r\n", "\n")[:LONGEST]
    stretch = None if "words" in form else _stretch(form)
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        made = await _leave_out(visit, work, shown, words, stretch, kind)
        here = address(visit, shown.contributed.id, form.get("back", ""))
        if made is None:
            values = {"back": here, "words": words, "query": form.get("back", ""), "id": shown.contributed.id}
            return visit.page("redactions/missing.html", 422, **values)
        if made:
            await keep(visit, work, "personal detail left out", shown.contributed.id, kind)
    return visit.see(f"{here}#redactions")


async def _leave_out(
    visit: Visit, work: UnitOfWork, shown: Shown, words: str, stretch: Stretch | None, kind: str
) -> int | None:
    """Return how many redactions were made, None where the words do not occur."""
    submission, item, id_ = shown.submitted.id, shown.contributed.item, shown.contributed.id
    by, now = visit.member.id, visit.now
    if stretch is None:
        return await work.redactions.add_words(submission, item, id_, words, kind, by, now)
    return await work.redactions.add(submission, item, id_, stretch, kind, by, now)


async def not_personal(visit: Visit) -> Response:
    """Keep that what is suggested is no personal detail; where it is no longer suggested, nothing is kept."""
    form = await visit.form()
    stretch = _stretch(form)
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        submission, item, id_ = shown.submitted.id, shown.contributed.item, shown.contributed.id
        kind = await work.redactions.dismiss(submission, item, id_, stretch, visit.member.id, visit.now)
        if kind:
            await keep(visit, work, "found not personal", id_, kind)
    return visit.see(f"{address(visit, id_, form.get('back', ''))}#redactions")


async def maybe_personal(visit: Visit) -> Response:
    """Suggest again what was found to be no personal detail."""
    form = await visit.form()
    number = _number(form.get("dismissed", ""))
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        if await work.redactions.suggest_again(number, shown.contributed.id):
            await keep(visit, work, "perhaps personal again", shown.contributed.id)
    return visit.see(f"{address(visit, shown.contributed.id, form.get('back', ''))}#redactions")


async def listing(visit: Visit) -> Response:
    """Show an administrator what was left out, word for word; that they looked is written down."""
    async with visit.database.reading() as work:
        shown = await visit_contribution(visit, work)
        found = await work.redactions.of(shown.submitted.id)
    async with visit.database.begin() as work:
        await keep(visit, work, "personal details read", shown.contributed.id)
    labels = {
        each.id: each.label[visit.language]
        for part in shown.submitted.questionnaire.sections
        for each in part.questions
    }
    return visit.page(
        "redactions/list.html",
        submission=shown.submitted,
        contribution=shown.contributed,
        found=found,
        labels=labels,
        query=visit.request.url.query,
        back=address(visit, shown.contributed.id, visit.request.url.query),
    )


async def undo(visit: Visit) -> Response:
    """Show again what was left out."""
    form = await visit.form()
    number = _number(form.get("redaction", ""))
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        if not await work.redactions.undo(number, shown.submitted.id, visit.member.id, visit.now):
            raise HTTPException(404)
        await keep(visit, work, "personal detail shown again", shown.contributed.id, str(number))
    return visit.see(visit.url("redactions", id=shown.contributed.id))


def _stretch(form: Mapping[str, str]) -> Stretch:
    """Return the stretch that a form names: in an answer, or in what was written back."""
    start, end = _number(form.get("start", "")), _number(form.get("end", ""))
    if "reply" in form:
        return Stretch(Place(author_reply_id=_number(form["reply"])), start, end)
    return Stretch(Place(answer_id=_number(form.get("answer", ""))), start, end)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) >= DIGITS:
        raise HTTPException(400)
    return int(text)
