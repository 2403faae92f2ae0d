"""The style sheet and the pictures, from memory; there is no path to a file system here."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from admin.rendering import static_files, static_version


async def file(request: Request) -> Response:
    """Return one static file; a browser may keep it for ever under the address with its version."""
    name = request.path_params["name"]
    if name not in static_files():
        raise HTTPException(404)
    content, kind = static_files()[name]
    exact = request.query_params.get("v") == static_version(name)
    kept = "public, max-age=31536000, immutable" if exact else "no-cache"
    return Response(content, media_type=kind, headers={"Cache-Control": kept})
