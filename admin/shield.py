"""Around everything: headers on every response, a limit on what comes in, and no traceback for anybody.

An error of ours is logged once, with the route and without a word of what was sent, and answered with one page.
"""

from __future__ import annotations

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.errors import plain_page
from admin.settings import BODY_LIMIT, AdminSettings
from storage.errors import Unavailable

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: our style sheet, our script and our pictures, and no other."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
STRICT_TRANSPORT = "max-age=31536000"


class Shield:
    """The outermost middleware of the dashboard."""

    def __init__(self, app: ASGIApp, settings: AdminSettings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and see to what every answer must carry."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._add_headers(MutableHeaders(scope=message))
            await send(message)

        try:
            await self.app(scope, _limited(scope, receive), send_with_headers)
        except Unavailable as error:
            log.warning("%s", error)
            if started:
                raise
            await self._apologise(scope, receive, send_with_headers, 503)
        except Exception:
            log.exception("%s %s failed", scope["method"], getattr(scope.get("route"), "path", "?"))
            if started:
                raise
            await self._apologise(scope, receive, send_with_headers, 500)

    def _add_headers(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        headers.setdefault("Cache-Control", "no-store")
        if self.settings.https:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT

    async def _apologise(self, scope: Scope, receive: Receive, send: Send, status: int) -> None:
        response = plain_page(Request(scope), self.settings, status)
        if status == 503:
            response.headers["Retry-After"] = "5"
        await response(scope, receive, send)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Return `receive` that raises 413 once more than BODY_LIMIT bytes came, or were announced."""
    total = 0
    announced = Headers(scope=scope).get("content-length", "")

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > BODY_LIMIT or (announced.isdecimal() and int(announced) > BODY_LIMIT):
            raise HTTPException(413)
        return message

    return limited
