"""Groups of contributions that say the same: suggested by likeness, made by a person, undone by one click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin.choices import choices
from admin.conflicts import Both, conflict
from admin.deciding import DIGITS, Wish, decided, keep, seen_version, was_seen
from admin.showing import Shown, address, visit_contribution
from admin.visit import Visit
from storage.groups import Elsewhere, Group, GroupMoved
from storage.masking import OMITTED
from storage.moderation import Standing
from storage.submitted import Contributed, Submitted
from storage.unit_of_work import UnitOfWork

SHOWN: Final = 50
"""Contributions of a group whose texts stand side by side."""
LONGEST_NAME: Final = 120
"""Signs of a group's name; what is beyond is cut."""


async def piece(visit: Visit, work: UnitOfWork, shown: Shown) -> Mapping[str, object]:
    """Return the group of a contribution, the one it was in last, and what may say the same."""
    part = shown.contributed
    words = "\n".join(part.texts).replace(OMITTED, " ")
    found = await work.groups.group(part.group_id) if part.group_id else None
    return {
        "group": found,
        "group_size": await work.groups.size(found.id) if found else 0,
        "left_group": None if found else await work.groups.left_last(part.id),
        "alike": () if part.withdrawn else await work.suggestions.alike(part.id, words),
        "unlike": await work.suggestions.unlike(part.id),
    }


# --- on the page of a contribution -----------------------------------------------------------------------------------


async def join(visit: Visit) -> Response:
    """Bring the contribution and another one together."""
    form = await visit.form()
    other = _uuid(form.get("other", ""))

    async def act(work: UnitOfWork, id_: UUID, seen: int) -> None:
        try:
            await work.groups.join(id_, other, seen=seen, by=visit.member.id, now=visit.now)
        except Elsewhere:
            raise HTTPException(404) from None

    words = visit.translations.gettext("In a group with the other one")
    wish = _wish(visit, f"with {other}", words, {"other": str(other)})
    return _at_group(await decided(visit, form, wish, act, lambda work, now: _stands(visit, work, now)))


async def put_back(visit: Visit) -> Response:
    """Put the contribution back into the group that it was taken out of."""
    form = await visit.form()
    number = _number(form.get("group", ""))

    async def act(work: UnitOfWork, id_: UUID, seen: int) -> None:
        await work.groups.hold(number)
        last = await work.groups.left_last(id_)
        if last is None or last.id != number:
            raise HTTPException(404)
        if await work.groups.size(number):
            await work.groups.put_in(id_, number, seen=seen, by=visit.member.id, now=visit.now)
        else:  # it went as the last but one, and took the other along
            await work.groups.bring_back(number, by=visit.member.id, now=visit.now)

    words = visit.translations.gettext("Back in the group")
    wish = _wish(visit, f"back in group {number}", words, {"group": str(number)})
    return _at_group(await decided(visit, form, wish, act, lambda work, now: _stands(visit, work, now)))


async def take_out(visit: Visit) -> Response:
    """Take the contribution out of its group."""
    form = await visit.form()

    async def act(work: UnitOfWork, id_: UUID, seen: int) -> None:
        await work.groups.take_out(id_, seen=seen, by=visit.member.id, now=visit.now)

    wish = Wish("ungrouped", "", visit.translations.gettext("Group"), visit.translations.gettext("In no group"))
    response = await decided(visit, form, wish, act, lambda work, now: _stands(visit, work, now))
    number = form.get("group", "")
    if response.status_code == 303 and number.isdecimal() and len(number) < DIGITS:
        return visit.see(visit.url("group", group=int(number)))  # it was done on the group's own page
    return _at_group(response)


async def not_alike(visit: Visit) -> Response:
    """Keep that another contribution does not say the same; it is not suggested again."""
    form = await visit.form()
    other = _uuid(form.get("other", ""))
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        standing = await work.moderation.standing(other)
        if standing is None or standing.consultation != shown.consultation.slug:
            raise HTTPException(404)
        await work.suggestions.is_unlike(shown.contributed.id, other, visit.member.id, visit.now)
        await keep(visit, work, "found unlike", shown.contributed.id, str(other))
    return visit.see(address(visit, shown.contributed.id, form.get("back", "")) + "#group")


async def maybe_alike(visit: Visit) -> Response:
    """Suggest again what was found unlike the contribution."""
    form = await visit.form()
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        await work.suggestions.may_be_alike(shown.contributed.id)
        await keep(visit, work, "suggested again", shown.contributed.id)
    return visit.see(address(visit, shown.contributed.id, form.get("back", "")) + "#group")


def _wish(visit: Visit, detail: str, words: str, fields: dict[str, str]) -> Wish:
    """Return the wish to have the contribution in a group."""
    return Wish("grouped", detail, visit.translations.gettext("Group"), words, {**fields})


# --- on the page of a group ------------------------------------------------------------------------------------------


