"""The page of one contribution: what was said, where in the conversation, and what every room adds to it.

Each room's piece is a function of its own view module, which builds on `admin.showing` and never on this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from admin import moderating
from admin.answered import Answer, answer
from admin.conversation import bubbles
from admin.passages import Passages, passages
from admin.showing import Piece, Shown, address, visit_contribution
from admin.views import contributions, groups, redactions, replies, translations
from admin.visit import Visit
from storage.submitted import Contributed, Elsewhere
from storage.unit_of_work import UnitOfWork

PIECES: Final[tuple[Piece, ...]] = (
    contributions.steps,
    moderating.piece,
    replies.piece,
    groups.piece,
    redactions.piece,
    translations.piece,
)
"""What the rooms add: each returns values of the template, under names of its own."""


async def page(visit: Visit) -> Response:
    """Show one contribution; that somebody read it is written down."""
    async with visit.database.reading() as work:
        shown = await visit_contribution(visit, work)
        values = await _values(visit, work, shown)
        for piece in PIECES:
            values |= await piece(visit, work, shown)
    async with visit.database.begin() as work:
        await work.audit.add(visit.member.id, "contribution read", str(shown.contributed.id), visit.now)
        await work.commit()
    return visit.page("contributions/detail.html", **values)


async def _values(visit: Visit, work: UnitOfWork, shown: Shown) -> dict[str, Any]:
    """Return what the page shows whoever works with it."""
    submission, contribution = shown.submitted, shown.contributed
    transcript = await work.reading.transcript(submission.id)
    ways = passages(contribution, transcript)
    hidden = visit.translations.gettext("[redacted]")
    return {
        "submission": submission,
        "contribution": contribution,
        "consultation": shown.consultation,
        "answers": _answers(visit, shown, hidden, ways),
        "name": _name(visit, shown, contribution),
        "siblings": _siblings(visit, shown),
        "others": await _others(visit, work, shown),
        "bubbles": bubbles(transcript, submission.mask),
        "ways": ways,
        "query": visit.request.url.query,
    }


def _answers(visit: Visit, shown: Shown, hidden: str, ways: Passages) -> list[Answer]:
    found = []
    for each in shown.contributed.answers:
        again = each.question.again if shown.contributed.position > 1 else None
        asked = (again or each.question.ask)[visit.language]
        found.append(answer(each, asked, shown.submitted.mask, hidden, visit.language, ways))
    return found


def _name(visit: Visit, shown: Shown, contributed: Contributed) -> str:
    """Return how a contribution is called within its submission, such as "Issue 2"."""
    sections = shown.submitted.questionnaire.sections
    names = [section.repeat.name[visit.language] for section in sections if section.repeat]
    return names[0].replace("{n}", str(contributed.position)) if names else str(contributed.position)


def _siblings(visit: Visit, shown: Shown) -> list[dict[str, object]]:
    """Return every contribution of the submission, this one too, each with its name and a way there."""
    parts: Sequence[Contributed] = shown.submitted.contributions
    return [
        {"name": _name(visit, shown, each), "part": each, "href": address(visit, each.id, visit.request.url.query)}
        for each in parts
    ]


async def _others(visit: Visit, work: UnitOfWork, shown: Shown) -> list[tuple[Elsewhere, str]]:
    """Return what else the same author sent within what the visitor may see, each with its consultation's label."""
    consultations = {each.slug: each for each in await work.reading.consultations(visit.scope)}
    found = await work.reading.others(shown.submitted.id, list(consultations))
    return [(each, consultations[each.consultation].label[visit.language]) for each in found]
