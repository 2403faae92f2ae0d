"""What the secretariat reads: submissions with everything in them, conversations, and how many there are.

Queries alone; nothing is changed here, and nothing leads to who wrote. A draft is nobody's business: only what was
submitted is found. Lists go by key, never by offset, so that the thousandth page costs what the first does.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Uuid, func, literal, select, tuple_

from dialogs.canonical import consultation_from_json, questionnaire_from_json
from dialogs.types import Consultation, Question, Questionnaire
from storage.models import (
    AnswerRow,
    ConsultationRow,
    Contribution,
    QuestionnaireVersion,
    Submission,
    TranscriptRow,
)
from storage.submitted import Answered, Contributed, Count, Page, Place, Said, Submitted, Wording
from storage.transaction import Record, Transaction
from storage.types import UtcDateTime

_SUBMISSION = (
    Submission.id,
    Submission.digest,
    Submission.consultation,
    Submission.receipt,
    Submission.channel,
    Submission.language,
    Submission.started_at,
    Submission.submitted_at,
)
_CONTRIBUTION = (
    Contribution.submission_id,
    Contribution.id,
    Contribution.item,
    Contribution.position,
    Contribution.status,
)
_ANSWER = (
    AnswerRow.submission_id,
    AnswerRow.question,
    AnswerRow.item,
    AnswerRow.parts,
    AnswerRow.chosen,
    AnswerRow.skipped,
    AnswerRow.dropped,
    AnswerRow.language,
    AnswerRow.at,
)
_PLACE = tuple_(Submission.submitted_at, Submission.id)

_known: dict[str, Questionnaire] = {}
"""Versions by digest: they never change and are few, so each is read once in a process."""


class Reading:
    """The dashboard's queries, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def consultations(self, components: Sequence[str] = ()) -> tuple[Consultation, ...]:
        """Return the consultations on `components` (slugs of either), every one where none is named."""
        columns = (ConsultationRow.definition, ConsultationRow.state)
        rows = await self._transaction.rows(select(*columns).order_by(ConsultationRow.position))
        found = [replace(consultation_from_json(row[0]), is_open=row[1] == "open") for row in rows]
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
        return tuple(_questionnaire(row) for row in await self._transaction.rows(statement))

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
        found = await self._whole(rows)
        has_older = bool(found) and (upwards or more)
        has_newer = bool(found) and (more if upwards else before is not None)
        return Page(found, found[-1].place if has_older else None, found[0].place if has_newer else None)

    async def one(self, id: uuid.UUID, consultations: Sequence[str]) -> Submitted | None:
        """Return a submission of one of `consultations`, None for any other and for a draft."""
        visible = [Submission.id == id, Submission.consultation.in_(list(consultations))]
        found = await self._whole(await self._submissions(visible, upwards=True, limit=1))
        return found[0] if found else None

    async def next_in(self, consultation: str, after: Place | None, size: int) -> tuple[Submitted, ...]:
        """Return up to `size` submissions of one consultation, oldest first, next after a place."""
        visible: list[ColumnElement[bool]] = [Submission.consultation == consultation]
        if after:
            visible.append(_beyond(after, upwards=True))
        return await self._whole(await self._submissions(visible, upwards=True, limit=size))

    async def transcript(self, submission: uuid.UUID) -> tuple[Said, ...]:
        """Return the conversation in which a submission came about, in its order."""
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
        return tuple(
            Said(id_, direction, kind, number, text, tuple(marks), tuple(map(tuple, menu)), at)
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

    # --- putting together --------------------------------------------------------------------------------------------

    async def _submissions(
        self, visible: Iterable[ColumnElement[bool]], *, upwards: bool, limit: int
    ) -> Sequence[Record]:
        order = (Submission.submitted_at, Submission.id)
        statement = (
            select(*_SUBMISSION)
            .where(Submission.submitted_at.is_not(None), *visible)
            .order_by(*(order if upwards else (column.desc() for column in order)))
            .limit(limit)
        )
        return await self._transaction.rows(statement)

    async def _whole(self, rows: Sequence[Record]) -> tuple[Submitted, ...]:
        """Return the submissions of `rows`, each with everything in it: three statements, however many they are."""
        if not rows:
            return ()
        ids = [row[0] for row in rows]
        await self._learn({row[1] for row in rows})
        ranked = select(*_CONTRIBUTION).where(Contribution.submission_id.in_(ids))
        contributions = await self._transaction.rows(ranked.order_by(Contribution.position))
        said = select(*_ANSWER).where(AnswerRow.submission_id.in_(ids))
        answers = await self._transaction.rows(said.order_by(AnswerRow.revision, AnswerRow.id))
        parts, slots = _by_submission(contributions), _slots(answers)
        return tuple(_submitted(row, parts[row[0]], slots[row[0]]) for row in rows)

    async def _learn(self, digests: set[str]) -> None:
        """Read the versions that this process has not met yet."""
        new = digests - _known.keys()
        if new:
            columns = (QuestionnaireVersion.digest, QuestionnaireVersion.definition)
            statement = select(*columns).where(QuestionnaireVersion.digest.in_(list(new)))
            for row in await self._transaction.rows(statement):
                _questionnaire(row)


def _beyond(place: Place | None, upwards: bool) -> ColumnElement[bool]:
    """Return the condition of coming after (or, downwards, before) a place."""
    assert place is not None
    there = tuple_(literal(place.at, UtcDateTime()), literal(place.id, Uuid()))
    return there < _PLACE if upwards else there > _PLACE


def _questionnaire(row: Record) -> Questionnaire:
    """Return the version of a row, read once."""
    if row[0] not in _known:
        _known[row[0]] = questionnaire_from_json(row[1])
    return _known[row[0]]


def _by_submission(rows: Iterable[Record]) -> dict[uuid.UUID, list[Record]]:
    found: dict[uuid.UUID, list[Record]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


Slots = dict[tuple[str, int], list[Wording]]


def _slots(rows: Iterable[Record]) -> dict[uuid.UUID, Slots]:
    """Return the revisions of each slot of each submission, oldest first."""
    found: dict[uuid.UUID, Slots] = defaultdict(lambda: defaultdict(list))
    for submission, question, item, parts, chosen, *rest in rows:
        text = "\n".join(part[1] for part in parts) if parts else None
        found[submission][question, item].append(Wording(text, tuple(chosen), *rest))
    return found


def _submitted(row: Record, contributions: Sequence[Record], slots: Slots) -> Submitted:
    id_, digest, consultation, receipt, channel, language, started_at, submitted_at = row
    questionnaire = _known[digest]
    made = [_contributed(questionnaire, each, slots) for each in contributions]
    return Submitted(
        id=id_,
        consultation=consultation,
        questionnaire=questionnaire,
        receipt=receipt,
        channel=channel,
        language=language,
        started_at=started_at,
        submitted_at=submitted_at,
        answers=tuple(_answered(_questions(questionnaire, repeated=False), 0, slots)),
        contributions=tuple(each for each in made if not each.withdrawn),
        withdrawn=tuple(each for each in made if each.withdrawn),
    )


def _contributed(questionnaire: Questionnaire, row: Record, slots: Slots) -> Contributed:
    _, id_, item, position, status = row
    answers = tuple(_answered(_questions(questionnaire, repeated=True), item, slots))
    return Contributed(id_, item, position, status, answers)


def _questions(questionnaire: Questionnaire, *, repeated: bool) -> Iterator[Question]:
    """Yield the questions within, or outside, what is asked several times over, in file order."""
    for section in questionnaire.sections:
        if (section.repeat is not None) is repeated:
            yield from section.questions


def _answered(questions: Iterable[Question], item: int, slots: Slots) -> Iterator[Answered]:
    for question in questions:
        yield Answered(question, item, tuple(slots.get((question.id, item), ())))
