"""The nouns of a dialogue: what an institution asks, what a person does, what follows.

Everything here is a frozen value. Nothing here knows Telegram, a database, a clock or a language's words;
what is asked is kept in every language side by side (`Localized`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

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


@dataclass(frozen=True, slots=True)
class Consultation:
    """One round of consulting the public on one component of the plan.

    `is_open` and `closes_on` are the state as the secretariat last set it; `questionnaires` lists the digests of the
    versions now offered, in order; `notice` is said before the first question where a component needs it.
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


# --- what a person does ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """A text message; `number` is Telegram's, which rises through all messages of the bot's private chats."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pressed button: `turn` is the turn it was shown in, so an old button is stale rather than wrong."""

    turn: int
    option: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A message written earlier now reads `text`."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command such as `/start digital-governance-ideas`, its Albanian twin already folded into `name`."""

    name: str
    argument: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Media:
    """Something other than text that the product may one day read (voice, photo); `album` groups several."""

    kind: str
    number: int
    album: str = ""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Anything else."""

    kind: str
    number: int = 0
    album: str = ""


Input = Typed | Chosen | Edited | Command | Media | Unsupported


# --- what follows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The person's language is now `language`."""

    language: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The person agreed (or, with `given` False, did not) to version `version` of the consent text."""

    version: int
    digest: str
    language: str
    given: bool = True


@dataclass(frozen=True, slots=True)
class DraftStarted:
    """A draft was begun on the version with this digest."""

    draft: int
    digest: str


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """A slot that was empty is now answered (or skipped)."""

    draft: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswerRevised:
    """A slot that was answered now holds another answer; every earlier one is kept."""

    draft: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswerDropped:
    """A slot no longer belongs to the draft: its question is hidden now, or its item was taken away."""

    draft: int
    slot: Slot


@dataclass(frozen=True, slots=True)
class InputRejected:
    """What came could not be taken; `reason` is a word of the catalogue's vocabulary, never the text itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A draft became a submission; `items` lists, per repeated section, the items answered, in rank order."""

    draft: int
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DraftDiscarded:
    """A draft gave way to the one begun after it."""

    draft: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The person asked that everything about them be erased."""


@dataclass(frozen=True, slots=True)
class DataRequested:
    """The person asked for a copy of everything stored about them."""


Event = (
    LanguageChosen
    | ConsentGiven
    | DraftStarted
    | AnswerGiven
    | AnswerRevised
    | AnswerDropped
    | InputRejected
    | Submitted
    | DraftDiscarded
    | Withdrawn
    | DataRequested
)


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the present question; `intro` puts the section's opening words first, `note` a short sentence."""

    intro: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Show everything said so far, and what may be done with it, after a short sentence `note`."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Say the text called `topic`, after a short sentence `note`; `values` fill its gaps.

    With `menu` it is the present screen and carries its choices; without, it is said beside the present screen.
    """

    topic: str
    values: Mapping[str, str] = field(default_factory=dict)
    menu: bool = False
    note: str = ""


Prompt = Ask | Review | Say


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: `option` is what a press sends back (ASCII, at most 40 bytes), `label` what the person reads."""

    option: str
    label: str


Menu = tuple[tuple[Choice, ...], ...]
"""Rows of choices, top to bottom; their reading order is the order of the numbers a person may type."""


@dataclass(frozen=True, slots=True)
class Past:
    """A submission as its author sees it again: the receipt, when it was sent, how it stands, what it says.

    `draft` is the draft's number, `states` the moderation state of each contribution in rank order, `is_open`
    whether its consultation still takes changes.
    """

    draft: int
    receipt: str
    digest: str
    submitted_at: datetime
    states: tuple[str, ...]
    answers: tuple[Answer, ...]
    items: tuple[int, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text to be shown `style` ("bold", "italic", "code"); offsets count code points."""

    style: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is to read: plain text with marks, and choices beneath, which belong to turn `turn`."""

    text: str
    marks: tuple[Mark, ...] = ()
    menu: Menu = ()
    turn: int = 0
