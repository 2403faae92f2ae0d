"""Telegram's own view of the bot: numbers while one process asks for them, and an alarm when somebody has the token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot
from prometheus_client import REGISTRY

from bot.client import create_bot
from bot.door import Door
from bot.kinds import ALLOWED_UPDATES
from bot.metrics import TELEGRAM
from bot.watch import Watch
from bot.world import World
from simulator import Fault, Telegram, add_citizen
from storage.duty import Duty
from tests.bot.conftest import TOKEN, until

BASE = "http://127.0.0.1:9"
MINUTE = timedelta(minutes=1)


def now() -> datetime:
    return datetime.now(UTC)


def number(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"kuvendo_{name}", labels)


def said_in(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the lines of the watch, as they are written."""
    return [record.msg for record in caplog.records if record.name == "bot.watch" and isinstance(record.msg, dict)]


def changed(what: str) -> float:
    return number("webhook_changed_total", what=what) or 0.0


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    """Numbers are a process's own; a test begins and ends without any."""
    TELEGRAM.forget()
    yield
    TELEGRAM.forget()


@pytest.fixture
def watching(world: World, bot: Bot) -> Callable[..., Watch]:
    def made(door: Door, process: str = "test.bot.1/1", every: timedelta = MINUTE) -> Watch:
        return Watch(bot, door, Duty(world.database, world.clock, process, "watching"), now, every=every)

    return made


async def test_the_numbers_are_telegrams_own(telegram: Telegram, bot: Bot, watching: Callable[[Door], Watch]) -> None:
    assert number("telegram_up") is None
    door = Door(BASE, ["s3cret"])
    await door.open(bot)
    add_citizen(telegram, "Ana").start()
    await until(lambda: bool(telegram.state.webhook.last_error_date))
    await watching(door).look()
    assert number("telegram_up") == 1
    assert number("telegram_pending_updates") == 1
    assert 0 <= (number("telegram_last_error_age_seconds") or -1) < 60


async def test_where_telegram_is_silent_nothing_old_is_told(
    telegram: Telegram, watching: Callable[[Door], Watch], caplog: pytest.LogCaptureFixture
) -> None:
    watch = watching(Door(None))
    await watch.look()
    assert number("telegram_pending_updates") == 0
    telegram.faults.add(Fault("error", "getWebhookInfo", code=502, times=2))
    await watch.look()
    await watch.look()
    assert number("telegram_up") == 0
    assert number("telegram_pending_updates") is None
    assert len(said_in(caplog)) == 1
    await watch.look()
    assert number("telegram_up") == 1


async def test_an_address_that_somebody_else_set_is_told_counted_and_put_right(
    telegram: Telegram, bot: Bot, watching: Callable[[Door], Watch], caplog: pytest.LogCaptureFixture
) -> None:
    door, before = Door(BASE, ["new", "old"]), changed("address")
    await door.open(bot)
    watch = watching(door)
    await watch.look()
    await bot.set_webhook("https://thief.example/ZQX?secret=ZQX")
    await watch.look()
    await watch.look()
    [line] = said_in(caplog)
    assert (line["level"], line["host"]) == ("error", "thief.example")
    assert "ZQX" not in caplog.text
    assert telegram.state.webhook.url == f"{BASE}/telegram/webhook"
    assert telegram.state.webhook.secret_token == "new"
    assert changed("address") == before + 1


async def test_a_webhook_where_we_ask_ourselves_is_taken_away(
    telegram: Telegram, bot: Bot, watching: Callable[[Door], Watch]
) -> None:
    await bot.set_webhook("https://thief.example/x")
    await watching(Door(None)).look()
    assert telegram.state.webhook.url == ""


async def test_another_secret_or_other_kinds_are_put_right(
    telegram: Telegram, bot: Bot, watching: Callable[[Door], Watch]
) -> None:
    door = Door(BASE, ["s3cret"])
    await door.open(bot)
    watch = watching(door)
    await bot.set_webhook(door.url, secret_token="s3cret", allowed_updates=["message"])
    await watch.look()
    assert set(telegram.state.webhook.allowed_updates) == set(ALLOWED_UPDATES)
    info = await bot.get_webhook_info()
    assert info.url == door.url


async def test_one_process_looks_and_the_next_takes_over(
    bot: Bot, world: World, watching: Callable[..., Watch]
) -> None:
    door = Door(None)
    first = watching(door, "a.bot.1/1", timedelta(milliseconds=20))
    second = watching(door, "b.bot.1/1", timedelta(milliseconds=20))
    stopping, ended = asyncio.Event(), asyncio.Event()
    one = asyncio.create_task(first.run(stopping))
    await until(lambda: number("telegram_up") == 1)
    two = asyncio.create_task(second.run(ended))
    await asyncio.sleep(0.1)
    stopping.set()
    await one
    TELEGRAM.forget()
    await until(lambda: number("telegram_up") == 1)
    ended.set()
    await two


async def test_a_token_that_was_revoked_is_told(api: str, world: World, caplog: pytest.LogCaptureFixture) -> None:
    other = create_bot(TOKEN.replace("TEST", "LOST"), api)
    watch = Watch(other, Door(None), Duty(world.database, now, "x/1", "watching"), now)
    await watch.look()
    await other.session.close()
    assert [line["level"] for line in said_in(caplog)] == ["error"]
    assert number("telegram_up") == 0
