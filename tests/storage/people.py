"""Somebody to write about: a consultation, a person in it, and the turns they take."""

from __future__ import annotations

import uuid
import zlib
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from dialogs.exchange import AnswerGiven, ConsentGiven, DraftStarted, Event, Submitted
from dialogs.session import Draft, Session, Stage
from dialogs.turn import Turn
from dialogs.types import Answer, Part, Slot
from storage.database import Database
from storage.models import (
    AnswerRow,
    AuthorReply,
    Contribution,
    ContributionText,
    Dismissal,
    GroupLeaving,
    LikenessBand,
    Redaction,
    ReplyRow,
    Submission,
    Theme,
    Translation,
    Unlike,
)
from storage.record import Inbound, Recorded, record
from storage.unit_of_work import UnitOfWork

CHAT = 987654321012
DIGEST = "d" * 64

CONSULTATION: dict[str, Any] = {"slug": "digital", "title": {"sq": "Qeverisja", "en": "Governance"}}


def questionnaire(slug: str = "key-issues", version: int = 1, digest: str = DIGEST) -> dict[str, Any]:
    """A version of a questionnaire, as far as storage looks into it."""
    return {"consultation": "digital", "slug": slug, "version": version, "digest": digest, "sections": []}


async def publish(database: Database, now: datetime) -> None:
    """Load the consultation and open it."""
    async with database.begin() as uow:
        await uow.consultations.load(CONSULTATION, [questionnaire()], now)
        await uow.consultations.open("digital", now)
        await uow.commit()


def draft(id: int = 1, **fields: Any) -> Draft:
    """A draft on the one version there is."""
    when = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
    return Draft(id=id, digest=DIGEST, consultation="digital", questionnaire="key-issues", started_at=when, **fields)


def session(turn: int = 10, consent: int = 1, **fields: Any) -> Session:
    """A session of somebody who agreed."""
    return Session(turn=turn, stage=Stage.ASKING, language="sq", bilingual=False, consent=consent, **fields)


def text(question: str, item: int, *said: tuple[int, str]) -> Answer:
    """An answer of one or more messages."""
    return Answer(Slot(question, item), tuple(Part(*each) for each in said))


async def arrive(database: Database, now: datetime, chat: int = CHAT, **fields: Any) -> uuid.UUID:
    """Enrol a person with a session, and return who they are."""
    async with database.begin() as uow:
        arrival = await uow.participants.arrive(chat, now)
        await uow.participants.save(arrival.participant_id, session(**fields), arrival.version, now)
        await uow.commit()
    return arrival.participant_id


async def take(
    database: Database, person: uuid.UUID, now: datetime, *events: Event, heard: str = "", **fields: Any
) -> Recorded:
    """Record one turn of a person, and commit it."""
    turn = Turn(session(**fields), events)
    async with database.begin() as uow:
        recorded = await record(uow, person, turn, Inbound("text", heard, 5), now)
        await uow.commit()
    return recorded


async def submit(database: Database, person: uuid.UUID, now: datetime, *said: Answer, number: int = 1) -> str:
    """Let a person consent, answer and submit; return the receipt."""
    given = (AnswerGiven(number, answer) for answer in said)
    events: tuple[Event, ...] = (ConsentGiven(1, "c" * 64, "sq"), DraftStarted(number, DIGEST), *given)
    await take(database, person, now, *events, drafts=(draft(number),))
    items = tuple(sorted({answer.slot.item for answer in said} - {0}))
    return (await take(database, person, now, Submitted(number, items))).receipt


async def moderate(database: Database, person: uuid.UUID, words: str, now: datetime) -> None:
    """Let the secretariat do with a person's contributions all that leaves a row, `words` in each text of it."""
    async with database.begin() as uow:
        staff = await _somebody(uow, now)
        first, second = await _contributions(uow, person)
        theme = await uow.transaction.first(select(Theme.id).where(Theme.slug == "v1"))
        assert theme is not None
        await uow.moderation.set_themes(first.id, [theme[0]], seen=None, by=staff, now=now)
        await uow.moderation.assign(first.id, staff, seen=None, by=staff, now=now)
        await uow.moderation.set_status(
            first.id, "set-aside", "other", note=f"shënim: {words}", seen=None, by=staff, now=now
        )
        group = await uow.groups.join(first.id, second.id, seen=None, by=staff, now=now)
        for table, row in _rows(first, second, group, staff, words, now):
            await uow.transaction.put(insert(table), row)
        await uow.commit()


async def _somebody(uow: UnitOfWork, now: datetime) -> int:
    found = await uow.staff.by_name("Ana")
    return (found or await uow.staff.add("Ana", "hash", "moderator", [], "sq", now)).id


async def _contributions(uow: UnitOfWork, person: uuid.UUID) -> tuple[Row[Any], Row[Any]]:
    """Return the first two contributions of a person, each with the row of an answer of it."""
    statement = (
        select(Contribution.id, Contribution.submission_id, AnswerRow.id.label("answer"))
        .join(Submission, Submission.id == Contribution.submission_id)
        .join(AnswerRow, (AnswerRow.submission_id == Submission.id) & (AnswerRow.item == Contribution.item))
        .where(Submission.participant_id == person, AnswerRow.question == "issue")
        .order_by(Contribution.position)
    )
    first, second, *_ = await uow.transaction.rows(statement)
    return first, second


def _rows(
    first: Row[Any], second: Row[Any], group: int, staff: int, words: str, now: datetime
) -> list[tuple[Any, dict[str, Any]]]:
    number = zlib.crc32(words.encode())
    by = {"staff_id": staff, "at": now}
    translated = {"question": "issue", "language": "en", "text": words, "revision": 0, "version": 0}
    redacted = {"answer_id": first.answer, "start": 0, "end": 3, "kind": "phone", "submission_id": first.submission_id}
    dismissed = {"answer_id": first.answer, "start": 0, "end": 3}
    written = {"id": number, "kind": "question", "language": "sq", "text": words, "state": "delivered"}
    return [
        (Translation, {"contribution_id": first.id, **translated, **by}),
        (Redaction, {"contribution_id": first.id, **redacted, **by}),
        (Dismissal, {"contribution_id": first.id, **dismissed, **by}),
        (ReplyRow, {"contribution_id": first.id, **written, **by}),
        (AuthorReply, {"reply_id": number, "text": words, "language": "sq", "at": now}),
        (GroupLeaving, {"contribution_id": first.id, "group_id": group, "at": now}),
        (Unlike, {"contribution_id": first.id, "other_id": second.id, **by}),
        (ContributionText, {"contribution_id": first.id, "excerpt": words, "folded": words, "likeness": [number]}),
        (LikenessBand, {"contribution_id": first.id, "band": number}),
    ]
