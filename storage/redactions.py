"""Redactions: personal details that people wrote into their text, left out of whatever is read, and shown again.

A pattern suggests, a person decides: it is left out, or it is no such thing and not suggested again. Texts stay as they
were written: what is left out is a stretch of one of them (`storage/masking.py` has its words left out everywhere).
What is kept of a decision tells no words.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import aliased

from storage.filing import file_submission
from storage.masking import OMITTED, Mask, widened
from storage.models import AnswerRow, AuthorReply, Contribution, Dismissal, Redaction, Staff
from storage.personal_details import KINDS, OTHER, find
from storage.transaction import Record, Transaction
from storage.whole import mask_of
from storage.written import Place, Stretch, Written, words, written

AROUND: Final = 48
"""Signs shown before and after what is suggested."""
FEWEST: Final = 2
"""Letters and digits that words to be left out must have: one letter would leave out half the text."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A stretch that may be personal, with what stands around it; `question` is empty in what was written back."""

    place: Place
    question: str
    start: int
    end: int
    kind: str
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A stretch that was suggested and is not personal."""

    id: int
    words: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """One redaction: of what kind, by whom and when, and who undid it; `words` are for administrators alone.

    `question` is None where the words stand in what the author wrote back.
    """

    id: int
    contribution_id: uuid.UUID | None
    question: str | None
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

    async def suggestions(self, submission: uuid.UUID, item: int) -> tuple[Suggested, ...]:
        """Return what may be personal and nobody decided about yet; the same number in two spellings only once."""
        mask = await mask_of(self._transaction, submission)
        known = [*mask.words, *(each.words for each in await self.dismissed(submission, item))]
        found: list[Suggested] = []
        for text in await written(self._transaction, submission, item):
            for each in find(text.text):
                if not Mask(tuple(known)).covers(text.text, each.start, each.end):
                    found.append(_suggested(text, each.start, each.end, each.kind, mask))
                    known.append(found[-1].words)
        return tuple(found)

    async def dismissed(self, submission: uuid.UUID, item: int) -> tuple[Dismissed, ...]:
        """Return what was found not to be personal in a contribution, newest first."""
        statement = (
            select(Dismissal.id, AnswerRow.parts, AuthorReply.text, Dismissal.start, Dismissal.end)
            .join(Contribution, Contribution.id == Dismissal.contribution_id)
            .join(AnswerRow, AnswerRow.id == Dismissal.answer_id, isouter=True)
            .join(AuthorReply, AuthorReply.id == Dismissal.author_reply_id, isouter=True)
            .where(Contribution.submission_id == submission, Contribution.item == item)
            .order_by(Dismissal.id.desc())
        )
        return tuple(Dismissed(id_, words(*stretch)) for id_, *stretch in await self._transaction.rows(statement))

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
                AuthorReply.text,
                Redaction.start,
                Redaction.end,
            )
            .join(AnswerRow, AnswerRow.id == Redaction.answer_id, isouter=True)
            .join(AuthorReply, AuthorReply.id == Redaction.author_reply_id, isouter=True)
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
        stretch: Stretch,
        kind: str,
        by: int | None,
        now: datetime,
    ) -> int:
        """Leave out a stretch of the contribution, and return how many redactions that made.

        None is made of what is not there, or left out already; a word that is cut is left out whole.
        """
        texts = await written(self._transaction, submission, item)
        here = [each for each in texts if each.place == stretch.place]
        wanted = [(each, max(stretch.start, 0), min(stretch.end, len(each.text))) for each in here]
        return await self._leave_out(submission, contribution, wanted, kind, by, now)

    async def add_words(
        self,
        submission: uuid.UUID,
        item: int,
        contribution: uuid.UUID,
        typed: str,
        kind: str,
        by: int | None,
        now: datetime,
    ) -> int | None:
        """Leave out words wherever they occur in a contribution; return how many redactions that made.

        None where they do not occur, or are too few letters to be left out.
        """
        if sum(map(str.isalnum, typed)) < FEWEST:
            return None
        texts = await written(self._transaction, submission, item)
        wanted = [(each, start, end) for each in texts for start, end in _places(each.text, typed.strip())]
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

    async def dismiss(
        self, submission: uuid.UUID, item: int, contribution: uuid.UUID, stretch: Stretch, by: int | None, now: datetime
    ) -> str:
        """Keep that what is suggested at a stretch is not personal; return of what kind it seemed, "" where it is not.

        It is not suggested again, in no spelling, in this contribution.
        """
        # Two people who dismiss the same come one after the other: the second finds nothing suggested any more.
        mine = select(Contribution.id).where(Contribution.id == contribution)
        await self._transaction.first(mine.with_for_update())
        here = (stretch.place, stretch.start, stretch.end)
        for each in await self.suggestions(submission, item):
            if (each.place, each.start, each.end) == here:
                values = {"contribution_id": contribution, **asdict(stretch.place), "staff_id": by, "at": now}
                values |= {"start": stretch.start, "end": stretch.end}
                await self._transaction.execute(insert(Dismissal), values)
                return each.kind
        return ""

    async def suggest_again(self, id: int, contribution: uuid.UUID) -> bool:
        """Suggest again what was found not to be personal in the contribution; return whether there was such a one."""
        mine = (Dismissal.id == id, Dismissal.contribution_id == contribution)
        return bool(await self._transaction.changed(delete(Dismissal).where(*mine)))

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
        for each, first, last in wanted:
            start, end = widened(each.text, first, last)
            if start >= end or mask.covers(each.text, start, end):
                continue
            values = {"submission_id": submission, "contribution_id": contribution, **asdict(each.place)}
            values |= {"start": start, "end": end, "kind": kind if kind in KINDS else OTHER, "staff_id": by, "at": now}
            await self._transaction.execute(insert(Redaction), values)
            mask, made = Mask((*mask.words, each.text[start:end])), made + 1
        if made:
            await file_submission(self._transaction, submission)
        return made


def _places(text: str, typed: str) -> Iterator[tuple[int, int]]:
    """Yield where words occur: as they are found when they are left out, or else within longer words."""
    places = Mask((typed,)).spans(text)
    yield from places or (found.span() for found in re.finditer(re.escape(typed), text, re.IGNORECASE))


def _suggested(text: Written, start: int, end: int, kind: str, mask: Mask) -> Suggested:
    before = mask.over(text.text[:start], OMITTED)
    after = mask.over(text.text[end:], OMITTED)
    before = before if len(before) <= AROUND else "…" + before[-AROUND:]
    after = after if len(after) <= AROUND else after[:AROUND] + "…"
    return Suggested(text.place, text.question, start, end, kind, before, text.text[start:end], after)


def _redacted(row: Record) -> Redacted:
    *own, parts, text, start, end = row
    return Redacted(*(*own, words(parts, text, start, end)))
