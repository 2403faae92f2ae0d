"""Somebody to write about: a consultation, a person in it, and the turns they take."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from dialogs.exchange import AnswerGiven, ConsentGiven, DraftStarted, Event, Submitted
from dialogs.session import Draft, Session, Stage
from dialogs.turn import Turn
from dialogs.types import Answer, Part, Slot
from storage.database import Database
from storage.record import Inbound, Recorded, record

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
