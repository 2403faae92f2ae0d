"""One's own account: sessions and how to end them, the password, the second factor and its recovery codes.

Whatever opens a way in is asked the password for again, and ends every other session.
"""

from __future__ import annotations

from starlette.responses import Response

from admin import entering, passwords, second_factor, throttle
from admin.passwords import WeakPassword
from admin.settings import IDLE, LONGEST
from admin.views import proof
from admin.visit import Visit
from storage.staff import OpenSession

DONE = frozenset({"password", "session", "sessions"})
"""What a page may say was just done."""


async def page(visit: Visit) -> Response:
    """Show somebody their account."""
    done = visit.request.query_params.get("done", "")
    return await _page(visit, 200, done=done if done in DONE else "")


async def end_session(visit: Visit) -> Response:
    """End one of one's own sessions, or all but this one."""
    which = (await visit.form()).get("session", "")
    async with visit.database.begin() as work:
        if which == "others":
            await work.staff.end_other_sessions(visit.member.id, visit.session, visit.now)
        else:
            mine = await work.staff.sessions(
                visit.member.id, idle_since=visit.now - IDLE, opened_since=visit.now - LONGEST
            )
            for each in mine:
                if named(each) == which:
                    await work.staff.end_session(each.id, visit.now)
        await work.audit.add(visit.member.id, "sessions ended" if which == "others" else "session ended", "", visit.now)
        await work.commit()
    return visit.see(visit.url("account", {"done": "sessions" if which == "others" else "session"}))


async def change_password(visit: Visit) -> Response:
    """Give somebody the password they chose, end every session of theirs and begin this one anew."""
    return await _choose(visit, _page)


async def own_password_form(visit: Visit) -> Response:
    """Ask whoever came in with a password made up by another for one of their own."""
    if visit.staff is None:
        return visit.see(visit.url("code" if visit.known.has_factor else "setup"))
    return visit.see(visit.url("account")) if visit.staff.has_own_password else await _own_page(visit, 200)


async def own_password(visit: Visit) -> Response:
    """Give somebody their first own password."""
    if visit.staff is None or visit.staff.has_own_password:
        return await own_password_form(visit)
    return await _choose(visit, _own_page)


async def new_codes(visit: Visit) -> Response:
    """Make new recovery codes in place of the old ones, and show them once."""
    problem = await _password_problem(visit)
    problem = problem or ("" if visit.member.has_factor else "none")
    if problem:
        return await _page(visit, _status(problem), section="codes", problem=problem)
    codes = second_factor.new_codes()
    async with visit.database.begin() as work:
        hashes = [second_factor.code_hash(visit.member.id, each) for each in codes]
        await work.factors.put_codes(visit.member.id, hashes)
        await work.audit.add(visit.member.id, "recovery codes made", "", visit.now)
        await work.commit()
    return proof.show_codes(visit, codes, visit.url("account"))


async def new_factor(visit: Visit) -> Response:
    """Begin to set up a telephone, the first or another one; the old one serves until the new one is proven."""
    problem = await _password_problem(visit)
    if problem:
        return await _page(visit, _status(problem), section="factor", problem=problem)
    async with visit.database.begin() as work:
        await work.factors.prepare(visit.member.id, second_factor.new_secret())
        await work.staff.end_other_sessions(visit.member.id, visit.session, visit.now)
        await work.audit.add(visit.member.id, "second factor begun", "", visit.now)
        await work.commit()
    return visit.see(visit.url("setup", {"next": visit.url("account")}))


def named(session: OpenSession) -> str:
    """Return how a session is called in a form: by the beginning of what the database knows it by."""
    return session.id[:12].hex()


# --- what is asked again --------------------------------------------------------------------------------------------


async def _choose(visit: Visit, again: entering.Again) -> Response:
    """Change the password, or show the form `again` with what is wrong."""
    fields = await visit.form()
    member, new, kept = visit.member, fields.get("new", ""), ""
    problem = await _password_problem(visit)
    if not problem and new != fields.get("again", ""):
        problem = "again"
    if not problem and new == fields.get("password", ""):
        problem = "same"
    if not problem:
        try:
            kept = passwords.hash_password(new, member.name, _shortest(visit))
        except WeakPassword as weak:
            problem = weak.reason
    if problem:
        return await again(visit, _status(problem), section="password", problem=problem)
    async with visit.database.begin() as work:
        await work.staff.set_password(member.id, kept, visit.now)
        made = await entering.begin(visit, work, member)
        await work.audit.add(member.id, "password changed", "", visit.now)
        await work.commit()
    return entering.welcome(visit, visit.see(visit.url("account", {"done": "password"})), member, made)


async def _password_problem(visit: Visit) -> str:
    """Return "" where the form holds the password of whoever is logged in, else what is wrong; attempts are counted."""
    member, typed = visit.member, (await visit.form()).get("password", "")
    async with visit.database.begin() as work:
        bucket = throttle.for_account(member.name, visit.settings, "again:")
        allowed = await entering.within(visit, work.staff, bucket)
        credentials = await work.staff.credentials(member.name)
        await work.commit()
    if not allowed:
        return "throttled"
    right = await passwords.verify(credentials.password_hash if credentials else None, typed)
    return "" if right else "wrong"


def _status(problem: str) -> int:
    return {"throttled": 429, "wrong": 401}.get(problem, 422)


def _shortest(visit: Visit) -> int:
    return passwords.shortest_for(proves_twice=entering.is_asked(visit, visit.member))


# --- pages ----------------------------------------------------------------------------------------------------------


async def _page(visit: Visit, status: int, *, section: str = "", problem: str = "", done: str = "") -> Response:
    since = {"idle_since": visit.now - IDLE, "opened_since": visit.now - LONGEST}
    async with visit.database.reading() as work:
        sessions = await work.staff.sessions(visit.member.id, **since)
        left = await work.factors.codes_left(visit.member.id)
        seen = await work.reading.consultations(visit.scope) if visit.member.components else ()
    shown = [(named(each), each, each.id == visit.session) for each in sessions]
    values = {"section": section, "problem": problem, "done": done, "left": left, "seen": seen}
    return visit.page("account/page.html", status, sessions=shown, shortest=_shortest(visit), **values)


async def _own_page(visit: Visit, status: int, *, section: str = "", problem: str = "", done: str = "") -> Response:
    values = {"section": section, "problem": problem, "done": done, "shortest": _shortest(visit)}
    return entering.alone(visit).page("session/own_password.html", status, **values)
