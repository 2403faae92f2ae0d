"""The overview: what there is to do today, and how the consultations go. Numbers for everybody, words for nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import Response

import locales
from admin import progress
from admin.choices import STATUS_LABELS, theme_key
from admin.exports import numbers
from admin.listing import file_first
from admin.permissions import Permission
from admin.progress import Chart, Reader
from admin.views.consultations import days_left
from admin.visit import Visit
from dialogs.types import Consultation, Localized, Questionnaire
from storage.database import Database
from storage.overview import MANY

FRESH: Final = timedelta(minutes=1)
"""Numbers this old are shown as they are."""
QUICK: Final = 5000
"""Submissions begun; more take a while to count, so that is done after the page was sent, for whoever comes next."""

_counting: set[str] = set()
"""Consultations that this process counts at this moment."""


@dataclass(frozen=True, slots=True)
class Line:
    """What came in on one questionnaire."""

    questionnaire: Questionnaire
    submissions: int
    contributions: int
    funnel: Chart


@dataclass(frozen=True, slots=True)
class Progress:
    """How one consultation goes."""

    consultation: Consultation
    lines: tuple[Line, ...]
    latest: datetime | None
    days_left: int | None

    @property
    def contributions(self) -> int:
        """How many issues and ideas in all."""
        return sum(line.contributions for line in self.lines)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that charts are made of: what is asked, and what was counted when."""

    consultations: tuple[Consultation, ...]
    questionnaires: Mapping[str, tuple[Questionnaire, ...]]
    themes: Mapping[str, Localized]
    keys: Mapping[tuple[str, str], str]
    """Which of `themes` a consultation's theme is, by the consultation and its slug there."""
    figures: Mapping[str, Mapping[str, Any]]
    at: datetime
    later: tuple[str, ...]
    """Whose numbers are to be counted again once the page was sent."""


async def page(visit: Visit) -> Response:
    """Show what there is to do, and the numbers of the consultations that this person follows."""
    await file_first(visit.database)
    seen = await _seen(visit)
    reader = _reader(visit)
    async with visit.database.reading() as work:
        today = await work.overview.today([each.slug for each in seen.consultations], visit.member.id)
    response = visit.page(
        "overview/page.html",
        today=today,
        revised=sum(each["revised"][0][0] for each in seen.figures.values()),
        waited=progress.age(today.oldest, visit.now, reader.t) if today.oldest else "",
        many=MANY,
        reads=visit.may(Permission.SUBMISSIONS_READ),
        progress=_progress(seen, reader),
        charts=_charts(seen, reader),
        at=seen.at,
    )
    if seen.later:
        response.background = BackgroundTask(_count_later, visit.database, seen.later, visit.now)
    return response


async def picture(visit: Visit) -> Response:
    """Send one chart as a file: the picture that the page shows."""
    seen = await _seen(visit)
    name: str = visit.request.path_params["name"]
    chart = next((each for each in _every_chart(seen, _reader(visit)) if each.name == name), None)
    if chart is None:
        raise HTTPException(404)
    day = locales.in_albania(visit.now).date().isoformat()
    headers = {"Content-Disposition": f'attachment; filename="kuvendo-{name}-{day}.svg"'}
    return Response(str(chart.picture).encode(), media_type="image/svg+xml", headers=headers)


async def workbook(visit: Visit) -> Response:
    """Send every chart's numbers as a workbook, a sheet for each with its picture beside it."""
    seen = await _seen(visit)
    reader = _reader(visit)
    day = locales.in_albania(visit.now).date().isoformat()
    headers = {"Content-Disposition": f'attachment; filename="kuvendo-numbers-{day}.xlsx"'}
    content = await numbers.workbook(_every_chart(seen, reader))
    return Response(content, media_type=numbers.MEDIA_TYPE, headers=headers)


# --- what was counted ------------------------------------------------------------------------------------------------


