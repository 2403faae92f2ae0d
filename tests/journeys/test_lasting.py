"""A bot that runs for a day: its memory and its files at the end are those of the beginning."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from pathlib import Path

import psutil
import pytest

from tests.journeys.test_replicas import free_ports, walked
from tests.journeys.test_restarts import roles
from tests.journeys.town import ALBANIAN_WITHOUT_DIACRITICS, Town, town

HOURS = float(os.environ.get("KUVENDO_SOAK_HOURS", "24"))
RATE = 5.0
"""Updates a second."""
DRIFT = 1.10


async def _talk(place: Town, until: float) -> int:
    """Let people walk the path, as many a second as make the rate."""
    walks: set[asyncio.Task[None]] = set()
    people = 0
    while time.monotonic() < until:
        people += 1
        walk = asyncio.create_task(walked(place.citizen(f"Ana {people}")))
        walks.add(walk)
        walk.add_done_callback(walks.discard)
        await asyncio.sleep(len(ALBANIAN_WITHOUT_DIACRITICS) / RATE)
    await asyncio.gather(*walks)
    return people


@pytest.mark.soak
async def test_it_stays_up(postgres_url: str, tmp_path: Path) -> None:
    """Memory is compared from a tenth of the time on: until then a process still meets its first of everything."""
    [port] = free_ports(1)
    seconds = HOURS * 3600
    memory: list[float] = []
    files: list[int] = []
    where = town(postgres_url, tmp_path, webhook_url=f"http://127.0.0.1:{port}")
    async with where as place, roles(place, tmp_path / "log") as processes:
        bot = psutil.Process(await processes.begin(port))
        talking = asyncio.create_task(_talk(place, time.monotonic() + seconds))
        while not talking.done():
            await asyncio.sleep(seconds / 100)
            memory.append(bot.memory_info().rss / 1e6)
            files.append(bot.num_fds())
        people = await talking
        await processes.end(bot.pid)
    early, late = statistics.mean(memory[10:20]), statistics.mean(memory[-10:])
    print(
        f"\n{HOURS:g} h, {people} people: {early:.1f} MB of memory after a tenth, {late:.1f} MB at the end; "
        f"files open {statistics.median(files[10:20]):g}, then {statistics.median(files[-10:]):g}"
    )
    assert late <= early * DRIFT
    assert statistics.median(files[-10:]) <= statistics.median(files[10:20]) + 2
