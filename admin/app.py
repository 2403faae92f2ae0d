"""The dashboard put together: all routes as one table, each with the permission it asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from admin import errors
from admin.gate import Endpoint, View, guarded
from admin.permissions import Permission
from admin.settings import AdminSettings
from admin.shield import Shield
from admin.views import contribution, exports, home, overview, preferences, session, static, submissions
from storage.database import Database


class Row(NamedTuple):
    """One route: where, how, what answers, and what one must hold to be let in."""

    path: str
    name: str
    method: str
    view: View
    permission: Permission


P = Permission

ROUTES = (
    Row("/", "home", "GET", home.first_page, P.SESSION_USE),
    Row("/login", "login", "GET", session.form, P.PAGE_OPEN),
    Row("/login", "log_in", "POST", session.log_in, P.PAGE_OPEN),
    Row("/logout", "logout", "POST", session.log_out, P.SESSION_USE),
    Row("/language", "language", "POST", preferences.language, P.PAGE_OPEN),
    Row("/theme", "theme", "POST", preferences.theme, P.PAGE_OPEN),
    Row("/overview/", "overview", "GET", overview.counts, P.COUNTS_READ),
    Row("/contributions/{id:uuid}", "contribution", "GET", contribution.page, P.CONTRIBUTIONS_READ),
    Row("/submissions/", "submissions", "GET", submissions.listing, P.SUBMISSIONS_READ),
    Row("/submissions/{id:uuid}", "submission", "GET", submissions.detail, P.SUBMISSIONS_READ),
    Row("/export", "export", "GET", exports.form, P.SUBMISSIONS_EXPORT),
    Row("/export", "download", "POST", exports.download, P.SUBMISSIONS_EXPORT),
)
"""Every page. A path that answers to two methods has two rows."""

FILES = Route("/static/{name}", static.file, name="file", methods=["GET"])
"""The style sheet and the pictures: the same for everybody, so nobody is asked who they are."""


def create_app(database: Database, settings: AdminSettings) -> Starlette:
    """Return the dashboard over `database`, to be mounted at `/admin`; it needs no start-up and no shutdown."""
    settings = replace(settings, key=database.keyring.derive("admin"))
    app = Starlette(
        routes=[*_routes(), FILES],
        middleware=[Middleware(Shield, settings=settings)],
        exception_handlers={HTTPException: errors.page},
    )
    app.state.database = database
    app.state.settings = settings
    return app


def _routes() -> list[Route]:
    """Return Starlette's routes, one for each row."""
    return [Route(row.path, _endpoint(row), name=row.name, methods=[row.method]) for row in ROUTES]


def _endpoint(row: Row) -> Endpoint:
    return guarded(row.view, row.permission)
