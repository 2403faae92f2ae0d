"""One contribution as its pages have it: loaded within what somebody may see, and the address to come back to.

The rooms around a contribution (moderation, redactions, translations, groups, replies) begin here. A room that shows
something on the contribution's page gives a `Piece`, which `admin.views.contribution` asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from starlette.exceptions import HTTPException

from admin.visit import Visit
from dialogs.types import Consultation
from storage.submitted import Contributed, Submitted
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Shown:
    """A contribution with the submission and the consultation that it is part of."""

    submitted: Submitted
    contributed: Contributed
    consultation: Consultation


Piece = Callable[[Visit, UnitOfWork, Shown], Awaitable[Mapping[str, object]]]
"""What a room adds to the page of a contribution: values of the template."""


async def visit_contribution(visit: Visit, work: UnitOfWork) -> Shown:
    """Return the contribution that the address names as `id`; one of another component is a 404 like one never made."""
    id_: UUID = visit.request.path_params["id"]
    submission = await work.moderation.submission_of(id_)
    consultations = {each.slug: each for each in await work.reading.consultations(visit.scope)}
    found = await work.reading.one(submission, list(consultations)) if submission else None
    for part in (*found.contributions, *found.withdrawn) if found else ():
        if found is not None and part.id == id_:
            return Shown(found, part, consultations[found.consultation])
    raise HTTPException(404)


def address(visit: Visit, contribution: UUID, back: str = "") -> str:
    """Return the address of a contribution's page within the filter `back`, a query string as a form brought it."""
    query = urlencode(parse_qsl(back, max_num_fields=50)) if back else ""
    return visit.url("contribution", id=contribution) + (f"?{query}" if query else "")
