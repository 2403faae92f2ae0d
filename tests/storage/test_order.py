"""Order within a chat: first come, first served, in memory and through a real Redis, and without it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from storage import redis_order
from storage.ephemeral import MemoryOrder, Order
from storage.keys import Keyring
from storage.redis_line import Failures
from storage.redis_order import RedisOrder
from tests.journeys.redis_proxy import wired
from tests.servers import running_redis


@pytest.fixture(params=["memory", "redis"])
async def order(request: pytest.FixtureRequest, keyring: Keyring) -> AsyncIterator[Order]:
    made: Order = MemoryOrder()
    if request.param == "redis":
        made = RedisOrder(request.getfixturevalue("redis_url"), keyring)
    yield made
    await made.close()


async def run(order: Order, chat: int, name: str, seen: list[str], seconds: float = 0.005) -> None:
    async with order.chat(chat):
        seen.append(f"{name} in")
        await asyncio.sleep(seconds)
        seen.append(f"{name} out")


async def test_one_chat_goes_in_the_order_it_came(order: Order) -> None:
    seen: list[str] = []
    await asyncio.gather(*(run(order, 7, str(n), seen) for n in range(10)))
    assert seen == [f"{n} {way}" for n in range(10) for way in ("in", "out")]


async def test_other_chats_go_meanwhile(order: Order) -> None:
    seen: list[str] = []
    await asyncio.gather(*(run(order, n, str(n), seen, 0.1) for n in range(10)))
    assert [each.split()[1] for each in seen] == ["in"] * 10 + ["out"] * 10


async def test_a_turn_ends_with_an_error_too(order: Order) -> None:
    with pytest.raises(ZeroDivisionError):
        async with order.chat(1):
            raise ZeroDivisionError
    async with asyncio.timeout(1):
        await run(order, 1, "a", [])


async def test_whoever_gives_up_waiting_holds_nobody_up(order: Order) -> None:
    async with order.chat(1):
        waiting = asyncio.create_task(run(order, 1, "a", []))
        await asyncio.sleep(0.02)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1):
        await run(order, 1, "b", [])


async def test_only_so_many_are_in_hand_and_a_flood_waits_in_its_own_line() -> None:
    order = MemoryOrder(in_flight=2)
    seen: list[str] = []
    flood = [run(order, 1, f"flood{n}", seen) for n in range(20)]
    others = [run(order, 2, "other", seen)]
    await asyncio.gather(*flood, *others)
    assert seen.index("other in") < 4
    most = now = 0
    for each in seen:
        now += 1 if each.endswith("in") else -1
        most = max(most, now)
    assert most <= 2
    assert order.waiting == 0


@pytest.fixture
def drowsy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody find out by looking again within the time of a test."""
    monkeypatch.setattr(redis_order, "NAP", 60.0)


@pytest.mark.usefixtures("drowsy")
async def test_two_processes_never_hold_a_chat_together(redis_url: str, keyring: Keyring) -> None:
    orders = [RedisOrder(redis_url, keyring) for _ in range(3)]
    seen: list[str] = []
    async with asyncio.timeout(30):
        await asyncio.gather(*(run(orders[n % 3], 7, str(n), seen, 0.002) for n in range(60)))
    assert all(a.split()[0] == b.split()[0] for a, b in zip(seen[::2], seen[1::2], strict=True))
    assert len(seen) == 120
    await asyncio.gather(*(order.close() for order in orders))


@pytest.mark.usefixtures("drowsy")
async def test_a_waiter_is_woken_and_does_not_look(redis_url: str, keyring: Keyring) -> None:
    one, two = RedisOrder(redis_url, keyring), RedisOrder(redis_url, keyring)
    seen: list[str] = []
    async with one.chat(7):
        waiting = asyncio.create_task(run(two, 7, "two", seen))
        await asyncio.sleep(0.3)
        assert seen == []
    async with asyncio.timeout(4):  # less than the five seconds that a turn lasts
        await waiting
    await asyncio.gather(one.close(), two.close())


