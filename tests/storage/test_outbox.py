"""The outbox: every message once, in its chat's order, whoever sends it and whoever dies."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from dialogs.exchange import Message
from storage.database import Database
from storage.errors import Conflict
from storage.models import OutboxRow, SessionRow, TranscriptRow
from storage.outbox import LEASE, NOTICE, REPLY, Depth, Letter, Owed, part_of
from tests.storage.people import CHAT, arrive, session

MINUTE = timedelta(minutes=1)


async def owe(
    database: Database,
    person: uuid.UUID,
    texts: str | Sequence[Letter],
    now: datetime,
    *,
    key: str | None = None,
    priority: int = REPLY,
    worker: str | None = None,
) -> tuple[Owed, ...]:
    """Enqueue one letter for each character, or the letters given."""
    letters = [Letter({"text": each}) for each in texts] if isinstance(texts, str) else texts
    async with database.begin() as uow:
        owed = await uow.outbox.enqueue(person, letters, key or uuid.uuid4().hex, now, priority=priority, worker=worker)
        await uow.commit()
    return owed


async def claim(
    database: Database, now: datetime, limit: int = 10, worker: str = "relay/1", only: uuid.UUID | None = None
) -> tuple[Owed, ...]:
    async with database.begin() as uow:
        claimed = await uow.outbox.claim(limit, LEASE, now, worker, only)
        await uow.commit()
    return claimed


async def sent(database: Database, now: datetime, *owed: Owed, number: int = 100) -> None:
    async with database.begin() as uow:
        await uow.outbox.sent_many([(each, number + place) for place, each in enumerate(owed)], now)
        await uow.commit()


def said(owed: Sequence[Owed]) -> str:
    return "".join(each.body["text"] for each in owed)


# --- one sender ----------------------------------------------------------------------------------------------


async def test_what_is_owed_is_claimed_in_order_and_only_once(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    assert await owe(database, person, "abc", now) == ()
    claimed = await claim(database, now)
    assert said(claimed) == "abc"
    assert claimed[0] == Owed(claimed[0].key, person, {"text": "a"}, None, REPLY, 0, now)
    assert await claim(database, now) == ()
    await sent(database, now, *claimed)
    assert await claim(database, now + 2 * LEASE) == ()
    async with database.reading() as uow:
        bodies = await uow.transaction.rows(select(OutboxRow.body, OutboxRow.state, OutboxRow.done_at))
    assert [tuple(row) for row in bodies] == [(None, "sent", now)] * 3


async def test_a_reply_is_the_handlers_until_its_lease_runs_out(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    owed = await owe(database, person, "ab", now, worker="bot/1")
    assert said(owed) == "ab"
    assert await claim(database, now) == ()
    assert await claim(database, now + LEASE - MINUTE / 60) == ()
    assert said(await claim(database, now + LEASE)) == "ab"


async def test_the_same_key_is_the_same_message(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    await owe(database, person, "ab", now, key="update 7", worker="bot/1")
    with pytest.raises(Conflict):
        await owe(database, person, "ab", now, key="update 7", worker="bot/2")
    assert await owe(database, person, "ab", now, key="update 7") == ()
    assert said(await claim(database, now + LEASE)) == "ab"


async def test_nothing_owed_is_nothing(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    assert await owe(database, person, "", now, worker="bot/1") == ()
    assert await claim(database, now) == ()
    await sent(database, now)


async def test_whoever_arrives_learns_that_a_reply_still_waits(database: Database, now: datetime) -> None:
    person = await arrive(database, now)

    async def is_owed() -> bool:
        async with database.begin() as uow:
            return (await uow.participants.arrive(CHAT, now)).is_owed

    await owe(database, person, "n", now, priority=NOTICE)
    assert not await is_owed(), "a notice is overtaken"
    await owe(database, person, "a", now)
    assert await is_owed()
    (reply,) = [each for each in await claim(database, now) if each.priority == REPLY]
    assert await is_owed(), "leased is not yet sent"
    await sent(database, now, reply)
    assert not await is_owed()


async def test_replies_go_before_notices(database: Database, now: datetime) -> None:
    one, two = await arrive(database, now, chat=1), await arrive(database, now, chat=2)
    await owe(database, one, "n", now, priority=NOTICE)
    await owe(database, two, "m", now, priority=NOTICE)
    await owe(database, two, "r", now)
    assert said(await claim(database, now, limit=1)) == "rm"
    assert said(await claim(database, now)) == "n"


async def test_what_must_wait_holds_up_its_own_chat_alone(database: Database, now: datetime) -> None:
    one, two = await arrive(database, now, chat=1), await arrive(database, now, chat=2)
    await owe(database, one, "abc", now)
    await owe(database, two, "x", now)
    first = (await claim(database, now, limit=1))[0]
    async with database.begin() as uow:
        await uow.outbox.retry(first, now + MINUTE / 2, "too many requests")
        await uow.commit()
    assert said(await claim(database, now)) == "x"
    later = await claim(database, now + MINUTE / 2)
    assert said(later) == "abc"
    assert [each.attempts for each in later] == [1, 0, 0]


async def test_a_batch_ends_before_what_is_not_due(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    await owe(database, person, "abc", now)
    async with database.begin() as uow:
        last_two = OutboxRow.body.is_not(None) & OutboxRow.key.endswith("/1")
        await uow.transaction.execute(update(OutboxRow).where(last_two).values(not_before=now + MINUTE))
        await uow.commit()
    assert said(await claim(database, now)) == "a"


async def test_what_is_given_up_frees_what_follows(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    await owe(database, person, "ab", now)
    first, second = await claim(database, now)
    async with database.begin() as uow:
        await uow.outbox.failed(first, "blocked", now)
        await uow.outbox.retry(second, now, "again")
        await uow.commit()
    assert said(await claim(database, now)) == "b"
    async with database.reading() as uow:
        row = await uow.transaction.first(
            select(OutboxRow.state, OutboxRow.body, OutboxRow.error).where(OutboxRow.key == first.key)
        )
    assert row == ("failed", None, "blocked")


async def test_one_participants_messages_may_be_claimed_alone(database: Database, now: datetime) -> None:
    one, two = await arrive(database, now, chat=1), await arrive(database, now, chat=2)
    await owe(database, one, "ab", now)
    await owe(database, two, "cd", now)
    assert said(await claim(database, now, only=two)) == "cd"
    assert await claim(database, now, only=uuid.uuid4()) == ()


async def test_a_process_that_stops_frees_its_leases_and_its_next_life_the_rest(
    database: Database, now: datetime
) -> None:
    person = await arrive(database, now)
    await owe(database, person, "a", now, worker="bot/1")
    async with database.begin() as uow:
        assert await uow.outbox.release("bot/2") == 0
        assert await uow.outbox.reclaim("other/2") == 0
        assert await uow.outbox.reclaim("bot/1") == 0
        assert await uow.outbox.reclaim("bot/2") == 1
        await uow.commit()
    assert said(await claim(database, now, worker="bot/2")) == "a"
    async with database.begin() as uow:
        assert await uow.outbox.release("bot/2") == 1
        await uow.commit()
    assert said(await claim(database, now)) == "a"


async def test_the_number_of_a_sent_question_is_kept_where_it_is_looked_for(database: Database, now: datetime) -> None:
    person = await arrive(database, now, turn=10)
    async with database.begin() as uow:
        spoken = [("say", Message("a"), part_of("k", 0)), ("ask", Message("b"), part_of("k", 1))]
        await uow.transcript.said(person, session(10), spoken, now)
        letters = [Letter({"text": "a"}), Letter({"text": "b"}, 10)]
        owed = await uow.outbox.enqueue(person, letters, "k", now, worker="bot/1")
        await uow.commit()
    await sent(database, now, *owed, number=100)
    async with database.reading() as uow:
        numbers = await uow.transaction.rows(select(TranscriptRow.number).order_by(TranscriptRow.id))
        assert [row[0] for row in numbers] == [100, 101]
        assert await uow.transaction.first(select(SessionRow.posted)) == (101,)


async def test_a_question_sent_late_is_not_taken_for_the_present_one(database: Database, now: datetime) -> None:
    person = await arrive(database, now, turn=11)
    (owed,) = await owe(database, person, [Letter({"text": "old"}, 10)], now, worker="bot/1")
    async with database.begin() as uow:
        await uow.outbox.sent(owed, 100, now)
        await uow.commit()
    async with database.reading() as uow:
        assert await uow.transaction.first(select(SessionRow.posted)) == (None,)


async def test_what_has_no_number_is_sent_all_the_same(database: Database, now: datetime) -> None:
    person = await arrive(database, now, turn=10)
    (owed,) = await owe(database, person, [Letter({"text": "a"}, 10)], now, worker="bot/1")
    async with database.begin() as uow:
        await uow.outbox.sent(owed, None, now)
        await uow.commit()
    assert await claim(database, now + LEASE) == ()


async def test_a_screen_left_behind_need_not_be_sent(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    for turn in (10, 11):
        pieces = [Letter({"text": each}, turn) for each in str(turn)]
        await owe(database, person, [*pieces, Letter({"text": "!"})], now)
    (held,) = await owe(database, person, [Letter({"text": "held"}, 9)], now, worker="bot/1")
    async with database.begin() as uow:
        await uow.outbox.obsolete(person, 11, now)
        await uow.commit()
    assert said(await claim(database, now)) == "!11!"
    await sent(database, now, held)


async def test_depth_says_how_much_waits_and_since_when(database: Database, now: datetime) -> None:
    async with database.reading() as uow:
        assert await uow.outbox.depth() == Depth(0, 0, 0, None)
    person = await arrive(database, now)
    await owe(database, person, "ab", now - MINUTE)
    await owe(database, person, "n", now, priority=NOTICE)
    async with database.begin() as uow:
        first, second, _ = await uow.outbox.claim(5, LEASE, now, "w")
        await uow.outbox.failed(first, "blocked", now)
        assert await uow.outbox.depth() == Depth(1, 1, 1, now - MINUTE)
        await uow.outbox.sent(second, 5, now)
        assert await uow.outbox.depth() == Depth(0, 1, 1, now)
        assert await uow.outbox.prune(now) == 0
        assert await uow.outbox.prune(now + MINUTE) == 2
        await uow.commit()


# --- several senders -----------------------------------------------------------------------------------------


async def test_four_relays_at_once_send_everything_once_and_in_order(database: Database, now: datetime) -> None:
    people = [await arrive(database, now, chat=chat) for chat in range(1, 13)]
    async with database.begin() as uow:
        for place, person in enumerate(people):
            letters = [Letter({"text": str(n)}) for n in range(8)]
            await uow.outbox.enqueue(person, letters, f"k{place}", now, priority=place % 2)
        await uow.commit()
    delivered: dict[uuid.UUID, list[int]] = defaultdict(list)
    dice = random.Random(7)

    async def relay(name: str) -> None:
        while True:
            async with database.begin() as uow:
                owed = await uow.outbox.claim(dice.choice((1, 2, 5)), LEASE, now, name)
                await uow.commit()
            if not owed and sum(map(len, delivered.values())) == 96:
                return
            given_up: set[uuid.UUID] = set()
            for each in owed:
                if each.participant_id in given_up:
                    continue
                await asyncio.sleep(dice.random() / 500)
                async with database.begin() as uow:
                    if dice.random() < 0.1:  # put back, with whatever was to follow it
                        await uow.outbox.retry(each, now, "again")
                        await uow.commit()
                        given_up.add(each.participant_id)
                        continue
                    delivered[each.participant_id].append(int(each.body["text"]))
                    await uow.outbox.sent(each, 100, now)
                    await uow.commit()

    async with asyncio.timeout(60):
        await asyncio.gather(*(relay(f"relay/{n}") for n in range(4)))
    assert delivered == {person: list(range(8)) for person in people}


async def test_a_relay_does_not_overtake_a_handler(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    await owe(database, person, "a", now, worker="bot/1")
    await owe(database, person, "b", now)
    assert await claim(database, now) == ()


async def test_two_relays_in_open_transactions_never_share_a_chat(postgres: Database, now: datetime) -> None:
    person = await arrive(postgres, now)
    other = await arrive(postgres, now, chat=2)
    await owe(postgres, person, "abcdef", now)
    await owe(postgres, other, "x", now)
    async with postgres.begin() as one, postgres.begin() as two:
        first = await one.outbox.claim(1, LEASE, now, "relay/1")
        second = await two.outbox.claim(5, LEASE, now, "relay/2")
        await one.commit()
        await two.commit()
    assert (said(first), said(second)) == ("ab", "x")
    assert await claim(postgres, now) == ()


async def test_a_claim_leases_no_more_than_it_was_asked_for(postgres: Database, now: datetime) -> None:
    people = [await arrive(postgres, now, chat=chat) for chat in range(1, 41)]
    async with postgres.begin() as uow:
        for round_ in range(50):
            for place, person in enumerate(people):
                letter = Letter({"text": "n"})
                await uow.outbox.enqueue(person, [letter], f"{round_} {place}", now, priority=NOTICE)
        await uow.commit()
    claimed = await claim(postgres, now, limit=20)
    assert len(claimed) == 40
    async with postgres.reading() as uow:
        leased = select(func.count()).select_from(OutboxRow).where(OutboxRow.leased_by.is_not(None))
        assert await uow.transaction.first(leased) == (40,)
