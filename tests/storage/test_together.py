"""Many people's turns in one transaction: all are kept, nobody's trouble is anybody else's, and it costs little."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from dialogs.exchange import (
    AnswerDropped,
    AnswerGiven,
    AnswerRevised,
    ConsentGiven,
    DraftStarted,
    Event,
    Message,
    Submitted,
)
from dialogs.turn import Turn
from storage.at_once import at_once, waves
from storage.batches import Batches
from storage.database import Database
from storage.errors import Conflict, StaleSession, Unavailable
from storage.models import AnswerRow, Inbox, OutboxRow, SessionRow, Submission, TranscriptRow
from storage.outbox import Letter, part_of
from storage.outbox_statements import DONE
from storage.participants import Arrival
from storage.record import Inbound, record
from storage.submissions import UnknownDraft, UnknownVersion
from storage.transaction import Values, Write
from tests.storage.people import DIGEST, draft, publish, session, text
from tests.storage.test_cost import counted

BOT = 1
BEGUN: tuple[Event, ...] = (ConsentGiven(1, "c", "sq"), DraftStarted(1, DIGEST))


async def found(database: Database, update: int, chat: int) -> Arrival:
    arrival = await database.arrival(BOT, update, chat)
    assert arrival is not None
    return arrival


async def keep(
    database: Database, update: int, chat: int, now: datetime, *events: Event, there: Arrival | None = None
) -> None:
    """Keep one turn as the conversation does."""
    there = there or await found(database, update, chat)
    after = session(update, drafts=(draft(1),))
    async with database.together() as uow:
        await uow.inbox.take(BOT, update, now)
        if there.is_new:
            await uow.participants.enrol(there.participant_id, chat, now)
        recorded = await record(uow, there.participant_id, Turn(after, events), Inbound("text", f"{chat}", update), now)
        await uow.participants.save(there.participant_id, after, there.version, now)
        key = f"{BOT}:{update}"
        said = [("say", Message("x"), part_of(key, 0)), ("ask", Message("y"), part_of(key, 1))]
        await uow.transcript.said(there.participant_id, after, said, now, recorded.draft)
        letters = [Letter({"text": "x"}), Letter({"text": "y"}, update)]
        owed = await uow.outbox.enqueue(there.participant_id, letters, key, now, worker="bot/1")
        await uow.commit()
    async with database.together() as uow:
        await uow.outbox.sent_many([(each, update * 10 + place) for place, each in enumerate(owed)], now)
        await uow.commit()


async def count(database: Database, table: Any) -> int:
    async with database.reading() as uow:
        row = await uow.transaction.first(select(func.count()).select_from(table))
    assert row is not None
    return int(row[0])


async def test_many_turns_are_kept_whole(database: Database, now: datetime) -> None:
    await publish(database, now)
    people = range(1, 41)
    await asyncio.gather(*(keep(database, chat, chat, now, *BEGUN) for chat in people))
    said = (AnswerGiven(1, text("issue", 1, (5, 'ç\'ka \\ {"x"}, NULL'))), AnswerGiven(1, text("why", 1, (6, ""))))
    await asyncio.gather(*(keep(database, 100 + chat, chat, now, *said) for chat in people))
    await asyncio.gather(*(keep(database, 200 + chat, chat, now, Submitted(1, (1,))) for chat in people))
    async with database.reading() as uow:
        rows = await uow.transaction.rows(select(AnswerRow.parts).where(AnswerRow.question == "issue"))
        numbers = await uow.transaction.rows(
            select(TranscriptRow.direction, TranscriptRow.number, TranscriptRow.text).order_by(
                TranscriptRow.participant_id, TranscriptRow.id
            )
        )
        posted = await uow.transaction.rows(select(SessionRow.posted, SessionRow.turn, SessionRow.version))
    assert [row[0] for row in rows] == [[[5, 'ç\'ka \\ {"x"}, NULL']]] * 40
    assert await count(database, Submission) == 40
    assert {(row.turn * 10 + 1, 3) for row in posted} == {(row.posted, row.version) for row in posted}
    assert [row.direction for row in numbers] == ["in", "out", "out"] * 120
    assert all(row.number is not None for row in numbers)


async def test_many_turns_cost_the_statements_of_one(postgres: Database, now: datetime) -> None:
    """On PostgreSQL, where each statement is a journey."""
    await publish(postgres, now)
    people = range(1, 31)
    await asyncio.gather(*(keep(postgres, chat, chat, now, *BEGUN) for chat in people))
    answer = AnswerGiven(1, text("issue", 1, (5, "a")))
    arrivals = {chat: await found(postgres, 100 + chat, chat) for chat in people}
    with counted(postgres) as seen:
        turns = (keep(postgres, 100 + chat, chat, now, answer, there=arrivals[chat]) for chat in people)
        await asyncio.gather(*turns)
    assert len(seen) <= 4 * (1 + 1), "the first goes alone, and hardly anybody after it"


@pytest.mark.parametrize("trouble", ["taken", "moved on", "unknown", "never begun"])
async def test_nobodys_trouble_is_anybody_elses(database: Database, now: datetime, trouble: str) -> None:
    await publish(database, now)
    await asyncio.gather(*(keep(database, chat, chat, now, *BEGUN) for chat in (1, 2, 3, 4)))
    there = {chat: await found(database, 100 + chat, chat) for chat in (1, 2, 3, 4)}
    ruin: dict[str, tuple[int, tuple[Event, ...], type[Exception]]] = {
        "taken": (1, (), Conflict),
        "moved on": (102, (), StaleSession),
        "unknown": (102, (DraftStarted(2, "unknown"),), UnknownVersion),
        "never begun": (102, (Submitted(7, ()),), UnknownDraft),
    }
    update_id, events, error = ruin[trouble]
    if trouble == "moved on":
        async with database.begin() as uow:
            mine = SessionRow.participant_id == there[2].participant_id
            await uow.transaction.execute(update(SessionRow).where(mine).values(version=9))
            await uow.commit()
    good = [keep(database, 100 + chat, chat, now, there=there[chat]) for chat in (1, 3, 4)]
    results = await asyncio.gather(
        good[0], keep(database, update_id, 2, now, *events, there=there[2]), *good[1:], return_exceptions=True
    )
    assert isinstance(results[1], error)
    assert [result for place, result in enumerate(results) if place != 1] == [None] * 3
    assert await count(database, OutboxRow) == 8 + 6
    assert await count(database, Inbox) == 4 + 3


async def test_two_first_messages_of_one_chat_make_one_person(database: Database, now: datetime) -> None:
    await publish(database, now)
    one, other = await found(database, 1, 7), await found(database, 2, 7)
    results = await asyncio.gather(
        keep(database, 1, 7, now, *BEGUN, there=one),
        keep(database, 2, 7, now, *BEGUN, there=other),
        return_exceptions=True,
    )
    assert [type(result) for result in results if result is not None] == [StaleSession]
    assert (await found(database, 3, 7)).version == 1


async def test_one_answer_changed_twice_in_a_turn_keeps_both_revisions(database: Database, now: datetime) -> None:
    """Also in company, where an answer's revisions are counted for all at once."""
    await publish(database, now)
    await asyncio.gather(*(keep(database, chat, chat, now, *BEGUN) for chat in (1, 2, 3)))
    twice = (
        AnswerGiven(1, text("issue", 1, (5, "a"))),
        AnswerRevised(1, text("issue", 1, (5, "b"))),
        AnswerDropped(1, text("issue", 1).slot),
    )
    once = (AnswerGiven(1, text("issue", 1, (5, "z"))),)
    turns = ((1, once), (2, twice), (3, once))
    await asyncio.gather(*(keep(database, 100 + chat, chat, now, *events) for chat, events in turns))
    async with database.reading() as uow:
        rows = await uow.transaction.rows(select(AnswerRow.revision, AnswerRow.dropped).order_by(AnswerRow.revision))
    assert [tuple(row) for row in rows] == [(0, False), (0, False), (0, False), (1, False), (2, True)]


