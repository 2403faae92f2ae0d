"""The way into every view: who asks, may they, and did our own form send it.

`guarded` wraps a view of the route table; nothing reaches a view around it. The order is: session, permission,
token, view.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

import locales
from admin import cookies, csrf
from admin.permissions import Permission
from admin.settings import IDLE, LONGEST, AdminSettings
from admin.visit import Visit
from storage.database import Database
from storage.staff import StaffLogin

View = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

THEMES = ("auto", "light", "dark")
_SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session is known; writing it down at each click would be a waste."""


class StaleForm(HTTPException):
    """The form was not sent by a page of ours in this session."""

    def __init__(self) -> None:
        super().__init__(403)


def guarded(view: View, permission: Permission, *, upload: bool = False) -> Endpoint:
    """Return an endpoint that lets through to `view` whoever holds `permission`; with `upload` a form brings a file.

    Nobody logged in is sent to the login page and back afterwards, whoever is half-way in to the page for their second
    factor; anything else that is missing is a 403.
    """

    async def endpoint(request: Request) -> Response:
        visit = await arrive(request)
        if permission is not Permission.PAGE_OPEN:
            is_half_way = visit.half is not None and permission is Permission.SESSION_PROVE
            if visit.staff is None and not is_half_way:
                return _to_login(visit)
            if visit.staff is not None and not visit.may(permission):
                raise HTTPException(403)
            if _must_choose(visit) and permission is not Permission.SESSION_PROVE:
                return visit.see(visit.url("own_password"))
        if request.method == "POST" and not await csrf.holds(request, visit.token, visit.settings, upload=upload):
            raise StaleForm
        return remember(visit, await view(visit))

    async def closing(request: Request) -> Response:
        """Let go of the file that came with the form, whatever became of it."""
        try:
            return await endpoint(request)
        finally:
            await request.close()

    return closing if upload else endpoint


async def arrive(request: Request) -> Visit:
    """Return the visit that a request begins, its session marked as used."""
    database: Database = request.app.state.database
    settings: AdminSettings = request.app.state.settings
    now = settings.clock()
    login = await _login(request, database, settings)
    visit = cookies.read(request, cookies.VISIT, settings)
    if login is None and not visit:
        visit = request.scope["kuvendo.visit"] = request.scope.get("kuvendo.visit") or cookies.fresh()
    return Visit(
        request=request,
        database=database,
        settings=settings,
        now=now,
        language=login.staff.language if login else language(request, settings),
        theme=theme(request, settings),
        token=login.csrf if login else csrf.visit_token(visit, settings),
        staff=login.staff if login and login.proven else None,
        session=login.id if login else b"",
        half=login.staff if login and not login.proven else None,
    )


def remember(visit: Visit, response: Response) -> Response:
    """Have the browser keep the `visit` cookie that was made for it, and return the response."""
    made = visit.request.scope.get("kuvendo.visit")
    if made:
        cookies.write(response, cookies.VISIT, made, visit.settings)
    return response


def language(request: Request, settings: AdminSettings) -> str:
    """Return the language that the browser chose here before, Albanian where it did not."""
    chosen = cookies.read(request, cookies.LANGUAGE, settings)
    return chosen if chosen in locales.CODES else locales.DEFAULT


def theme(request: Request, settings: AdminSettings) -> str:
    """Return the colours that the browser chose here before; auto follows the device."""
    chosen = cookies.read(request, cookies.THEME, settings)
    return chosen if chosen in THEMES else THEMES[0]


def session_id(value: str) -> bytes:
    """Return what the database knows a session cookie by; the cookie itself is written down nowhere."""
    return hashlib.sha256(value.encode("utf-8", "replace")).digest()


async def _login(request: Request, database: Database, settings: AdminSettings) -> StaffLogin | None:
    """Return the login that the session cookie proves, None where it has ended."""
    value = cookies.read(request, cookies.SESSION, settings)
    if not value:
        return None
    now = settings.clock()
    async with database.reading() as work:
        login = await work.staff.login(session_id(value), idle_since=now - IDLE, opened_since=now - LONGEST)
    if login is not None and now - login.seen_at > _SEEN_EVERY:
        async with database.begin() as work:
            await work.staff.touch(login.id, now)
            await work.commit()
    return login


def _must_choose(visit: Visit) -> bool:
    """Tell whether somebody came in with a password that another made up for them."""
    return visit.staff is not None and not visit.staff.has_own_password


def _to_login(visit: Visit) -> Response:
    """Send the browser to what is still to be shown; a page that can be read again is remembered, a form is not."""
    back = {"next": visit.here} if visit.request.method in {"GET", "HEAD"} else None
    if visit.here == visit.url("home"):
        back = None
    if visit.half is not None:
        return visit.see(visit.url("code" if visit.half.has_factor else "setup", back))
    response = visit.see(visit.url("login", back))
    if cookies.read(visit.request, cookies.SESSION, visit.settings):
        cookies.forget_session(response, visit.settings)
    return remember(visit, response)
