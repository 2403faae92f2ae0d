"""People who mean harm, and updates that break things: nobody else notices."""

from __future__ import annotations

import asyncio
import copy
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.client import create_bot
from bot.conversation import handle
from bot.gate import Gate
from kuvendo import wiring
from kuvendo.server import Health, create_app
from simulator.clock import SystemClock
from storage.models import Quarantine, SessionRow
from tests.bot.updates import Json, edited, membership, message, pressed, said
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import exported
from tests.journeys.test_replicas import free_ports, walked
from tests.journeys.town import ITS_CONTRIBUTIONS, TOKEN, Town, town
from tests.simulator.harness import serve

NASTY: tuple[Any, ...] = (
    *("", " ", "\0", "\ud800", "\u202eabc", "\u2066x", "\u2800", "e" + "\u0301" * 200, "👩\u200d👧" * 900, "ë" * 4096),
    *("/start", "/" * 200, "/delete", "17:x", "1:" + "x" * 62, "0:agree", "<script>alert(1)</script>", "' OR 1=1 --"),
    *(
        "=cmd|'/C calc'!A0",
        "{{7*7}}",
        "po",
        "1",
        "shqip",
        "pajtohem",
        None,
        True,
        False,
        [],
        {},
        [[[]]],
        {"a": {"b": []}},
    ),
    *(0, -1, 2**31, 2**52 - 1, 2**63, -(2**63), 10**400, 1e308, float("nan"), float("inf"), "x" * 100_000),
)
SOUND: tuple[Json, ...] = (
    *(said("fjalë"), said("/start"), said("po"), edited("tjetër"), pressed("17:go"), membership("kicked")),
    *(message(photo=[{}], caption="x"), message(voice={}), message(sticker={}), message(forward_origin={}, text="a")),
    *(message(new_chat_members=[]), message(poll={}), message(contact={}), message(rich_message={"blocks": [[]] * 9})),
)


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, each in inner for place in ((*way, key), *_places(each, (*way, key)))]


def bent(chance: random.Random, number: int) -> Json:
    """Return a sound update of some stranger with up to four of its places bent or taken away."""
    raw = copy.deepcopy(chance.choice(SOUND))
    raw["update_id"] = number
    for _ in range(chance.randint(0, 4)):
        *way, last = chance.choice(_places(raw))
        holder: Any = raw
        for key in way:
            holder = holder[key]
        if isinstance(holder, dict) and chance.random() < 0.2:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(chance.choice(NASTY))
        if not _places(raw):
            break
    return raw


@asynccontextmanager
async def gate_of(place: Town) -> AsyncIterator[tuple[Gate, wiring.Installation]]:
    """The whole pipeline on the town's database, without a door."""
    async with wiring.installation(place.settings, "bot") as house:
        bot = create_bot(TOKEN, place.settings.telegram_api_url)
        gate = Gate(house.world(), bot, house.order, handle)
        gate.username = "kuvendo_bot"
        try:
            yield gate, house
        finally:
            await gate.drain(30)
            await bot.session.close()


async def harm(place: Town, count: int, caplog: pytest.LogCaptureFixture) -> None:
    """Take `count` hostile updates, then a citizen's whole path in the chat they all came from."""
    chance = random.Random(count)
    caplog.set_level(logging.ERROR)
    async with gate_of(place) as (gate, house):
        for first in range(0, count, 50):
            taken = await asyncio.gather(*(gate.take(bent(chance, 10**6 + first + n)) for n in range(50)))
            assert all(outcome.accepted for outcome in taken)
        async with house.database.reading() as unit:
            rows = await unit.transaction.rows(select(Quarantine.reason, func.count()).group_by(Quarantine.reason))
    print(f"\n{count} hostile updates; quarantined: { ({row[0]: row[1] for row in rows}) }")
    assert all(str(row[0]).startswith("malformed") for row in rows), "our own code stumbled"
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_five_thousand_hostile_updates(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    await harm(place, 2_500, caplog)  # on each of the two databases


@pytest.mark.soak
async def test_two_hundred_thousand_hostile_updates(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    await harm(place, 100_000, caplog)


@asynccontextmanager
async def by_webhook(place: Town, port: int) -> AsyncIterator[wiring.Installation]:
    """The town's bot at the webhook, in this process."""
    async with wiring.installation(place.settings, "bot") as house:
        service = house.bot()
        route = service.route()
        assert route is not None
        stopping = asyncio.Event()
        async with serve(create_app(Health({}), [route]), port=port):
            work = [asyncio.create_task(duty(stopping)) for duty in (service.run, house.relay().run)]
            try:
                yield house
            finally:
                stopping.set()
                await asyncio.gather(*work)


async def test_two_hundred_chats_that_break_us_hold_nobody_up(postgres_url: str, tmp_path: Path) -> None:
    """More chats than Telegram keeps lines for, each with an update that our own code fails on."""
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    async with town(postgres_url, tmp_path, SystemClock(20), address) as place, by_webhook(place, port) as house:
        broken = [place.citizen(f"Broken {number}") for number in range(200)]
        for each in broken:
            each.glance, each.patience = 0.5, 300
            each.do("/start")
        await asyncio.gather(*(each.hears("Mirë se vini") for each in broken))
        async with house.database.begin() as unit:
            await unit.transaction.execute(update(SessionRow).values(state="{"))
            await unit.commit()
        for each in broken:
            each.do("a")
            each.do("b")
        healthy = [place.citizen(f"Ana {number}") for number in range(20)]
        for each in healthy:
            each.glance, each.patience = 0.05, 300
        await asyncio.gather(*(walked(each) for each in healthy))
        await broken[0].until(lambda: not len(place.telegram.queue))
        await broken[0].until(lambda: all(_apologies(each) == 2 for each in broken))
        submissions = await exported(place.settings)
    said_ = [[each["answers"] for each in submission["contributions"]] for submission in submissions]
    assert said_ == [ITS_CONTRIBUTIONS] * 20


def _apologies(citizen: Citizen) -> int:
    return sum("went wrong on our side" in str(message.get("text", "")) for message in citizen.phone.messages())
