"""What charts show, made of the numbers that storage counted: names, days in Albania, shares. Pure.

A chart is a value: a title, what it says in a sentence, the table beneath it, and the picture drawn of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from gettext import NullTranslations
from itertools import pairwise
from typing import Any, Final

from markupsafe import Markup

import locales
from admin import charts
from admin.charts import Bar
from dialogs.types import Consultation, Localized, Questionnaire
from storage.overview import AGES

DAYS: Final = 30
"""How many days the chart over days has, today with them."""
_EVERY: Final = 7
_MOST: Final = 12
"""Themes in the picture; the table has them all."""

Figures = Mapping[str, Mapping[str, Any]]
"""What `storage.overview` counted, by the slug of the consultation."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and its table: `name` in addresses, `heads` and `lines` of the table; `marks` only under columns."""

    name: str
    title: str
    about: str
    heads: tuple[str, ...]
    lines: tuple[tuple[str | int, ...], ...]
    bars: tuple[Bar, ...]
    marks: tuple[str, ...] = ()

    @property
    def picture(self) -> Markup:
        """The chart as SVG."""
        if self.marks:
            return charts.columns(self.title, self.about, self.bars, self.marks)
        return charts.bars(self.title, self.about, self.bars)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which language, on which day."""

    language: str
    today: date
    t: NullTranslations

    def number(self, value: int) -> str:
        """Return a number as the reader writes it."""
        return locales.number(value, self.language)

    def share(self, value: int, of: int) -> str:
        """Return a share such as "12 %", nothing of nothing."""
        return self.t.gettext("%(number)s%%") % {"number": self.number(round(100 * value / of))} if of else ""

    def bar(self, name: str, value: int, beside: str = "") -> Bar:
        """Return a bar with its number written."""
        return Bar(name, value, self.number(value), beside)


def _count(figures: Figures, key: str) -> Counter[Any]:
    """Return how many there are of each of a kind, in all consultations together."""
    found: Counter[Any] = Counter()
    for each in figures.values():
        for *name, many in each.get(key, ()):
            found[name[0] if len(name) == 1 else tuple(name)] += many
    return found


def total(figures: Figures) -> int:
    """Return how many contributions there are."""
    return sum(_count(figures, "statuses").values())


# --- over all consultations ------------------------------------------------------------------------------------------


def days(figures: Figures, reader: Reader) -> Chart:
    """Return the contributions of each of the last days, as days are in Albania."""
    t = reader.t
    counted: Counter[date] = Counter()
    for hour, many in _count(figures, "hours").items():
        counted[locales.in_albania(datetime.fromisoformat(hour)).date()] += many
    span = [reader.today - timedelta(days=back) for back in reversed(range(DAYS))]
    names = [locales.day_month(day, reader.language) for day in span]
    marks = [name if (DAYS - 1 - place) % _EVERY == 3 else "" for place, name in enumerate(names)]
    values = [counted[day] for day in span]
    about = t.gettext("%(number)s contributions in the last 30 days.") % {"number": reader.number(sum(values))}
    return _of(
        reader,
        "days",
        t.gettext("Contributions per day"),
        about,
        (t.gettext("Day"), t.gettext("Contributions")),
        zip(names, values, strict=True),
        marks=marks,
    )


def ages(figures: Figures, reader: Reader) -> Chart:
    """Return how long what waits has waited."""
    t = reader.t
    bounds = [0, *(age.days for age in AGES)]
    names = [t.gettext("Less than a day")]
    names += [
        t.gettext("%(first)s to %(last)s days") % {"first": first, "last": last} for first, last in pairwise(bounds[1:])
    ]
    names.append(t.gettext("More than %(number)s days") % {"number": bounds[-1]})
    counted = _count(figures, "ages")
    return _of(
        reader,
        "ages",
        t.gettext("How long it has waited"),
        t.gettext("Contributions that are not yet answered or set aside, by how long ago they were sent."),
        (t.gettext("Age"), t.gettext("Contributions")),
        [(name, counted[place]) for place, name in enumerate(names)],
    )


def statuses(figures: Figures, reader: Reader, labels: Mapping[str, str]) -> Chart:
    """Return how many contributions there are in each status, in the order of the work."""
    t, counted = reader.t, _count(figures, "statuses")
    return _of(
        reader,
        "statuses",
        t.gettext("Status"),
        t.gettext("Where the work on each contribution stands."),
        (t.gettext("Status"), t.gettext("Contributions")),
        [(t.gettext(label), counted[status]) for status, label in labels.items()],
        shares=True,
    )


def themes(
    figures: Figures, reader: Reader, names: Mapping[str, Localized], keys: Mapping[tuple[str, str], str]
) -> Chart:
    """Return how many contributions are under each theme, the most frequent first.

    `keys` says by consultation and slug which theme is meant: some are the same in every consultation.
    """
    t = reader.t
    counted: Counter[str] = Counter()
    for consultation, each in figures.items():
        for slug, many in each["themes"]:
            counted[keys.get((consultation, slug), slug)] += many
    ordered = sorted(names, key=lambda key: -counted[key])
    return _of(
        reader,
        "themes",
        t.gettext("Themes"),
        t.gettext("Contributions under each theme. One contribution may have several."),
        (t.gettext("Theme"), t.gettext("Contributions")),
        [(str(names[key].get(reader.language, key)), counted[key]) for key in ordered],
        most=_MOST,
    )


def languages(figures: Figures, reader: Reader, names: Mapping[str, str]) -> Chart:
    """Return how many contributions there are in each language."""
    t = reader.t
    counted: Counter[str] = Counter()
    for (_, language), many in _count(figures, "asked").items():
        counted[language] += many
    return _of(
        reader,
        "languages",
        t.gettext("Languages"),
        t.gettext("Contributions by the language their authors chose."),
        (t.gettext("Language"), t.gettext("Contributions")),
        [(names[code], counted[code]) for code in names],
        shares=True,
    )


def components(figures: Figures, reader: Reader, consultations: Iterable[Consultation]) -> Chart:
    """Return how many contributions each consultation has."""
    t = reader.t
    rows = [(each.label[reader.language], total({"": figures[each.slug]})) for each in consultations]
    return _of(
        reader,
        "components",
        t.gettext("Consultations"),
        t.gettext("Contributions to each consultation."),
        (t.gettext("Consultation"), t.gettext("Contributions")),
        rows,
        shares=True,
    )


def _of(
    reader: Reader,
    name: str,
    title: str,
    about: str,
    heads: tuple[str, ...],
    rows: Iterable[tuple[str, int]],
    *,
    marks: Sequence[str] = (),
    shares: bool = False,
    most: int | None = None,
) -> Chart:
    """Return a chart of names and numbers; with `shares` each number's part of the whole is written beside it."""
    lines = tuple(rows)
    whole = sum(value for _, value in lines) if shares else 0
    share = [reader.share(value, whole) for _, value in lines]
    bars = tuple(
        reader.bar(each, value, f"({part})" if part else "") for (each, value), part in zip(lines, share, strict=True)
    )
    if shares:
        heads = (*heads, reader.t.gettext("Share"))
        shared = tuple((*line, part) for line, part in zip(lines, share, strict=True))
        return Chart(name, title, about, heads, shared, bars)
    return Chart(name, title, about, heads, lines, bars[:most], tuple(marks))


