"""Several bots in one test, side by side on one database and one Redis, and a Telegram that hands each some updates."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from pydantic import SecretStr

from bot.client import RawUpdates, create_bot
from bot.conversation import handle
from bot.gate import Gate
from kuvendo.settings import Settings
from kuvendo.wiring import Installation, installation
from tests.journeys.town import TOKEN, Town


class Telegrams:
    """Hands each update to the next bot; as Telegram does, in order within a person's messages, and their presses."""

    def __init__(self, gates: list[Gate], api: str) -> None:
        self._gates = gates
        self._bot = create_bot(TOKEN, api)
        self._tails: dict[tuple[str, int], asyncio.Task[None] | None] = defaultdict(lambda: None)
        self.repeated = 0

    async def run(self) -> None:
        """Fetch and hand out, for ever."""
        offset, turn = 0, 0
        try:
            while True:
                for update in await self._bot(RawUpdates(offset=offset, timeout=1)):
                    offset, turn = update["update_id"] + 1, turn + 1
                    line = _line(update)
                    work = self._given(self._gates[turn % len(self._gates)], update, self._tails[line])
                    self._tails[line] = asyncio.create_task(work)
        finally:
            await self._bot.session.close()

    async def _given(self, gate: Gate, update: dict[str, Any], before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await before
        while not (outcome := await gate.take(update)).accepted:
            self.repeated += 1
            await asyncio.sleep(0.1)
        await gate.answer(outcome)


def _line(update: dict[str, Any]) -> tuple[str, int]:
    kind = "message" if "message" in update or "edited_message" in update else "other"
    content = next(value for name, value in update.items() if name != "update_id")
    return kind, content["from"]["id"]


@asynccontextmanager
async def side_by_side(place: Town, redis_url: str, bots: int) -> AsyncIterator[list[Installation]]:
    """Run so many bots and their relays."""
    settings: Settings = place.settings.model_copy(update={"redis_url": SecretStr(redis_url)})
    stopping = asyncio.Event()
    async with AsyncExitStack() as stack:
        houses = [await stack.enter_async_context(installation(settings, f"bot{n}", alone=False)) for n in range(bots)]
        api = settings.telegram_api_url
        gates, work, clients = [], [], []
        for house in houses:
            clients.append(create_bot(TOKEN, api))
            gates.append(Gate(house.world(), clients[-1], house.order, handle))
            gates[-1].username = "kuvendo_bot"
            work.append(asyncio.create_task(house.relay().run(stopping)))
        giving = asyncio.create_task(Telegrams(gates, api).run())
        try:
            yield houses
        finally:
            giving.cancel()
            stopping.set()
            await asyncio.gather(giving, *work, *(gate.drain(5) for gate in gates), return_exceptions=True)
            await asyncio.gather(*(client.session.close() for client in clients))
