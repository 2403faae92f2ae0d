"""A town with a Telegram of its own on a real port, a real database, and the transport between them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

os.environ["PTB_TIMEDELTA"] = "true"

import pytest
from aiogram import Bot

from bot.client import create_bot
from bot.gate import Gate
from bot.polling import Poller
from bot.world import World
from dialogs.types import Catalogue, Notice
from kuvendo.logs import set_up
from simulator import Settings, Telegram, create_app
from storage.database import Database
from storage.duty import Duty
from storage.ephemeral import MemoryOrder
from storage.keys import Keyring, generate
from tests.bot import parrot
from tests.ready import *  # noqa: F403 - fixtures
from tests.simulator.harness import serve

TOKEN = "4242:TEST-token_for-tests"
NOTHING = Notice(1, "", {})


@pytest.fixture(autouse=True)
def _logs() -> None:
    """Logs as they are in production: a test that fails quotes nobody either."""
    set_up(b"tests", "INFO")


@pytest.fixture
def telegram() -> Telegram:
    return Telegram(Settings(token=TOKEN, bot_username="kuvendo_bot", seed=7))


@pytest.fixture
async def api(telegram: Telegram) -> AsyncIterator[str]:
    """The address of the simulated Telegram while it runs."""
    async with serve(create_app(telegram), telegram.stop) as address:
        yield address


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database with its schema, of either kind."""
    database = Database(database_url, Keyring.parse(generate()))
    yield database
    await database.close()


@pytest.fixture
def world(database: Database) -> World:
    catalogue = Catalogue((), {}, {}, NOTHING, NOTHING)
    return World(database, lambda: catalogue, lambda: datetime.now(UTC), 4242, "test.bot/1")


@pytest.fixture
async def bot(api: str) -> AsyncIterator[Bot]:
    bot = create_bot(TOKEN, api)
    yield bot
    await bot.session.close()


@pytest.fixture
async def gate(world: World, bot: Bot) -> AsyncIterator[Gate]:
    """The pipeline with the parrot behind it."""
    gate = Gate(world, bot, MemoryOrder(), parrot.handle)
    gate.username = "kuvendo_bot"
    yield gate
    await gate.drain(5)


Polling = Callable[[], AbstractAsyncContextManager[Poller]]


@pytest.fixture
def polling(world: World, bot: Bot, gate: Gate) -> Polling:
    """Opens a poller, and ends it as a process would."""

    @asynccontextmanager
    async def running() -> AsyncIterator[Poller]:
        stopping = asyncio.Event()
        poller = Poller(bot, gate, Duty(world.database, world.clock, world.name, "polling"))
        task = asyncio.create_task(poller.run(stopping))
        try:
            yield poller
        finally:
            stopping.set()
            await asyncio.wait_for(task, 20)

    return running


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until `condition` holds; fail where it does not in good time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for lies beyond our reach
            await asyncio.sleep(0.02)
