"""A Telegram in trouble: it refuses and forgets by chance, and notes when it was asked for what."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.courier import Courier
from bot.noticing import Noticing
from bot.relay import Relay
from bot.world import World
from dialogs.exchange import ConsentGiven
from dialogs.session import begin
from simulator import Fault, Telegram, add_citizen
from simulator.faults import Faults
from storage.pace import MemoryPace, Pace
from tests.bot.conftest import TOKEN


@dataclass(frozen=True)
class Call:
    """One call of sendMessage: when it came (seconds), to whom, and what went wrong."""

    at: float
    chat: int
    fault: Fault | None


class Storm(Faults):
    """Lets one of `faults` strike a share of all messages, each as likely as its weight; `spared` people see none."""

    def __init__(self, weighted: Sequence[tuple[Fault, float]], seed: int = 1) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.spared: set[int] = set()
        self._faults = [each for each, _ in weighted]
        self._weights = [weight for _, weight in weighted]
        self._chance = random.Random(seed)

    def take(self, method: str, chat_id: int = 0) -> Fault | None:
        """Return what strikes this call, and note it."""
        fault = super().take(method, chat_id)
        if method != "sendmessage":
            return fault
        if fault is None and chat_id not in self.spared and self._chance.random() < sum(self._weights):
            [fault] = self._chance.choices(self._faults, self._weights)
        self.calls.append(Call(time.monotonic(), chat_id, fault))
        return fault

    def early(self) -> list[Call]:
        """Return the calls that came before the time Telegram had named to that person."""
        until: dict[int, float] = {}
        found = []
        for call in self.calls:
            if call.at < until.get(call.chat, 0.0):
                found.append(call)
            if call.fault is not None and call.fault.retry_after:
                until[call.chat] = call.at + call.fault.retry_after
        return found

    def ahead(self, rate: float, begun: float) -> float:
        """Return by how many calls to people who are not spared the most there were outran `rate` since `begun`."""
        moments = [call.at for call in self.calls if call.chat not in self.spared]
        return max(place - rate * (moment - begun) for place, moment in enumerate(moments, 1))

    def busiest(self, seconds: float = 1.0) -> int:
        """Return the most calls that came within so many seconds."""
        moments = [call.at for call in self.calls]
        most = first = 0
        for last, moment in enumerate(moments):
            while moments[first] <= moment - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


def refusal(seconds: int) -> Fault:
    """Return Telegram's request for patience."""
    return Fault("error", code=429, description=f"Too Many Requests: retry after {seconds}", retry_after=seconds)


async def crowd(world: World, telegram: Telegram, many: int, language: str = "sq") -> list[int]:
    """Enrol so many people who agreed; return their chats."""
    phones = [add_citizen(telegram, f"P{number}") for number in range(many)]
    for phone in phones:
        phone.start()
    now = world.clock()
    async with world.database.begin() as unit:
        for phone in phones:
            who = await unit.participants.arrive(phone.id, now)
            await unit.participants.save(who.participant_id, begin(now, language), 0, now)
            await unit.participants.consented(who.participant_id, ConsentGiven(1, "c", language), now)
        await unit.commit()
    return [phone.id for phone in phones]


async def tell_all(world: World, text: str = "njoftim") -> int:
    """Begin a notice to everybody."""
    async with world.database.begin() as unit:
        now = world.clock()
        notice = await unit.notices.create("all", {"sq": text, "en": text}, now)
        await unit.notices.start(notice, now)
        await unit.commit()
    return notice


@asynccontextmanager
async def at_work(world: World, api: str, rate: float, pace: Pace | None = None) -> AsyncIterator[None]:
    """Run a worker: the relay, and notices on their way."""
    stopping = asyncio.Event()
    relay = Relay(world, Courier(TOKEN, api, pace or MemoryPace(rate)))
    work = [asyncio.create_task(duty(stopping)) for duty in (relay.run, Noticing(world, rate).run)]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*work)


async def over(world: World, notice: int, seconds: float = 120) -> None:
    """Wait until a notice is done."""
    async with asyncio.timeout(seconds):
        while await state(world, notice) != "done":  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.2)


async def state(world: World, notice: int) -> str:
    """Return where a notice stands."""
    async with world.database.reading() as unit:
        progress = await unit.notices.progress(notice, world.clock())
    assert progress is not None
    return progress.notice.state
