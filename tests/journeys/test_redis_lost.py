"""Redis emptied, killed, cut off and silent in the midst of conversations: it is a convenience, not the memory.

The goal: nobody loses their place, no answer is lost, and a reply takes at most two seconds longer.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis as Client

from tests.journeys.citizen import Citizen
from tests.journeys.conftest import exported
from tests.journeys.redis_proxy import Wire, wired
from tests.journeys.side_by_side import side_by_side
from tests.journeys.test_journey import said
from tests.journeys.town import ALBANIAN_WITHOUT_DIACRITICS, ITS_CONTRIBUTIONS, town
from tests.servers import Redis, running_redis

BOTS, CITIZENS = 3, 8
LONGER = 2.0
"""Seconds by which a reply may be later because of Redis."""
USUAL = 2.0
"""Seconds a reply may take anyway, beside other tests on the same cores."""

Trouble = Callable[[Redis, Wire], Awaitable[None]]


async def emptied(server: Redis, _wire: Wire) -> None:
    client = Client.from_url(server.url)
    await client.flushall()
    await client.aclose()


async def killed(server: Redis, _wire: Wire) -> None:
    server.stop()
    await asyncio.sleep(0.7)
    server.start()


async def cut_off(_server: Redis, wire: Wire) -> None:
    wire.cut()


async def silent(_server: Redis, wire: Wire) -> None:
    """A partition: what is sent goes nowhere, and no connection breaks."""
    wire.open.clear()
    await asyncio.sleep(4.0)
    wire.open.set()


TROUBLES: dict[str, Trouble] = {each.__name__: each for each in (emptied, killed, cut_off, silent)}


async def walked(citizen: Citizen, chance: random.Random, waits: list[float]) -> None:
    """Walk the whole path, thinking a little each time; note how long each reply took."""
    for step in ALBANIAN_WITHOUT_DIACRITICS:
        begun = time.monotonic()
        if step.seen:
            await citizen.hears(step.seen)
            waits.append(time.monotonic() - begun)
        await asyncio.sleep(chance.uniform(0.05, 0.5))
        citizen.do(step.then)
    await citizen.has_heard("Thank you very much!")


async def through(postgres_url: str, directory: Path, troubles: list[Trouble]) -> None:
    """Let people walk, one after another, while Redis is in trouble; assert the goal and print the figures."""
    waits: list[float] = []
    chance = random.Random(3)
    walks = 0
    over = asyncio.Event()
    with running_redis() as server:
        async with town(postgres_url, directory) as place, wired(server.url, directory) as (wire, address):
            async with side_by_side(place, address, BOTS):

                async def people() -> None:
                    nonlocal walks
                    while not over.is_set():
                        walks += 1
                        await walked(place.citizen(f"P{walks}"), chance, waits)

                walking = [asyncio.create_task(people()) for _ in range(CITIZENS)]
                for trouble in troubles:
                    await asyncio.sleep(chance.uniform(0.5, 1.5))
                    await trouble(server, wire)
                await asyncio.sleep(1)
                over.set()
                await asyncio.gather(*walking)
            submissions = await exported(place.settings)
    waits.sort()
    print(
        f"\n{len(troubles)} troubles of Redis, {BOTS} bots, {walks} walks, {len(waits)} replies: "
        f"median {waits[len(waits) // 2] * 1000:.0f} ms, p99 {waits[int(len(waits) * 0.99)] * 1000:.0f} ms, "
        f"longest {waits[-1]:.2f} s"
    )
    assert [said(each) for each in submissions] == [ITS_CONTRIBUTIONS] * walks
    assert waits[-1] <= LONGER + USUAL


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
async def test_nobody_loses_their_place(postgres_url: str, tmp_path: Path, trouble: Trouble) -> None:
    await through(postgres_url, tmp_path, [trouble] * 3)


@pytest.mark.soak
async def test_a_hundred_troubles(postgres_url: str, tmp_path: Path) -> None:
    await through(postgres_url, tmp_path, list(itertools.islice(itertools.cycle(TROUBLES.values()), 100)))
