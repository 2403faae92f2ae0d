"""How far an account reaches: its role and what it sees, in words, as a form carries it, and when two change it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from starlette.responses import Response

from admin.conflicts import Both, conflict
from admin.permissions import Role
from admin.visit import Visit
from dialogs.types import Consultation
from locales import translatable
from storage.staff import StaffMember
from storage.unit_of_work import UnitOfWork

_ROLES: Final = {
    Role.ADMINISTRATOR: translatable("Administrator"),
    Role.COORDINATOR: translatable("Coordinator"),
    Role.MODERATOR: translatable("Moderator"),
    Role.VIEWER: translatable("Viewer"),
}


def manages(visit: Visit, member: StaffMember) -> bool:
    """Tell whether an account reaches no further than this administrator's own."""
    mine, theirs = visit.member.components, member.components
    return not mine or (bool(theirs) and set(theirs) <= set(mine))


def labels(consultations: tuple[Consultation, ...], language: str) -> dict[str, str]:
    """Return how each component, and each consultation on it, is called in short."""
    named = {each.component: each.label[language] for each in reversed(consultations) if each.component}
    return {**named, **{each.slug: each.label[language] for each in consultations}}


def reach(role: str, components: Iterable[str]) -> str:
    """Return a role and what it sees as a form carries them."""
    return " ".join([role, *sorted(components)])


async def is_as_seen(work: UnitOfWork, member: StaffMember, seen: str) -> bool:
    """Tell whether somebody's password and telephone are what they were on the page that the form came from."""
    return seen == await work.factors.mark(member.id)


async def second_role(
    visit: Visit, work: UnitOfWork, now: StaffMember, role: str, components: Sequence[str]
) -> Response:
    """Show what another administrator made of an account; where that is what was wanted, nothing is left to do."""
    back = visit.url("person", id=now.id)
    if reach(role, components) == reach(now.role, now.components):
        return visit.see(visit.url("person", {"done": "role"}, id=now.id))
    named, t = labels(await work.reading.consultations(), visit.language), visit.translations

    def words(role: str, components: Iterable[str]) -> str:
        sees = ", ".join(named.get(each, each) for each in components) or t.gettext("All components")
        return f"{t.gettext(_ROLES[Role(role)])}: {sees}"

    row = Both(now.name, words(now.role, now.components), words(role, components))
    sees = {"sees": "some", "component": [*components]} if components else {"sees": "all"}
    again = {"role": role, **sees, "seen": reach(now.role, now.components)}
    return conflict(visit, back, [row], again, room="people")


async def second_key(visit: Visit, work: UnitOfWork, now: StaffMember, wanted: str) -> Response:
    """Show that somebody's password or telephone is another by now."""
    stands = visit.translations.gettext("Another password or another phone than when you opened the page")
    row, again = Both(now.name, stands, wanted), {"seen": await work.factors.mark(now.id)}
    return conflict(visit, visit.url("person", id=now.id), [row], again, room="people")
