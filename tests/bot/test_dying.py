"""A worker killed with `kill -9` in the midst of a notice: it goes on where it was, and nobody is passed over."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from bot.world import World
from simulator import Phone, Telegram
from storage.database import Database
from storage.keys import Keyring, generate
from storage.migrate import upgrade
from tests.bot.conftest import TOKEN, until
from tests.bot.storm import Storm, crowd, over, tell_all
from tests.bot.test_polling import heard

RATE = 40


@pytest.fixture
def secret() -> str:
    """The installation's key, which the worker has too."""
    return generate()


@pytest.fixture
async def database(database_url: str, secret: str) -> AsyncIterator[Database]:
    await asyncio.to_thread(upgrade, database_url)
    database = Database(database_url, Keyring.parse(secret))
    yield database
    await database.close()


@asynccontextmanager
async def mortal(
    database_url: str, secret: str, api: str, directory: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the warm parent of the worker's lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.dying",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        env={
            "KUVENDO_DATABASE_URL": database_url, "KUVENDO_DATA_DIR": str(directory), "KUVENDO_SECRET_KEY": secret,
            "KUVENDO_TELEGRAM_TOKEN": TOKEN, "KUVENDO_TELEGRAM_API_URL": api, "KUVENDO_SEND_RATE": str(RATE),
            "PATH": "/usr/bin:/bin",
        },
    )  # fmt: skip
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def lived(process: asyncio.subprocess.Process, storm: Storm, calls: int, longer: float) -> None:
    """Let the worker live until it made so many calls, and so many seconds longer."""
    assert process.stdin is not None
    assert process.stdout is not None
    wanted = len(storm.calls) + calls
    process.stdin.write(b"begin\n")
    number = int(await process.stdout.readline())
    await until(lambda: len(storm.calls) >= wanted, 60)
    await asyncio.sleep(longer)
    os.kill(number, signal.SIGKILL)
    assert await process.stdout.readline() == b"dead\n"


@pytest.mark.parametrize("kills", [pytest.param(12), pytest.param(200, marks=pytest.mark.soak)])
async def test_a_notice_survives_its_worker(
    database_url: str, secret: str, world: World, telegram: Telegram, api: str, tmp_path: Path, kills: int
) -> None:
    """Nobody is passed over; a person hears it again once at most for each death, and only who was being written to."""
    storm = telegram.faults = Storm([])
    chats = await crowd(world, telegram, 20 * kills)
    chance, ends = random.Random(5), [0]
    async with mortal(database_url, secret, api, tmp_path) as process:
        notice = await tell_all(world)
        for _ in range(kills):
            await lived(process, storm, chance.randint(0, 25), chance.uniform(0, 2 / RATE))
            await asyncio.sleep(0.1)  # what it sent with its last breath arrives
            ends.append(len(storm.calls))
        assert process.stdin is not None
        process.stdin.write(b"end\n")
        await over(world, notice, 300)
    copies = Counter(len(heard(Phone(telegram, chat))) for chat in chats)
    repeats = sum((many - 1) * people for many, people in copies.items())
    print(f"\n{kills} deaths, {ends[-1]} of {len(chats)} sent by then: {repeats} repeats, nobody left out")
    assert ends[-1] > kills, "it worked in between"
    assert min(copies) == 1
    lives = [storm.calls[first:last] for first, last in pairwise([*ends, len(storm.calls)])]
    assert all(max(Counter(call.chat for call in calls).values(), default=1) == 1 for calls in lives)
    assert repeats <= 8 * kills, "no more than were on their way at once, and a slow machine makes them more"
