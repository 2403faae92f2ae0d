"""Consultations: what is asked, since when, by whom it is answered; opening and closing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

import locales
from admin.conflicts import Both, conflict
from admin.deciding import was_seen
from admin.visit import Visit
from dialogs.canonical import consultation_from_json, questionnaire_from_json
from dialogs.types import Consultation, Questionnaire
from storage.closing import close_if_over
from storage.consultations import Listed, Version
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Offered:
    """One version of a questionnaire."""

    questionnaire: Questionnaire
    is_current: bool
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A consultation as the secretariat sees it; `state` is draft, open or closed."""

    consultation: Consultation
    state: str
    closes_on: date | None
    versions: tuple[Offered, ...]
    days_left: int | None
    """Days until the last one, 0 on that day; None where it is not open or has no end."""
    drafts: int
    """How many were begun and may still be sent."""
    submissions: int

    @property
    def offered(self) -> tuple[Offered, ...]:
        """The versions that somebody who begins now is asked."""
        return tuple(each for each in self.versions if each.is_current)


async def listing(visit: Visit) -> Response:
    """Show every consultation that this person follows."""
    async with visit.database.reading() as work:
        listed = await _visible(visit, work)
        found = await _shown(work, listed, visit)
    return visit.page("consultations/list.html", found=found)


async def detail(visit: Visit) -> Response:
    """Show one consultation: its dates, its versions, and what may be done with it."""
    async with visit.database.reading() as work:
        [shown] = await _shown(work, [await one(visit, work)], visit)
    return visit.page("consultations/detail.html", shown=shown, done=visit.request.query_params.get("done", ""))


async def ask_open(visit: Visit) -> Response:
    """Show what opening will do, before it is done."""
    return await _asked(visit, "open")


async def ask_close(visit: Visit) -> Response:
    """Show what closing will do, before it is done."""
    return await _asked(visit, "close")


async def open_it(visit: Visit) -> Response:
    """Let a consultation take contributions."""
    form = await visit.form()
    closes_on = _day(form.get("closes_on", ""))
    if closes_on is not None and closes_on < locales.today(visit.now):
        return await _asked(visit, "open", status=422, wrong=True, day=closes_on, was=form.get("seen"))
    async with visit.database.begin() as work:
        listed = await held(visit, work)
        if was_seen(form) != _standing(listed, visit.now):
            again = {"closes_on": form.get("closes_on", "")}
            return _second(visit, listed, "open", closes_on, again)
        was_open = listed.state_at(visit.now) == "open"
        await close_if_over(work, listed, visit.now)
        await work.consultations.open_until(listed.slug, visit.now, closes_on)
        until = f" until {closes_on.isoformat()}" if closes_on else ""
        await work.staff.audit(
            visit.member.id,
            "consultation.last-day" if was_open else "consultation.open",
            f"{listed.slug}{until}",
            visit.now,
        )
        await work.commit()
    return visit.see(visit.url("consultation", {"done": "dated" if was_open else "opened"}, slug=listed.slug))


async def close_it(visit: Visit) -> Response:
    """Let a consultation take nothing further."""
    form = await visit.form()
    async with visit.database.begin() as work:
        listed = await held(visit, work)
        if was_seen(form) != _standing(listed, visit.now):
            return _second(visit, listed, "closed", listed.closes_on, {})
        slug = listed.slug
        await work.consultations.close(slug, visit.now)
        await work.staff.audit(visit.member.id, "consultation.close", slug, visit.now)
        await work.commit()
    return visit.see(visit.url("consultation", {"done": "closed"}, slug=slug))


async def one(visit: Visit, work: UnitOfWork) -> Listed:
    """Return the consultation that the address names; 404 for one that this person does not follow."""
    slug: str = visit.request.path_params["slug"]
    found = next((each for each in await _visible(visit, work) if each.slug == slug), None)
    if found is None:
        raise HTTPException(404)
    return found


async def held(visit: Visit, work: UnitOfWork) -> Listed:
    """Return the consultation that the address names, which nobody else changes meanwhile; 404 as `one` has it."""
    found = await work.consultations.hold((await one(visit, work)).slug)
    if found is None:
        raise HTTPException(404)
    return found


def _standing(listed: Listed, now: datetime) -> str:
    """Return state and last day as a form carries what was seen of them."""
    return f"{listed.state_at(now)} {listed.closes_on or ''}".strip()


def _second(visit: Visit, now: Listed, state: str, closes_on: date | None, again: Mapping[str, str]) -> Response:
    """Show what stands beside what was wanted; where that is the same already, there is nothing to choose."""
    back = visit.url("consultation", slug=now.slug)
    stands = now.state_at(visit.now)
    if stands == state and (state != "open" or now.closes_on == closes_on):
        return visit.see(visit.url("consultation", {"done": "dated" if state == "open" else "closed"}, slug=now.slug))
    label = consultation_from_json(now.definition).label[visit.language]
    row = Both(label, _in_words(visit, stands, now.closes_on), _in_words(visit, state, closes_on))
    return conflict(visit, back, [row], {**again, "seen": _standing(now, visit.now)}, room="consultations")


def _in_words(visit: Visit, state: str, closes_on: date | None) -> str:
    t = visit.translations
    if state != "open":
        return t.gettext("Closed") if state == "closed" else t.gettext("Not opened yet")
    if closes_on is None:
        return t.gettext("Open until somebody closes it")
    return t.gettext("Open until the end of %(day)s") % {"day": locales.long_date(closes_on, visit.language)}


async def _visible(visit: Visit, work: UnitOfWork) -> list[Listed]:
    mine = {each.slug for each in await work.reading.consultations(visit.scope)}
    return [each for each in await work.consultations.list() if each.slug in mine]


async def _shown(work: UnitOfWork, listed: Sequence[Listed], visit: Visit) -> list[Shown]:
    begun = await work.overview.begun([each.slug for each in listed])
    return [_as_seen(each, await work.consultations.versions(each.slug), begun[each.slug], visit) for each in listed]


def _as_seen(listed: Listed, versions: Iterable[Version], begun: tuple[int, int], visit: Visit) -> Shown:
    return Shown(
        consultation_from_json(listed.definition),
        listed.state_at(visit.now),
        listed.closes_on,
        tuple(
            Offered(questionnaire_from_json(each.definition), each.is_current, each.published_at) for each in versions
        ),
        days_left(listed.closes_on, locales.today(visit.now)) if listed.state_at(visit.now) == "open" else None,
        *begun,
    )


def days_left(closes_on: date | None, today: date) -> int | None:
    """Return how many days there are until the last one, None where there is none."""
    return (closes_on - today).days if closes_on else None


async def _asked(visit: Visit, what: str, status: int = 200, **more: object) -> Response:
    async with visit.database.reading() as work:
        listed = await one(visit, work)
        [shown] = await _shown(work, [listed], visit)
    if what == "close" and shown.state != "open":
        return visit.see(visit.url("consultation", slug=shown.consultation.slug))
    today = locales.today(visit.now)
    planned = shown.closes_on if shown.closes_on and shown.closes_on >= today else None
    values: Mapping[str, Any] = {"wrong": False, "day": planned, "today": today, **more}
    seen = values.get("was") or _standing(listed, visit.now)
    return visit.page(f"consultations/{what}.html", status, shown=shown, seen=seen, **values)


def _day(text: str) -> date | None:
    """Return the day of a field, None for an empty one; 400 for what no such field sends."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(400) from None
