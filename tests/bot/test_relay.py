"""The other way out: order within a chat, the pace, and what becomes of each message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.courier import Courier
from bot.delivery import Gone, Later, Refused, Sent
from bot.outbound import document_body, to_bodies
from bot.relay import Relay
from bot.world import World
from dialogs.exchange import Choice, Message
from dialogs.session import begin
from simulator import Fault, Phone, Telegram, add_citizen
from storage.duty import hand_back
from storage.outbox import NOTICE as LATER_ON
from storage.outbox import Letter
from tests.bot.conftest import TOKEN, until
from tests.bot.test_polling import heard


def started(telegram: Telegram, name: str = "Ana") -> Phone:
    phone = add_citizen(telegram, name)
    phone.start()
    return phone


async def owe(world: World, phone: Phone, *texts: str, priority: int = LATER_ON, worker: str | None = None) -> None:
    """Put messages into the outbox for somebody, who is enrolled where they were not."""
    async with world.database.begin() as unit:
        now = world.clock()
        who = await unit.participants.arrive(phone.id, now)
        if who.session is None:
            await unit.participants.save(who.participant_id, begin(now, "sq"), 0, now)
        letters = [Letter(body) for text in texts for body in to_bodies(Message(text))]
        key = f"test:{phone.id}:{texts[0]}"
        await unit.outbox.enqueue(who.participant_id, letters, key, now, priority=priority, worker=worker)
        await unit.commit()


Relaying = Callable[[], AbstractAsyncContextManager[Relay]]


@pytest.fixture
def relaying(world: World, api: str) -> Relaying:
    @asynccontextmanager
    async def running() -> AsyncIterator[Relay]:
        stopping = asyncio.Event()
        relay = Relay(world, Courier(TOKEN, api))
        task = asyncio.create_task(relay.run(stopping))
        try:
            yield relay
        finally:
            stopping.set()
            await asyncio.wait_for(task, 20)

    return running


@pytest.fixture
async def courier(api: str) -> AsyncIterator[Courier]:
    async with Courier(TOKEN, api) as courier:
        yield courier


async def test_replies_first_and_each_chat_in_order(telegram: Telegram, world: World, relaying: Relaying) -> None:
    people = [started(telegram, f"P{n}") for n in range(4)]
    for phone in people:
        await owe(world, phone, "njoftim")
        await owe(world, phone, "një", "dy", priority=0)
    async with relaying():
        await until(lambda: all(len(heard(phone)) == 3 for phone in people))
    assert all(heard(phone) == ["një", "dy", "njoftim"] for phone in people)
    async with world.database.reading() as unit:
        depth = await unit.outbox.depth()
    assert (depth.replies, depth.notices, depth.failed) == (0, 0, 0)


async def test_a_429_is_waited_out_and_keeps_the_order(telegram: Telegram, world: World, relaying: Relaying) -> None:
    ana, ben = started(telegram), started(telegram, "Ben")
    telegram.faults.add(
        Fault("error", "sendmessage", code=429, description="Too Many Requests", retry_after=2, chat_id=ana.id)
    )
    await owe(world, ana, "një", "dy", priority=0)
    await owe(world, ben, "ben", priority=0)
    async with relaying():
        await until(lambda: heard(ben) == ["ben"])
        assert heard(ana) == []
        await until(lambda: len(heard(ana)) == 2)
    assert heard(ana) == ["një", "dy"]


async def test_somebody_who_blocked_us_is_left_in_peace(telegram: Telegram, world: World, relaying: Relaying) -> None:
    ana = started(telegram)
    await owe(world, ana, "një")
    ana.block()
    async with relaying():
        await asyncio.sleep(0)
        async with asyncio.timeout(20):
            while not await unreachable(world, ana):  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.05)
    async with world.database.reading() as unit:
        depth = await unit.outbox.depth()
    assert (depth.notices, depth.failed) == (0, 1)


async def unreachable(world: World, phone: Phone) -> bool:
    async with world.database.begin() as unit:
        return (await unit.participants.arrive(phone.id, world.clock())).is_unreachable


async def test_what_a_process_leased_and_lost_is_handed_back(
    telegram: Telegram, world: World, relaying: Relaying
) -> None:
    ana = started(telegram)
    await owe(world, ana, "një", priority=0, worker="test.bot/0")
    async with relaying():
        await asyncio.sleep(0.3)
        assert heard(ana) == []
        await hand_back(world.database, "test.bot/2", earlier_lives=True)
        await until(lambda: heard(ana) == ["një"])


async def test_both_libraries_send_the_same_message(telegram: Telegram, courier: Courier, bot: Any) -> None:
    from bot.outbound import from_body

    ana = started(telegram)
    (body,) = to_bodies(Message("😀 një", menu=((Choice("go", "Shko"),),), turn=3))
    assert isinstance(await courier.send(body, ana.id, notice=False), Sent)
    await bot(from_body(body, ana.id))
    one, two = ana.messages()[-2:]
    assert {**one, "message_id": 0, "date": 0} == {**two, "message_id": 0, "date": 0}
    assert isinstance(await courier.send(document_body("x.json", "{}", "ja"), ana.id, notice=True), Sent)
    assert ana.messages()[-1]["document"]["file_name"] == "x.json"


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (Fault("error", "sendmessage", code=429, description="Too Many", retry_after=9), Later("too many requests", 9)),
        (Fault("error", "sendmessage", code=403, description="Forbidden: bot was blocked by the user"), Gone),
        (Fault("error", "sendmessage", code=400, description="Bad Request: message is too long"), Refused),
        (Fault("error", "sendmessage", code=400, description="Bad Request: chat not found"), Gone),
        (Fault("error", "sendmessage", code=502), Later),
        (Fault("html", "sendmessage"), Later),
        (Fault("lost", "sendmessage"), Later("network", unsure=True)),
    ],
)
async def test_verdicts(telegram: Telegram, courier: Courier, fault: Fault, verdict: Any) -> None:
    ana = started(telegram)
    telegram.faults.add(fault)
    found = await courier.send({"text": "x"}, ana.id, notice=False)
    assert found == verdict if not isinstance(verdict, type) else isinstance(found, verdict)


async def test_nobody_at_home_is_known_not_to_have_arrived() -> None:
    async with Courier(TOKEN, "http://127.0.0.1:9") as courier:
        assert await courier.send({"text": "x"}, 5, notice=False) == Later("network", unsure=False)


def test_waits_grow_and_end() -> None:
    from bot.delivery import GIVE_UP_AFTER, LONGEST_WAIT, is_over, wait

    assert wait(Later("x", 7), 1) == timedelta(seconds=7)
    assert wait(Later("x"), 1) < wait(Later("x"), 3) < wait(Later("x"), 99) == timedelta(seconds=LONGEST_WAIT)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert not is_over(Later("x"), 99, now, now)
    assert is_over(Later("x"), 1, now - timedelta(hours=25), now)
    assert wait(Later("x", 7200), 1) == timedelta(hours=2), "never before the time that Telegram named"
    assert wait(Later("x", 1e300), 1) == GIVE_UP_AFTER
    assert is_over(Later("x", unsure=True), 2, now, now)
    assert not is_over(Later("x", unsure=True), 1, now, now)
    assert not is_over(Later("x"), 2, now, now), "what surely did not arrive is tried on"
