"""That a form was sent by our own page: a token tied to the session, and what the browser says of its origin.

Both must hold on every POST, the login's too. The token of a session lies in the database; before a login it is
derived from the `visit` cookie, so that another site can't log somebody in either.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from admin import cookies
from admin.settings import AdminSettings

FIELD = "csrf"
"""The hidden field of every form."""


def visit_token(visit: str, settings: AdminSettings) -> str:
    """Return the token of the forms that a browser gets before a login."""
    return cookies.sign(visit, "csrf", settings) if visit else ""


def is_ours(request: Request, settings: AdminSettings) -> bool:
    """Tell whether the browser, as far as it speaks, says that the request comes from a page of this origin.

    `Sec-Fetch-Site` decides where it is sent; else `Origin`. Browsers write `Origin: null` under our own
    `no-referrer` policy, and over plain http to another machine they leave `Sec-Fetch-Site` out: there, and there
    alone, `null` is left to the token.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is None:
        return True
    if origin == "null":
        return not settings.https
    wanted = "https" if settings.https else request.url.scheme
    parts = urlsplit(origin)
    return parts.scheme == wanted and parts.netloc == request.headers.get("host", "")


async def holds(request: Request, token: str, settings: AdminSettings, *, upload: bool = False) -> bool:
    """Tell whether the request may change anything: its origin is ours and its form carries `token`.

    With `upload` the form may bring one file, or its text.
    """
    if not token or not is_ours(request, settings):
        return False
    size = (64 if upload else 32) * 1024
    form = await request.form(max_files=1 if upload else 0, max_fields=50, max_part_size=size)
    given = form.get(FIELD)
    return isinstance(given, str) and cookies.same(given, token)
