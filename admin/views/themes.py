"""The codebook: the themes of each consultation, read by everybody who reads contributions, edited by moderators.

Nothing is deleted here: a theme is retired and brought back, for what was coded stays coded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from admin.conflicts import Both, conflict
from admin.deciding import DIGITS, seen_version
from admin.visit import Visit
from locales import CODES, LANGUAGES
from storage.codebook import OrderMoved, ThemeEntry, ThemeMoved
from storage.unit_of_work import UnitOfWork

LONGEST_NAME: Final = 200
LONGEST_ABOUT: Final = 1000


async def listing(visit: Visit) -> Response:
    """Show the themes of every consultation that the visitor reads, with how many contributions are under each."""
    async with visit.database.reading() as work:
        return await _page(visit, work)


async def _page(visit: Visit, work: UnitOfWork, status: int = 200, problem: str = "") -> Response:
    consultations = await work.reading.consultations(visit.scope)
    entries = await work.codebook.themes([each.slug for each in consultations], retired=True, counted=True)
    books = [(each, [entry for entry in entries if entry.consultation == each.slug]) for each in consultations]
    languages = [(each.code, each.name) for each in LANGUAGES]
    back = visit.url("themes")
    return visit.page("themes/list.html", status, books=books, languages=languages, problem=problem, back=back)


async def add(visit: Visit) -> Response:
    """Add a theme to a consultation; both languages need its name."""
    form = await visit.form()
    name, about = _texts(form, "name", LONGEST_NAME), _texts(form, "about", LONGEST_ABOUT)
    async with visit.database.begin() as work:
        slugs = {each.slug for each in await work.reading.consultations(visit.scope)}
        consultation = form.get("consultation", "")
        if consultation not in slugs:
            raise HTTPException(404)
        if not _is_named(name):
            return await _unnamed(visit, work)
        slug = await work.codebook.add(consultation, name, about)
        await _keep(visit, work, "theme added to the codebook", f"{consultation} {slug}")
    return visit.see(visit.url("themes") + f"#{consultation}-{slug}")


async def describe(visit: Visit) -> Response:
    """Give a theme other names and another description, in both languages."""
    form = await visit.form()
    name, about = _texts(form, "name", LONGEST_NAME), _texts(form, "about", LONGEST_ABOUT)
    fields = {f"{what}-{code}": texts[code] for what, texts in (("name", name), ("about", about)) for code in CODES}
    async with visit.database.begin() as work:
        theme = await _theme(visit, work)
        if not _is_named(name):
            return await _unnamed(visit, work)
        try:
            await work.codebook.describe(theme.id, name, about, seen=seen_version(form))
        except ThemeMoved as moved:
            return _second(visit, moved.now, _differences(visit, moved.now, name, about), fields)
        await _keep(visit, work, "theme described", _called(theme))
    return visit.see(_address(visit, theme))


async def retire(visit: Visit) -> Response:
    """Offer a theme no more."""
    t = visit.translations
    return await _switch(
        visit,
        "theme retired",
        t.gettext("retired"),
        lambda work, theme, seen: work.codebook.retire(theme.id, visit.now, seen=seen),
    )


async def bring_back(visit: Visit) -> Response:
    """Offer a retired theme again."""
    t = visit.translations
    return await _switch(
        visit,
        "theme brought back",
        t.gettext("in use"),
        lambda work, theme, seen: work.codebook.bring_back(theme.id, seen=seen),
    )


async def move(visit: Visit) -> Response:
    """Let a theme change places with its neighbour, in the order that the visitor saw."""
    form = await visit.form()
    seen = _order(form.get("order", ""))
    async with visit.database.begin() as work:
        theme = await _theme(visit, work)
        wanted = _order(form.get("wanted", "")) or _moved(seen, theme.id, up=form.get("to") == "up")
        try:
            if await work.codebook.arrange(theme.consultation, wanted, seen=seen):
                await _keep(visit, work, "theme moved", _called(theme))
        except OrderMoved as moved:
            return _other_order(visit, theme, moved.now, wanted)
    return visit.see(_address(visit, theme))


def _moved(seen: Sequence[int], theme: int, *, up: bool) -> list[int]:
    """Return the order in which a theme has changed places with the one above or beneath it."""
    order = list(seen)
    if theme in order:
        order.insert(max(order.index(theme) + (-1 if up else 1), 0), order.pop(order.index(theme)))
    return order


def _other_order(visit: Visit, theme: ThemeEntry, now: Sequence[ThemeEntry], wanted: Sequence[int]) -> Response:
    """Show the order that stands beside the one that was wanted; what came in meanwhile stands last in it."""
    known = {each.id: each for each in now}
    mine = dict.fromkeys(each for each in (*(wanted or known), *known) if each in known)
    theirs, yours = (_names(visit, [known[each] for each in order]) for order in (known, mine))
    fields = {"order": written_order(now), "wanted": "-".join(map(str, mine))}
    rows = [Both(visit.translations.gettext("Order"), theirs, yours)]
    return conflict(visit, _address(visit, theme), rows, fields, room="themes")


def _names(visit: Visit, themes: Iterable[ThemeEntry]) -> str:
    return " · ".join(str(each.name[visit.language]) for each in themes)


def _order(text: str) -> list[int]:
    """Return the order that a form carries, none where it carries nothing of the kind."""
    parts = text.split("-")
    return [int(each) for each in parts] if all(each.isdecimal() and len(each) < DIGITS for each in parts) else []


def written_order(themes: Iterable[ThemeEntry]) -> str:
    """Return the order of themes as a form carries it."""
    return "-".join(str(each.id) for each in themes)


Act = Callable[[UnitOfWork, ThemeEntry, int], Awaitable[None]]


async def _switch(visit: Visit, action: str, wanted: str, act: Act) -> Response:
    t = visit.translations
    form = await visit.form()
    async with visit.database.begin() as work:
        theme = await _theme(visit, work)
        try:
            await act(work, theme, seen_version(form))
        except ThemeMoved as moved:
            stands = t.gettext("retired") if moved.now.retired_at else t.gettext("in use")
            row = Both(str(moved.now.name[visit.language]), stands, wanted)
            return _second(visit, moved.now, [row], {})
        await _keep(visit, work, action, _called(theme))
    return visit.see(_address(visit, theme))


async def _theme(visit: Visit, work: UnitOfWork) -> ThemeEntry:
    """Return the theme that the address names; one of another component is no more there than one never made."""
    number: int = visit.request.path_params["theme"]
    theme = await work.codebook.theme(number) if len(str(number)) < DIGITS else None
    slugs = {each.slug for each in await work.reading.consultations(visit.scope)}
    if theme is None or theme.consultation not in slugs:
        raise HTTPException(404)
    return theme


async def _unnamed(visit: Visit, work: UnitOfWork) -> Response:
    t = visit.translations
    return await _page(
        visit, work, 422, t.gettext("A theme needs a name in Albanian and in English, so that both are read.")
    )


def _second(visit: Visit, now: ThemeEntry, rows: list[Both], fields: Mapping[str, str]) -> Response:
    return conflict(visit, _address(visit, now), rows, {**fields, "version": str(now.version)}, room="themes")


def _differences(visit: Visit, now: ThemeEntry, name: Mapping[str, str], about: Mapping[str, str]) -> list[Both]:
    """Return what stands and what was wanted, for each text; those that are alike are left out, unless all are."""
    name_of, about_of = visit.translations.gettext("Name"), visit.translations.gettext("What belongs here")
    languages = {each.code: each.name for each in LANGUAGES}
    rows = [
        *(Both(f"{name_of} ({languages[code]})", str(now.name.get(code, "")), name[code]) for code in CODES),
        *(Both(f"{about_of} ({languages[code]})", str(now.about.get(code, "")), about[code]) for code in CODES),
    ]
    return [row for row in rows if row.theirs != row.yours] or rows[:1]


def _texts(form: Mapping[str, str], what: str, longest: int) -> dict[str, str]:
    return {code: " ".join(form.get(f"{what}-{code}", "").split())[:longest] for code in CODES}


def _is_named(name: Mapping[str, str]) -> bool:
    return all(name.values())


def _called(theme: ThemeEntry) -> str:
    return f"{theme.consultation} {theme.slug}"


def _address(visit: Visit, theme: ThemeEntry) -> str:
    return visit.url("themes") + f"#{theme.consultation}-{theme.slug}"


async def _keep(visit: Visit, work: UnitOfWork, action: str, subject: str) -> None:
    await work.audit.add(visit.member.id, action, subject, visit.now)
    await work.commit()
