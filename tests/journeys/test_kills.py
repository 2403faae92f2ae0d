"""`kill -9` at every point an update passes, for every update of a citizen's whole path: nothing lost, nothing doubled.

Each life of the bot ends by SIGKILL at a named point; the next one begins at once. Telegram repeats what was not
acknowledged, the outbox sends what was not sent, the citizen goes on where the words are.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.journeys.conftest import exported
from tests.journeys.mortal import POINTS
from tests.journeys.town import ALBANIAN_WITHOUT_DIACRITICS, ITS_CONTRIBUTIONS, Town, town

UPDATES = len(ALBANIAN_WITHOUT_DIACRITICS)
BETWEEN = {"committed", "sending", "acknowledging"}
"""Points at which an update may be kept while Telegram does not know it yet."""


@asynccontextmanager
async def mortal(place: Town) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the warm parent of the bot's lives."""
    settings = place.settings
    assert settings.telegram_token is not None
    assert settings.secret_key is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.journeys.mortal",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={
            "KUVENDO_DATABASE_URL": settings.database_address,
            "KUVENDO_DATA_DIR": str(settings.data_dir),
            "KUVENDO_TELEGRAM_TOKEN": settings.telegram_token.get_secret_value(),
            "KUVENDO_TELEGRAM_API_URL": settings.telegram_api_url,
            "KUVENDO_SECRET_KEY": settings.secret_key.get_secret_value(),
            "PATH": "/usr/bin:/bin",
        },
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the parent and the life it gave last
        await process.wait()


async def lives(process: asyncio.subprocess.Process, ended: Counter[str]) -> None:
    """Let the bot live and die, at each point in turn, for ever."""
    assert process.stdin is not None
    assert process.stdout is not None
    for times, point in ((times, point) for times in itertools.cycle((1, 2)) for point in POINTS):
        process.stdin.write(f"{point} {times}\n".encode())
        line = (await process.stdout.readline()).decode().split()
        assert line[1:] == ["killed"], f"a life ended otherwise: {line}"
        ended[line[0]] += 1


async def died_while_walking(place: Town, citizens: int) -> Counter[str]:
    """Let citizens walk one after another while the bot dies; return how often it died where."""
    ended: Counter[str] = Counter()
    async with mortal(place) as process:
        dying = asyncio.create_task(lives(process, ended))
        for number in range(citizens):
            citizen = place.citizen(f"Ana {number}")
            walking = asyncio.create_task(walked(citizen))
            await asyncio.wait({walking, dying}, return_when=asyncio.FIRST_COMPLETED)
            if dying.done():
                dying.result()
            await walking
        dying.cancel()
    return ended


async def walked(citizen: object) -> None:
    """Walk the whole path, to the thanks."""
    await citizen.walk(ALBANIAN_WITHOUT_DIACRITICS)  # type: ignore[attr-defined]
    await citizen.has_heard("Thank you very much!")  # type: ignore[attr-defined]


@pytest.mark.parametrize("citizens", [3])
async def test_nothing_is_lost_or_doubled_whenever_the_bot_is_killed(
    database_url: str, tmp_path: Path, citizens: int
) -> None:
    """The export holds exactly what each of them wrote."""
    async with town(database_url, tmp_path) as place:
        ended = await died_while_walking(place, citizens)
        submissions = await exported(place.settings)
    print(f"\n{sum(ended.values())} kills: {dict(ended)}")
    said = [[each["answers"] for each in submission["contributions"]] for submission in submissions]
    assert said == [ITS_CONTRIBUTIONS] * citizens
    assert sum(ended.values()) >= citizens * UPDATES / 2
    assert ended.keys() >= BETWEEN
