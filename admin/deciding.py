"""One decision about a contribution, from the form to the page: kept, refused with the reason, or second to another's.

Every form brings the version it was made from. Where somebody was faster, the visitor sees what stands beside what they
wanted (`admin.conflicts`); where the rules do not have it, they see why, and the form as they filled it in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin.conflicts import Both, conflict
from admin.meanwhile import heard, news
from admin.moderating import choices_for
from admin.showing import Shown, address, visit_contribution
from admin.visit import Visit
from locales import translatable
from storage.moderation import Moved, NeverAlone, NotAllowed, Refusal, Standing
from storage.unit_of_work import UnitOfWork

WHY_NOT: Final = {
    Refusal.TRANSITION: translatable("A contribution does not go from this status to that one."),
    Refusal.REASON: translatable("Setting aside needs a reason. Please choose one from the list."),
    Refusal.NOTE: translatable("This reason says nothing by itself. Please add a note that explains it."),
}
ALONE: Final = translatable(
    "Technology supports openness and does not stand alone. Please add what it serves here: transparency,"
    " accountability, public participation, or another theme."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be so.

    `action` and `detail` are what the audit trail says, `label` and `words` what a page says; `fields` say it once more
    in a form, `beside` is what else would be lost.
    """

    action: str
    detail: str
    label: str
    words: str
    fields: Mapping[str, str | list[str]] = field(default_factory=dict)
    beside: tuple[Both, ...] = ()


DIGITS: Final = 16
"""A number with more is none of ours."""

Act = Callable[[UnitOfWork, UUID, int], Awaitable[None]]
Now = Callable[[UnitOfWork, Standing], Awaitable[str]]
"""Says in words what stands, for the one who came second."""


async def decided(visit: Visit, form: Mapping[str, str], wish: Wish, act: Act, stands: Now) -> Response:
    """Do what a form asks and go back; where that may not be, show why, where somebody was faster, both."""
    seen = seen_version(form)
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        here = address(visit, shown.contributed.id, form.get("back", ""))
        try:
            await act(work, shown.contributed.id, seen)
        except Moved as moved:
            return await _second(visit, work, form, wish, moved, stands)
        except (NotAllowed, NeverAlone) as refused:
            return await _refused(visit, work, shown, form, wish, refused)
        await keep(visit, work, wish.action, shown.contributed.id, wish.detail)
    return visit.see(here)


async def _second(
    visit: Visit, work: UnitOfWork, form: Mapping[str, str], wish: Wish, moved: Moved, stands: Now
) -> Response:
    """Show what stands beside what was wanted, and what the author said meanwhile."""
    if moved.now is None:
        raise HTTPException(404)
    shown = await visit_contribution(visit, work)  # anew: what was read before may be what was overtaken
    replies = await work.replies.of(shown.contributed.id)
    label = visit.translations.gettext("The author answered")
    said = news(form.get("heard", ""), shown.submitted, shown.contributed, replies, visit.language, label)
    people = {each.id: each.name for each in await work.staff.list()}
    rows = [Both(wish.label, await stands(work, moved.now), wish.words), *wish.beside]
    here = address(visit, shown.contributed.id, form.get("back", ""))
    again = {**wish.fields, "version": str(moved.now.version), "back": here.partition("?")[2]}
    again["heard"] = heard(shown.contributed, replies)
    return conflict(visit, here, rows, again, by=people.get(moved.now.changed_by or 0, ""), said=said)


async def _refused(
    visit: Visit, work: UnitOfWork, shown: Shown, form: Mapping[str, str], wish: Wish, refused: Exception
) -> Response:
    """Show why something cannot be, with the form as it was filled in."""
    why = WHY_NOT[refused.why] if isinstance(refused, NotAllowed) else ALONE
    entries = await work.codebook.themes([shown.consultation.slug], retired=True)
    ticked = {each.slug for each in entries if str(each.id) in wish.fields.get("theme", ())}
    return visit.page(
        "contributions/refused.html",
        422,
        back=address(visit, shown.contributed.id, form.get("back", "")),
        why=visit.translations.gettext(why),
        contribution=shown.contributed,
        query=form.get("back", ""),
        themed=isinstance(refused, NeverAlone),
        asked_reason=wish.fields.get("reason", ""),
        note=wish.fields.get("note", ""),
        heard=form.get("heard", ""),
        **await choices_for(visit, work, shown, ticked),
    )


async def keep(visit: Visit, work: UnitOfWork, action: str, contribution: UUID, detail: str = "") -> None:
    """Write down what was done to a contribution, and keep all of it."""
    subject = f"{contribution} {detail}".strip()
    await work.audit.add(visit.member.id, action, subject, visit.now)
    await work.commit()


def seen_version(form: Mapping[str, str]) -> int:
    """Return the version that a form was made from; 400 for none."""
    version = form.get("version", "")
    if not version.isdecimal() or len(version) >= DIGITS:
        raise HTTPException(400)
    return int(version)


def was_seen(form: Mapping[str, str]) -> str:
    """Return what a form says it was made from, where that is no number; 400 for none."""
    if "seen" not in form:
        raise HTTPException(400)
    return form["seen"]
