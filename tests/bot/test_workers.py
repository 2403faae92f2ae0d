"""Several workers on one database and one Redis: woken at once, one pace together, also where Redis dies."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.courier import Courier
from bot.relay import LOOK_AGAIN, Relay
from bot.world import World
from simulator import Phone, Telegram
from storage.database import Database
from storage.keys import Keyring, generate
from storage.migrate import upgrade
from storage.redis_pace import RedisPace
from storage.redis_wake import RedisWakes
from tests.bot.conftest import TOKEN, until
from tests.bot.storm import Storm, at_work, crowd, over, tell_all
from tests.bot.test_polling import heard
from tests.bot.test_relay import owe, started
from tests.servers import Redis, running_redis

WORKERS = 3


@pytest.fixture
def server() -> Iterator[Redis]:
    """A Redis of the test's own, which may die."""
    with running_redis() as server:
        yield server


@pytest.fixture
async def worlds(postgres_url: str, world: World, server: Redis) -> AsyncIterator[list[World]]:
    """What each worker has: connections of its own to the one database and the one Redis."""
    await asyncio.to_thread(upgrade, postgres_url)
    keyring = Keyring.parse(generate())
    databases = [Database(postgres_url, keyring, wakes=RedisWakes(server.url)) for _ in range(WORKERS)]
    yield [replace(world, database=each, name=f"worker{place}/1") for place, each in enumerate(databases)]
    await asyncio.gather(*(each.close() for each in databases))


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of the database nobody uses here, of one kind."""
    return str(request.getfixturevalue("sqlite_url"))


async def test_what_one_process_owes_wakes_the_relay_of_another(
    worlds: list[World], telegram: Telegram, api: str, server: Redis
) -> None:
    """Without Redis it takes until the relay looks by itself."""
    here, there, *_ = worlds
    stopping = asyncio.Event()
    relay = asyncio.create_task(Relay(there, Courier(TOKEN, api)).run(stopping))
    ana = started(telegram)
    await asyncio.sleep(0.5)
    with_redis = [await _took(here, ana, f"fjala {number}") for number in range(8)]
    server.stop()
    without = [await _took(here, ana, f"pa {number}") for number in range(3)]
    stopping.set()
    await relay
    print(f"\nowed here, sent there: longest {max(with_redis):.3f} s; without Redis {max(without):.3f} s")
    assert sorted(with_redis)[-2] < LOOK_AGAIN / 2
    assert max(without) < LOOK_AGAIN + 1


async def _took(world: World, phone: Phone, text: str) -> float:
    await asyncio.sleep(0.13)
    begun = time.monotonic()
    await owe(world, phone, text, priority=0)
    await until(lambda: heard(phone)[-1:] == [text], 5)
    return time.monotonic() - begun


@pytest.mark.parametrize("dies", [False, True])
async def test_workers_hold_one_pace(
    worlds: list[World], telegram: Telegram, api: str, server: Redis, dies: bool
) -> None:
    """Telegram sees the rate of one, whether Redis is there or goes in the middle; nobody is told twice."""
    storm = telegram.faults = Storm([])
    rate, many = 40.0, 240
    chats = await crowd(worlds[0], telegram, many)
    async with AsyncExitStack() as stack:
        for world in worlds:
            pace = RedisPace(server.url, world.database.keyring, rate)
            await stack.enter_async_context(at_work(world, api, rate, pace))
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        notice = await tell_all(worlds[0])
        if dies:
            await until(lambda: len(storm.calls) > many / 3)
            server.stop()
        await over(worlds[0], notice)
        took = time.monotonic() - begun
    print(
        f"\n{WORKERS} workers, Redis {'dies' if dies else 'stays'}: {many / took:.1f}/s, {storm.busiest()} in a second"
    )
    assert Counter(len(heard(Phone(telegram, chat))) for chat in chats) == {1: many}
    assert storm.busiest() <= rate * 1.1 + 2 * WORKERS, "calls do not all take equally long on their way"
