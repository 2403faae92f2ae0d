"""Redactions: personal details that people wrote into their text, left out of whatever is read, and shown again.

A pattern suggests, a person decides. Answers stay as they were written: what is left out is a stretch of one revision
of one of them (`storage/masking.py` has its words left out everywhere). This is the one place that reads texts as they
were written, for nobody but whoever decides; what is kept of a decision tells no words.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import aliased

from storage.filing import file_submission
from storage.masking import OMITTED, Mask, widened
from storage.models import AnswerRow, Redaction, Staff
from storage.personal_details import KINDS, OTHER, find
from storage.transaction import Record, Transaction
from storage.whole import mask_of

AROUND: Final = 48
"""Signs shown before and after what is suggested."""
FEWEST: Final = 2
"""Letters and digits that words to be left out must have: one letter would leave out half the text."""


@dataclass(frozen=True, slots=True)
class Written:
    """One revision of an answer in words, exactly as it was written."""

    id: int
    question: str
    revision: int
    text: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """A stretch that may be personal, with what stands around it."""

    answer_id: int
    question: str
    start: int
    end: int
    kind: str
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """One redaction: of what kind, by whom and when, and who undid it; `words` are for administrators alone."""

    id: int
    contribution_id: uuid.UUID | None
    question: str
    kind: str
    by: str | None
    at: datetime
    undone_by: str | None
    undone_at: datetime | None
    words: str


class Redactions:
    """What is left out of submissions, within one transaction; `item` is a contribution's in its submission."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    # --- reading -----------------------------------------------------------------------------------------------------

    async def written(self, submission: uuid.UUID, item: int) -> tuple[Written, ...]:
        """Return every revision of every answer in words of a contribution, or of none, the newest first."""
        statement = select(AnswerRow.id, AnswerRow.question, AnswerRow.revision, AnswerRow.parts).where(
            AnswerRow.submission_id == submission, AnswerRow.item.in_((item, 0)), AnswerRow.dropped.is_(False)
        )
        rows = await self._transaction.rows(statement.order_by(AnswerRow.revision.desc(), AnswerRow.id))
        return tuple(Written(row.id, row.question, row.revision, _text(row.parts)) for row in rows if row.parts)

    async def suggestions(self, submission: uuid.UUID, item: int) -> tuple[Suggested, ...]:
        """Return what may be personal and is not left out yet; the same number in two spellings only once."""
        mask = await mask_of(self._transaction, submission)
        found: list[Suggested] = []
        for answer in await self.written(submission, item):
            for each in find(answer.text):
                here = Mask(tuple(one.words for one in found))
                if not mask.covers(answer.text, each.start, each.end) and not here.covers(
                    answer.text, each.start, each.end
                ):
                    found.append(_suggested(answer, each.start, each.end, each.kind, mask))
        return tuple(found)

    async def of(self, submission: uuid.UUID) -> tuple[Redacted, ...]:
        """Return every redaction in a submission, those undone too, newest first."""
        other = aliased(Staff)
        statement = (
            select(
                Redaction.id,
                Redaction.contribution_id,
                AnswerRow.question,
                Redaction.kind,
                Staff.name.label("by"),
                Redaction.at,
                other.name.label("undone_by"),
                Redaction.undone_at,
                AnswerRow.parts,
                Redaction.start,
                Redaction.end,
            )
            .join(AnswerRow, AnswerRow.id == Redaction.answer_id)
            .join(Staff, Staff.id == Redaction.staff_id, isouter=True)
            .join(other, other.id == Redaction.undone_by, isouter=True)
            .where(Redaction.submission_id == submission)
            .order_by(Redaction.id.desc())
        )
        return tuple(_redacted(row) for row in await self._transaction.rows(statement))

    # --- deciding ----------------------------------------------------------------------------------------------------

    async def add(
        self,
        submission: uuid.UUID,
        item: int,
        contribution: uuid.UUID,
        stretch: tuple[int, int, int],
        kind: str,
        by: int | None,
        now: datetime,
    ) -> int:
        """Leave out a stretch (answer's row, start, end) of the contribution, and return how many redactions that made.

        None is made of what is not there, or left out already; a word that is cut is left out whole.
        """
        answer, start, end = stretch
        written = [each for each in await self.written(submission, item) if each.id == answer]
        wanted = [(each, max(start, 0), min(end, len(each.text))) for each in written]
        return await self._leave_out(submission, contribution, wanted, kind, by, now)

    async def add_words(
        self,
        submission: uuid.UUID,
        item: int,
        contribution: uuid.UUID,
        words: str,
        kind: str,
        by: int | None,
        now: datetime,
    ) -> int | None:
        """Leave out words wherever they occur in a contribution; return how many redactions that made.

        None where they do not occur, or are too few letters to be left out.
        """
        if sum(map(str.isalnum, words)) < FEWEST:
            return None
        written = await self.written(submission, item)
        wanted = [(each, start, end) for each in written for start, end in _places(each.text, words.strip())]
        return await self._leave_out(submission, contribution, wanted, kind, by, now) if wanted else None

    async def undo(self, id: int, submission: uuid.UUID, by: int | None, now: datetime) -> bool:
        """Show again what a redaction of the submission left out; return whether there was such a one."""
        statement = update(Redaction).where(
            Redaction.id == id, Redaction.submission_id == submission, Redaction.undone_at.is_(None)
        )
        done = await self._transaction.changed(statement.values(undone_at=now, undone_by=by))
        if done:
            await file_submission(self._transaction, submission)
        return bool(done)

    async def _leave_out(
        self,
        submission: uuid.UUID,
        contribution: uuid.UUID,
        wanted: Sequence[tuple[Written, int, int]],
        kind: str,
        by: int | None,
        now: datetime,
    ) -> int:
        """Keep a redaction of each stretch that no other leaves out, and return how many that made."""
        mask = await mask_of(self._transaction, submission)
        made = 0
        for answer, first, last in wanted:
            start, end = widened(answer.text, first, last)
            if start >= end or mask.covers(answer.text, start, end):
                continue
            values = {"submission_id": submission, "contribution_id": contribution, "answer_id": answer.id}
            values |= {"start": start, "end": end, "kind": kind if kind in KINDS else OTHER, "staff_id": by, "at": now}
            await self._transaction.execute(insert(Redaction), values)
            mask, made = Mask((*mask.words, answer.text[start:end])), made + 1
        if made:
            await file_submission(self._transaction, submission)
        return made


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield where `words` occur: as they are found when they are left out, or else within longer words."""
    places = Mask((words,)).spans(text)
    yield from places or (found.span() for found in re.finditer(re.escape(words), text, re.IGNORECASE))


def _suggested(answer: Written, start: int, end: int, kind: str, mask: Mask) -> Suggested:
    before = mask.over(answer.text[:start], OMITTED)
    after = mask.over(answer.text[end:], OMITTED)
    before = before if len(before) <= AROUND else "…" + before[-AROUND:]
    after = after if len(after) <= AROUND else after[:AROUND] + "…"
    words = answer.text[start:end]
    return Suggested(answer.id, answer.question, start, end, kind, before, words, after)


def _text(parts: Sequence[Sequence[str]]) -> str:
    return "\n".join(part[1] for part in parts)


def _redacted(row: Record) -> Redacted:
    id_, contribution, question, kind, by, at, undone_by, undone_at, parts, start, end = row
    return Redacted(id_, contribution, question, kind, by, at, undone_by, undone_at, _text(parts)[start:end])
