"""Drafts and submissions, and their answers as revisions that are only ever added.

A submission's id follows from whose it is and which of their drafts, so nobody has to look it up to write an answer.
"""

from __future__ import annotations

import secrets
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dialogs import receipts
from dialogs.types import Answer, Part, Past, Slot
from storage.models import AnswerRow, ConsultationRow, Contribution, QuestionnaireVersion, Submission
from storage.transaction import Record, Transaction


@lru_cache(maxsize=4096)
def submission_id(participant_id: uuid.UUID, draft: int) -> uuid.UUID:
    """Return the id of a participant's draft; without the participant's own id it leads to nobody."""
    return uuid.uuid5(participant_id, f"draft:{draft}")


@dataclass(frozen=True, slots=True)
class Found:
    """A submission found by its receipt."""

    id: uuid.UUID
    past: Past


class UnknownVersion(LookupError):
    """A draft was begun on a version of a questionnaire that was never loaded."""


class UnknownDraft(LookupError):
    """A draft was submitted that was never begun, or was submitted before."""


class Submissions:
    """What people are saying and have said."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def begin(self, participant_id: uuid.UUID, draft: int, digest: str, language: str, now: datetime) -> None:
        """Begin a draft on a version; raise UnknownVersion when that was never loaded."""
        values = {
            "new_id": submission_id(participant_id, draft),
            "person": participant_id,
            "new_draft": draft,
            "version": digest,
            "spoken": language,
            "now": now,
        }
        await self._transaction.put(_BEGIN, values, must=UnknownVersion)

    async def revise(
        self, participant_id: uuid.UUID, answers: Sequence[tuple[int, Answer, bool]], language: str, now: datetime
    ) -> None:
        """Add a revision to the slot of each of `answers`: a draft's number, the answer, whether it is dropped."""
        await self._transaction.put(
            _REVISE,
            [
                {
                    "owner": submission_id(participant_id, draft),
                    "asked": answer.slot.question,
                    "within": answer.slot.item,
                    "parts": [list(part) for part in answer.parts],
                    "chosen": list(answer.chosen),
                    "skipped": answer.skipped,
                    "dropped": dropped,
                    "language": language,
                    "at": now,
                }
                for draft, answer, dropped in answers
            ],
        )

    async def submit(
        self, participant_id: uuid.UUID, draft: int, items: Sequence[int], language: str, now: datetime
    ) -> str:
        """Make a submission of a draft, with a contribution for each of `items`, and return its receipt.

        Nothing is kept, and UnknownDraft raised, where there is no such draft or it was submitted before; Conflict
        where the receipt is another submission's.
        """
        receipt = _new_code()
        values = {"owner": submission_id(participant_id, draft), "now": now, "spoken": language, "code": receipt}
        await self._transaction.put(_SUBMIT, values, must=UnknownDraft)
        await self.contribute(participant_id, draft, tuple(enumerate(items, 1)), now)
        return receipt

    async def contribute(
        self, participant_id: uuid.UUID, draft: int, places: Sequence[tuple[int, int]], now: datetime
    ) -> None:
        """Give each item of a submission its contribution, unless it has one: `places` are (rank, item)."""
        owner = submission_id(participant_id, draft)
        rows = [
            {
                "id": uuid.uuid5(owner, f"item:{item}"),
                "submission_id": owner,
                "item": item,
                "position": rank,
                "status": "new",
                "created_at": now,
            }
            for rank, item in places
        ]
        await self._transaction.put(_CONTRIBUTE, rows)

    async def revised(self, participant_id: uuid.UUID, places: Sequence[tuple[int, int]], now: datetime) -> None:
        """Note that the author changed submitted contributions, each a (draft, item). Forms from before are late."""
        rows = [
            {"owner": submission_id(participant_id, draft), "within": item, "now": now, "no": False}
            for draft, item in places
        ]
        await self._transaction.put(_REVISED, rows)

    async def discard(self, participant_id: uuid.UUID, draft: int, now: datetime) -> None:
        """Note that a draft gave way to another one; a submission stays what it is."""
        values = {"owner": submission_id(participant_id, draft), "now": now}
        await self._transaction.put(_DISCARD, values)

    async def past(self, participant_id: uuid.UUID) -> tuple[Past, ...]:
        """Return a participant's submissions as they stand, newest first."""
        mine = Submission.participant_id == participant_id
        return tuple(each.past for each in await self._found(mine))

    async def past_of_message(self, participant_id: uuid.UUID, number: int) -> Past | None:
        """Return the submission in which message `number` stands, or None."""
        for past in await self.past(participant_id):
            if any(part.number == number for answer in past.answers for part in answer.parts):
                return past
        return None

    async def by_receipt(self, text: str) -> Found | None:
        """Return the submission whose receipt `text` spells, or None."""
        code = receipts.normalise(text)
        found = await self._found(Submission.receipt == code) if code else ()
        return found[0] if found else None

    async def _found(self, which: Any) -> tuple[Found, ...]:
        rows = await self._transaction.rows(_SUBMITTED.where(which))
        owners = [row.id for row in rows]
        answers = await self._standing(owners)
        contributions = await self._contributions(owners)
        return tuple(_put_together(row, answers[row.id], contributions[row.id]) for row in rows)

    async def _standing(self, owners: list[uuid.UUID]) -> dict[uuid.UUID, dict[Slot, Answer]]:
        """Return what stands in each slot: revisions in the order they came, each in place of the one before."""
        standing: dict[uuid.UUID, dict[Slot, Answer]] = defaultdict(dict)
        if not owners:
            return standing
        statement = _ANSWERS.where(AnswerRow.submission_id.in_(owners))
        for owner, question, item, parts, chosen, skipped, dropped in await self._transaction.rows(statement):
            slot = Slot(question, item)
            if dropped:
                standing[owner].pop(slot, None)
            else:
                said = tuple(Part(*part) for part in parts)
                standing[owner][slot] = Answer(slot, said, tuple(chosen), skipped)
        return standing

    async def _contributions(self, owners: list[uuid.UUID]) -> dict[uuid.UUID, list[tuple[int, str]]]:
        found: dict[uuid.UUID, list[tuple[int, str]]] = defaultdict(list)
        if owners:
            statement = _CONTRIBUTIONS.where(Contribution.submission_id.in_(owners))
            for owner, item, status in await self._transaction.rows(statement):
                found[owner].append((item, status))
        return found


