"""Word that something is there: within a process, between processes, and what remains without Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from storage.outbox import TOPIC, Letter
from storage.redis_wake import RedisWakes
from storage.wake import MemoryWakes, Wakes
from tests.servers import running_redis
from tests.storage.people import arrive


@pytest.fixture(params=["memory", "redis"])
async def wakes(request: pytest.FixtureRequest) -> AsyncIterator[Wakes]:
    made: Wakes = MemoryWakes()
    if request.param == "redis":
        made = RedisWakes(request.getfixturevalue("redis_url"))
    yield made
    await made.close()


async def test_whoever_listens_is_woken_and_nobody_else(wakes: Wakes) -> None:
    with wakes.listening("a") as one, wakes.listening("a") as two, wakes.listening("b") as other:
        await asyncio.sleep(0.1)
        other_heard = await other.heard(0) or await one.heard(0) or await two.heard(0)  # Redis just became known
        wakes.cast("a")
        assert await one.heard(1)
        assert await two.heard(1)
        assert not await other.heard(0.05)
        assert other_heard in (True, False)


async def test_word_that_came_before_the_wait_is_kept_once(wakes: Wakes) -> None:
    with wakes.listening("a") as ear:
        await asyncio.sleep(0.1)
        await ear.heard(0)
        wakes.cast("a")
        wakes.cast("a")
        assert await ear.heard(0.5)
        assert not await ear.heard(0.05)


async def test_a_wait_ends_by_itself(wakes: Wakes) -> None:
    await wakes.wait("a", 0.1)
    assert not await wakes.wait("a", 0.05)
    waiting = asyncio.create_task(wakes.wait("a", 5))
    await asyncio.sleep(0.01)
    wakes.cast("a")
    assert await waiting


async def test_every_process_is_woken(redis_url: str) -> None:
    processes = [RedisWakes(redis_url) for _ in range(3)]
    waiting = [asyncio.create_task(_woken(each)) for each in processes]
    await asyncio.sleep(0.3)
    cast = time.monotonic()
    processes[0].cast("outbox")
    took = max(await asyncio.gather(*waiting)) - cast
    print(f"\n3 processes woken within {took * 1000:.1f} ms")
    assert took < 3, "told, not found out at the end of the wait"
    await asyncio.gather(*(each.close() for each in processes))


async def _woken(wakes: Wakes) -> float:
    with wakes.listening("outbox") as ear:
        await asyncio.sleep(0.2)
        await ear.heard(0)
        assert await ear.heard(5)
        return time.monotonic()


async def test_without_redis_word_goes_round_within_the_process_and_returns() -> None:
    with running_redis() as server:
        one, two = RedisWakes(server.url), RedisWakes(server.url)
        with one.listening("a") as here, two.listening("a") as there:
            await asyncio.sleep(0.2)
            server.stop()
            await asyncio.sleep(0.1)
            await here.heard(0)
            await there.heard(0)
            one.cast("a")
            assert await here.heard(0.5)
            assert not await there.heard(0.1)
            server.start()
            assert await there.heard(5), "woken once, for word may have been lost"
            one.cast("a")
            assert await there.heard(5)
        await asyncio.gather(one.close(), two.close())


async def test_what_a_relay_has_to_send_is_cast_once_it_is_kept(database, now) -> None:  # type: ignore[no-untyped-def]
    """What this process sends itself wakes nobody, and neither does what was not kept."""
    person = await arrive(database, now)
    with database.wakes.listening(TOPIC) as ear:
        for opening, worker, kept, woken in (
            (database.begin, "me", True, False),
            (database.begin, None, False, False),
            (database.begin, None, True, True),
            (database.together, None, True, True),
        ):
            async with opening() as unit:
                key = f"{opening.__name__}{worker}{kept}"
                await unit.outbox.enqueue(person, [Letter({"text": "x"})], key, now, worker=worker)
                assert not await ear.heard(0)
                if kept:
                    await unit.commit()
            assert await ear.heard(0.05) is woken