async def test_nothing_is_read_while_a_turn_is_gathered(database: Database, now: datetime) -> None:
    async with database.together() as uow:
        with pytest.raises(RuntimeError, match="gathered"):
            await uow.inbox.seen(1, 2, now)
        with pytest.raises(RuntimeError, match="gathered"):
            await uow.outbox.depth()


async def test_what_is_not_committed_is_not_kept(database: Database, now: datetime) -> None:
    async with database.together() as uow:
        await uow.inbox.take(BOT, 1, now)
    assert await count(database, Inbox) == 0


async def test_a_session_that_cannot_be_read_is_one_persons_trouble(database: Database, now: datetime) -> None:
    await publish(database, now)
    await asyncio.gather(keep(database, 1, 1, now, *BEGUN), keep(database, 2, 2, now, *BEGUN))
    async with database.begin() as uow:
        mine = SessionRow.turn == 1
        await uow.transaction.execute(update(SessionRow).where(mine).values(state="{"))
        await uow.commit()
    one, other = await asyncio.gather(found(database, 3, 1), found(database, 4, 2), return_exceptions=True)
    assert isinstance(one, ValueError)
    assert isinstance(other, Arrival)


async def test_where_the_database_is_gone_everybody_is_told_at_once() -> None:
    asked = []

    async def gone(jobs: Any) -> Any:
        asked.append(len(jobs))
        await asyncio.sleep(0)
        raise Unavailable("gone")

    batches: Batches[int, None] = Batches(gone, 10)
    results = await asyncio.gather(*(batches.do(n) for n in range(25)), return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results)
    assert asked == [10, 10, 5]


