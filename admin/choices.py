"""What may be chosen in the inbox, and how each thing is called: what an address may name, with labels and counts.

Everything here is within what the visitor may see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from admin.filtering import ME, NO_ONE, Known, View
from admin.permissions import Permission, may
from admin.visit import Visit
from dialogs.types import Consultation
from locales import translatable
from storage.codebook import ThemeEntry
from storage.contributions import Counts
from storage.filters import NOBODY
from storage.many import Means
from storage.moderation import BY_HAND, NEEDS_NOTE, REASONS, STATUSES
from storage.staff import StaffMember
from storage.unit_of_work import UnitOfWork

STATUS_LABELS: Final = {
    "new": translatable("New"),
    "in-review": translatable("In review"),
    "on-hold": translatable("On hold"),
    "ready": translatable("Ready for response"),
    "answered": translatable("Answered"),
    "set-aside": translatable("Set aside"),
}
REASON_LABELS: Final = {
    "spam": translatable("Spam"),
    "offensive": translatable("Offensive or unlawful"),
    "off-topic": translatable("Not about the subject of the consultation"),
    "elsewhere": translatable("Belongs to another component of the plan"),
    "repeated": translatable("Sent more than once"),
    "unclear": translatable("Cannot be understood"),
    "personal": translatable("A personal matter"),
    "other": translatable("Another reason"),
}
LANGUAGE_LABELS: Final = {"sq": translatable("Albanian"), "en": translatable("English")}
_OWN_THEME: Final = re.compile(r"t[0-9]+")
"""Themes that a secretariat added: each consultation counts its own from t1."""


class Choice(NamedTuple):
    """One thing that may be chosen; `number` is how many contributions it would show."""

    value: str
    label: str
    number: int
    chosen: bool


class Asked(NamedTuple):
    """One thing that is asked, in words, and the query without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that may be chosen; themes go by their key (`theme_key`)."""

    known: Known
    consultations: Mapping[str, Consultation]
    questionnaires: Mapping[str, str]
    themes: Mapping[str, ThemeEntry]
    people: tuple[StaffMember, ...]
    """Who may be given a contribution."""
    means: Means
    visit: Visit

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """What somebody may set, with labels; setting aside is a thing of its own."""
        return [(each, self.label("statuses", each)) for each in BY_HAND if each != "set-aside"]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Why many may be set aside at once: what needs a note of its own is left out."""
        return [(each, self.reason(each)) for each in REASONS if each not in NEEDS_NOTE]

    @property
    def offered_themes(self) -> list[tuple[str, str]]:
        """The themes that contributions may be put under, with labels."""
        return [(key, self.label("themes", key)) for key, each in self.themes.items() if each.retired_at is None]

    def theme(self, number: int) -> str:
        """Return what a theme is called."""
        return next((self.label("themes", key) for key, numbers in self.known.themes.items() if number in numbers), "")

    def reason(self, code: str | None) -> str:
        """Return a reason in words."""
        return self.visit.translations.gettext(REASON_LABELS[code]) if code in REASON_LABELS else code or ""

    def label(self, attribute: str, value: str) -> str:
        """Return how one value of a view's attribute is called in the visitor's language."""
        say, language = self.visit.translations.gettext, self.visit.language
        if attribute == "consultation":
            return self.consultations[value].label[language] if value in self.consultations else value
        if attribute == "questionnaire":
            return self.questionnaires.get(value, value)
        if attribute == "themes":
            return str(self.themes[value].name.get(language, value)) if value in self.themes else value
        if attribute == "assignee":
            return self._person(value)
        fixed = {"statuses": STATUS_LABELS, "languages": LANGUAGE_LABELS}[attribute]
        return say(fixed[value]) if value in fixed else value

    def _person(self, value: str) -> str:
        say = self.visit.translations.gettext
        if value in {ME, NO_ONE}:
            return say(translatable("Mine")) if value == ME else say(translatable("Nobody's"))
        return self.known.staff.get(int(value), value) if value.isdecimal() else value

    def offered(self, attribute: str, view: View, counts: Counts) -> list[Choice]:
        """Return what may be chosen for one attribute, with how many each would show."""
        found = getattr(view, attribute)
        chosen = set(found) if isinstance(found, tuple) else {found}
        values = self._values(attribute)
        numbers = self._numbers(attribute, counts)
        return [Choice(value, self.label(attribute, value), numbers.get(value, 0), value in chosen) for value in values]

    def _values(self, attribute: str) -> Iterable[str]:
        known = self.known
        return {
            "consultation": known.consultations,
            "questionnaire": known.questionnaires,
            "statuses": known.statuses,
            "languages": tuple(LANGUAGE_LABELS),
            "themes": tuple(known.themes),
            "assignee": (ME, NO_ONE, *(str(each.id) for each in self.people if each.id != self.visit.member.id)),
        }[attribute]

    def _numbers(self, attribute: str, counts: Counts) -> Mapping[str, int]:
        if attribute == "themes":
            return {
                key: sum(counts.by_theme.get(number, 0) for number in numbers)
                for key, numbers in self.known.themes.items()
            }
        if attribute == "assignee":
            people = {str(number): count for number, count in counts.by_assignee.items() if number != NOBODY}
            return {**people, ME: counts.of(self.visit.member.id), NO_ONE: counts.unassigned}
        mine = {
            "consultation": counts.by_consultation,
            "questionnaire": counts.by_questionnaire,
            "statuses": counts.by_status,
            "languages": counts.by_language,
        }
        return mine[attribute]


