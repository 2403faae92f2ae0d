"""A simulator on a real port with a clock that stands still, two real clients and a citizen."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator

os.environ["PTB_TIMEDELTA"] = "true"  # else the library warns of its own coming change

import aiogram
import httpx2
import pytest
import telegram as ptb
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram.request import HTTPXRequest

from simulator import ManualClock, Phone, Settings, Telegram, add_citizen
from tests.simulator.harness import TOKEN, Inbox, Watched, serve, served


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def world(clock: ManualClock) -> Telegram:
    """A Telegram without a server, whose every update is checked."""
    return Watched(Settings(token=TOKEN, seed=7), clock=clock)


@pytest.fixture
async def address(world: Telegram) -> AsyncIterator[str]:
    """The simulator's address while it runs."""
    async with served(world) as address:
        yield address


@pytest.fixture
async def bot(address: str) -> AsyncIterator[aiogram.Bot]:
    """The bot through aiogram, which sends multipart forms."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(address))
    yield aiogram.Bot(TOKEN, session=session)
    if session._session is not None:  # session.close() would sleep for a quarter of a second
        await session._session.close()


@pytest.fixture
async def sender(address: str) -> AsyncIterator[ptb.Bot]:
    """The bot through python-telegram-bot, which sends urlencoded forms."""
    quick = {"verify": False}  # reading the machine's certificates takes longer than most tests
    requests = [HTTPXRequest(httpx_kwargs=quick), HTTPXRequest(httpx_kwargs=quick)]
    base, files = f"{address}/bot", f"{address}/file/bot"
    async with ptb.Bot(TOKEN, base, files, request=requests[0], get_updates_request=requests[1]) as sender:
        yield sender


@pytest.fixture
async def http(address: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain client whose base is the bot's own address."""
    async with httpx2.AsyncClient(base_url=f"{address}/bot{TOKEN}/", verify=False, timeout=60) as client:
        yield client


@pytest.fixture
async def control(address: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain client whose base is the control API."""
    async with httpx2.AsyncClient(base_url=f"{address}/chat/api/", verify=False, timeout=60) as client:
        yield client


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, str]]:
    """A bot's webhook and its address."""
    inbox = Inbox()
    async with serve(inbox) as address:
        yield inbox, f"{address}/telegram/webhook"


@pytest.fixture
def ana(world: Telegram) -> Phone:
    """A citizen whose Telegram is in Albanian."""
    return add_citizen(world, "Ana", last_name="Hoxha", username="ana_h", language_code="sq")


@pytest.fixture
def unused_port() -> int:
    """A port of the loopback that nobody uses just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