async def page(visit: Visit) -> Response:
    """Show what is in a group side by side; that somebody read it is written down."""
    async with visit.database.reading() as work:
        found = await _group(visit, work)
        size = await work.groups.size(found.id)
        values: dict[str, Any] = {
            "group": found,
            "size": size,
            "members": await _members(work, await work.groups.members(found.id, SHOWN)),
            "former": await work.groups.former(found.id),
            "seen": await work.groups.mark(found.id),
            "offered": await choices(visit, work) if visit.may("contributions:moderate") else None,
            "people": {each.id: each.name for each in await work.staff.list()},
        }
    async with visit.database.begin() as work:
        await keep_group(visit, work, "group read", found.id)
    return visit.page("groups/page.html", **values)


async def rename(visit: Visit) -> Response:
    """Give the group another name."""
    form = await visit.form()
    name = " ".join(form.get("name", "").split())[:LONGEST_NAME]
    seen = seen_version(form)
    async with visit.database.begin() as work:
        found = await _group(visit, work)
        here = visit.url("group", group=found.id)
        try:
            await work.groups.rename(found.id, name, seen=seen)
        except GroupMoved as moved:
            row = (visit.translations.gettext("Name of the group"), moved.now.name, name)
            return conflict(visit, here, [row], {"name": name, "version": str(moved.now.version)})
        await keep_group(visit, work, "group renamed", found.id)
    return visit.see(here)


async def dissolve(visit: Visit) -> Response:
    """Take the group apart; what was in it stays as it is."""
    form = await visit.form()
    async with visit.database.begin() as work:
        found = await _group(visit, work)
        await work.groups.hold(found.id)
        if was_seen(form) != await work.groups.mark(found.id):
            return await _second(visit, work, found, visit.translations.gettext("The group taken apart"))
        count = await work.groups.dissolve(found.id, by=visit.member.id, now=visit.now)
        await keep_group(visit, work, "group taken apart", found.id, f"{count} contributions")
    return visit.see(visit.url("group", group=found.id))


async def bring_back(visit: Visit) -> Response:
    """Undo what was taken out of the group last, or its taking apart."""
    form = await visit.form()
    async with visit.database.begin() as work:
        found = await _group(visit, work)
        await work.groups.hold(found.id)
        if was_seen(form) != await work.groups.mark(found.id):
            return await _second(visit, work, found, visit.translations.gettext("What left it last, back in it"))
        count = await work.groups.bring_back(found.id, by=visit.member.id, now=visit.now)
        await keep_group(visit, work, "group restored", found.id, f"{count} contributions")
    return visit.see(visit.url("group", group=found.id))


async def _second(visit: Visit, work: UnitOfWork, now: Group, wanted: str) -> Response:
    """Show how many are in the group by now to whoever saw other ones in it."""
    size, t = await work.groups.size(now.id), visit.translations
    stands = t.ngettext("%(count)s contribution in it", "%(count)s contributions in it", size) % {"count": size}
    label = now.name or t.gettext("Group %(number)s") % {"number": now.id}
    again = {"seen": await work.groups.mark(now.id)}
    return conflict(visit, visit.url("group", group=now.id), [Both(label, stands, wanted)], again)


async def keep_group(visit: Visit, work: UnitOfWork, action: str, group: int, detail: str = "") -> None:
    """Write down what was done with a group, and keep everything."""
    await work.audit.add(visit.member.id, action, f"group {group} {detail}".strip(), visit.now)
    await work.commit()


async def _group(visit: Visit, work: UnitOfWork) -> Group:
    """Return the group that the address names; one of another component is a 404 like one never made."""
    number = visit.request.path_params["group"]
    found = await work.groups.group(number) if len(str(number)) < DIGITS else None
    slugs = {each.slug for each in await work.reading.consultations(visit.scope)}
    if found is None or found.consultation not in slugs:
        raise HTTPException(404)
    return found


async def _members(work: UnitOfWork, ids: tuple[UUID, ...]) -> list[tuple[Submitted, Contributed]]:
    """Return contributions with their submissions, in the order of `ids`."""
    submissions = {await work.moderation.submission_of(each) for each in ids}
    whole = await work.reading.several([each for each in submissions if each])
    found = {part.id: (each, part) for each in whole for part in (*each.contributions, *each.withdrawn)}
    return [found[each] for each in ids if each in found]


async def _stands(visit: Visit, work: UnitOfWork, now: Standing) -> str:
    """Return in words which group a contribution is in, for whoever came second."""
    found = await work.groups.group(now.group_id) if now.group_id else None
    if found is None:
        return visit.translations.gettext("In no group")
    return found.name or visit.translations.gettext("Group %(number)s") % {"number": found.id}


def _at_group(response: Response) -> Response:
    """Have the browser come back to where the group stands on the page."""
    if response.status_code == 303:
        response.headers["location"] += "#group"
    return response


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(400) from None


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) >= DIGITS:
        raise HTTPException(400)
    return int(text)
