"""No client of Telegram writes the token into a log, at any level."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest
from aiogram import Bot

from bot.courier import Courier
from bot.delivery import Sent
from kuvendo.redaction import install
from simulator import Telegram, add_citizen
from tests.bot.conftest import TOKEN


@pytest.fixture(autouse=True)
def _masked() -> Iterator[None]:
    take_off = install([TOKEN])
    yield
    take_off()


async def test_no_client_writes_the_token_even_at_debug(
    telegram: Telegram, api: str, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "httpx", "httpcore", "telegram", "telegram.ext", "aiogram", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    ana = add_citizen(telegram, "Ana")
    ana.start()
    await bot.get_me()
    async with Courier(TOKEN, api) as courier:
        assert isinstance(await courier.send({"text": "x"}, ana.id, notice=True), Sent)
    async with httpx.AsyncClient() as client:
        await client.get(f"{api}/bot{TOKEN}/getMe")
    await create_trouble()
    written = "\n".join(f"{r.name} {r.getMessage()} {r.exc_text}" for r in caplog.records)
    assert "getMe" in written
    assert TOKEN not in written


async def create_trouble() -> None:
    """Call nobody, through the client that puts addresses into its errors."""
    try:
        async with httpx.AsyncClient() as client:
            await client.get(f"http://127.0.0.1:9/bot{TOKEN}/getMe")
    except httpx.HTTPError:
        logging.getLogger("somebody").exception("could not call /bot%s/getMe", TOKEN)
