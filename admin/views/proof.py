"""The second factor: showing it at a login, and setting it up the first time.

A code is taken once and never again; attempts are counted before they are looked at, as passwords are. Whoever has
lost the telephone shows a recovery code instead. Each of these steps begins the session under another number.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin import entering, second_factor, throttle
from admin.entering import Entered
from admin.visit import Visit
from storage.unit_of_work import UnitOfWork


async def form(visit: Visit) -> Response:
    """Ask for the code of the telephone, or for a recovery code."""
    after = visit.request.query_params.get("next", "")
    if visit.half is None:
        return visit.see(visit.safe(after))
    if not visit.half.has_factor:
        return visit.see(visit.url("setup", {"next": visit.safe(after)} if after else None))
    return _code_page(visit, 200, after, by_recovery="recovery" in visit.request.query_params)


async def prove(visit: Visit) -> Response:
    """Let somebody in whose code is right."""
    fields = await visit.form()
    after, typed = fields.get("next", ""), fields.get("code", "")
    by_recovery = fields.get("kind", "") == "recovery"
    if visit.half is None:
        return visit.see(visit.safe(after))
    if not await _admitted(visit):
        return _code_page(visit, 429, after, "throttled", by_recovery=by_recovery)
    made, left = await _taken(visit, typed, by_recovery=by_recovery)
    if made is None:
        return _code_page(visit, 401, after, "wrong", by_recovery=by_recovery)
    if not by_recovery:
        return entering.welcome(visit, visit.see(visit.safe(after)), visit.half, made)
    now_in = entering.inside(visit, visit.half, made)
    page = now_in.page("session/recovered.html", left=left, after=visit.safe(after))
    return entering.welcome(visit, page, visit.half, made)


async def set_up_form(visit: Visit) -> Response:
    """Show the picture and the key for the telephone, and ask for its first code."""
    after = visit.request.query_params.get("next", "")
    secret = await _waiting(visit)
    if secret is None:
        return visit.see(visit.safe(after))
    return _setup_page(visit, 200, secret, after)


async def picture(visit: Visit) -> Response:
    """Return the key as a picture that a telephone reads; only while it waits for its first code."""
    secret = await _waiting(visit)
    if secret is None:
        raise HTTPException(404)
    drawn = second_factor.picture(second_factor.address(secret, visit.known.name))
    return Response(drawn, media_type="image/svg+xml")


async def set_up(visit: Visit) -> Response:
    """Use the new key from now on where a first code proves it; show the recovery codes, once."""
    fields = await visit.form()
    after, typed = fields.get("next", ""), second_factor.digits(fields.get("code", ""))
    secret = await _waiting(visit)
    if secret is None:
        return visit.see(visit.safe(after))
    if not await _admitted(visit):
        return _setup_page(visit, 429, secret, after, "throttled")
    step = second_factor.step_of(secret, typed, visit.now)
    if step is None:
        return _setup_page(visit, 401, secret, after, "wrong")
    codes = second_factor.new_codes()
    made = await _confirmed(visit, secret, step, codes)
    if made is None:
        return visit.see(visit.url("setup"))
    page = show_codes(entering.inside(visit, visit.known, made), codes, visit.safe(after))
    return entering.welcome(visit, page, visit.known, made)


def show_codes(visit: Visit, codes: tuple[str, ...], after: str) -> Response:
    """Return the page that shows recovery codes; nobody can see them again afterwards."""
    return entering.alone(visit).page("session/codes.html", codes=codes, after=after)


async def _admitted(visit: Visit) -> bool:
    async with visit.database.begin() as work:
        allowed = await entering.admitted(visit, work.staff, visit.known.name, "code:")
        await work.commit()
    return allowed


async def _taken(visit: Visit, typed: str, *, by_recovery: bool) -> tuple[Entered | None, int]:
    """Take the code and begin the session; return it, None where the code is wrong, and the recovery codes left."""
    member = visit.known
    async with visit.database.begin() as work:
        use = _use_recovery_code if by_recovery else _use_code
        made = await entering.begin(visit, work, member) if await use(visit, work, typed) else None
        left = await work.factors.codes_left(member.id)
        if made is not None and by_recovery:
            await work.audit.add(member.id, "recovery code used", str(left), visit.now)
        await work.audit.add(member.id, "login" if made else "code refused", "", visit.now)
        await work.commit()
    return made, left


async def _use_code(visit: Visit, work: UnitOfWork, typed: str) -> bool:
    factor = await work.factors.of(visit.known.id)
    code = second_factor.digits(typed)
    step = second_factor.step_of(factor.secret, code, visit.now) if factor.secret else None
    return step is not None and await work.factors.take(visit.known.id, step)


async def _use_recovery_code(visit: Visit, work: UnitOfWork, typed: str) -> bool:
    mine = second_factor.code_hash(visit.known.id, typed)
    return await work.factors.use_code(visit.known.id, mine, visit.now)


async def _waiting(visit: Visit) -> bytes | None:
    """Return the key that waits for its first code; somebody half-way in who has one already sets up no other."""
    if visit.half is not None and visit.half.has_factor:
        return None
    async with visit.database.reading() as work:
        return (await work.factors.of(visit.known.id)).waiting


async def _confirmed(visit: Visit, secret: bytes, step: int, codes: tuple[str, ...]) -> Entered | None:
    """Use the key, end every other session and begin a new one; None where another key was made meanwhile."""
    member = visit.known
    async with visit.database.begin() as work:
        if (await work.factors.of(member.id)).waiting != secret or not await work.factors.confirm(member.id, step):
            return None
        await work.factors.put_codes(member.id, [second_factor.code_hash(member.id, each) for each in codes])
        await work.staff.end_sessions(member.id, visit.now)
        made = await entering.begin(visit, work, member)
        await work.audit.add(member.id, "second factor set up", "", visit.now)
        if visit.half is not None:
            await work.audit.add(member.id, "login", "", visit.now)
        await work.commit()
    return made


def _code_page(visit: Visit, status: int, after: str, problem: str = "", *, by_recovery: bool) -> Response:
    values = {"problem": problem, "after": visit.safe(after) if after else "", "by_recovery": by_recovery}
    return _patient(visit.page("session/code.html", status, **values))


def _setup_page(visit: Visit, status: int, secret: bytes, after: str, problem: str = "") -> Response:
    values = {"problem": problem, "after": visit.safe(after) if after else "", "key": second_factor.key(secret)}
    return _patient(visit.page("session/setup.html", status, **values))


def _patient(response: Response) -> Response:
    if response.status_code == 429:
        response.headers["Retry-After"] = str(int(throttle.WINDOW.total_seconds()))
    return response
