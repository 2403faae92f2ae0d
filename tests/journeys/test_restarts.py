"""Deploys and crashes of the database under load: nothing lost, nothing doubled, everybody answered soon again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.door import PATH
from kuvendo.settings import webhook_secrets
from simulator.clock import SystemClock
from tests.bot.updates import said
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import exported
from tests.journeys.test_replicas import free_ports, walked
from tests.journeys.town import ITS_CONTRIBUTIONS, Town, town
from tests.servers import running_postgres

FASTER = 4.0
"""Telegram's waits pass this much faster than on the wall; a pressed button still waits half a minute for the bot."""
AT_ONCE = 12
"""Citizens who talk at the same time."""
SECONDS_TO_END = 10.0
SECONDS_TO_RESUME = 10.0
NEVER_LOGGED = ("Traceback", "never retrieved", "unhandled in the event loop", "not everything ended in time")


class Roles:
    """Processes begun and ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._began: asyncio.Queue[int] = asyncio.Queue()

    async def listen(self) -> None:
        """Hear what became of each."""
        assert self._process.stdout is not None
        while line := (await self._process.stdout.readline()).decode().split():
            word, first, second = line
            if word == "began":
                self._ended[int(second)] = asyncio.get_running_loop().create_future()
                self._began.put_nowait(int(second))
            else:
                self._ended[int(first)].set_result(int(second))

    async def begin(self, port: int, roles: str = "bot,worker") -> int:
        """Begin a process, wait until it is ready and return its number."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{port} {roles}\n".encode())
        number = await self._began.get()
        async with asyncio.timeout(60), httpx2.AsyncClient() as http:
            while True:
                with suppress(httpx2.TransportError):
                    if (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                        return number
                assert not self._ended[number].done(), "it ended before it was ready"
                await asyncio.sleep(0.02)

    async def end(self, number: int) -> float:
        """End a process as a deploy does; return the seconds that took, and fail where its status is not 0."""
        began = time.monotonic()
        os.kill(number, signal.SIGTERM)
        assert await asyncio.wait_for(self._ended[number], 60) == 0
        return time.monotonic() - began


@asynccontextmanager
async def roles(place: Town, log: Path) -> AsyncIterator[Roles]:
    """Run the warm parent of the processes, with the town's settings."""
    settings = place.settings
    assert settings.telegram_token is not None
    assert settings.secret_key is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.journeys.roles", str(log),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        env={
            "KUVENDO_DATABASE_URL": settings.database_address,
            "KUVENDO_DATA_DIR": str(settings.data_dir),
            "KUVENDO_TELEGRAM_TOKEN": settings.telegram_token.get_secret_value(),
            "KUVENDO_TELEGRAM_API_URL": settings.telegram_api_url,
            "KUVENDO_WEBHOOK_URL": settings.webhook_url or "",
            "KUVENDO_SECRET_KEY": settings.secret_key.get_secret_value(),
            "PATH": "/usr/bin:/bin",
        },
    )  # fmt: skip
    made = Roles(process)
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        listening.cancel()
        os.killpg(process.pid, signal.SIGKILL)  # the parent, and every process it began
        await process.wait()


@dataclass
class Crowd:
    """Citizens who walk the whole path, one after another on each of some paths, until they are told to stop."""

    place: Town
    people: list[Citizen] = field(default_factory=list)
    leaving: bool = False

    async def one(self) -> None:
        """Be one citizen after another."""
        while not self.leaving:
            citizen = self.place.citizen(f"Ana {len(self.people)}")
            self.people.append(citizen)
            await walked(citizen)

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """Let them talk; at the end wait until each has come to the thanks."""
        walks = [asyncio.create_task(self.one()) for _ in range(AT_ONCE)]
        try:
            yield
            self.leaving = True
            await asyncio.gather(*walks)
        finally:
            for walk in walks:
                walk.cancel()

    def heard(self) -> int:
        """Return how many messages of the bot all chats show together."""
        return sum(m["from"]["is_bot"] for each in self.people for m in each.phone.messages())

    async def hears_more(self, messages: int, seconds: float = 60) -> float:
        """Wait until so many more messages came; return the seconds that took."""
        before, began = self.heard(), time.monotonic()
        async with asyncio.timeout(seconds):
            while self.heard() < before + messages:  # noqa: ASYNC110 - what is waited for lies beyond our reach
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def kept(self) -> None:
        """Fail where the export does not hold exactly what they wrote."""
        submissions = await exported(self.place.settings)
        said = [[each["answers"] for each in submission["contributions"]] for submission in submissions]
        assert said == [ITS_CONTRIBUTIONS] * len(self.people)