async def test_what_was_looked_up_while_another_had_the_turn_is_not_used(
    redis_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    """The request for the turn arrives when the other has let go; what was begun before that is old all the same."""
    begun = asyncio.get_running_loop().create_future
    async with wired(redis_url, tmp_path) as (wire, address):
        one, two = RedisOrder(redis_url, keyring), RedisOrder(address, keyring)
        await run(two, 8, "connected", [])
        turn = two.chat(7, meanwhile=begun)
        async with one.chat(7):
            wire.open.clear()
            waiting = asyncio.create_task(turn.__aenter__())
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.1)  # until one's farewell has arrived
        wire.open.set()
        await waiting
        assert turn.begun is None
        turn.end()
        await asyncio.sleep(0.1)
        async with two.chat(7, meanwhile=begun) as own:
            assert own.begun is not None, "it was our own turn before"
        await asyncio.sleep(0.1)
        async with one.chat(7, meanwhile=begun) as later:
            assert later.begun is not None, "two let go before that was begun"
        await asyncio.gather(one.close(), two.close())


async def test_a_turn_handed_to_somebody_who_no_longer_waits_goes_on(redis_url: str, keyring: Keyring) -> None:
    one, two, three = (RedisOrder(redis_url, keyring) for _ in range(3))
    async with one.chat(7):
        given_up = asyncio.create_task(run(two, 7, "two", []))
        await asyncio.sleep(0.2)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
    async with asyncio.timeout(1):  # less than a turn lasts
        await run(three, 7, "three", [])
    await asyncio.gather(one.close(), two.close(), three.close())


async def test_a_dead_holder_is_waited_for_only_so_long(redis_url: str, keyring: Keyring) -> None:
    dead, living = RedisOrder(redis_url, keyring, turn_ms=300), RedisOrder(redis_url, keyring)
    async with dead.chat(7):
        async with asyncio.timeout(3):
            await run(living, 7, "living", [])
    await asyncio.gather(dead.close(), living.close())


async def test_redis_learns_no_chat_number(redis_url: str, keyring: Keyring) -> None:
    order, other = RedisOrder(redis_url, keyring), RedisOrder(redis_url, keyring)
    client = Redis.from_url(redis_url)
    async with order.chat(987654321012):
        waiting = asyncio.create_task(run(other, 987654321012, "x", []))
        await asyncio.sleep(0.1)
        keys = await client.keys("*")
        held = [await client.dump(key) or b"" for key in keys]
    await waiting
    assert len(keys) == 2
    assert "987654321012" not in repr((keys, held))
    await asyncio.sleep(0.05)
    assert [await client.type(key) for key in await client.keys("*")] == [b"string"], "who let go last, and no line"
    lasting = [await client.pttl(key) for key in await client.keys("*")]
    assert all(0 < each <= redis_order.LEFT_MS for each in lasting)
    await client.aclose()
    await asyncio.gather(order.close(), other.close())


async def test_a_connection_cut_meanwhile_and_a_forgotten_script_are_nobodys_trouble(
    redis_url: str, keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "storage.redis_order")
    order, client = RedisOrder(redis_url, keyring), Redis.from_url(redis_url)
    for trouble in ("SCRIPT FLUSH", "CLIENT KILL TYPE normal SKIPME yes"):
        await run(order, 7, "before", [])
        await asyncio.sleep(0.05)
        await client.execute_command(*trouble.split())  # type: ignore[no-untyped-call]
        await run(order, 7, "after", [])
    assert caplog.messages == []
    await client.aclose()
    await order.close()


async def test_everything_goes_on_when_redis_dies_and_returns(
    keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "storage.redis_order")
    with running_redis() as server:
        order = RedisOrder(server.url, keyring)
        await run(order, 7, "before", [])
        await order.check()
        server.stop()
        with pytest.raises(Failures):
            await order.check()
        seen: list[str] = []
        async with asyncio.timeout(5):
            await asyncio.gather(*(run(order, 7, str(n), seen) for n in range(10)))
        assert seen == [f"{n} {way}" for n in range(10) for way in ("in", "out")]
        assert [record.getMessage()[:21] for record in caplog.records] == ["Redis does not answer"]
        server.start()
        await asyncio.sleep(1.1)
        await run(order, 7, "after", [])
        assert caplog.records[-1].getMessage() == "Redis answers again"
        await order.close()


async def test_a_flushed_redis_loses_nothing(redis_url: str, keyring: Keyring) -> None:
    order = RedisOrder(redis_url, keyring)
    client = Redis.from_url(redis_url)
    async with order.chat(7):
        await client.flushall()
    await run(order, 7, "after", [])
    await client.aclose()
    await order.close()
