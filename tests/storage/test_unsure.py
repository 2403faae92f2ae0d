"""When a question was first seen: what was surely not sent, and what may have been sent by somebody who died."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from dialogs.session import NOT_YET
from storage.database import Database
from storage.outbox import LEASE, Letter, Owed
from tests.storage.people import CHAT, arrive
from tests.storage.test_outbox import claim, owe, sent

TURN = 10
QUESTION = [Letter({"text": "?"}, turn=TURN)]


async def posted(database: Database, now: datetime) -> int | None:
    """Return what the next update of the chat would know of the present screen's number."""
    async with database.begin() as uow:
        found = await uow.participants.arrive(CHAT, now)
    assert found.session is not None
    assert found.session.turn == TURN
    return found.session.posted


async def put_back(database: Database, owed: Owed, now: datetime, *, unsure: bool) -> None:
    """Put a message back whose sending failed."""
    async with database.begin() as uow:
        await uow.outbox.retry(owed, now, "failed", unsure=unsure)
        await uow.commit()


async def question(database: Database, now: datetime, worker: str | None) -> tuple[uuid.UUID, tuple[Owed, ...]]:
    """Owe the present screen's question, leased to `worker` where one is named."""
    person = await arrive(database, now)
    return person, await owe(database, person, QUESTION, now, worker=worker)


async def test_a_question_that_waits_for_a_worker_was_surely_not_seen(database: Database, now: datetime) -> None:
    await question(database, now, None)
    assert await posted(database, now) == NOT_YET


async def test_a_question_that_was_refused_for_now_was_surely_not_seen(database: Database, now: datetime) -> None:
    _, [owed] = await question(database, now, "bot/1")
    await put_back(database, owed, now, unsure=False)
    assert await posted(database, now) == NOT_YET
    await sent(database, now, *await claim(database, now), number=77)
    assert await posted(database, now) == 77


async def test_a_question_that_may_have_arrived_has_no_number(database: Database, now: datetime) -> None:
    _, [owed] = await question(database, now, "bot/1")
    await put_back(database, owed, now, unsure=True)
    assert await posted(database, now) is None
    await sent(database, now, *await claim(database, now), number=77)
    assert await posted(database, now) is None, "the person may have read the first copy"


async def test_what_a_dead_process_was_sending_may_have_arrived(database: Database, now: datetime) -> None:
    await question(database, now, "bot/1")
    assert await posted(database, now) is None, "it is being sent"
    async with database.begin() as uow:
        assert await uow.outbox.reclaim("bot/2") == 1
        await uow.commit()
    [again] = await claim(database, now)
    assert again.unsure
    await sent(database, now, again, number=77)
    assert await posted(database, now) is None


async def test_a_lease_that_ran_out_leaves_the_same_doubt(database: Database, now: datetime) -> None:
    await question(database, now, "bot/1")
    later = now + LEASE + timedelta(seconds=1)
    [again] = await claim(database, later)
    assert again.unsure


async def test_a_screen_in_pieces_is_seen_with_its_last(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    pieces = [Letter({"text": each}, turn=TURN) for each in "ab"]
    first, last = await owe(database, person, pieces, now, worker="bot/1")
    await sent(database, now, first, number=77)
    await put_back(database, last, now, unsure=False)
    assert await posted(database, now) == NOT_YET, "it was surely not seen whole"
    await sent(database, now, *await claim(database, now), number=80)
    assert await posted(database, now) == 80
