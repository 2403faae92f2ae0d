"""Logging in and out.

A refused login says the same, and takes as long, whether the name or the password was wrong. The throttle is asked
before a password is checked, in a transaction of its own, so that guesses made at once are all counted.
"""

from __future__ import annotations

from starlette.responses import Response

from admin import cookies, passwords, throttle
from admin.gate import session_id
from admin.visit import Visit
from storage.staff import Credentials, StaffRepository, account_name


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
    cookie = await _open(visit, name, credentials) if right and credentials else None
    if cookie is None:
        await _refused(visit, credentials)
        return _page(visit, 401, problem="wrong", name=name, after=after)
    return _welcome(visit, name, after, cookie, credentials.language if credentials else visit.language)


async def log_out(visit: Visit) -> Response:
    """End the session in the database and have the browser forget what it kept of it."""
    async with visit.database.begin() as work:
        await work.staff.end_session(visit.session, visit.now)
        await work.staff.audit(visit.member.id, "logout", "", visit.now)
        await work.commit()
    response = visit.see(visit.url("login"))
    cookies.forget_session(response, visit.settings)
    return response


def _page(visit: Visit, status: int, problem: str = "", name: str = "", after: str = "") -> Response:
    """Return the login page; what was typed as the name stays, the password never does."""
    values = {"problem": problem, "name": name, "after": visit.safe(after) if after else ""}
    response = visit.page("session/login.html", status, **values)
    if status == 429:
        response.headers["Retry-After"] = str(int(throttle.WINDOW.total_seconds()))
    return response


async def _admit(visit: Visit, name: str) -> tuple[Credentials | None, bool]:
    """Return what is kept of `name`, and whether one more password may be checked; count it either way."""
    settings = visit.settings
    device = cookies.read(visit.request, cookies.DEVICE, settings)
    nonce = cookies.unsigned(device, f"device:{name}", settings)
    strangers = (
        throttle.for_account(name, settings),
        throttle.for_address(throttle.address(visit.request, settings), settings),
    )
    async with visit.database.begin() as work:
        credentials = await work.staff.credentials(name)
        known = (throttle.for_device(nonce, settings),) if nonce else None
        allowed = known is not None and await _within(visit, work.staff, known)
        allowed = allowed or await _within(visit, work.staff, strangers)
        await work.commit()
    return credentials, allowed


async def _within(visit: Visit, staff: StaffRepository, buckets: tuple[throttle.Bucket, ...]) -> bool:
    """Count one check in each bucket and tell whether all of them still had room."""
    since = visit.now - throttle.WINDOW
    counts = [await staff.count(bucket.key, visit.now, since) for bucket in buckets]
    return all(count <= bucket.limit for count, bucket in zip(counts, buckets, strict=True))


async def _open(visit: Visit, name: str, checked: Credentials) -> str | None:
    """Begin the session and return its cookie; None where the account changed while the password was checked."""
    cookie = cookies.fresh()
    async with visit.database.begin() as work:
        if await work.staff.credentials(name) != checked or checked.disabled:
            return None
        if visit.session:
            await work.staff.end_session(visit.session, visit.now)
        await work.staff.open_session(session_id(cookie), checked.id, cookies.fresh(), visit.now)
        await work.staff.audit(checked.id, "login", "", visit.now)
        await work.staff.prune(visit.now - throttle.WINDOW)
        await work.commit()
    return cookie


async def _refused(visit: Visit, credentials: Credentials | None) -> None:
    """Write down that somebody was refused; a name that nobody has may be a password typed in haste, so not it."""
    async with visit.database.begin() as work:
        await work.staff.audit(credentials.id if credentials else None, "login refused", "", visit.now)
        await work.commit()


def _welcome(visit: Visit, name: str, after: str, cookie: str, language: str) -> Response:
    """Return the way to where they wanted to go, with the cookies of a new login."""
    settings = visit.settings
    response = visit.see(visit.safe(after))
    cookies.drop(response, cookies.VISIT, settings)
    cookies.write(response, cookies.SESSION, cookie, settings)
    cookies.write(response, cookies.LANGUAGE, language, settings)
    device = cookies.signed(cookies.fresh(), f"device:{name}", settings)
    cookies.write(response, cookies.DEVICE, device, settings)
    return response
