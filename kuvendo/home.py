"""The page at `/` of a demo: two doors, one for the citizen and one for the secretariat, in both languages."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FILE = Path(__file__).with_name("home.html")


@cache
def _page() -> tuple[bytes, dict[str, str]]:
    """Return the page and its headers; its one style is allowed by its hash, and nothing else is."""
    page = _FILE.read_text(encoding="utf-8")
    found = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    style = base64.b64encode(hashlib.sha256((found[1] if found else "").encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page.encode(), {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }


async def _home(_request: Request) -> Response:
    page, headers = _page()
    return Response(page, media_type="text/html", headers=headers)


def route() -> Route:
    """Return the route of the page."""
    return Route("/", _home, methods=["GET"])
