"""Logging in and out.

A refused login says the same, and takes as long, whether the name or the password was wrong. The throttle is asked
before a password is checked, in a transaction of its own, so that guesses made at once are all counted. Whoever is
asked for a second factor gets a session that is good for nothing but showing it (`admin/views/proof.py`).
"""

from __future__ import annotations

from starlette.responses import Response

from admin import cookies, entering, passwords, second_factor, throttle
from admin.entering import Entered
from admin.visit import Visit
from storage.staff import Credentials, StaffMember, account_name


async def form(visit: Visit) -> Response:
    """Show the login form; somebody who is logged in already has no use for it."""
    after = visit.request.query_params.get("next", "")
    if visit.staff is not None:
        return visit.see(visit.safe(after))
    return _page(visit, 200, after=after)


async def log_in(visit: Visit) -> Response:
    """Begin a session under a new number where name and password are right."""
    fields = await visit.form()
    name = account_name(fields.get("name", ""))[:200]
    after = fields.get("next", "")
    credentials, allowed = await _admit(visit, name)
    if not allowed:
        return _page(visit, 429, problem="throttled", name=name, after=after)
    kept = credentials.password_hash if credentials else None
    right = await passwords.verify(kept, fields.get("password", ""))
    opened = await _open(visit, name, credentials) if right and credentials else None
    if opened is None:
        await _refused(visit, credentials)
        return _page(visit, 401, problem="wrong", name=name, after=after)
    member, made = opened
    if not entering.is_asked(visit, member):
        return entering.welcome(visit, visit.see(visit.safe(after)), member, made)
    return entering.carry(visit, visit.see(next_step(visit, member, after)), member, made)


async def log_out(visit: Visit) -> Response:
    """End the session in the database and have the browser forget what it kept of it."""
    async with visit.database.begin() as work:
        await work.staff.end_session(visit.session, visit.now)
        await work.audit.add(visit.known.id, "logout", "", visit.now)
        await work.commit()
    response = visit.see(visit.url("login"))
    cookies.forget_session(response, visit.settings)
    return response


def next_step(visit: Visit, member: StaffMember, after: str) -> str:
    """Return the page on which somebody shows, or first sets up, their second factor."""
    back = {"next": visit.safe(after)} if after else None
    return visit.url("code" if member.has_factor else "setup", back)


def _page(visit: Visit, status: int, problem: str = "", name: str = "", after: str = "") -> Response:
    """Return the login page; what was typed as the name stays, the password never does."""
    values = {"problem": problem, "name": name, "after": visit.safe(after) if after else ""}
    response = visit.page("session/login.html", status, **values)
    if status == 429:
        response.headers["Retry-After"] = str(int(throttle.WINDOW.total_seconds()))
    return response


async def _admit(visit: Visit, name: str) -> tuple[Credentials | None, bool]:
    """Return what is kept of `name`, and whether one more password may be checked; count it either way."""
    async with visit.database.begin() as work:
        credentials = await work.staff.credentials(name)
        allowed = await entering.admitted(visit, work.staff, name)
        await work.commit()
    return credentials, allowed


async def _open(visit: Visit, name: str, checked: Credentials) -> tuple[StaffMember, Entered] | None:
    """Begin the session; return None where the account changed while the password was checked."""
    async with visit.database.begin() as work:
        member = await work.staff.by_name(name)
        if await work.staff.credentials(name) != checked or checked.disabled or member is None:
            return None
        asked = entering.is_asked(visit, member)
        if asked and not member.has_factor:
            # Whoever else came this far sees no secret that somebody then takes for theirs alone.
            await work.staff.end_unproven(member.id, visit.now)
            await work.factors.prepare(member.id, second_factor.new_secret())
        made = await entering.begin(visit, work, member, proven=not asked)
        await work.staff.prune(visit.now - throttle.WINDOW)
        if not asked:
            await work.audit.add(member.id, "login", "", visit.now)
        await work.commit()
    return member, made


async def _refused(visit: Visit, credentials: Credentials | None) -> None:
    """Write down that somebody was refused; a name that nobody has may be a password typed in haste, so not it."""
    async with visit.database.begin() as work:
        await work.audit.add(credentials.id if credentials else None, "login refused", "", visit.now)
        await work.commit()
