"""A contribution's answers as its page shows them: what stands there now, and step by step how it came to that.

Pure: values in, values out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from admin.diffing import Piece, changes
from admin.passages import Passages
from dialogs.types import Question
from storage.masking import Mask
from storage.submitted import Answered, Wording


@dataclass(frozen=True, slots=True)
class Step:
    """One change: when, what it changed (a text as pieces), whether it took the answer back, and where it was said."""

    at: datetime
    pieces: tuple[Piece, ...]
    dropped: bool
    language: str
    message: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; `steps` are the changes, newest first, the last of them how it was said at first."""

    question: Question
    asked: str
    current: Wording | None
    message: int | None
    steps: tuple[Step, ...]

    @property
    def changed(self) -> int:
        """How often it was changed."""
        return max(len(self.steps) - 1, 0)


def answer(given: Answered, asked: str, mask: Mask, hidden: str, language: str, ways: Passages) -> Answer:
    """Return an answer for a page in `language`, asked as `asked`; `hidden` stands for what `mask` leaves out."""
    texts = [_told(words(given, each, language), mask, hidden) for each in given.revisions]
    steps = [
        Step(said.at, _change(texts, n), said.dropped, said.language, ways.messages.get(said.id))
        for n, said in enumerate(given.revisions)
    ]
    current = given.current
    message = ways.messages.get(current.id) if current else None
    return Answer(given.question, asked, current, message, tuple(reversed(steps)) if len(steps) > 1 else ())


def _change(texts: Sequence[str], n: int) -> tuple[Piece, ...]:
    """Return what the revision `n` changed; the first of all changed nothing."""
    if n == 0:
        return (Piece("same", texts[0]),) if texts[0] else ()
    return changes(texts[n - 1], texts[n])


def _told(text: str, mask: Mask, hidden: str) -> str:
    return "".join(hidden if gone else piece for piece, gone in mask.pieces(text))


def words(given: Answered, said: Wording, language: str) -> str:
    """Return one wording of an answer as text: what was written, or the labels of what was chosen."""
    if said.text is not None:
        return said.text
    labels = [each.label[language] for each in given.question.options if each.id in said.chosen]
    return ", ".join(labels)
