"""The pace: an overall rate, one notice at a time to a person, replies first; alone, and together through Redis."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from storage.keys import Keyring
from storage.pace import AHEAD, BETWEEN, CHATS_REMEMBERED, GO, MemoryPace, Pace
from storage.redis_pace import RedisPace
from tests.servers import running_redis

Making = Callable[[float], Pace]


@pytest.fixture(params=["memory", "redis"])
async def making(request: pytest.FixtureRequest, keyring: Keyring) -> AsyncIterator[Making]:
    """Makes a pace of either kind; those through Redis are different processes of one installation."""
    made: list[Pace] = []
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""

    def make(rate: float) -> Pace:
        made.append(RedisPace(url, keyring, rate) if url else MemoryPace(rate))
        return made[-1]

    yield make
    await asyncio.gather(*(each.close() for each in made))


async def went(pace: Pace, chats: list[int], *, notice: bool = True) -> list[float]:
    """Send to each of the chats in turn; return when each went."""
    moments = []
    for chat in chats:
        while (wait := await pace.take(chat, notice=notice)).seconds:  # noqa: ASYNC110 - it says how long
            await asyncio.sleep(wait.seconds)
        moments.append(time.monotonic())
    return moments


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(moments)]


async def test_the_overall_rate_is_held_evenly(making: Making) -> None:
    moments = await went(making(50), list(range(60)))
    assert moments[-1] - moments[0] >= 58 / 50 - 0.01
    busiest = max(sum(start <= each < start + 0.5 for each in moments) for start in moments)
    assert busiest <= 27, "not even in half a second more than its share"


async def test_one_notice_at_a_time_to_a_person(making: Making) -> None:
    pace = making(100)
    assert all(gap >= 1.0 for gap in gaps(await went(pace, [7, 7, 7])))
    assert (await pace.take(7, notice=True)).own, "nobody else has to wait for that"
    await asyncio.sleep(0.02)
    assert await pace.take(8, notice=True) == GO


async def test_replies_are_not_held_to_one_a_second_and_go_first(making: Making) -> None:
    pace = making(20)
    begun = time.monotonic()
    replies = await went(pace, [7] * 5, notice=False)
    assert replies[-1] - begun < 0.24, "a fifth of a second ahead of the pace"
    [notice] = await went(pace, [8])
    assert notice - begun >= 0.19, "which notices make up for"
    both = await asyncio.gather(went(pace, [1] * 20, notice=False), went(pace, list(range(100, 105))))
    assert min(both[1][1:]) >= both[0][-1] - 0.06, "while replies wait, notices do"


async def test_a_hush_is_for_all_notices_and_for_no_reply(making: Making) -> None:
    pace = making(100)
    await pace.hush(0.4)
    await pace.hush(0.1)
    begun = time.monotonic()
    assert await pace.take(7, notice=False) == GO
    [moment] = await went(pace, [8])
    assert moment - begun >= 0.35


async def test_processes_hold_one_rate_together(redis_url: str, keyring: Keyring) -> None:
    """Four processes, as many sends as they like: the rate is the installation's, and so is a person's second."""
    paces = [RedisPace(redis_url, keyring, 50) for _ in range(4)]
    each = [went(pace, list(range(25 * n, 25 * n + 25))) for n, pace in enumerate(paces)]
    moments = sorted(itertools.chain(*await asyncio.gather(*each)))
    rate = 98 / (moments[-1] - moments[0])
    busiest = max(sum(start <= moment < start + 1 for moment in moments) for start in moments)
    same = sorted(itertools.chain(*await asyncio.gather(*(went(pace, [777]) for pace in paces))))
    print(f"\n4 processes, 100 notices at 50/s: {rate:.1f}/s, at most {busiest} in a second")
    assert rate <= 50.5
    assert busiest <= 52
    assert all(gap >= 1.0 for gap in gaps(same))
    await asyncio.gather(*(pace.close() for pace in paces))


async def test_a_hush_is_heard_by_every_process(redis_url: str, keyring: Keyring) -> None:
    one, two = RedisPace(redis_url, keyring), RedisPace(redis_url, keyring)
    await one.hush(30)
    assert (await two.take(5, notice=True)).seconds > 29
    await asyncio.gather(one.close(), two.close())


async def test_without_redis_each_keeps_to_its_share(keyring: Keyring, caplog: pytest.LogCaptureFixture) -> None:
    """Two processes that knew of each other send half the rate each, and go back when Redis does."""
    caplog.set_level(logging.WARNING, "storage.redis_pace")
    with running_redis() as server:
        paces = [RedisPace(server.url, keyring, 40) for _ in range(2)]
        for pace in paces:
            await pace.open()
        await asyncio.gather(*(went(pace, [n]) for n, pace in enumerate(paces)))
        await asyncio.gather(*(went(pace, [n + 10]) for n, pace in enumerate(paces)))
        server.stop()
        begun = time.monotonic()
        both = await asyncio.gather(*(went(pace, list(range(100, 120))) for pace in paces))
        moments = sorted(itertools.chain(*both))
        assert (len(moments) - 4) / (moments[-1] - moments[0]) <= 40.5
        assert moments[-1] - begun < 4, "nobody waits for Redis"
        server.start()
        await asyncio.sleep(1.1)
        await went(paces[0], [500])
        said = [record.getMessage() for record in caplog.records]
        assert sum("at most 20 a second" in each for each in said) == 2
        assert said[-1].startswith("Redis answers again")
        await asyncio.gather(*(pace.close() for pace in paces))


async def test_redis_learns_no_chat_number(redis_url: str, keyring: Keyring) -> None:
    pace, client = RedisPace(redis_url, keyring), Redis.from_url(redis_url)
    await pace.take(987654321012, notice=True)
    keys = await client.keys("*")
    held = [await client.dump(key) or b"" for key in keys]
    assert len(keys) == 3
    assert "987654321012" not in repr((keys, held))
    assert all([await client.pttl(key) > 0 for key in keys]), "everything in Redis goes by itself"
    await client.aclose()
    await pace.close()


async def test_only_so_many_people_are_remembered() -> None:
    now = 0.0
    pace = MemoryPace(1e9, clock=lambda: now)
    for chat in range(CHATS_REMEMBERED + 10):
        now += 1e-6
        assert await pace.take(chat, notice=True) == GO
    assert len(pace._chats) == CHATS_REMEMBERED
    assert (await pace.take(CHATS_REMEMBERED, notice=True)).seconds > BETWEEN - 0.1
    assert AHEAD < BETWEEN
    await pace.open()