def _put_together(row: Record, standing: dict[Slot, Answer], contributions: list[tuple[int, str]]) -> Found:
    # An item whose every answer was taken back is no longer the author's, though its contribution stays on record.
    there = {slot.item for slot in standing}
    kept = [(item, status) for item, status in contributions if item in there]
    past = Past(
        draft=row.draft,
        receipt=row.receipt or "",
        digest=row.digest,
        submitted_at=row.submitted_at,
        states=tuple(status for _, status in kept),
        answers=tuple(standing.values()),
        items=tuple(item for item, _ in kept),
        is_open=row.state == "open",
    )
    return Found(row.id, past)


# --- statements ---------------------------------------------------------------------------------------------

_BEGIN = insert(Submission).from_select(
    [
        "id",
        "participant_id",
        "draft",
        "digest",
        "consultation",
        "questionnaire",
        "channel",
        "language",
        "started_at",
    ],
    select(
        bindparam("new_id", type_=Submission.id.type),
        bindparam("person", type_=Submission.id.type),
        bindparam("new_draft", type_=Submission.draft.type),
        QuestionnaireVersion.digest,
        QuestionnaireVersion.consultation,
        QuestionnaireVersion.slug,
        literal("telegram"),
        bindparam("spoken", type_=Submission.language.type),
        bindparam("now", type_=Submission.started_at.type),
    ).where(QuestionnaireVersion.digest == bindparam("version")),
    include_defaults=False,
)

_NEXT_REVISION = (
    select(func.coalesce(func.max(AnswerRow.revision) + 1, 0))
    .where(
        AnswerRow.submission_id == bindparam("owner"),
        AnswerRow.question == bindparam("asked"),
        AnswerRow.item == bindparam("within"),
    )
    .scalar_subquery()
)

_REVISE = insert(AnswerRow).values(
    submission_id=bindparam("owner"),
    question=bindparam("asked"),
    item=bindparam("within"),
    revision=_NEXT_REVISION,
)

_SUBMIT = (
    update(Submission)
    .where(Submission.id == bindparam("owner"), Submission.submitted_at.is_(None))
    .values(submitted_at=bindparam("now"), receipt=bindparam("code"), language=bindparam("spoken"))
)

_CONTRIBUTE = upsert(Contribution).on_conflict_do_nothing(index_elements=["submission_id", "item"])

# It is filed anew, pointed out where staff had begun to work on it, and no longer the version that anybody has seen.
_IS_BEGUN = Contribution.status != "new"
_REVISED = (
    update(Contribution)
    .where(Contribution.submission_id == bindparam("owner"), Contribution.item == bindparam("within"))
    .values(revised_unseen=or_(Contribution.revised_unseen, _IS_BEGUN), version=Contribution.version + 1)
    .values(edited_unseen=or_(Contribution.edited_unseen, _IS_BEGUN), changed_by=null())
    .values(filed=bindparam("no"), revised_at=bindparam("now"))
)

_DISCARD = (
    update(Submission)
    .where(Submission.id == bindparam("owner"), Submission.submitted_at.is_(None))
    .values(discarded_at=bindparam("now"))
)

_SUBMITTED = (
    select(
        Submission.id,
        Submission.draft,
        Submission.receipt,
        Submission.digest,
        Submission.submitted_at,
        ConsultationRow.state,
    )
    .join(ConsultationRow, ConsultationRow.slug == Submission.consultation)
    .where(Submission.submitted_at.is_not(None))
    .order_by(Submission.submitted_at.desc(), Submission.draft.desc())
)

_ANSWERS = select(
    AnswerRow.submission_id,
    AnswerRow.question,
    AnswerRow.item,
    AnswerRow.parts,
    AnswerRow.chosen,
    AnswerRow.skipped,
    AnswerRow.dropped,
).order_by(AnswerRow.id)

_CONTRIBUTIONS = select(Contribution.submission_id, Contribution.item, Contribution.status).order_by(
    Contribution.position, Contribution.item
)


def _new_code() -> str:
    """Return a random receipt code; any one comes up once in 3.4 thousand million."""
    return receipts.complete("".join(secrets.choice(receipts.ALPHABET) for _ in range(receipts.LENGTH - 1)))
