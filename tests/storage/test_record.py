"""From the facts of a turn to rows and back: drafts, revisions, submissions, contributions, the conversation."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from dialogs import receipts
from dialogs.exchange import (
    AnswerDropped,
    AnswerGiven,
    AnswerRevised,
    Choice,
    ConsentGiven,
    DataRequested,
    DraftDiscarded,
    DraftStarted,
    InputRejected,
    LanguageChosen,
    Mark,
    Message,
    Submitted,
    Withdrawn,
)
from dialogs.session import Session
from dialogs.text import spaced
from dialogs.turn import Turn
from dialogs.types import Answer, Past, Slot
from storage import submissions as submitting
from storage.database import Database
from storage.errors import Conflict
from storage.models import AnswerRow, Consent, Contribution, Participant, Submission, TranscriptRow
from storage.outbox import Letter
from storage.record import Inbound, record
from storage.submissions import UnknownDraft, UnknownVersion, submission_id
from tests.storage.people import CHAT, DIGEST, arrive, draft, publish, session, submit, take, text


async def past_of(database: Database, person: uuid.UUID) -> tuple[Past, ...]:
    async with database.reading() as uow:
        return await uow.submissions.past(person)


async def test_a_draft_becomes_a_submission_with_its_contributions_in_rank_order(
    database: Database, now: datetime
) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    said = (
        text("issue", 1, (5, "rruga")),
        text("why", 1, (6, "gropa"), (7, "dhe baltë")),
        text("issue", 3, (8, "uji")),
    )
    await take(database, person, now, DraftStarted(1, DIGEST), *(AnswerGiven(1, each) for each in said))
    assert await past_of(database, person) == ()
    recorded = await take(database, person, now + timedelta(1), Submitted(1, (3, 1)))
    assert receipts.normalise(recorded.receipt) == recorded.receipt
    assert await past_of(database, person) == (
        Past(1, recorded.receipt, DIGEST, now + timedelta(1), ("new", "new"), said, (3, 1), is_open=True),
    )
    async with database.reading() as uow:
        places = await uow.transaction.rows(
            select(Contribution.item, Contribution.position).order_by(Contribution.position)
        )
    assert [tuple(row) for row in places] == [(3, 1), (1, 2)]


async def test_every_revision_is_kept_and_the_highest_stands(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    first, second = text("issue", 1, (5, "rruga")), text("issue", 1, (5, "rruga e fshatit"))
    await submit(database, person, now, first)
    await take(database, person, now, AnswerRevised(1, second))
    assert (await past_of(database, person))[0].answers == (second,)
    async with database.reading() as uow:
        rows = await uow.transaction.rows(select(AnswerRow.revision, AnswerRow.parts).order_by(AnswerRow.revision))
    assert [tuple(row) for row in rows] == [(0, [[5, "rruga"]]), (1, [[5, "rruga e fshatit"]])]


async def test_what_is_dropped_leaves_its_slot_empty_and_may_come_back(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    issue, why = text("issue", 1, (5, "a")), text("why", 1, (6, "b"))
    await submit(database, person, now, issue, why)
    moved = text("issue", 1, (5, "a"), (6, "b"))
    await take(database, person, now, AnswerRevised(1, moved), AnswerDropped(1, Slot("why", 1)))
    assert (await past_of(database, person))[0].answers == (moved,)
    skipped = Answer(Slot("why", 1), skipped=True)
    await take(database, person, now, AnswerGiven(1, skipped))
    assert (await past_of(database, person))[0].answers == (moved, skipped)


async def test_one_slot_may_change_twice_in_a_turn(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    last = text("issue", 1, (7, "c"))
    await submit(database, person, now, text("issue", 1, (5, "a")))
    await take(database, person, now, AnswerDropped(1, Slot("issue", 1)), AnswerGiven(1, last))
    assert (await past_of(database, person))[0].answers == (last,)


async def test_an_item_taken_back_is_no_longer_the_authors(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    kept = text("issue", 2, (6, "b"))
    await submit(database, person, now, text("issue", 1, (5, "a")), kept)
    await take(database, person, now, AnswerDropped(1, Slot("issue", 1)))
    (past,) = await past_of(database, person)
    assert (past.items, past.states, past.answers) == ((2,), ("new",), (kept,))


async def test_an_item_added_in_a_revision_gets_its_contribution(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    receipt = await submit(database, person, now, text("issue", 1, (5, "a")))
    added = text("issue", 2, (9, "b"))
    revising = draft(1, items=(1, 2), receipt=receipt)
    await take(database, person, now, AnswerGiven(1, added), revising=revising)
    await take(database, person, now, AnswerRevised(1, added), revising=revising)
    (past,) = await past_of(database, person)
    assert (past.items, past.states, past.receipt) == ((1, 2), ("new", "new"), receipt)


async def test_choices_are_kept_too(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    chosen = Answer(Slot("where"), chosen=("north", "coast"))
    await submit(database, person, now, chosen)
    assert (await past_of(database, person))[0].answers == (chosen,)


async def test_submitting_again_changes_neither_receipt_nor_time(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    receipt = await submit(database, person, now, text("issue", 1, (5, "a")))
    with pytest.raises(UnknownDraft):
        await take(database, person, now + timedelta(1), Submitted(1, (1,)))
    (past,) = await past_of(database, person)
    assert (past.receipt, past.submitted_at, past.items) == (receipt, now, (1,))


async def test_a_taken_receipt_is_not_given_twice(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(database, now)
    one, two = await arrive(database, now, chat=1), await arrive(database, now, chat=2)
    drawn = iter(["22222222", "22222222", "33333333"])
    monkeypatch.setattr(submitting, "_new_code", lambda: next(drawn))
    assert await submit(database, one, now, text("issue", 1, (5, "a"))) == "22222222"
    with pytest.raises(Conflict):
        await submit(database, two, now, text("issue", 1, (5, "a")))
    assert (await take(database, two, now, Submitted(1, (1,)))).receipt == "33333333"


async def test_what_was_never_begun_cannot_be_submitted(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    with pytest.raises(UnknownDraft):
        await take(database, person, now, Submitted(1, ()))
    with pytest.raises(UnknownVersion):
        await take(database, person, now, DraftStarted(1, "unknown"))


async def test_a_discarded_draft_is_noted_and_a_submission_is_not_discarded(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "a")))
    await take(database, person, now, DraftStarted(2, DIGEST), DraftDiscarded(2), DraftDiscarded(1))
    async with database.reading() as uow:
        rows = await uow.transaction.rows(select(Submission.draft, Submission.discarded_at).order_by(Submission.draft))
    assert [tuple(row) for row in rows] == [(1, None), (2, now)]


async def test_the_newest_submission_comes_first(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    for number in (1, 2, 3):
        await submit(database, person, now + timedelta(number), text("issue", 1, (number, "a")), number=number)
    assert [past.draft for past in await past_of(database, person)] == [3, 2, 1]


async def test_a_message_leads_to_the_submission_it_stands_in(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "a"), (6, "b")), number=1)
    await submit(database, person, now, text("issue", 1, (15, "c")), number=2)
    async with database.reading() as uow:
        found = [await uow.submissions.past_of_message(person, number) for number in (6, 15, 99)]
        assert await uow.submissions.past_of_message(uuid.uuid4(), 6) is None
    assert [past and past.draft for past in found] == [1, 2, None]


async def test_a_receipt_leads_to_its_submission(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    receipt = await submit(database, person, now, text("issue", 1, (5, "a")))
    async with database.reading() as uow:
        found = await uow.submissions.by_receipt(spaced(receipt).lower())
        assert found is not None
        assert (found.id, found.past.receipt) == (submission_id(person, 1), receipt)
        assert await uow.submissions.by_receipt("2222 2222") is None
        assert await uow.submissions.by_receipt("hello") is None


async def test_a_closed_consultation_shows_in_the_past(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "a")))
    async with database.begin() as uow:
        await uow.consultations.close("digital", now)
        await uow.commit()
    assert not (await past_of(database, person))[0].is_open


# --- the conversation ----------------------------------------------------------------------------------------


async def lines(database: Database) -> list[tuple[object, ...]]:
    columns = (TranscriptRow.direction, TranscriptRow.kind, TranscriptRow.number, TranscriptRow.text)
    async with database.reading() as uow:
        return [tuple(row) for row in await uow.transaction.rows(select(*columns).order_by(TranscriptRow.id))]


async def test_before_consent_not_a_word_is_kept(database: Database, now: datetime) -> None:
    person = await arrive(database, now, consent=0)
    await take(database, person, now, InputRejected("consent-first"), heard="mendimi im", consent=0)
    async with database.begin() as uow:
        silent = session(consent=0)
        assert not await uow.transcript.said(person, silent, [("say", Message("x"), None)] * 2, now)
        assert not await uow.transcript.heard(person, silent, "text", "mendimi im", 5, now)
        await uow.commit()
    assert await lines(database) == []


async def test_the_conversation_is_kept_with_numbers_marks_and_choices(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await take(database, person, now, DraftStarted(1, DIGEST), heard="rruga", drafts=(draft(1),))
    question = Message("Pse?", (Mark("bold", 0, 3),), ((Choice("skip", "Kapërce"),), (Choice("back", "Kthehu"),)), 11)
    async with database.begin() as uow:
        said = [("say", Message("Mirë."), None), ("ask", question, "k/0")]
        await uow.transcript.said(person, session(drafts=(draft(1),)), said, now)
        (owed,) = await uow.outbox.enqueue(person, [Letter({"text": "Pse?"})], "k", now, worker="bot/1")
        await uow.outbox.sent(owed, 77, now)
        await uow.commit()
    assert await lines(database) == [
        ("in", "text", 5, "rruga"),
        ("out", "say", None, "Mirë."),
        ("out", "ask", 77, "Pse?"),
    ]
    async with database.reading() as uow:
        columns = (TranscriptRow.marks, TranscriptRow.menu, TranscriptRow.submission_id)
        row = await uow.transaction.first(select(*columns).where(TranscriptRow.kind == "ask"))
    assert row == ([["bold", 0, 3]], [["Kapërce"], ["Kthehu"]], submission_id(person, 1))


async def test_what_was_said_is_kept_in_its_order(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    async with database.begin() as uow:
        await uow.transcript.said(person, session(), [("say", Message(str(n)), None) for n in range(50)], now)
        await uow.commit()
    assert [line[3] for line in await lines(database)] == [str(n) for n in range(50)]


async def test_a_press_reads_as_the_label_that_was_pressed(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    async with database.begin() as uow:
        turn = Turn(session(), (LanguageChosen("en"), DataRequested()), pressed="English")
        recorded = await record(uow, person, turn, Inbound("press"), now)
        await uow.commit()
    assert (recorded.receipt, recorded.draft, recorded.erased) == ("", None, False)
    assert await lines(database) == [("in", "press", None, "English")]


async def test_what_submits_belongs_to_the_submission(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "a")))
    async with database.reading() as uow:
        rows = await uow.transaction.rows(select(TranscriptRow.submission_id))
    assert {row[0] for row in rows} == {submission_id(person, 1)}


async def test_consent_is_recorded_and_the_agreement_opens_the_conversation(database: Database, now: datetime) -> None:
    person = await arrive(database, now, consent=0)
    await take(database, person, now, ConsentGiven(2, "digest", "en"), heard="Agree")
    async with database.reading() as uow:
        assert await uow.transaction.first(select(Consent.text_version, Consent.language)) == (2, "en")
    assert await lines(database) == [("in", "text", 5, "Agree")]


async def test_withdrawing_erases_and_says_so(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "a")))
    assert (await take(database, person, now, Withdrawn(), heard="Po")).erased
    async with database.begin() as uow:
        assert await uow.transaction.first(select(func.count()).select_from(Participant)) == (0,)
        back = await uow.participants.arrive(CHAT, now)
    assert back.session is None
    assert back.participant_id != person


async def test_texts_come_back_to_the_character(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    odd = text("issue", 1, (5, "ë ç „x“ \u202e👨‍👩‍👧 '; drop table answers; -- %s {x} \\ \" \n\t\u2066"), (6, " "))
    await submit(database, person, now, odd)
    assert (await past_of(database, person))[0].answers == (odd,)


async def test_a_session_survives_the_database(database: Database, now: datetime) -> None:
    full: Session = session(9, drafts=(draft(1, answers=(text("issue", 1, (5, "ë")),), items=(1,)),), counter=1)
    async with database.begin() as uow:
        arrival = await uow.participants.arrive(CHAT, now)
        await uow.participants.save(arrival.participant_id, full, 0, now)
        await uow.participants.posted(arrival.participant_id, 9, 12)
        assert (await uow.participants.arrive(CHAT, now)).session == full._replace(posted=12)


async def test_what_is_said_at_submitting_belongs_to_what_was_submitted(database: Database, now: datetime) -> None:
    """Also where an older draft gives way to it in the same turn."""
    await publish(database, now)
    person = await arrive(database, now)
    await take(database, person, now, DraftStarted(1, DIGEST), DraftStarted(2, DIGEST))
    recorded = await take(database, person, now, Submitted(2, ()), DraftDiscarded(1))
    assert recorded.draft == 2
