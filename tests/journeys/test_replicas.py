"""Three bots behind one address, on PostgreSQL and Redis, dying at any step: nothing lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import SystemClock
from tests.journeys.balancer import balanced
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import exported
from tests.journeys.town import ALBANIAN_WITHOUT_DIACRITICS, ITS_CONTRIBUTIONS, Town, town

REPLICAS = 3
FASTER = 20.0
"""Telegram's waits between two tries of an update pass this much faster than on the wall."""
LONGEST_LIFE = 600
"""Steps after a life's first update; one update takes some forty."""


def free_ports(count: int) -> list[int]:
    """Return ports that nobody uses at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@dataclass
class Deaths:
    """How the lives ended, and what each left unconfirmed though it was kept."""

    kills: int = 0
    between: int = 0
    """Kills that fell when at least one update was kept and not confirmed."""
    ends: Counter[str] = field(default_factory=Counter)


class Replicas:
    """The lives of all bots, one after another on each port."""

    def __init__(self, process: asyncio.subprocess.Process, ports: Sequence[int], mutation: str, seed: int) -> None:
        self._process = process
        self._ports = ports
        self._mutation = mutation
        self._chance = random.Random(seed)
        self.deaths = Deaths()
        self.dying = True

    def begin(self, port: int) -> None:
        """Begin a life."""
        assert self._process.stdin is not None
        between = self._chance.random() < 0.5
        steps = self._chance.randint(1, 12 if between else LONGEST_LIFE) if self.dying else 0
        self._process.stdin.write(f"{port} {steps} {int(between)} {self._mutation}\n".encode())

    async def run(self) -> None:
        """Begin a life on every port, and the next where one ends, for ever."""
        assert self._process.stdout is not None
        for port in self._ports:
            self.begin(port)
        while line := (await self._process.stdout.readline()).decode().split():
            number, how, _handled, open_, _kept = line
            self.deaths.ends[how] += 1
            self.deaths.kills += how == "killed"
            self.deaths.between += int(open_) > 0
            self.begin(int(number))


@asynccontextmanager
async def replicas(
    place: Town, address: str, redis_url: str, ports: Sequence[int], mutation: str
) -> AsyncIterator[Replicas]:
    """Run the warm parent of the bots' lives."""
    settings = place.settings
    assert settings.telegram_token is not None
    assert settings.secret_key is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.journeys.replicas",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={
            "KUVENDO_DATABASE_URL": settings.database_address,
            "KUVENDO_REDIS_URL": redis_url,
            "KUVENDO_DATA_DIR": str(settings.data_dir),
            "KUVENDO_TELEGRAM_TOKEN": settings.telegram_token.get_secret_value(),
            "KUVENDO_TELEGRAM_API_URL": settings.telegram_api_url,
            "KUVENDO_WEBHOOK_URL": address,
            "KUVENDO_SECRET_KEY": settings.secret_key.get_secret_value(),
            "KUVENDO_LOG_LEVEL": "ERROR",
            "PATH": "/usr/bin:/bin",
        },
    )
    lives = Replicas(process, ports, mutation, seed=20261123)
    running = asyncio.create_task(lives.run())
    try:
        yield lives
    finally:
        running.cancel()
        os.killpg(process.pid, signal.SIGKILL)  # the parent, and every life it gave
        await process.wait()


async def walked(citizen: Citizen) -> None:
    """Walk the whole path, to the thanks."""
    await citizen.walk(ALBANIAN_WITHOUT_DIACRITICS)
    await citizen.has_heard("Thank you very much!")


