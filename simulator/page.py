"""The chat page and its files, with headers that let in nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"
_POLICY = "; ".join(  # noqa: FLY002 (one rule a line)
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    ]
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class _Files(StaticFiles):
    """Static files that are always asked for again, so that a new version is seen at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """Return a file with the page's headers."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(HEADERS)
        return response


async def _page(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers=HEADERS, media_type="text/html")


def page_routes() -> list[BaseRoute]:
    """Return the routes of the page and of its files."""
    return [
        Route("/chat", _page, methods=["GET"]),
        Mount("/chat/static", _Files(directory=STATIC)),
    ]