# --- how far people come ---------------------------------------------------------------------------------------------


def funnel(numbers: Mapping[str, Any], asked: Questionnaire, reader: Reader, names: Mapping[str, str]) -> Chart:
    """Return how many began a questionnaire, came past each of its questions, and sent it, with who stopped where."""
    t = reader.t
    label: Callable[[int], str] = lambda place: questions[place].label[reader.language]  # noqa: E731 - one expression
    questions = [question for section in asked.sections for question in section.questions]
    steps = [
        t.gettext("Begun"),
        *(f"{place + 1}. {label(place)}" for place in range(len(questions))),
        t.gettext("Sent"),
    ]
    by_language = {code: _steps(numbers, asked, [each.id for each in questions], code) for code in names}
    values = [sum(each) for each in zip(*by_language.values(), strict=True)]
    left = [0, *(max(0, before - now) for before, now in pairwise(values))]
    bars = tuple(
        reader.bar(step, value, f"({part})" if (part := reader.share(value, values[0])) else "")
        for step, value in zip(steps, values, strict=True)
    )
    lines = tuple(
        (step, value, gone, reader.share(gone, before) if gone else "", *(each[place] for each in by_language.values()))
        for place, (step, value, gone, before) in enumerate(
            zip(steps, values, left, [values[0], *values[:-1]], strict=True)
        )
    )
    return Chart(
        f"funnel-{asked.consultation}-{asked.slug}",
        asked.title[reader.language],
        t.gettext("How many came past each question, answering or skipping it; of what is repeated, the first time."),
        (t.gettext("Step"), t.gettext("People"), t.gettext("Stopped here"), t.gettext("Share"), *names.values()),
        lines,
        bars,
    )


def _steps(numbers: Mapping[str, Any], asked: Questionnaire, questions: Sequence[str], code: str) -> list[int]:
    begun = sent = 0
    for slug, language, all_of_them, submitted in numbers.get("begun", ()):
        if (slug, language) == (asked.slug, code):
            begun, sent = begun + all_of_them, sent + submitted
    past = {each[2]: each[3] for each in numbers.get("past", ()) if (each[0], each[1]) == (asked.slug, code)}
    return [begun, *(past.get(question, 0) for question in questions), sent]


# --- what there is to do ---------------------------------------------------------------------------------------------


def age(since: datetime, now: datetime, t: NullTranslations) -> str:
    """Return how long ago something was, in words: "3 days"."""
    hours = int((now - since) / timedelta(hours=1))
    if hours >= 24:
        count = hours // 24
        return t.ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    if hours >= 1:
        return t.ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return t.gettext("less than an hour")