async def test_whoever_gives_up_waiting_holds_nobody_up() -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(jobs: Any) -> Any:
        started.set()
        await go_on.wait()
        return [job * 2 for job in jobs]

    batches: Batches[int, int] = Batches(slowly, 10)
    first = asyncio.create_task(batches.do(1))
    await started.wait()
    impatient, other = asyncio.create_task(batches.do(2)), asyncio.create_task(batches.do(3))
    await asyncio.sleep(0)
    first.cancel()
    impatient.cancel()
    go_on.set()
    assert await other == 6


def test_statements_for_one_row_become_one_for_many() -> None:
    now = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
    rows: list[Values] = [{"bot_id": 1, "update_id": n, "at": now} for n in (5, 6)]
    statement, values = at_once(
        [Write(insert(Inbox), rows, None), Write(DONE, [{"letter_key": "k", "now": now}], Conflict)]
    )
    said = " ".join(str(statement).split())
    assert '"bot_id" BIGINT, "update_id" BIGINT, "at" TIMESTAMP WITH TIME ZONE)' in said
    assert 'SELECT given_0."bot_id", given_0."update_id", given_0."at" FROM given_0 RETURNING 1)' in said
    assert 'FROM given_1 WHERE outbox.key = given_1."letter_key" RETURNING 1)' in said
    assert said.endswith(
        "SELECT 1 / CASE WHEN (SELECT count(*) FROM done_1) = CAST(:many_1 AS BIGINT) THEN 1 ELSE 0 END"
    )
    assert values["many_1"] == 1
    assert values["rows_0"].startswith('[{"bot_id":1,"update_id":5,"at":"2026-11-23T10:00:00+00:00"}')


def test_no_wave_writes_a_table_twice_and_new_rows_come_first() -> None:
    new, changed, other = insert(Submission), update(Submission), insert(Inbox)
    writes = [Write(each, [{}], None) for each in (changed, other, new, changed)]
    assert [[write.statement for write in wave] for wave in waves(writes)] == [[other, new], [changed], [changed]]


def test_ids_stand_for_nobody_until_they_are_enrolled() -> None:
    from storage.participants import stranger

    assert stranger().is_new
    assert isinstance(stranger().participant_id, uuid.UUID)
