"""The database kept an update and went before it could say so: its replies do not wait until their lease runs out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot

from bot import doubt
from bot.gate import Gate, Outcome
from bot.world import Reply, World
from simulator import Telegram, add_citizen
from storage.ephemeral import MemoryOrder
from storage.errors import Unavailable
from tests.bot import parrot
from tests.bot.conftest import until
from tests.bot.test_polling import heard
from tests.bot.updates import Json, chat, said

KEPT, LOST = True, False


class Doubtful:
    """The parrot's handler; at its first call the database goes, after it kept the update or before."""

    def __init__(self, kept: bool) -> None:
        self._kept = kept
        self._calls = 0

    async def __call__(self, *given: Any) -> Reply:
        self._calls += 1
        if self._calls > 1:
            return await parrot.handle(*given)
        if self._kept:
            await parrot.handle(*given)
        raise Unavailable("gone")


async def free_letters(world: World) -> int:
    async with world.database.begin() as unit:
        return len(await unit.outbox.claim(10, timedelta(seconds=60), datetime.now(UTC), "relay/1"))


def greeting(telegram: Telegram) -> tuple[Any, Json]:
    ana = add_citizen(telegram, "Ana")
    ana.start()
    return ana, said("një", 5, chat=chat(ana.id))


@pytest.mark.parametrize("again", [True, False])
async def test_what_was_kept_after_all_is_left_to_the_relay(
    world: World, bot: Bot, telegram: Telegram, again: bool
) -> None:
    """Whether Telegram brings it again before that or not; and nothing is said twice."""
    gate = Gate(world, bot, MemoryOrder(), Doubtful(KEPT))
    ana, update = greeting(telegram)
    assert await gate.take(update) == Outcome(accepted=False)
    assert await free_letters(world) == 0
    if again:
        assert await gate.take(update) == Outcome(accepted=True)
    await asyncio.sleep(doubt.FIRST_PAUSE * 2)
    assert await free_letters(world) == 1
    assert heard(ana) == []
    await gate.drain(5)


async def test_what_was_not_kept_is_answered_when_it_comes_again_and_by_nobody_else(
    world: World, bot: Bot, telegram: Telegram
) -> None:
    gate = Gate(world, bot, MemoryOrder(), Doubtful(LOST))
    ana, update = greeting(telegram)
    assert await gate.take(update) == Outcome(accepted=False)
    assert await gate.take(update) == Outcome(accepted=True)
    await until(lambda: len(heard(ana)) == 1)
    await asyncio.sleep(doubt.FIRST_PAUSE * 2)
    assert await free_letters(world) == 0
    await gate.drain(5)
    assert len(heard(ana)) == 1