async def restarted(database_url: str, directory: Path, times: int) -> list[float]:
    """End and begin the bot so many times while people talk; return how long each end took."""
    [port] = free_ports(1)
    log = directory / "log"
    address = f"http://127.0.0.1:{port}"
    ends: list[float] = []
    async with town(database_url, directory, SystemClock(FASTER), address) as place, roles(place, log) as processes:
        crowd = Crowd(place)
        number = await processes.begin(port)
        async with crowd.talking():
            for _ in range(times):
                await crowd.hears_more(20)
                ends.append(await processes.end(number))
                number = await processes.begin(port)
        await processes.end(number)
        await crowd.kept()
    told = log.read_text()
    assert [word for word in NEVER_LOGGED if word in told] == []
    print(f"\n{times} restarts, {len(crowd.people)} citizens; an end took {max(ends):.2f} s at most")
    return ends


async def test_a_deploy_under_load_is_not_noticed(database_url: str, tmp_path: Path) -> None:
    """SIGTERM at any moment: it ends in good time, nothing is lost or doubled."""
    assert max(await restarted(database_url, tmp_path, 5)) <= SECONDS_TO_END


@pytest.mark.soak
async def test_a_hundred_deploys_under_load(postgres_url: str, tmp_path: Path) -> None:
    assert max(await restarted(postgres_url, tmp_path, 100)) <= SECONDS_TO_END


# --- the database goes and comes back -----------------------------------------------------------------------


async def refused(place: Town, port: int) -> httpx2.Response:
    """Bring an update as Telegram would, and return the answer."""
    [secret, *_] = webhook_secrets(place.settings, place.settings.keyring())
    update: dict[str, Any] = said("/start", number=77)
    async with httpx2.AsyncClient(timeout=30) as http:
        return await http.post(
            f"http://127.0.0.1:{port}{PATH}", json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret}
        )


async def without_a_database(directory: Path, times: int) -> list[float]:
    """Crash PostgreSQL and start it again while people talk; return how long the replies took to resume."""
    [port] = free_ports(1)
    log, resumed = directory / "log", []
    with running_postgres() as server:
        where = town(server.url(), directory, SystemClock(FASTER), f"http://127.0.0.1:{port}")
        async with where as place, roles(place, log) as processes:
            crowd = Crowd(place)
            number = await processes.begin(port)
            async with crowd.talking():
                for _ in range(times):
                    await crowd.hears_more(20)
                    await asyncio.to_thread(server.stop, signal.SIGQUIT)
                    answer = await refused(place, port)
                    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
                    async with httpx2.AsyncClient() as http:
                        ready = await http.get(f"http://127.0.0.1:{port}/readyz")
                    assert (ready.status_code, "database" in ready.json()["reasons"]) == (503, True)
                    await asyncio.sleep(0.5)
                    await asyncio.to_thread(server.start)
                    resumed.append(await crowd.hears_more(AT_ONCE))
            await processes.end(number)
            await crowd.kept()
    told = log.read_text()
    assert [word for word in NEVER_LOGGED if word in told] == []
    print(f"\n{times} crashes, {len(crowd.people)} citizens; replies resumed in {max(resumed):.2f} s at most")
    return resumed


async def test_a_database_that_crashes_loses_no_answer(tmp_path: Path) -> None:
    """`immediate` is how PostgreSQL ends in a power cut: it recovers from its log when it is started."""
    assert max(await without_a_database(tmp_path, 3)) <= SECONDS_TO_RESUME


@pytest.mark.soak
async def test_fifty_crashes_of_the_database(tmp_path: Path) -> None:
    assert max(await without_a_database(tmp_path, 50)) <= SECONDS_TO_RESUME
