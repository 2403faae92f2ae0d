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
from admin.live import Streams
from admin.permissions import Permission
from admin.settings import AdminSettings
from admin.shield import Shield
from admin.views import (
    account,
    audit,
    consultations,
    contribution,
    contributions,
    exports,
    groups,
    home,
    live,
    many,
    moderation,
    overview,
    people,
    preferences,
    previewing,
    proof,
    publishing,
    redactions,
    replies,
    session,
    static,
    submissions,
    themes,
    translations,
)
from storage.database import Database


class Row(NamedTuple):
    """One route: where, how, what answers, and what one must hold to be let in."""

    path: str
    name: str
    method: str
    view: View
    permission: Permission
    upload: bool = False
    """Whether its form may bring a file."""


P = Permission

ROUTES = (
    Row("/", "home", "GET", home.first_page, P.SESSION_USE),
    Row("/login", "login", "GET", session.form, P.PAGE_OPEN),
    Row("/login", "log_in", "POST", session.log_in, P.PAGE_OPEN),
    Row("/login/code", "code", "GET", proof.form, P.SESSION_PROVE),
    Row("/login/code", "prove", "POST", proof.prove, P.SESSION_PROVE),
    Row("/login/setup", "setup", "GET", proof.set_up_form, P.SESSION_PROVE),
    Row("/login/setup", "set_up", "POST", proof.set_up, P.SESSION_PROVE),
    Row("/login/setup.svg", "setup_picture", "GET", proof.picture, P.SESSION_PROVE),
    Row("/login/password", "own_password", "GET", account.own_password_form, P.SESSION_PROVE),
    Row("/login/password", "choose_password", "POST", account.own_password, P.SESSION_PROVE),
    Row("/logout", "logout", "POST", session.log_out, P.SESSION_PROVE),
    Row("/language", "language", "POST", preferences.language, P.PAGE_OPEN),
    Row("/theme", "theme", "POST", preferences.theme, P.PAGE_OPEN),
    Row("/overview/", "overview", "GET", overview.page, P.COUNTS_READ),
    Row("/overview/chart/{name}.svg", "overview_chart", "GET", overview.picture, P.COUNTS_READ),
    Row("/overview/numbers.xlsx", "overview_workbook", "GET", overview.workbook, P.COUNTS_READ),
    Row("/contributions/", "contributions", "GET", contributions.listing, P.CONTRIBUTIONS_READ),
    Row("/contributions/keys", "keys", "GET", contributions.keys, P.CONTRIBUTIONS_READ),
    Row("/contributions/many", "many", "POST", many.choose, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/many/done", "carry_out", "POST", many.carry_out, P.CONTRIBUTIONS_MODERATE),
    Row("/live", "live", "GET", live.stream, P.CONTRIBUTIONS_READ),
    Row("/contributions/{id:uuid}", "contribution", "GET", contribution.page, P.CONTRIBUTIONS_READ),
    Row("/contributions/{id:uuid}/group", "join", "POST", groups.join, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/group/out", "take_out", "POST", groups.take_out, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/group/back", "put_back", "POST", groups.put_back, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/unlike", "not_alike", "POST", groups.not_alike, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/unlike/undo", "maybe_alike", "POST", groups.maybe_alike, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/redact", "redact", "POST", redactions.redact, P.CONTRIBUTIONS_REDACT),
    Row(
        "/contributions/{id:uuid}/not-personal", "not_personal", "POST", redactions.not_personal, P.CONTRIBUTIONS_REDACT
    ),
    Row(
        "/contributions/{id:uuid}/not-personal/undo",
        "maybe_personal",
        "POST",
        redactions.maybe_personal,
        P.CONTRIBUTIONS_REDACT,
    ),
    Row("/contributions/{id:uuid}/redactions", "redactions", "GET", redactions.listing, P.REDACTIONS_UNDO),
    Row("/contributions/{id:uuid}/redactions/undo", "undo_redaction", "POST", redactions.undo, P.REDACTIONS_UNDO),
    Row("/contributions/{id:uuid}/translation", "translate", "POST", translations.translate, P.CONTRIBUTIONS_MODERATE),
    Row("/groups/{group:int}", "group", "GET", groups.page, P.CONTRIBUTIONS_READ),
    Row("/groups/{group:int}/name", "rename_group", "POST", groups.rename, P.CONTRIBUTIONS_MODERATE),
    Row("/groups/{group:int}/apart", "dissolve", "POST", groups.dissolve, P.CONTRIBUTIONS_MODERATE),
    Row("/groups/{group:int}/undo", "bring_back", "POST", groups.bring_back, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/status", "set_status", "POST", moderation.set_status, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/assignee", "set_assignee", "POST", moderation.set_assignee, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/themes", "set_themes", "POST", moderation.set_themes, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/notes", "add_note", "POST", moderation.add_note, P.CONTRIBUTIONS_MODERATE),
    Row(
        "/contributions/{id:uuid}/notes/remove", "remove_note", "POST", moderation.remove_note, P.CONTRIBUTIONS_MODERATE
    ),
    Row("/contributions/{id:uuid}/seen", "mark_seen", "POST", moderation.mark_seen, P.CONTRIBUTIONS_MODERATE),
    Row("/contributions/{id:uuid}/reply", "preview_reply", "POST", replies.preview, P.REPLIES_WRITE),
    Row("/contributions/{id:uuid}/replies", "replies", "GET", replies.thread, P.CONTRIBUTIONS_READ),
    Row("/contributions/{id:uuid}/replies", "write_reply", "POST", replies.write, P.REPLIES_WRITE),
    Row("/contributions/{id:uuid}/replies/back", "take_back_reply", "POST", replies.take_back, P.REPLIES_WRITE),
    Row("/themes/", "themes", "GET", themes.listing, P.CONTRIBUTIONS_READ),
    Row("/themes/", "add_theme", "POST", themes.add, P.CODEBOOK_EDIT),
    Row("/themes/{theme:int}", "describe_theme", "POST", themes.describe, P.CODEBOOK_EDIT),
    Row("/themes/{theme:int}/place", "move_theme", "POST", themes.move, P.CODEBOOK_EDIT),
    Row("/themes/{theme:int}/retired", "retire_theme", "POST", themes.retire, P.CODEBOOK_EDIT),
    Row("/themes/{theme:int}/in-use", "bring_back_theme", "POST", themes.bring_back, P.CODEBOOK_EDIT),
    Row("/submissions/", "submissions", "GET", submissions.listing, P.SUBMISSIONS_READ),
    Row("/submissions/{id:uuid}", "submission", "GET", submissions.detail, P.SUBMISSIONS_READ),
    Row("/account/", "account", "GET", account.page, P.SESSION_USE),
    Row("/account/session", "end_session", "POST", account.end_session, P.SESSION_USE),
    Row("/account/password", "change_password", "POST", account.change_password, P.SESSION_USE),
    Row("/account/codes", "new_codes", "POST", account.new_codes, P.SESSION_USE),
    Row("/account/factor", "new_factor", "POST", account.new_factor, P.SESSION_USE),
    Row("/people/", "people", "GET", people.listing, P.STAFF_MANAGE),
    Row("/people/new", "new_person", "GET", people.new, P.STAFF_MANAGE),
    Row("/people/new", "add_person", "POST", people.add, P.STAFF_MANAGE),
    Row("/people/{id:int}", "person", "GET", people.person, P.STAFF_MANAGE),
    Row("/people/{id:int}/role", "change_role", "POST", people.change_role, P.STAFF_MANAGE),
    Row("/people/{id:int}/disable", "disable_person", "POST", people.disable, P.STAFF_MANAGE),
    Row("/people/{id:int}/enable", "enable_person", "POST", people.enable, P.STAFF_MANAGE),
    Row("/people/{id:int}/password", "reset_password", "POST", people.reset_password, P.STAFF_MANAGE),
    Row("/people/{id:int}/factor", "reset_factor", "POST", people.reset_factor, P.STAFF_MANAGE),
    Row("/audit/", "audit", "GET", audit.listing, P.AUDIT_READ),
    Row("/audit/check", "audit_check", "GET", audit.check, P.AUDIT_READ),
    Row("/consultations/", "consultations", "GET", consultations.listing, P.CONSULTATIONS_PREVIEW),
    Row("/consultations/{slug}", "consultation", "GET", consultations.detail, P.CONSULTATIONS_PREVIEW),
    Row("/consultations/{slug}/try/{digest}", "preview", "GET", previewing.start, P.CONSULTATIONS_PREVIEW),
    Row("/consultations/{slug}/try/{digest}", "preview_on", "POST", previewing.go_on, P.CONSULTATIONS_PREVIEW),
    Row("/consultations/{slug}/open", "ask_open", "GET", consultations.ask_open, P.CONSULTATIONS_MANAGE),
    Row("/consultations/{slug}/open", "open", "POST", consultations.open_it, P.CONSULTATIONS_MANAGE),
    Row("/consultations/{slug}/close", "ask_close", "GET", consultations.ask_close, P.CONSULTATIONS_MANAGE),
    Row("/consultations/{slug}/close", "close", "POST", consultations.close_it, P.CONSULTATIONS_MANAGE),
    Row("/consultations/{slug}/upload", "upload", "GET", publishing.form, P.CONSULTATIONS_MANAGE),
    Row("/consultations/{slug}/upload", "check", "POST", publishing.check, P.CONSULTATIONS_MANAGE, upload=True),
    Row("/consultations/{slug}/publish", "publish", "POST", publishing.publish, P.CONSULTATIONS_MANAGE, upload=True),
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
    app.state.streams = Streams()
    # A page has dozens of addresses; looked for among all routes, each would be the dearest thing on it.
    app.state.routes = {route.name: route for route in app.routes if isinstance(route, Route)}
    return app


def _routes() -> list[Route]:
    """Return Starlette's routes, one for each row."""
    return [Route(row.path, _endpoint(row), name=row.name, methods=[row.method]) for row in ROUTES]


def _endpoint(row: Row) -> Endpoint:
    return guarded(row.view, row.permission, upload=row.upload)
