"""The address bar and what is looked for: a view of the contributions that can be bookmarked and sent.

`read` is kind: what it does not know it leaves out. `View.query` is brief: the same view has one address, whichever way
it was come to. What somebody may see at all is no part of an address; it is added when a filter is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import locales
from storage.filters import NOBODY, Filter

ME: Final = "me"
NO_ONE: Final = "nobody"
LONGEST: Final = 200
"""Signs of a search; longer ones are cut."""
_YEARS: Final = range(2000, 2100)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Known:
    """What an address may name: slugs of consultations and questionnaires, themes with their numbers, people."""

    consultations: tuple[str, ...] = ()
    questionnaires: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    themes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By slug; each consultation has its own number for a theme."""
    staff: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """What somebody asked to see; whatever is left empty is not asked.

    `assignee` is "me", "nobody" or somebody's number: a view of "mine" that is sent shows its reader theirs. `until` is
    the last day that belongs to it.
    """

    words: str = ""
    consultation: str = ""
    questionnaire: str = ""
    statuses: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    assignee: str = ""
    revised: bool = False
    group: int | None = None
    since: date | None = None
    until: date | None = None

    def query(self, **more: str) -> str:
        """Return the address's part after "?", with `more` behind it."""
        pairs = [(name, _written(getattr(self, attribute))) for attribute, name in NAMES.items()]
        return urlencode([*(pair for pair in pairs if pair[1]), *more.items()], safe=",:")

    def without(self, attribute: str, value: str = "") -> View:
        """Return the view with one thing less asked: all of `attribute`, or one of its values."""
        now = getattr(self, attribute)
        less = tuple(each for each in now if each != value) if value and isinstance(now, tuple) else _EMPTY[attribute]
        changes: dict[str, Any] = {attribute: less}
        return replace(self, **changes)

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """Return everything that is asked, one thing at a time: the attribute and, of several, the value."""
        found: list[tuple[str, str]] = []
        for attribute in NAMES:
            value = getattr(self, attribute)
            if isinstance(value, tuple):
                found += [(attribute, each) for each in value]
            elif value != _EMPTY[attribute]:
                found.append((attribute, _written(value)))
        return tuple(found)

    def filter(self, known: Known, me: int) -> Filter:
        """Return what storage looks for, within the consultations that are known to whoever asks."""
        return Filter(
            scope=known.consultations,
            consultation=self.consultation,
            questionnaire=self.questionnaire,
            statuses=self.statuses,
            languages=self.languages,
            themes=tuple(number for slug in self.themes for number in known.themes.get(slug, ())),
            assignee=_assignee(self.assignee, me),
            group=self.group,
            since=locales.midnight(self.since) if self.since else None,
            until=locales.midnight(self.until + timedelta(days=1)) if self.until else None,
            words=self.words,
            revised=self.revised,
        )


NAMES: Final = {
    "words": "q",
    "consultation": "in",
    "questionnaire": "of",
    "statuses": "status",
    "languages": "language",
    "themes": "theme",
    "assignee": "who",
    "revised": "changed",
    "group": "group",
    "since": "from",
    "until": "to",
}
"""How an address calls each thing, in its order there."""
_EMPTY: Final[dict[str, Any]] = {each.name: each.default for each in fields(View)}


def read(pairs: Iterable[tuple[str, str]], known: Known) -> View:
    """Return the view that an address asks for; what is not `known`, or makes no sense, is left out."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    last = {name: values[-1].strip() for name, values in given.items()}
    return View(
        words=_words(last.get("q", "")),
        consultation=_known(last.get("in", ""), known.consultations),
        questionnaire=_known(last.get("of", ""), known.questionnaires),
        statuses=_chosen(given.get("status", ()), known.statuses),
        languages=_chosen(given.get("language", ()), locales.CODES),
        themes=_chosen(given.get("theme", ()), tuple(known.themes)),
        assignee=_known(last.get("who", ""), (ME, NO_ONE, *map(str, known.staff))),
        revised=last.get("changed") == "1",
        group=int(last["group"]) if _NUMBER.fullmatch(last.get("group", "")) else None,
        since=_day(last.get("from", "")),
        until=_day(last.get("to", "")),
    )


def read_query(query: str, known: Known) -> View:
    """Return the view of an address's part after "?"."""
    return read(parse_qsl(query.removeprefix("?")[:4000]), known)


def _written(value: object) -> str:
    """Return a value as an address says it, "" for one that is not asked."""
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None or value is False else "1" if value is True else str(value)


def _words(text: str) -> str:
    """Return what to search for on one line, without signs that nobody can see."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(" ".join(seen.split())[:LONGEST].split())


def _known(value: str, choices: Iterable[str]) -> str:
    return value if value in set(choices) else ""


def _chosen(values: Iterable[str], choices: Iterable[str]) -> tuple[str, ...]:
    """Return those of `choices` that were named, in their own order, whether apart or between commas."""
    named = {each.strip() for value in values for each in value.split(",")}
    return tuple(each for each in choices if each in named)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _assignee(value: str, me: int) -> int | None:
    if value in {ME, NO_ONE}:
        return me if value == ME else NOBODY
    return int(value) if value else None
