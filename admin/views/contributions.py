"""The inbox: contributions as a list, newest first, by whatever is looked for; and the way from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import QueryParams
from starlette.responses import Response

import locales
from admin.choices import asked, choices
from admin.filtering import View, read, read_query
from admin.listing import by_day, file_first, place_of, written
from admin.permissions import Permission
from admin.showing import Shown
from admin.views.many import last_deed
from admin.visit import Visit
from storage.contributions import InboxPage
from storage.many import LIMIT
from storage.submitted import Place
from storage.unit_of_work import UnitOfWork

PAGE_SIZE: Final = 40
FACETS: Final = ("statuses", "consultation", "questionnaire", "assignee", "languages", "themes")


async def listing(visit: Visit) -> Response:
    """Show one page of the contributions that are looked for; the address is brought into its shortest form first."""
    given = visit.request.query_params
    await file_first(visit.database)
    async with visit.database.reading() as work:
        offered = await choices(visit, work)
        view = read(given.multi_items(), offered.known)
        here = view.query(**_going_on(given))
        if parse_qsl(here) != parse_qsl(visit.request.url.query, keep_blank_values=True):
            return visit.see(_address(visit, here))
        wanted = view.filter(offered.known, visit.member.id)
        before, after = place_of(given.get("before")), place_of(given.get("after"))
        page = await work.contributions.page(wanted, before=before, after=after, size=PAGE_SIZE)
        counts = await work.contributions.counts(wanted)
        last = await last_deed(visit, work, offered) if visit.may(Permission.CONTRIBUTIONS_MODERATE) else None
    return visit.page(
        "contributions/list.html",
        view=view,
        query=view.query(),
        days=by_day(page.rows, lambda row: row.created_at),
        page=page,
        counts=counts,
        offered=offered,
        facets={name: offered.offered(name, view, counts) for name in FACETS},
        asked=asked(view, offered, _dates(view, visit.language)),
        older=_link(visit, view, "before", page.older),
        newer=_link(visit, view, "after", page.newer),
        live=_live(visit, view, page, at_top=before is None and after is None),
        people=[(str(each.id), each.name) for each in offered.people if each.id != visit.member.id],
        limit=LIMIT,
        last_deed=last,
    )


async def keys(visit: Visit) -> Response:
    """Show which keys do what."""
    return visit.page("contributions/keys.html")


async def steps(visit: Visit, work: UnitOfWork, shown: Shown) -> Mapping[str, object]:
    """Return the ways on from a contribution's page: to its neighbours in the list one came from, and back to it."""
    offered = await choices(visit, work)
    view = read_query(visit.request.url.query, offered.known)
    place = Place(shown.contributed.created_at, shown.contributed.id)
    newer, older = await work.contributions.neighbours(view.filter(offered.known, visit.member.id), place)
    query = view.query()
    behind = f"?{query}" if query else ""
    return {
        "steps": {
            "newer": visit.url("contribution", id=newer) + behind if newer else "",
            "older": visit.url("contribution", id=older) + behind if older else "",
            "list": _address(visit, query) + f"#c-{shown.contributed.id.hex}",
        }
    }


def _going_on(given: QueryParams) -> dict[str, str]:
    """Return the place from which a page goes on; anything that is no place is left out."""
    for name in ("before", "after"):
        place = place_of(given.get(name))
        if place is not None:
            return {name: written(place)}
    return {}


def _dates(view: View, language: str) -> dict[str, str]:
    def said(day: date | None) -> str:
        return locales.long_date(day, language) if day else ""

    return {"since": said(view.since), "until": said(view.until)}


def _address(visit: Visit, query: str) -> str:
    return visit.url("contributions") + (f"?{query}" if query else "")


def _link(visit: Visit, view: View, direction: str, place: Place | None) -> str:
    """Return the address of the next page in one direction, "" where there is none."""
    return _address(visit, view.query(**{direction: written(place)})) if place else ""


def _live(visit: Visit, view: View, page: InboxPage, *, at_top: bool) -> str:
    """Return the address that tells of newer ones; only the top of the list has that."""
    if not at_top:
        return ""
    newest = {"newest": written(page.rows[0].place)} if page.rows else {}
    query = view.query(**newest)
    return visit.url("live") + (f"?{query}" if query else "")
