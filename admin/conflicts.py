"""Two people changed the same thing, or its author did: whoever came second sees both and chooses; nothing is lost.

The page keeps everything that was written. *Keep theirs* is a link; *write mine* sends the same form once more, now
with the version that stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.responses import Response

from admin.meanwhile import News
from admin.visit import Visit


class Both(NamedTuple):
    """One thing as somebody else set it, and as this visitor would have it."""

    label: str
    theirs: str
    yours: str


def conflict(
    visit: Visit,
    back: str,
    rows: Sequence[Both | tuple[str, str, str]],
    again: Mapping[str, str | Sequence[str]],
    *,
    by: str = "",
    action: str = "",
    said: Sequence[News] = (),
    room: str = "contributions",
) -> Response:
    """Return the page on which the second writer chooses.

    `back` is the address of what is fought over, `rows` are label, theirs and yours, `again` the fields of the form to
    send once more (its `version` the one that stands; several values under one name as a list). `by` is who was faster,
    `action` where the form goes, this very address where it is empty; `said` what the author said meanwhile, `room`
    where in the dashboard this is.
    """
    fields = [(name, each) for name, value in again.items() for each in ([value] if isinstance(value, str) else value)]
    return visit.page(
        "contributions/conflict.html",
        409,
        back=back,
        rows=[Both(*row) for row in rows],
        fields=fields,
        by=by,
        said=said,
        room=room,
        action=action or visit.request.url.path,
    )
