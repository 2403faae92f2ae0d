"""What an author wrote, exactly as they wrote it: every revision of every answer, and what they wrote back.

For whoever decides what is personal in it and must not be read (`storage/redactions.py`), and for nobody else.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from storage.models import AnswerRow, AuthorReply, Contribution, ReplyRow
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: in a revision of an answer, or else in what an author wrote back; the row of either."""

    answer_id: int | None = None
    author_reply_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some words of an author: where they stand, and from which sign of the text to which."""

    place: Place
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """One text; `question` is empty for what was written back."""

    place: Place
    question: str
    text: str


async def written(transaction: Transaction, submission: uuid.UUID, item: int) -> tuple[Written, ...]:
    """Return every text of a contribution: answers in words, those of none too, then what came back; newest first."""
    answers = select(AnswerRow.id, AnswerRow.question, AnswerRow.parts).where(
        AnswerRow.submission_id == submission, AnswerRow.item.in_((item, 0)), AnswerRow.dropped.is_(False)
    )
    back = (
        select(AuthorReply.id, AuthorReply.text)
        .join(ReplyRow, ReplyRow.id == AuthorReply.reply_id)
        .join(Contribution, Contribution.id == ReplyRow.contribution_id)
        .where(Contribution.submission_id == submission, Contribution.item == item)
    )
    said = await transaction.rows(answers.order_by(AnswerRow.revision.desc(), AnswerRow.id))
    came = await transaction.rows(back.order_by(AuthorReply.id.desc()))
    return (
        *(Written(Place(answer_id=row.id), row.question, joined(row.parts)) for row in said if row.parts),
        *(Written(Place(author_reply_id=row.id), "", row.text) for row in came),
    )


def joined(parts: Sequence[Sequence[str]]) -> str:
    """Return the text of an answer, the messages it was written in joined by line breaks."""
    return "\n".join(part[1] for part in parts)


def words(parts: Sequence[Sequence[str]] | None, text: str | None, start: int, end: int) -> str:
    """Return the words of a stretch of an answer, or where it has no `parts`, of what was written back."""
    return (joined(parts) if parts else text or "")[start:end]