def theme_key(theme: ThemeEntry) -> str:
    """Return how an address calls a theme: alike in all consultations where it is the same one in all."""
    return f"{theme.slug}:{theme.consultation}" if _OWN_THEME.fullmatch(theme.slug) else theme.slug


async def choices(visit: Visit, work: UnitOfWork) -> Choices:
    """Return what this visitor may choose."""
    consultations = {each.slug: each for each in await work.reading.consultations(visit.scope)}
    titles: dict[str, str] = {}
    for slug in consultations:
        versions = await work.reading.questionnaires(slug)
        titles |= {each.slug: each.title[visit.language] for each in versions if each.slug not in titles}
    entries = await work.codebook.themes(list(consultations), retired=True)
    themes: dict[str, ThemeEntry] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    for entry in entries:
        themes.setdefault(theme_key(entry), entry)
        numbers[theme_key(entry)] = (*numbers.get(theme_key(entry), ()), entry.id)
    everybody = await work.staff.list()
    reach = {each.id: _reach(each, consultations) for each in everybody if _works(each)}
    known = Known(
        consultations=tuple(consultations),
        questionnaires=tuple(titles),
        statuses=STATUSES,
        themes=numbers,
        staff={each.id: each.name for each in everybody},
    )
    return Choices(
        known=known,
        consultations=consultations,
        questionnaires=titles,
        themes=themes,
        people=tuple(each for each in everybody if reach.get(each.id)),
        means=Means(tuple(consultations), {(each.consultation, theme_key(each)): each.id for each in entries}, reach),
        visit=visit,
    )


def _works(member: StaffMember) -> bool:
    return not member.disabled and may(member.role, Permission.CONTRIBUTIONS_MODERATE)


def _reach(member: StaffMember, consultations: Mapping[str, Consultation]) -> tuple[str, ...]:
    """Return which of `consultations` somebody works on."""
    wanted = set(member.components)
    return tuple(slug for slug, each in consultations.items() if not wanted or {slug, each.component} & wanted)


def asked(view: View, choices: Choices, day: Mapping[str, str]) -> list[Asked]:
    """Return in words everything that a view asks, each with the query without it; `day` has its dates written."""
    return [
        Asked(_in_words(attribute, value, choices, day), view.without(attribute, value).query())
        for attribute, value in view.asked
    ]


def _in_words(attribute: str, value: str, choices: Choices, day: Mapping[str, str]) -> str:
    say = choices.visit.translations.gettext
    if attribute == "words":
        return say(translatable("“%(words)s”")) % {"words": value}
    if attribute == "revised":
        return say(translatable("News from the author"))
    if attribute == "group":
        return say(translatable("Group %(number)s")) % {"number": value}
    if attribute in {"since", "until"}:
        words = say(translatable("From %(day)s")) if attribute == "since" else say(translatable("Until %(day)s"))
        return words % {"day": day[attribute]}
    return choices.label(attribute, value)
