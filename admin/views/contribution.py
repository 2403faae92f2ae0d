"""The page of one contribution: what was said, where in the conversation, and what every room adds to it.

Each room's piece is a function of its own view module, which builds on `admin.showing` and never on this one.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from admin.conversation import bubbles
from admin.showing import Piece, visit_contribution
from admin.views import moderation
from admin.visit import Visit

PIECES: Final[tuple[Piece, ...]] = (moderation.piece,)
"""What the rooms add: each returns values of the template, under names of its own."""


async def page(visit: Visit) -> Response:
    """Show one contribution; that somebody read it is written down."""
    async with visit.database.reading() as work:
        shown = await visit_contribution(visit, work)
        transcript = await work.reading.transcript(shown.submitted.id)
        values: dict[str, object] = {}
        for piece in PIECES:
            values |= await piece(visit, work, shown)
    async with visit.database.begin() as work:
        await work.staff.audit(visit.member.id, "contribution read", str(shown.contributed.id), visit.now)
        await work.commit()
    return visit.page(
        "contributions/detail.html",
        submission=shown.submitted,
        contribution=shown.contributed,
        consultation=shown.consultation,
        bubbles=bubbles(transcript),
        query=visit.request.url.query,
        **values,
    )