@dataclass
class Outcome:
    """What came of it."""

    deaths: Deaths
    submissions: list[dict[str, Any]]
    finished: int
    repeats: int
    """Messages of the bot that a chat shows twice in a row."""

    @property
    def exact(self) -> int:
        """How many submissions hold exactly what was said."""
        said = [[each["answers"] for each in submission["contributions"]] for submission in self.submissions]
        return sum(each == ITS_CONTRIBUTIONS for each in said)

    def told(self) -> str:
        """Return what came of it in one line."""
        deaths = self.deaths
        return (
            f"{deaths.kills} kills of {REPLICAS} bots, {deaths.between} between commit and acknowledgement; "
            f"{self.finished} conversations, {len(self.submissions)} submissions, {self.exact} of them exact, "
            f"{self.repeats} messages repeated"
        )

    def holds(self, citizens: int, kills: int) -> None:
        """Assert that nothing was lost, doubled or out of order, and that enough died."""
        assert self.finished == len(self.submissions) == self.exact >= citizens
        assert set(self.deaths.ends) == {"killed"}
        assert self.deaths.kills >= kills
        assert self.deaths.between >= kills / 5
        assert self.repeats <= self.deaths.kills


async def lived_through(
    database_url: str,
    redis_url: str,
    directory: Path,
    *,
    citizens: int,
    kills: int,
    at_once: int = 24,
    mutation: str = "none",
    patience: float = 900,
) -> Outcome:
    """Let citizens talk, some at a time, while the bots die, until all are done and enough have died."""
    ports = free_ports(REPLICAS)
    async with balanced(ports) as address, town(database_url, directory, SystemClock(FASTER), address) as place:
        async with replicas(place, address, redis_url, ports, mutation) as lives:
            people: list[Citizen] = []
            tasks: list[asyncio.Task[None]] = []
            try:
                async with asyncio.timeout(patience):
                    while lives.deaths.kills < kills or len(people) < citizens:
                        talking = [task for task in tasks if not task.done()]
                        if len(talking) < min(citizens, at_once):
                            people.append(place.citizen(f"Ana {len(people)}"))
                            people[-1].glance, people[-1].patience, people[-1].insists = 0.05, patience, 10.0
                            tasks.append(asyncio.create_task(walked(people[-1])))
                        else:
                            await asyncio.wait(talking, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
                    lives.dying = False
                    await asyncio.gather(*tasks, return_exceptions=True)
            except TimeoutError:
                for task in tasks:
                    task.cancel()
        done = sum(task.done() and not task.cancelled() and task.exception() is None for task in tasks)
        repeats = sum(map(_repeats, people))
        return Outcome(lives.deaths, await exported(place.settings), done, repeats)


def _repeats(citizen: Citizen) -> int:
    said = [(m["from"]["is_bot"], m.get("text")) for m in citizen.phone.messages()]
    return sum(one == other and one[0] for one, other in itertools.pairwise(said))


async def test_nothing_is_lost_whatever_dies_wherever(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    outcome = await lived_through(postgres_url, redis_url, tmp_path, citizens=24, kills=100)
    print(f"\n{outcome.told()}")
    outcome.holds(citizens=24, kills=100)


@pytest.mark.soak
async def test_nothing_is_lost_in_a_thousand_deaths(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    outcome = await lived_through(
        postgres_url, redis_url, tmp_path, citizens=200, kills=1000, at_once=200, patience=7200
    )
    print(f"\n{outcome.told()}")
    outcome.holds(citizens=200, kills=1000)


@pytest.mark.soak
@pytest.mark.parametrize(("mutation", "harm"), [("acknowledge-first", "lost"), ("skip-the-inbox", "doubled")])
async def test_a_broken_promise_is_seen(
    postgres_url: str, redis_url: str, tmp_path: Path, mutation: str, harm: str
) -> None:
    """The same test, with one promise broken on purpose, must fail; how much is lost or doubled is printed."""
    outcome = await lived_through(
        postgres_url, redis_url, tmp_path, citizens=24, kills=100, mutation=mutation, patience=120
    )
    print(f"\n{mutation}: {outcome.told()}; {harm}: {24 - outcome.exact} of 24 conversations not as they were")
    with pytest.raises(AssertionError):
        outcome.holds(citizens=24, kills=100)
