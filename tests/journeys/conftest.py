"""Fixtures of the journeys: a town with its bot at work, and what its export holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from admin.exports import export
from kuvendo import wiring
from kuvendo.logs import set_up
from kuvendo.settings import Settings
from kuvendo.stores import opened
from storage.filters import Filter
from tests.journeys.town import Town, town
from tests.ready import *  # noqa: F403 - fixtures


@pytest.fixture(autouse=True)
def _logs() -> None:
    """Logs as they are in production: no words, and no long tracebacks."""
    set_up(b"tests", "INFO")


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[wiring.Installation]:
    """Run the bot and the relay of an installation, as `kuvendo run` does."""
    async with wiring.installation(settings, "bot") as house:
        stopping = asyncio.Event()
        work = [asyncio.create_task(duty(stopping)) for duty in (house.bot().run, house.relay().run)]
        try:
            yield house
        finally:
            stopping.set()
            await asyncio.gather(*work)


async def exported(settings: Settings, consultation: str = "digital-governance") -> list[dict[str, Any]]:
    """Return every submission of the JSON Lines export."""
    async with opened(settings) as database:
        content = b"".join([chunk async for chunk in export(database, Filter((consultation,)), "jsonl")])
    return [json.loads(line) for line in content.splitlines()]


@pytest.fixture
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose bot sleeps."""
    async with town(database_url, tmp_path) as opened_town:
        yield opened_town


@pytest.fixture
async def at_work(place: Town) -> AsyncIterator[wiring.Installation]:
    """The town's bot at work."""
    async with working(place.settings) as house:
        yield house