async def _seen(visit: Visit) -> Seen:
    async with visit.database.reading() as work:
        consultations = tuple(each.at(visit.now) for each in await work.reading.consultations(visit.scope))
        slugs = [each.slug for each in consultations]
        versions = {slug: await work.reading.questionnaires(slug) for slug in slugs}
        entries = await work.codebook.themes(slugs)
        kept = await work.snapshots.kept([_name(slug) for slug in slugs])
    found = {slug: kept[_name(slug)] for slug in slugs if _name(slug) in kept}
    old = [slug for slug, each in found.items() if visit.now - each.at >= FRESH]
    later = tuple(slug for slug in old if sum(each[2] for each in found[slug].data["begun"]) > QUICK)
    at_once = [slug for slug in slugs if slug not in found or (slug in old and slug not in later)]
    figures = {slug: each.data for slug, each in found.items()}
    figures |= await _count(visit.database, at_once, visit.now)
    oldest = min([each.at for slug, each in found.items() if slug not in at_once], default=visit.now)
    themes = {theme_key(each): each.name for each in reversed(entries)}
    keys = {(each.consultation, each.slug): theme_key(each) for each in entries}
    return Seen(consultations, versions, dict(reversed(themes.items())), keys, figures, oldest, later)


def _name(slug: str) -> str:
    return f"overview:{slug}"


async def _count(database: Database, slugs: Sequence[str], now: datetime) -> dict[str, Mapping[str, Any]]:
    """Count anew, and keep what was counted for whoever asks within the next minute."""
    counted: dict[str, Mapping[str, Any]] = {}
    for slug in slugs:
        async with database.reading() as work:
            counted[slug] = await work.overview.figures(slug, now)
    if counted:
        async with database.begin() as work:
            for slug, data in counted.items():
                await work.snapshots.keep(_name(slug), data, now)
            await work.commit()
    return counted


async def _count_later(database: Database, slugs: Sequence[str], now: datetime) -> None:
    """Count anew what nobody in this process counts already."""
    mine = [slug for slug in slugs if slug not in _counting]
    _counting.update(mine)
    try:
        await _count(database, mine, now)
    finally:
        _counting.difference_update(mine)


# --- what is shown ---------------------------------------------------------------------------------------------------


def _reader(visit: Visit) -> Reader:
    return Reader(visit.language, locales.in_albania(visit.now).date(), visit.translations)


def _language_names(reader: Reader) -> dict[str, str]:
    names = {"sq": reader.t.gettext("Albanian"), "en": reader.t.gettext("English")}
    return {code: names.get(code, code) for code in locales.CODES}


def _charts(seen: Seen, reader: Reader) -> list[Chart]:
    """Return the charts over all consultations."""
    made = [
        progress.days(seen.figures, reader),
        progress.ages(seen.figures, reader),
        progress.statuses(seen.figures, reader, STATUS_LABELS),
        progress.languages(seen.figures, reader, _language_names(reader)),
    ]
    if len(seen.consultations) > 1:
        made.append(progress.components(seen.figures, reader, seen.consultations))
    if seen.themes:
        made.append(progress.themes(seen.figures, reader, seen.themes, seen.keys))
    return made


def _every_chart(seen: Seen, reader: Reader) -> list[Chart]:
    funnels = [line.funnel for each in _progress(seen, reader) for line in each.lines]
    return [*_charts(seen, reader), *funnels]


def _progress(seen: Seen, reader: Reader) -> list[Progress]:
    names = _language_names(reader)
    return [
        Progress(
            each,
            tuple(
                _line(seen.figures[each.slug], newest, progress.funnel(seen.figures[each.slug], newest, reader, names))
                for newest in {version.slug: version for version in seen.questionnaires[each.slug]}.values()
            ),
            _moment(seen.figures[each.slug].get("latest")),
            days_left(each.closes_on, reader.today) if each.is_open else None,
        )
        for each in seen.consultations
    ]


def _line(figures: Mapping[str, Any], asked: Questionnaire, funnel: Chart) -> Line:
    submissions = sum(each[3] for each in figures["begun"] if each[0] == asked.slug)
    contributions = sum(each[2] for each in figures["asked"] if each[0] == asked.slug)
    return Line(asked, submissions, contributions, funnel)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
