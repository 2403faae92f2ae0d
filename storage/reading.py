"""What the secretariat reads: submissions with everything in them, conversations, and how many there are.

Queries alone; nothing is changed here, and nothing leads to who wrote. A draft is nobody's business: only what was
submitted is found. Lists go by key, never by offset, so that the thousandth page costs what the first does.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Uuid, func, literal, select, tuple_

from dialogs.canonical import consultation_from_json
from dialogs.types import Consultation, Questionnaire
from storage.masking import OMITTED, Mask
from storage.models import (
    ConsultationRow,
    Contribution,
    QuestionnaireVersion,
    Submission,
    TranscriptRow,
)
from storage.submitted import Count, Elsewhere, Page, Place, Said, Submitted
from storage.transaction import Record, Transaction
from storage.types import UtcDateTime
from storage.whole import SUBMISSION, mask_of, questionnaire, whole

_PLACE = tuple_(Submission.submitted_at, Submission.id)


class Reading:
    """The dashboard's queries, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def consultations(self, components: Sequence[str] = ()) -> tuple[Consultation, ...]:
        """Return the consultations on `components` (slugs of either), every one where none is named."""
        columns = (ConsultationRow.definition, ConsultationRow.state, ConsultationRow.closes_on)
        rows = await self._transaction.rows(select(*columns).order_by(ConsultationRow.position))
        found = [replace(consultation_from_json(row[0]), is_open=row[1] == "open", closes_on=row[2]) for row in rows]
        wanted = set(components)
        return tuple(each for each in found if not wanted or {each.slug, each.component} & wanted)

    async def questionnaires(self, consultation: str) -> tuple[Questionnaire, ...]:
        """Return every version of every questionnaire of a consultation, in the order they are offered."""
        columns = (QuestionnaireVersion.digest, QuestionnaireVersion.definition)
        statement = (
            select(*columns)
            .where(QuestionnaireVersion.consultation == consultation)
            .order_by(QuestionnaireVersion.position, QuestionnaireVersion.slug, QuestionnaireVersion.version)
        )
        return tuple(questionnaire(row) for row in await self._transaction.rows(statement))

    # --- submissions -------------------------------------------------------------------------------------------------

    async def page(
        self, consultations: Sequence[str], *, before: Place | None = None, after: Place | None = None, size: int
    ) -> Page:
        """Return up to `size` submissions of `consultations`, newest first.

        Either the newest, or those next `before` a place, or those next `after` it.
        """
        visible: list[ColumnElement[bool]] = [Submission.consultation.in_(list(consultations))]
        upwards = after is not None
        if before or after:
            visible.append(_beyond(before or after, upwards))
        rows = list(await self._submissions(visible, upwards=upwards, limit=size + 1))
        more, rows = len(rows) > size, rows[:size]
        if upwards:
            rows.reverse()
        found = await whole(self._transaction, rows)
        has_older = bool(found) and (upwards or more)
        has_newer = bool(found) and (more if upwards else before is not None)
        return Page(found, found[-1].place if has_older else None, found[0].place if has_newer else None)

    async def one(self, id: uuid.UUID, consultations: Sequence[str]) -> Submitted | None:
        """Return a submission of one of `consultations`, None for any other and for a draft."""
        visible = [Submission.id == id, Submission.consultation.in_(list(consultations))]
        found = await whole(self._transaction, await self._submissions(visible, upwards=True, limit=1))
        return found[0] if found else None

    async def several(self, ids: Sequence[uuid.UUID]) -> tuple[Submitted, ...]:
        """Return the submissions called `ids`, in no order that matters, whoever may see them; drafts are left out."""
        return await whole(
            self._transaction, await self._submissions([Submission.id.in_(ids)], upwards=True, limit=len(ids))
        )

    async def others(self, submission: uuid.UUID, consultations: Sequence[str]) -> tuple[Elsewhere, ...]:
        """Return what else the author of a submission sent to `consultations`, newest first; who that is stays here."""
        author = select(Submission.participant_id).where(Submission.id == submission).scalar_subquery()
        statement = (
            select(Submission.id, Submission.receipt, Submission.consultation, Submission.submitted_at)
            .where(
                Submission.participant_id == author,
                Submission.id != submission,
                Submission.submitted_at.is_not(None),
                Submission.consultation.in_(list(consultations)),
            )
            .order_by(Submission.submitted_at.desc(), Submission.id)
        )
        return tuple(Elsewhere(*row) for row in await self._transaction.rows(statement))

    async def next_in(self, consultation: str, after: Place | None, size: int) -> tuple[Submitted, ...]:
        """Return up to `size` submissions of one consultation, oldest first, next after a place."""
        visible: list[ColumnElement[bool]] = [Submission.consultation == consultation]
        if after:
            visible.append(_beyond(after, upwards=True))
        return await whole(self._transaction, await self._submissions(visible, upwards=True, limit=size))

    async def transcript(self, submission: uuid.UUID) -> tuple[Said, ...]:
        """Return the conversation in which a submission came about, in its order, without what is redacted in it."""
        columns = (
            TranscriptRow.id,
            TranscriptRow.direction,
            TranscriptRow.kind,
            TranscriptRow.number,
            TranscriptRow.text,
            TranscriptRow.marks,
            TranscriptRow.menu,
            TranscriptRow.at,
        )
        statement = select(*columns).where(TranscriptRow.submission_id == submission)
        rows = await self._transaction.rows(statement.order_by(TranscriptRow.id))
        mask = await mask_of(self._transaction, submission)
        return tuple(
            Said(id_, direction, kind, number, *mask.marked(text, marks), _labels(menu, mask), at)
            for id_, direction, kind, number, text, marks, menu, at in rows
        )

    async def counts(self, consultations: Sequence[str]) -> tuple[Count, ...]:
        """Return how much came in on each questionnaire of `consultations`; those without anything are left out."""
        key = (Submission.consultation, Submission.questionnaire)
        chosen = (Submission.submitted_at.is_not(None), Submission.consultation.in_(list(consultations)))
        submissions = await self._transaction.rows(
            select(*key, func.count(), func.max(Submission.submitted_at)).where(*chosen).group_by(*key)
        )
        contributions = await self._transaction.rows(
            select(*key, func.count())
            .join(Contribution, Contribution.submission_id == Submission.id)
            .where(*chosen)
            .group_by(*key)
        )
        issues = {(row[0], row[1]): int(row[2]) for row in contributions}
        return tuple(Count(row[0], row[1], int(row[2]), issues.get((row[0], row[1]), 0), row[3]) for row in submissions)

    async def _submissions(
        self, visible: Iterable[ColumnElement[bool]], *, upwards: bool, limit: int
    ) -> Sequence[Record]:
        order = (Submission.submitted_at, Submission.id)
        statement = (
            select(*SUBMISSION)
            .where(Submission.submitted_at.is_not(None), *visible)
            .order_by(*(order if upwards else (column.desc() for column in order)))
            .limit(limit)
        )
        return await self._transaction.rows(statement)


def _labels(menu: Sequence[Sequence[str]], mask: Mask) -> tuple[tuple[str, ...], ...]:
    """Return the labels of buttons; some quote what was answered."""
    return tuple(tuple(mask.over(label, OMITTED) for label in row) for row in menu)


def _beyond(place: Place | None, upwards: bool) -> ColumnElement[bool]:
    """Return the condition of coming after (or, downwards, before) a place."""
    assert place is not None
    there = tuple_(literal(place.at, UtcDateTime()), literal(place.id, Uuid()))
    return there < _PLACE if upwards else there > _PLACE
