"""What one update costs: how many statements go to the database, for each kind of thing a person does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from dialogs.exchange import (
    AnswerGiven,
    AnswerRevised,
    ConsentGiven,
    DraftStarted,
    Event,
    LanguageChosen,
    Message,
    Submitted,
)
from dialogs.turn import Turn
from storage.database import Database
from storage.outbox import LEASE, Letter, part_of
from storage.record import Inbound, record
from tests.storage.people import CHAT, DIGEST, arrive, draft, publish, session, text

ISSUE, WHY = text("issue", 1, (5, "a")), text("why", 1, (6, "b"))


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Gather the statements sent in the meantime, without BEGIN and COMMIT; on PostgreSQL as its driver sends them."""
    seen: list[str] = []
    if not database.is_sqlite:
        with pytest.MonkeyPatch.context() as patch:
            for way in ("execute", "executemany"):
                patch.setattr(psycopg.AsyncCursor, way, _noted(getattr(psycopg.AsyncCursor, way), seen))
            yield seen
        return

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(database._engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database._engine.sync_engine, "before_cursor_execute", note)


def _noted(send: Callable[..., Any], seen: list[str]) -> Callable[..., Any]:
    async def sent(cursor: Any, statement: Any, *rest: Any, **options: Any) -> Any:
        seen.append(str(statement))
        return await send(cursor, statement, *rest, **options)

    return sent


async def handle(database: Database, now: datetime, update: int, *events: Event) -> None:
    """Do what handling one update does, with two messages said."""
    arrival = await database.arrival(1, update, CHAT)
    assert arrival is not None
    async with database.together() as uow:
        await uow.inbox.take(1, update, now)
        after = session(update, drafts=(draft(1),))
        await uow.participants.save(arrival.participant_id, after, arrival.version, now)
        recorded = await record(uow, arrival.participant_id, Turn(after, events), Inbound("text", "a", 5), now)
        key = f"update {update}"
        said = [("say", Message("x"), part_of(key, 0)), ("ask", Message("y"), part_of(key, 1))]
        await uow.transcript.said(arrival.participant_id, after, said, now, recorded.draft)
        letters = [Letter({"text": "x"}), Letter({"text": "y"}, update)]
        owed = await uow.outbox.enqueue(arrival.participant_id, letters, key, now, worker="bot/1")
        await uow.commit()
    async with database.together() as uow:
        await uow.outbox.sent_many([(each, 7) for each in owed], now)
        await uow.commit()


@pytest.mark.parametrize(
    ("events", "statements"),
    [
        ((LanguageChosen("sq"),), 6 + 3),
        ((AnswerGiven(1, ISSUE),), 7 + 3),
        ((AnswerRevised(1, ISSUE), AnswerGiven(1, WHY)), 7 + 3),
        ((ConsentGiven(1, "c", "sq"),), 7 + 3),
        ((Submitted(1, (1,)),), 8 + 3),
    ],
    ids=["choice", "answer", "two answers", "consent", "submit"],
)
async def test_an_update_costs_few_statements(
    database: Database, now: datetime, events: tuple[Event, ...], statements: int
) -> None:
    await publish(database, now)
    await arrive(database, now)
    await handle(database, now, 100, DraftStarted(1, DIGEST))
    with counted(database) as seen:
        await handle(database, now, 101, *events)
    expected = statements if database.is_sqlite else 2 + 1 + 1  # where each is a journey, a turn is one
    assert len(seen) == expected, "\n".join(seen)


async def test_a_repeated_update_costs_two_statements(database: Database, now: datetime) -> None:
    await arrive(database, now)
    async with database.begin() as uow:
        await uow.inbox.take(1, 100, now)
        await uow.commit()
    await database.arrival(1, 99, CHAT)  # a first connection tells the server how plans are kept
    with counted(database) as seen:
        assert await database.arrival(1, 100, CHAT) is None
    assert len(seen) == 2


async def test_looking_for_work_costs_one_statement_where_there_is_none(database: Database, now: datetime) -> None:
    await database.check()  # a first connection asks the server about itself
    with counted(database) as seen:
        async with database.begin() as uow:
            await uow.outbox.claim(50, LEASE, now, "relay")
    assert len(seen) == 1
