"""One run under load: the Bot API opens, a bot comes, citizens walk for a while, and what they saw is returned."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from benchmarks.load.citizens import Crowd, Door
from benchmarks.load.doors import Pusher
from benchmarks.load.scripts import Script
from benchmarks.load.sink import Connection, Sink
from benchmarks.load.tally import Tally
from benchmarks.load.updates import Numbers

START_SECONDS: Final = 90.0
"""How long a bot may take until it says how it wants its updates."""
DRAIN_SECONDS: Final = 30.0
"""How long the last updates may take to be answered."""


@dataclass(frozen=True, slots=True)
class Load:
    """How a bot is loaded: citizens at a time, seconds of warm-up and window, seconds of thought, connections."""

    citizens: int = 50
    seconds: float = 10.0
    warm_up: float = 3.0
    think: tuple[float, float] = (0.005, 0.015)
    connections: int = 100
    series: int = 0
    """Which numbers are used: a database that has met one series needs another."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What citizens saw in one run."""

    tally: Tally
    finished: Sequence[int]
    """The chats that walked to the end."""
    given: dict[int, int] = field(default_factory=dict)
    """Of those still walking: how many of their answers the bot has replied to."""
    unanswered: int = 0
    """Walks that waited in vain for the next question."""
    odd: int = 0
    """Walks that took more or fewer updates than they should."""
    cpu: float = 0.0
    """Seconds of processor time the generator itself took within the window."""


class Generator:
    """A Bot API on a port of this machine, and a crowd at its other end."""

    def __init__(self, script: Script, load: Load) -> None:
        self.load = load
        self.tally = Tally()
        numbers = Numbers(load.series)
        self.crowd = Crowd(script, self.tally, numbers, load.think)
        self.sink = Sink(self.crowd, self.tally, numbers, edits_are_read=script.reads_edits)
        self.port = 0

    @property
    def url(self) -> str:
        """Return the Bot API's address."""
        return f"http://127.0.0.1:{self.port}"

    async def door(self, ports: Sequence[int] = ()) -> Door:
        """Return the way to the bot, as it asked for; `ports` stand in for that of its webhook where there are several.

        Raises TimeoutError where no bot comes.
        """
        webhook = await asyncio.wait_for(self.sink.webhook, START_SECONDS)
        if not webhook.url:
            return self.sink.queue
        most = self.load.connections
        door = Pusher(webhook.url, webhook.secret, self.tally, self.sink.call_in_response, most, ports)
        await door.ready()
        return door

    async def run(self, door: Door, on_window: Callable[[], None] = lambda: None) -> Outcome:
        """Let the citizens walk; `on_window` is called as the window begins and as it ends."""
        gc.collect()
        gc.disable()
        try:
            self.crowd.start(self.load.citizens, door, within=min(1.0, self.load.warm_up / 2))
            await asyncio.sleep(self.load.warm_up)
            on_window()
            cpu = time.process_time()
            self.tally.begin()
            await asyncio.sleep(self.load.seconds)
            self.tally.end()
            cpu = time.process_time() - cpu
            on_window()
            await self._drain()
        finally:
            gc.enable()
        return self._outcome(cpu)

    async def _drain(self) -> None:
        """Let nobody say anything further, and wait until everybody has been answered."""
        self.crowd.stop()
        deadline = time.monotonic() + DRAIN_SECONDS
        while self.crowd.unanswered and time.monotonic() < deadline:  # noqa: ASYNC110 - the window is over
            await asyncio.sleep(0.05)

    def _outcome(self, cpu: float) -> Outcome:
        given = {each.chat: each.confirmed for each in self.crowd.walking.values() if each.confirmed}
        return Outcome(self.tally, self.crowd.finished, given, len(self.crowd.unanswered), self.crowd.odd, cpu)


@asynccontextmanager
async def opened(script: Script, load: Load, port: int = 0) -> AsyncIterator[Generator]:
    """Give a generator whose Bot API listens on `port`, any free one when it is 0."""
    generator = Generator(script, load)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(generator.sink), "127.0.0.1", port, backlog=1024)
    try:
        generator.port = server.sockets[0].getsockname()[1]
        yield generator
    finally:
        server.close()
