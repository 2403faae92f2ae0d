"""The nouns of a dialogue: what an institution asks, and what a person answered.

Everything here is a frozen value. Nothing here knows Telegram, a database, a clock or a language's words;
what is asked is kept in every language side by side (`Localized`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from operator import is_
from typing import NamedTuple

from locales.formats import today

Localized = Mapping[str, str]
"""One text in every language, keyed by language code (`sq`, `en`)."""


# --- what is asked ---------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    SINGLE = "single"
    MULTI = "multi"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers a choice question offers."""

    id: str
    label: Localized


@dataclass(frozen=True, slots=True)
class ShowIf:
    """Show a question only when an earlier choice `question` was answered with one of `one_of`."""

    question: str
    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    `ask` is the sentence shown (`again` from the second item on, where that reads better), `label` the short noun
    that names its answer in the review, `example` an answer somebody might give, shown on request. A question that
    is not `required` may be skipped.
    """

    id: str
    kind: Kind
    ask: Localized
    label: Localized
    required: bool = True
    again: Localized | None = None
    options: tuple[Option, ...] = ()
    show_if: ShowIf | None = None
    example: Localized | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A section asked several times over, once for each item (an issue, an idea).

    `least` items must be answered; `most` bounds them, None leaves the end to the person. With `gate` the person is
    asked after each item whether another follows; without it the next item is simply asked, and skipping its first
    question ends the section. `where` says where one is (`{n}`, `{most}`), `name` names an item (`{n}`).
    """

    least: int
    most: int | None
    gate: Localized | None
    where: Localized
    name: Localized
    add: Localized
    remove: Localized


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together, asked in file order; with `repeat` its items are the contributions."""

    id: str
    questions: tuple[Question, ...]
    intro: Localized | None = None
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One version of one questionnaire of one consultation, every form of its component already in its sentences.

    `digest` identifies the version for ever (SHA-256 of its canonical JSON, hexadecimal); `minutes` is the time an
    ordinary person takes.
    """

    consultation: str
    slug: str
    version: int
    title: Localized
    minutes: int
    sections: tuple[Section, ...]
    digest: str = ""
    asked: Mapping[str, tuple[Section, Question]] = field(init=False, repr=False, compare=False)
    """Each question by its id, with its section."""

    def __post_init__(self) -> None:
        found = {q.id: (section, q) for section in reversed(self.sections) for q in reversed(section.questions)}
        object.__setattr__(self, "asked", found)


def is_over(last_day: date | None, now: datetime) -> bool:
    """Tell whether a consultation's last day, None where it has none, is over in Albania at `now`."""
    return last_day is not None and last_day < today(now)


@dataclass(frozen=True, slots=True)
class Consultation:
    """One round of consulting the public on one component of the plan.

    `is_open` and `closes_on` (its last day) are as the secretariat last set them; `questionnaires` lists the digests
    of the versions now offered, in order; `notice` is said before the first question where a component needs it.
    `component` names the part of the plan, whose secretariat reads what comes; `round` counts its consultations.
    """

    slug: str
    title: Localized
    label: Localized
    about: Localized
    questionnaires: tuple[str, ...]
    notice: Localized | None = None
    is_open: bool = True
    closes_on: date | None = None
    component: str = ""
    round: int = 1

    def at(self, now: datetime) -> Consultation:
        """Return the consultation as it stands at `now`: closed once its last day is over in Albania."""
        return replace(self, is_open=False) if self.is_open and is_over(self.closes_on, now) else self


@dataclass(frozen=True, slots=True)
class Notice:
    """A text the institution answers for (consent, privacy), with the version a person agreed to."""

    version: int
    digest: str
    text: Localized


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that can be asked now, and every version somebody may still be answering."""

    consultations: tuple[Consultation, ...]
    questionnaires: Mapping[str, Questionnaire]
    promise: Localized
    consent: Notice
    privacy: Notice

    def at(self, now: datetime) -> Catalogue:
        """Return what can be asked at `now`: a consultation whose last day is over takes nothing further."""
        standing = tuple(each.at(now) for each in self.consultations)
        return self if all(map(is_, standing, self.consultations)) else replace(self, consultations=standing)

    def consultation(self, slug: str) -> Consultation | None:
        """Return the consultation called `slug`, or None."""
        return next((each for each in self.consultations if each.slug == slug), None)

    def opened(self) -> tuple[Consultation, ...]:
        """Return the consultations that take contributions now, in the plan's order."""
        return tuple(each for each in self.consultations if each.is_open)


# --- what a person said ----------------------------------------------------------------------------------------------


class Slot(NamedTuple):
    """The place of one answer: a question, and the item it belongs to (0 outside a repeated section).

    Item numbers are never used again within a draft, so a slot means the same answer for ever.
    """

    question: str
    item: int = 0


class Part(NamedTuple):
    """One message of an answer: Telegram's number for it and its text as it was written."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands in a slot: messages, or option ids, or a deliberate skip (all three empty means nothing said)."""

    slot: Slot
    parts: tuple[Part, ...] = ()
    chosen: tuple[str, ...] = ()
    skipped: bool = False

    @property
    def text(self) -> str | None:
        """The text as written, several messages joined by a line break; None for a choice or a skip."""
        return "\n".join(part.text for part in self.parts) if self.parts else None

    @property
    def says(self) -> bool:
        """Whether anything was said: words, or something chosen; a skip says nothing."""
        return bool(self.parts or self.chosen)


@dataclass(frozen=True, slots=True)
class Past:
    """A submission as its author sees it again: the receipt, when it was sent, how it stands, what it says.

    `draft` is the draft's number, `states` the moderation state of each contribution in rank order, `is_open`
    whether its consultation still takes changes. Where they are to be read, `reasons` says in the same order why each
    was set aside ("" where it was not), and `is_asked` whether a question of the secretariat waits for an answer.
    """

    draft: int
    receipt: str
    digest: str
    submitted_at: datetime
    states: tuple[str, ...]
    answers: tuple[Answer, ...]
    items: tuple[int, ...]
    is_open: bool
    reasons: tuple[str, ...] = ()
    is_asked: bool = False


# --- what the secretariat writes back --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FromStaff:
    """What the secretariat wrote about a contribution: number `id`, of kind question or response.

    `name` is what the contribution is called within its submission ("Issue 2"), "" where it has no such name.
    """

    id: int
    kind: str
    text: str
    receipt: str
    name: str = ""


class Asked(NamedTuple):
    """A question of the secretariat: its number, the receipt and draft of what it is about, and how it begins."""

    question: int
    receipt: str
    draft: int
    text: str = ""
