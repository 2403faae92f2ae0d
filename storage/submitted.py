"""What the secretariat reads, as values: a submission with everything in it, and one message of its conversation.

Frozen and without SQL; `storage.reading` makes them. Nothing in them leads to who wrote.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from dialogs.types import Kind, Question, Questionnaire
from storage.masking import NOTHING, Mask


class Place(NamedTuple):
    """Where a submission stands in the order of time."""

    at: datetime
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Wording:
    """One revision of an answer, as it was written."""

    text: str | None
    chosen: tuple[str, ...]
    skipped: bool
    dropped: bool
    language: str
    at: datetime
    id: int = 0
    """The answer's row, which a redaction refers to."""
    revision: int = 0
    numbers: tuple[int, ...] = ()
    """Telegram's numbers of the messages it was written in, by which they are found in the conversation."""


@dataclass(frozen=True)
class Answered:
    """The answer to one question with all its revisions, oldest first; no revision means never asked."""

    question: Question
    item: int
    revisions: tuple[Wording, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it is answered in words."""
        return self.question.kind is Kind.TEXT

    @property
    def current(self) -> Wording | None:
        """What stands there now, None where nothing does."""
        last = self.revisions[-1] if self.revisions else None
        return None if last is None or last.dropped else last

    @property
    def earlier(self) -> tuple[Wording, ...]:
        """What stood there before, newest first."""
        kept = self.revisions if self.current is None else self.revisions[:-1]
        return tuple(each for each in reversed(kept) if not each.dropped)

    @property
    def value(self) -> str | list[str] | None:
        """What an export says: a text, an option's id, a list of them, or None for a skip or no answer."""
        if self.current is None or self.current.skipped:
            return None
        if self.question.kind is Kind.TEXT:
            return self.current.text
        chosen = list(self.current.chosen)
        return chosen if self.question.kind is Kind.MULTI else next(iter(chosen), None)


@dataclass(frozen=True)
class Contributed:
    """One issue or idea: the questions of its section, in their order, with what was answered."""

    id: uuid.UUID
    item: int
    position: int
    status: str
    reason: str | None
    created_at: datetime
    revised_at: datetime | None
    revised_unseen: bool
    edited_unseen: bool
    answered_unseen: bool
    changed_at: datetime | None
    assignee_id: int | None
    group_id: int | None
    version: int
    answers: tuple[Answered, ...]
    themes: tuple[str, ...]
    """The slugs of its themes, in the codebook's order."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands in it in words, in the order of its questions."""
        return tuple(answer.value for answer in self.answers if isinstance(answer.value, str) and answer.is_text)

    @cached_property
    def revisions(self) -> int:
        """How often anything in it was changed after it was first said."""
        return sum(len([each for each in answer.revisions[1:] if not each.dropped]) for answer in self.answers)

    @property
    def withdrawn(self) -> bool:
        """Whether its author took all of it back."""
        return all(answer.current is None for answer in self.answers)

    @property
    def opening(self) -> str:
        """The text it begins with."""
        return next((str(answer.value) for answer in self.answers if answer.value), "")


@dataclass(frozen=True)
class Submitted:
    """One submission with everything in it; `answers` is what belongs to no contribution."""

    id: uuid.UUID
    consultation: str
    questionnaire: Questionnaire
    receipt: str | None
    channel: str
    language: str
    started_at: datetime
    submitted_at: datetime
    answers: tuple[Answered, ...]
    contributions: tuple[Contributed, ...]
    withdrawn: tuple[Contributed, ...]
    mask: Mask = NOTHING
    """What is redacted in it: out of the texts of its answers it is left already."""

    @property
    def place(self) -> Place:
        """Where it stands in the order of time."""
        return Place(self.submitted_at, self.id)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another submission of the same author, whoever that is."""

    id: uuid.UUID
    receipt: str | None
    consultation: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some submissions, newest first; `older` and `newer` are the places from which to go on, None at the end."""

    submissions: tuple[Submitted, ...]
    older: Place | None
    newer: Place | None


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation; `kind`, `number`, `marks` and `menu` as in the transcript's table."""

    id: int
    direction: str
    kind: str
    number: int | None
    text: str
    marks: tuple[Any, ...]
    menu: tuple[tuple[str, ...], ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How much came in on one questionnaire."""

    consultation: str
    questionnaire: str
    submissions: int
    contributions: int
    latest: datetime
