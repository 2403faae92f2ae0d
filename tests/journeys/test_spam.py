"""Accounts that write all the time: others are answered as before, and nothing that anybody said is thrown away."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kuvendo.stores import opened
from storage.models import TranscriptRow
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import exported
from tests.journeys.test_replicas import free_ports
from tests.journeys.test_restarts import roles
from tests.journeys.town import ALBANIAN_WITHOUT_DIACRITICS, ITS_CONTRIBUTIONS, Town, town

PATH = ALBANIAN_WITHOUT_DIACRITICS
NOISE = "zhurmë "
HONEST = 10
STANDSTILL = 120.0
"""Seconds after which a bot that takes nothing more is given up; a slow one is waited for."""
MINUTES = float(os.environ.get("KUVENDO_SOAK_MINUTES", "10"))
EVERY = float(os.environ.get("KUVENDO_SOAK_EVERY", "1"))
"""Seconds between two messages of an account in the long run: longer where Telegram's stand-in, the people and the bot
share too few cores for five hundred messages a second, which the line on messages not taken yet shows."""
PATIENCE = 1.0
"""Seconds within which 99 of 100 replies to people who do not flood come."""


async def flood(account: Citizen, until: float, every: float, first: float) -> int:
    """Write something every so many seconds, `first` seconds from now on; return how often."""
    await asyncio.sleep(first)
    said = 0
    while time.monotonic() < until:
        account.phone.say(f"{NOISE}{said}")
        said += 1
        await asyncio.sleep(every)
    return said


async def honestly(place: Town, until: float, waits: list[float]) -> int:
    """Be one citizen after another on the whole path, noting each wait; return how many they were."""
    people = 0
    while time.monotonic() < until:
        citizen = place.citizen(f"Ana {people}")
        citizen.patience = STANDSTILL
        for step in PATH:
            begun = time.monotonic()
            if step.seen:
                await citizen.hears(step.seen)
                waits.append(time.monotonic() - begun)
            await asyncio.sleep(0.3)
            citizen.do(step.then)
        await citizen.has_heard("Thank you very much!")
        people += 1
    return people


async def drowned(postgres_url: str, directory: Path, accounts: int, seconds: float, every: float = 1.0) -> float:
    """Let accounts flood the bot; return within what time 99 of 100 of the other people's replies came."""
    [port] = free_ports(1)
    waits: list[float] = []
    where = town(postgres_url, directory, webhook_url=f"http://127.0.0.1:{port}")
    async with where as place, roles(place, directory / "log") as processes:
        number = await processes.begin(port)
        flooding = [place.citizen(f"Zhurmë {each}") for each in range(accounts)]
        for account in flooding:
            account.glance = 0.2
        for some in range(0, accounts, 50):
            await asyncio.gather(*(each.walk(PATH[:6]) for each in flooding[some : some + 50]))
        until = time.monotonic() + seconds
        honest = asyncio.gather(*(honestly(place, until, waits) for _ in range(HONEST)))
        beginning = enumerate(flooding)  # one after another: a machine that floods is no choir
        said = await asyncio.gather(*(flood(each, until, every, every * n / accounts) for n, each in beginning))
        behind = len(place.telegram.queue)
        people = sum(await honest)
        await drained(place)
        await processes.end(number)
        kept = await _kept(place)
        submissions = await exported(place.settings)
    waits.sort()
    p99 = waits[int(len(waits) * 0.99)]
    print(
        f"\n{accounts} accounts wrote {sum(said)} messages in {seconds:g} s, {kept} of them kept, "
        f"{behind} not taken yet at the end; "
        f"{people} others were answered within {p99:.2f} s (p99 of {len(waits)})"
    )
    assert kept == sum(said)
    told = [[each["answers"] for each in submission["contributions"]] for submission in submissions]
    assert told.count(ITS_CONTRIBUTIONS) == people
    return p99


async def drained(place: Town) -> None:
    """Wait until the bot has taken everything, however long that takes, so long as it goes on."""
    left = len(place.telegram.queue)
    while left:
        before = left
        async with asyncio.timeout(STANDSTILL):
            while left >= before:
                await asyncio.sleep(0.1)
                left = len(place.telegram.queue)


async def _kept(place: Town) -> int:
    async with opened(place.settings) as database, database.reading() as unit:
        noise = TranscriptRow.text.like(f"{NOISE}%") & (TranscriptRow.direction == "in")
        row = await unit.transaction.first(select(func.count()).where(noise))
    return int(row[0]) if row else 0


async def test_nothing_of_a_flood_is_thrown_away(postgres_url: str, tmp_path: Path) -> None:
    await drowned(postgres_url, tmp_path, 30, 5)


@pytest.mark.soak
async def test_a_flood_drowns_nobody(postgres_url: str, tmp_path: Path) -> None:
    assert await drowned(postgres_url, tmp_path, 500, 60 * MINUTES, EVERY) <= PATIENCE
