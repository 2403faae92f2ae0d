"""Somebody who blocks the bot, and comes back: left in peace meanwhile, met where they stood."""

from __future__ import annotations

import asyncio

import pytest

from kuvendo import wiring
from tests.journeys.citizen import Citizen, Step
from tests.journeys.test_journey import AGREED
from tests.journeys.town import Town


async def reaches(house: wiring.Installation, citizen: Citizen) -> bool:
    """Return whether the bot thinks that its messages reach somebody."""
    async with house.database.begin() as unit:
        return not (await unit.participants.arrive(citizen.phone.id, house.world().clock())).is_unreachable


async def becomes(house: wiring.Installation, citizen: Citizen, *, reached: bool) -> None:
    """Wait until it does, or does not."""
    async with asyncio.timeout(20):
        while await reaches(house, citizen) is not reached:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("said", ["/start", "rruga eshte e prishur"])
async def test_whoever_comes_back_goes_on_where_they_were(place: Town, at_work: wiring.Installation, said: str) -> None:
    ana = place.citizen()
    await ana.walk((*AGREED, Step("Si doni", "1")))
    await ana.hears("e parë")
    ana.phone.block()
    await becomes(at_work, ana, reached=False)
    ana.phone.unblock()
    await becomes(at_work, ana, reached=True)
    ana.do(said)
    if said == "/start":  # asks which one to go on with, as ever
        await ana.until(lambda: bool(ana.heard()))
        ana.do("/continue")
    await ana.hears("e parë" if said == "/start" else "Pse")


async def test_a_message_alone_brings_somebody_back(place: Town, at_work: wiring.Installation) -> None:
    """Telegram may bring it before it tells that the bot is no longer blocked, or instead."""
    ana = place.citizen()
    await ana.walk((*AGREED, Step("Si doni", "1")))
    await ana.hears("e parë")
    async with at_work.database.begin() as unit:
        person = await unit.participants.find(ana.phone.id)
        assert person is not None
        await unit.participants.unreachable(person, "blocked", at_work.world().clock())
        await unit.commit()
    ana.do("rruga eshte e prishur")
    await ana.hears("Pse")
    await becomes(at_work, ana, reached=True)
