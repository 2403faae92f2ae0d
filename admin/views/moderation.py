"""What staff decide on a contribution's page: status, assignee, themes, notes.

Every verb is one form: what is written, the version that was seen, and the filter to come back to.
"""

from __future__ import annotations

from collections.abc import Mapping

from admin.showing import Shown
from admin.visit import Visit
from storage.unit_of_work import UnitOfWork


async def piece(visit: Visit, work: UnitOfWork, shown: Shown) -> Mapping[str, object]:
    """Return what the contribution's page shows of moderation."""
    return {"notes": await work.moderation.notes(shown.contributed.id)}
