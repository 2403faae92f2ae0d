"""The first page: wherever this role's work begins."""

from __future__ import annotations

from starlette.responses import Response

from admin.permissions import Permission
from admin.visit import Visit


async def first_page(visit: Visit) -> Response:
    """Send readers to the contributions, everybody else to the numbers."""
    reads = visit.may(Permission.CONTRIBUTIONS_READ)
    return visit.see(visit.url("contributions" if reads else "overview"))
