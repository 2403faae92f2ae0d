"""One variant under one load: its processes start, citizens walk, everything is metered, and nothing stays behind."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import redis
import uvloop

from benchmarks import machine
from benchmarks.load.generator import Generator, Load, Outcome, opened
from benchmarks.load.scripts import ANSWERS, words_of
from benchmarks.servers import Servers
from benchmarks.variants import Command, Site, Variant, surroundings

STOP_SECONDS: Final = 15.0


class Died(Exception):
    """A bot ended before it was told to; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run came to; times in microseconds of processor time an update, latencies in milliseconds."""

    variant: str
    citizens: int
    rate: float
    bot: float
    postgres: float
    redis: float
    generator: float
    p50: float
    p95: float
    p99: float
    memory: float
    """Megabytes of the bot's processes as the run ends."""
    memory_before: float
    """The same as the window begins."""
    updates: int
    calls: float
    """Calls of the Bot API an update."""
    walks: int
    lost: int
    """Walks of which something is not in the database that was answered."""
    failed: dict[str, int]
    """What must be 0: webhook errors, walks that stand still, questions out of place."""
    others: float
    """Processors that programs outside of the measurement kept busy."""


@dataclass
class Meter:
    """Reads the clocks of all processes as the window begins and as it ends."""

    bots: Sequence[int]
    servers: Servers
    marks: list[dict[str, float]] = field(default_factory=list)

    def mark(self) -> None:
        """Read them."""
        pids = self.servers.pids
        busy = machine.Busy.now()
        self.marks.append(
            {
                "memory": sum(machine.memory(each) for each in self.bots),
                "bot": machine.used(self.bots),
                "postgres": machine.used([pids["postgres"]]),
                "redis": machine.used([pids["redis"]]),
                "busy": busy.seconds,
                "at": busy.at,
            }
        )

    def between(self, name: str) -> float:
        """Return the seconds that `name` used within the window."""
        first, last = self.marks[0], self.marks[-1]
        return last[name] - first[name]


def measure(variant: Variant, load: Load, servers: Servers, *, tell: bool = False, database: str = "") -> Measured:
    """Run `variant` under `load`, on a fresh database unless one is named, and return what it came to; raises Died."""
    fresh = "" if database else servers.create(variant.template)
    folder = Path(tempfile.mkdtemp(prefix="kuvendo-bench-"))
    redis.from_url(servers.redis.url).flushall()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_measured(variant, load, servers, database or fresh, folder, tell))
    finally:
        if fresh:
            servers.drop(fresh)
        shutil.rmtree(folder, ignore_errors=True)


async def _measured(
    variant: Variant, load: Load, servers: Servers, database: str, folder: Path, tell: bool
) -> Measured:
    async with opened(variant.script(), load) as generator:
        ports = tuple(free_ports(variant.processes))
        site = Site(generator.url, ports, servers, database, folder)
        if variant.prepare:
            variant.prepare(site)
        with _started(variant.commands(site), folder) as bots:
            meter = Meter([each.pid for each in bots], servers)
            if tell:
                print(f"{variant.title}: process {', '.join(map(str, meter.bots))}, folder {folder}", flush=True)
            outcome = await _walked(generator, bots, meter, folder, ports if variant.processes > 1 else ())
            memory = sum(machine.memory(each) for each in meter.bots)
        lost = missing(outcome, dict(variant.kept(site))) if variant.kept else 0
    return _summed(variant, load, outcome, meter, memory, lost)


async def _walked(
    generator: Generator, bots: Sequence[subprocess.Popen[bytes]], meter: Meter, folder: Path, ports: tuple[int, ...]
) -> Outcome:
    """Run the load, unless a bot dies before its end."""

    async def work() -> Outcome:
        return await generator.run(await generator.door(ports), meter.mark)

    working = asyncio.create_task(work())
    while not working.done():
        await asyncio.wait({working}, timeout=0.2)
        if any(each.poll() is not None for each in bots) and not working.done():
            working.cancel()
            raise Died((folder / "log").read_text(errors="replace")[-3000:])
    return working.result()


def free_ports(number: int) -> Iterator[int]:
    """Yield ports that nobody listens on."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    for each in taken:
        yield int(each.getsockname()[1])
        each.close()


@contextmanager
def _started(commands: Sequence[Command], folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Give the processes of a bot, on the processor that is theirs."""
    bots: list[subprocess.Popen[bytes]] = []
    try:
        with (folder / "log").open("ab") as log:
            bots += [_spawned(each, folder, log.fileno()) for each in commands]
        yield bots
    finally:
        for each in bots:
            _ended(each)


def _spawned(command: Command, folder: Path, log: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command.arguments],
        env=surroundings(command.environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        preexec_fn=lambda: machine.pin(machine.BOTS),  # noqa: PLW1509 - one call of the system
    )


def _ended(bot: subprocess.Popen[bytes]) -> None:
    if bot.poll() is None:
        bot.send_signal(signal.SIGTERM)
        try:
            bot.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            bot.kill()
            bot.wait()


def missing(outcome: Outcome, kept: dict[str, bool]) -> int:
    """Return how many walks have an answer that was replied to and is not in `kept`, as text → submitted."""
    whole = sum(not all(kept.get(words_of(chat, n)) for n in range(ANSWERS)) for chat in outcome.finished)
    part = sum(not all(words_of(chat, n) in kept for n in range(given)) for chat, given in outcome.given.items())
    return whole + part


def _summed(variant: Variant, load: Load, outcome: Outcome, meter: Meter, memory: float, lost: int) -> Measured:
    tally = outcome.tally
    updates = max(tally.answered, 1)
    micros = {name: meter.between(name) / updates * 1e6 for name in ("bot", "postgres", "redis")}
    ours = outcome.cpu + sum(meter.between(name) for name in micros)
    return Measured(
        variant=variant.name,
        citizens=load.citizens,
        rate=tally.rate,
        generator=outcome.cpu / updates * 1e6,
        p50=tally.quantile(0.50),
        p95=tally.quantile(0.95),
        p99=tally.quantile(0.99),
        memory=memory,
        memory_before=meter.marks[0]["memory"],
        updates=tally.answered,
        calls=tally.calls / updates,
        walks=len(outcome.finished),
        lost=lost,
        failed={
            "errors": tally.errors,
            "standing": outcome.unanswered,
            "extra": tally.extra,
            "wrong": tally.wrong,
            "odd": outcome.odd,
        },
        others=max(0.0, meter.between("busy") - ours) / meter.between("at"),
        **micros,
    )
