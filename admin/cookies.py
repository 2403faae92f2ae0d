"""The dashboard's cookies: one place that knows their names and attributes.

`session` proves a login, `visit` ties the login form to one browser before that, `device` says that somebody logged
in from this browser before, `language` and `theme` are what they say. Over TLS each name begins with `__Host-`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from admin.settings import LONGEST, AdminSettings

SESSION = "kuvendo-session"
VISIT = "kuvendo-visit"
DEVICE = "kuvendo-device"
LANGUAGE = "kuvendo-language"
THEME = "kuvendo-theme"

YEAR = timedelta(days=365)
_LIFETIMES = {SESSION: LONGEST, VISIT: LONGEST, DEVICE: YEAR, LANGUAGE: YEAR, THEME: YEAR}


def name(cookie: str, settings: AdminSettings) -> str:
    """Return the name that the browser knows `cookie` by."""
    return f"__Host-{cookie}" if settings.https else cookie


def read(request: Request, cookie: str, settings: AdminSettings) -> str:
    """Return the value that the browser sent, "" for none or one far too long to be ours."""
    value = request.cookies.get(name(cookie, settings), "")
    return value if len(value) <= 200 else ""


def write(response: Response, cookie: str, value: str, settings: AdminSettings) -> None:
    """Have the browser keep `value`, out of reach of scripts and of other sites' requests."""
    response.set_cookie(
        name(cookie, settings),
        value,
        max_age=int(_LIFETIMES[cookie].total_seconds()),
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, cookie: str, settings: AdminSettings) -> None:
    """Have the browser forget `cookie`."""
    response.delete_cookie(name(cookie, settings), path="/", secure=settings.https, httponly=True, samesite="lax")


def forget_session(response: Response, settings: AdminSettings) -> None:
    """Have the browser forget the login and every page it may have kept; language, colours and device stay."""
    drop(response, SESSION, settings)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def fresh() -> str:
    """Return 32 random bytes as a cookie's value."""
    return secrets.token_urlsafe(32)


def sign(value: str, purpose: str, settings: AdminSettings) -> str:
    """Return a proof that `value` was given out by this installation for `purpose`."""
    return hmac.new(settings.key, f"admin:{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


def signed(value: str, purpose: str, settings: AdminSettings) -> str:
    """Return `value` with its proof."""
    return f"{value}.{sign(value, purpose, settings)}"


def unsigned(text: str, purpose: str, settings: AdminSettings) -> str:
    """Return the value that `signed` wrote for `purpose`, "" where the proof does not fit."""
    value, _, proof = text.partition(".")
    return value if same(proof, sign(value, purpose, settings)) else ""


def same(one: str, other: str) -> bool:
    """Tell whether two texts are the same, in a time that says nothing about either."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
