"""What somebody reads when something is wrong: what happened, and what to do now, in their language."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from admin import gate, rendering
from admin.settings import AdminSettings

KNOWN = (400, 403, 404, 405, 413, 500, 503)


async def page(request: Request, error: Exception) -> Response:
    """Return the page for an HTTP error, within the frame of whoever is logged in."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = (getattr(error, "headers", None) or {}) if status == 405 else {}
    if status == 413:
        return plain_page(request, request.app.state.settings, status)
    visit = await gate.arrive(request)
    stale = isinstance(error, gate.StaleForm)
    response = visit.page("errors/error.html", status, code=_known(status), stale=stale)
    response.headers.update(headers)
    return gate.remember(visit, response)


def plain_page(request: Request, settings: AdminSettings, status: int) -> Response:
    """Return the page for an error that must need nothing: no database, no session, no form."""
    language = gate.language(request, settings)
    home = f"{request.scope.get('root_path', '')}/"
    return rendering.page(
        "errors/plain.html",
        language,
        status,
        code=_known(status),
        stale=False,
        theme=gate.theme(request, settings),
        home=home,
        style=f"{home}static/admin.css?v={rendering.static_version('admin.css')}",
        icon=f"{home}static/icon.svg?v={rendering.static_version('icon.svg')}",
    )


def _known(status: int) -> int:
    return status if status in KNOWN else (400 if status < 500 else 500)
