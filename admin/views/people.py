"""Accounts: who works here, what they may do and see, and what an administrator does when somebody lost something.

Nobody changes their own role or closes their own account, so somebody who can is always left. An administrator of
some components sees and makes no account that reaches further than their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin import passwords
from admin.deciding import was_seen
from admin.permissions import Role
from admin.reach import is_as_seen, labels, manages, reach, second_key, second_role
from admin.visit import Visit
from dialogs.types import Consultation
from storage.staff import NameTaken, StaffMember, account_name
from storage.unit_of_work import UnitOfWork

Change = Callable[[UnitOfWork, StaffMember], Awaitable[Response | None]]
"""Changes an account, or returns the page that says why nothing was kept."""

DONE = frozenset({"role", "disabled", "enabled", "factor"})


class Wrong(ValueError):
    """A form that cannot be taken; the message names what is wrong, in one word."""


async def listing(visit: Visit) -> Response:
    """Show every account that this administrator looks after."""
    async with visit.database.reading() as work:
        members = [each for each in await work.staff.list() if manages(visit, each)]
        consultations = await work.reading.consultations()
    return visit.page("people/list.html", members=members, labels=labels(consultations, visit.language))


async def new(visit: Visit) -> Response:
    """Show the form for another account."""
    return await _form(visit, 200)


async def add(visit: Visit) -> Response:
    """Open an account, and show the password it is opened with, once."""
    fields = await visit.form()
    name = account_name(fields.get("name", ""))
    password = passwords.made_up()
    try:
        role, components = await _chosen(visit)
        if not name or len(name) > 100 or not name.isprintable():
            raise Wrong("name")
        member = await _opened(visit, name, password, role, components)
    except Wrong as wrong:
        return await _form(visit, 422, problem=str(wrong), name=name)
    return visit.page("people/password.html", member=member, password=password, is_new=True)


async def person(visit: Visit) -> Response:
    """Show one account and what can be done about it."""
    member = await _member(visit)
    if member.id == visit.member.id:
        return visit.see(visit.url("account"))
    done = visit.request.query_params.get("done", "")
    return await _person(visit, member, 200, done=done if done in DONE else "")


async def change_role(visit: Visit) -> Response:
    """Give somebody another role or other components; their sessions end."""
    member, seen = await _other(visit), was_seen(await visit.form())
    try:
        role, components = await _chosen(visit)
    except Wrong as wrong:
        return await _person(visit, member, 422, problem=str(wrong))

    async def change(work: UnitOfWork, found: StaffMember) -> Response | None:
        if seen != reach(found.role, found.components):
            return await second_role(visit, work, found, role, components)
        await work.staff.set_role(found.id, role, components, visit.now)
        detail = f"{found.role} → {role}, {' '.join(components) or 'everything'}"
        await work.audit.add(visit.member.id, "staff.role", f"{found.id} {detail}", visit.now)
        return None

    return await _changed(visit, member, change, "role")


async def disable(visit: Visit) -> Response:
    """Close an account; its sessions end."""

    async def change(work: UnitOfWork, found: StaffMember) -> Response | None:
        if not found.disabled:
            await work.staff.disable(found.id, visit.now)
            await work.audit.add(visit.member.id, "staff.disable", f"{found.id}", visit.now)
        return None

    return await _changed(visit, await _other(visit), change, "disabled")


async def enable(visit: Visit) -> Response:
    """Open a closed account again."""

    async def change(work: UnitOfWork, found: StaffMember) -> Response | None:
        if found.disabled:
            await work.staff.enable(found.id)
            await work.audit.add(visit.member.id, "staff.enable", f"{found.id}", visit.now)
        return None

    return await _changed(visit, await _other(visit), change, "enabled")


async def reset_factor(visit: Visit) -> Response:
    """Forget somebody's second factor: their next login sets up another."""
    member, seen, t = await _other(visit), was_seen(await visit.form()), visit.translations

    async def change(work: UnitOfWork, found: StaffMember) -> Response | None:
        if not await is_as_seen(work, found, seen):
            return await second_key(visit, work, found, t.gettext("The phone forgotten"))
        await work.factors.reset(found.id)
        await work.staff.end_sessions(found.id, visit.now)
        await work.audit.add(visit.member.id, "staff.reset-second-factor", f"{found.id}", visit.now)
        return None

    return await _changed(visit, member, change, "factor")


