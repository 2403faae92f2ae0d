"""From what a turn says has happened to the rows that keep it: one match statement.

The session itself is saved beside this (`participants.save`), and what the bot says is enqueued after it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dialogs.exchange import (
    AnswerDropped,
    AnswerGiven,
    AnswerRevised,
    ConsentGiven,
    DataRequested,
    DraftDiscarded,
    DraftStarted,
    Event,
    InputRejected,
    LanguageChosen,
    Replied,
    Submitted,
    Withdrawn,
)
from dialogs.turn import Turn
from dialogs.types import Answer
from storage.filing import TOPIC
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Inbound:
    """What came in, as the transcript shows it: kind text, press, command, edit or media; the text as written."""

    kind: str
    text: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording brought to light.

    `receipt` is the code of the submission made, "" where none was. `draft` is the draft that the turn was about.
    Where `erased` is true nobody is there any more: neither save a session nor enqueue anything.
    """

    receipt: str = ""
    draft: int | None = None
    erased: bool = False


async def record(uow: UnitOfWork, participant_id: uuid.UUID, turn: Turn, inbound: Inbound, now: datetime) -> Recorded:
    """Keep the facts of a turn, and what was heard; return what the reply must know."""
    receipt, draft = "", None
    for event in turn.events:
        draft = getattr(event, "draft", None) if draft is None else draft  # the first: others gave way to it
        receipt = await _keep(uow, participant_id, turn, event, now) or receipt
        if isinstance(event, Withdrawn):
            return Recorded(erased=True)
    await uow.submissions.revise(participant_id, tuple(_revisions(turn)), turn.session.language, now)
    await _follow_revision(uow, participant_id, turn, now)
    await _have_filed(uow, participant_id, turn, now)
    text = inbound.text or turn.pressed
    await uow.transcript.heard(participant_id, turn.session, inbound.kind, text, inbound.number, now, draft)
    return Recorded(receipt, draft)


async def _keep(uow: UnitOfWork, participant_id: uuid.UUID, turn: Turn, event: Event, now: datetime) -> str:
    """Keep one event; answers are gathered and kept together. Returns a receipt where one was made."""
    match event:
        case ConsentGiven():
            await uow.participants.consented(participant_id, event, now)
        case DraftStarted():
            language = turn.session.language
            await uow.submissions.begin(participant_id, event.draft, event.digest, language, now)
        case Submitted():
            language = turn.session.language
            return await uow.submissions.submit(participant_id, event.draft, event.items, language, now)
        case DraftDiscarded():
            await uow.submissions.discard(participant_id, event.draft, now)
        case Replied():
            await uow.replies.answered(event, turn.session.language, now)
        case Withdrawn():
            await uow.participants.erase(participant_id, now)
        case AnswerGiven() | AnswerRevised() | AnswerDropped():
            pass  # see _revisions
        case LanguageChosen() | InputRejected() | DataRequested():
            pass  # the session holds it, or there is nothing to keep
    return ""


def _revisions(turn: Turn) -> Iterator[tuple[int, Answer, bool]]:
    for event in turn.events:
        match event:
            case AnswerGiven() | AnswerRevised():
                yield event.draft, event.answer, False
            case AnswerDropped():
                yield event.draft, Answer(event.slot), True
            case _:
                pass


async def _follow_revision(uow: UnitOfWork, participant_id: uuid.UUID, turn: Turn, now: datetime) -> None:
    """Give an item added while a submission is revised its contribution; there, each change counts at once."""
    revising = turn.session.revising
    if revising is None:
        return
    given = [e.answer.slot.item for e in turn.events if isinstance(e, AnswerGiven) and e.draft == revising.id]
    places = tuple((rank, item) for rank, item in enumerate(revising.items, 1) if item in given)
    await uow.submissions.contribute(participant_id, revising.id, places, now)


async def _have_filed(uow: UnitOfWork, participant_id: uuid.UUID, turn: Turn, now: datetime) -> None:
    """Have whatever was submitted, or changed after it was submitted, filed."""
    open_drafts = {draft.id for draft in turn.session.drafts}
    just_sent = {event.draft for event in turn.events if isinstance(event, Submitted)}
    slots = {(draft, answer.slot.item) for draft, answer, _ in _revisions(turn) if draft not in open_drafts | just_sent}
    changed = sorted((draft, item) for draft, item in slots if item)
    await uow.submissions.revised(participant_id, changed, now)
    if changed or just_sent:
        uow.transaction.news.add(TOPIC)
