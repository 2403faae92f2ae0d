"""Submissions put together from their rows: whatever was said in each, what staff made of it.

A handful of statements, however many submissions they are for. What is redacted is left out of every text here, so
that nobody who shows one can forget it.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select

from dialogs.canonical import questionnaire_from_json
from dialogs.types import Question, Questionnaire
from storage.masking import NOTHING, OMITTED, Mask
from storage.models import (
    AnswerRow,
    AuthorReply,
    Contribution,
    ContributionTheme,
    QuestionnaireVersion,
    Redaction,
    Submission,
    Theme,
)
from storage.submitted import Answered, Contributed, Submitted, Wording
from storage.transaction import Record, Transaction
from storage.written import joined, words

SUBMISSION = (
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
    Contribution.reason,
    Contribution.created_at,
    Contribution.revised_at,
    Contribution.revised_unseen,
    Contribution.edited_unseen,
    Contribution.answered_unseen,
    Contribution.changed_at,
    Contribution.assignee_id,
    Contribution.group_id,
    Contribution.version,
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
    AnswerRow.id,
    AnswerRow.revision,
)
_known: dict[str, Questionnaire] = {}
"""Versions by digest: they never change and are few, so each is read once in a process."""


async def whole(transaction: Transaction, rows: Sequence[Record]) -> tuple[Submitted, ...]:
    """Return the submissions of `rows`, each with everything in it: five statements, however many they are."""
    if not rows:
        return ()
    ids = [row[0] for row in rows]
    await _learn(transaction, {row[1] for row in rows})
    ranked = select(*_CONTRIBUTION).where(Contribution.submission_id.in_(ids))
    contributions = await transaction.rows(ranked.order_by(Contribution.position))
    said = select(*_ANSWER).where(AnswerRow.submission_id.in_(ids))
    answers = await transaction.rows(said.order_by(AnswerRow.revision, AnswerRow.id))
    parts, slots = _by_submission(contributions), _slots(answers)
    masks = await _masks(transaction, ids)
    for submission, mask in masks.items():
        _leave_out(slots[submission], mask)
    themes = await _themes(transaction, [row[1] for row in contributions])
    return tuple(_submitted(row, parts[row[0]], slots[row[0]], masks.get(row[0], NOTHING), themes) for row in rows)


async def _masks(transaction: Transaction, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Mask]:
    """Return what is redacted in each submission that has such."""
    statement = (
        select(Redaction.submission_id, AnswerRow.parts, AuthorReply.text, Redaction.start, Redaction.end)
        .join(AnswerRow, AnswerRow.id == Redaction.answer_id, isouter=True)
        .join(AuthorReply, AuthorReply.id == Redaction.author_reply_id, isouter=True)
        .where(Redaction.submission_id.in_(ids), Redaction.undone_at.is_(None))
    )
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for submission, *stretch in await transaction.rows(statement):
        found[submission].append(words(*stretch))
    return {submission: Mask(tuple(each)) for submission, each in found.items()}


def _leave_out(slots: Slots, mask: Mask) -> None:
    """Leave out of every revision of every answer what is redacted in the submission."""
    for slot, revisions in slots.items():
        slots[slot] = [each if each.text is None else _without(each, mask) for each in revisions]


def _without(said: Wording, mask: Mask) -> Wording:
    return replace(said, text=mask.over(said.text or "", OMITTED))


async def mask_of(transaction: Transaction, submission: uuid.UUID) -> Mask:
    """Return what is redacted in a submission."""
    return (await _masks(transaction, [submission])).get(submission, NOTHING)


async def _themes(transaction: Transaction, contributions: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    """Return the slugs of the themes of each contribution that has such, in the codebook's order."""
    statement = (
        select(ContributionTheme.contribution_id, Theme.slug)
        .join(Theme, Theme.id == ContributionTheme.theme_id)
        .where(ContributionTheme.contribution_id.in_(contributions))
        .order_by(Theme.position, Theme.id)
    )
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for contribution, slug in await transaction.rows(statement):
        found[contribution] = (*found.get(contribution, ()), slug)
    return found


async def _learn(transaction: Transaction, digests: set[str]) -> None:
    """Read the versions that this process has not met yet."""
    new = digests - _known.keys()
    if new:
        columns = (QuestionnaireVersion.digest, QuestionnaireVersion.definition)
        statement = select(*columns).where(QuestionnaireVersion.digest.in_(list(new)))
        for row in await transaction.rows(statement):
            questionnaire(row)


def questionnaire(row: Record) -> Questionnaire:
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
    for submission, question, item, parts, chosen, skipped, dropped, language, at, id_, revision in rows:
        text = joined(parts) if parts else None
        numbers = tuple(part[0] for part in parts)
        said = Wording(text, tuple(chosen), skipped, dropped, language, at, id_, revision, numbers)
        found[submission][question, item].append(said)
    return found


def _submitted(
    row: Record, contributions: Sequence[Record], slots: Slots, mask: Mask, themes: dict[uuid.UUID, tuple[str, ...]]
) -> Submitted:
    id_, digest, consultation, receipt, channel, language, started_at, submitted_at = row
    questionnaire = _known[digest]
    made = [_contributed(questionnaire, each, slots, themes.get(each[1], ())) for each in contributions]
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
        mask=mask,
    )


def _contributed(questionnaire: Questionnaire, row: Record, slots: Slots, themes: tuple[str, ...]) -> Contributed:
    _, *own = row
    answers = tuple(_answered(_questions(questionnaire, repeated=True), row.item, slots))
    return Contributed(*(*own, answers, themes))


def _questions(questionnaire: Questionnaire, *, repeated: bool) -> Iterator[Question]:
    """Yield the questions within, or outside, what is asked several times over, in file order."""
    for section in questionnaire.sections:
        if (section.repeat is not None) is repeated:
            yield from section.questions


def _answered(questions: Iterable[Question], item: int, slots: Slots) -> Iterator[Answered]:
    for question in questions:
        yield Answered(question, item, tuple(slots.get((question.id, item), ())))