async def reset_password(visit: Visit) -> Response:
    """Give somebody a password made up just now, and show it once."""
    member, seen, password = await _other(visit), was_seen(await visit.form()), passwords.made_up()

    async def change(work: UnitOfWork, found: StaffMember) -> Response | None:
        if not await is_as_seen(work, found, seen):
            return await second_key(visit, work, found, visit.translations.gettext("A new password"))
        await work.staff.set_password(found.id, passwords.hash_once(password), visit.now)
        await work.audit.add(visit.member.id, "staff.reset-password", f"{found.id}", visit.now)
        return None

    answer = await _changed(visit, member, change, "")
    if answer.status_code == 409:
        return answer
    return visit.page("people/password.html", member=member, password=password, is_new=False)


# --- what a form asks for -------------------------------------------------------------------------------------------


async def _chosen(visit: Visit) -> tuple[str, list[str]]:
    """Return the role and the components that a form chooses; raise Wrong for what this administrator cannot give."""
    form = await visit.request.form(max_files=0, max_fields=50, max_part_size=16 * 1024)
    role, sees = form.get("role", ""), form.get("sees", "")
    if role not in set(Role):
        raise Wrong("role")
    components = sorted({str(each) for each in form.getlist("component")}) if sees == "some" else []
    if sees == "some" and not components:
        raise Wrong("components")
    if sees not in {"all", "some"} or (sees == "all" and visit.member.components):
        raise Wrong("components")
    async with visit.database.reading() as work:
        if not set(components) <= set(_givable(visit, await work.reading.consultations(visit.member.components))):
            raise Wrong("components")
    return str(role), components


def _givable(visit: Visit, consultations: tuple[Consultation, ...]) -> dict[str, str]:
    """Return what may be given to see, by its slug: components, as far as this administrator sees them."""
    mine = visit.member.components
    named = labels(consultations, visit.language)
    return {slug: named[slug] for slug in (mine or dict.fromkeys(map(_part, consultations))) if slug in named}


def _part(consultation: Consultation) -> str:
    return consultation.component or consultation.slug


async def _opened(visit: Visit, name: str, password: str, role: str, components: list[str]) -> StaffMember:
    async with visit.database.begin() as work:
        await _still_in_charge(visit, work)
        try:
            kept = passwords.hash_once(password)
            member = await work.staff.add(name, kept, role, components, visit.language, visit.now)
        except NameTaken:
            raise Wrong("taken") from None
        detail = f"{role}, {' '.join(components) or 'everything'}"
        await work.audit.add(visit.member.id, "staff.add", f"{member.id} {detail}", visit.now)
        await work.commit()
    return member


# --- one account ----------------------------------------------------------------------------------------------------


async def _member(visit: Visit) -> StaffMember:
    """Return the account that the address names; one that reaches further than our own is not there."""
    async with visit.database.reading() as work:
        found = await work.staff.by_id(min(int(visit.request.path_params["id"]), 2**53))
    if found is None or not manages(visit, found):
        raise HTTPException(404)
    return found


async def _other(visit: Visit) -> StaffMember:
    """Return the account that the address names, which must be somebody else's."""
    member = await _member(visit)
    if member.id == visit.member.id:
        raise HTTPException(403)
    return member


async def _changed(visit: Visit, member: StaffMember, change: Change, done: str) -> Response:
    """Change an account as it is now, as long as we may still do so, and return to it."""
    async with visit.database.begin() as work:
        await _still_in_charge(visit, work)
        found = await work.staff.by_id(member.id)
        if found is None or not manages(visit, found):
            raise HTTPException(404)
        refused = await change(work, found)
        if refused is not None:
            return refused
        await work.commit()
    return visit.see(visit.url("person", {"done": done}, id=member.id))


async def _still_in_charge(visit: Visit, work: UnitOfWork) -> None:
    """Raise 403 where another administrator took our role from us just now: of two, one is always left."""
    if visit.member.id not in {each.id for each in await work.staff.hold_administrators()}:
        raise HTTPException(403)


async def _person(visit: Visit, member: StaffMember, status: int, *, problem: str = "", done: str = "") -> Response:
    async with visit.database.reading() as work:
        mark = await work.factors.mark(member.id)
    values = {
        "problem": problem,
        "done": done,
        "member": member,
        "reach": reach(member.role, member.components),
        "mark": mark,
    }
    return visit.page("people/person.html", status, **values, **await _choices(visit, member))


async def _form(visit: Visit, status: int, *, problem: str = "", name: str = "") -> Response:
    return visit.page("people/new.html", status, problem=problem, name=name, **await _choices(visit, None))


async def _choices(visit: Visit, member: StaffMember | None) -> dict[str, Any]:
    """Return what a form lets choose from, and what is chosen already."""
    async with visit.database.reading() as work:
        consultations = await work.reading.consultations(visit.member.components)
    givable = _givable(visit, consultations)
    given = set(member.components) if member else set()
    chosen = given | {_part(each) for each in consultations if each.slug in given}
    return {"roles": list(Role), "givable": givable, "chosen": chosen, "may_give_all": not visit.member.components}
