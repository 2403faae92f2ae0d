"""Filing goes on by itself: at a word, or a moment later; it files everything, and ends when told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from kuvendo import filing
from kuvendo.filing import Filing
from storage.database import Database
from storage.filing import TOPIC
from storage.keys import Keyring, generate
from storage.migrate import upgrade
from storage.models import Contribution
from tests.admin import factories


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of either kind in which questions are asked."""
    await asyncio.to_thread(upgrade, database_url)
    made = Database(database_url, Keyring.parse(generate()))
    await factories.publish(made)
    yield made
    await made.close()


async def waiting(database: Database) -> int:
    """Return how many contributions wait to be filed."""
    async with database.reading() as work:
        row = await work.transaction.first(
            select(func.count()).select_from(Contribution).where(Contribution.filed.is_(False))
        )
    return int(row[0]) if row else 0


async def say(database: Database, count: int) -> None:
    """Send that many contributions."""
    items: list[dict[str, list[str | None]]] = [{"issue": [f"uji {n}"], "why": [None]} for n in range(count)]
    await factories.submission(database, *items)


async def test_a_round_files_everything(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "BATCH", 3)
    await say(database, 8)
    assert await Filing(database).round() == 8
    assert await waiting(database) == 0
    assert await Filing(database).round() == 0


async def test_what_is_no_contribution_yet_holds_nobody_up(database: Database) -> None:
    await factories.submission(database, {"issue": ["draft"], "why": [None]}, at=None)
    assert await Filing(database).round() == 0
    await say(database, 1)
    assert await Filing(database).round() == 1


@pytest.mark.parametrize("said", [True, False])
async def test_it_goes_on_until_told_to_stop(database: Database, monkeypatch: pytest.MonkeyPatch, said: bool) -> None:
    monkeypatch.setattr(filing, "LOOK_AGAIN", 60.0 if said else 0.05)
    stopping = asyncio.Event()
    running = asyncio.create_task(Filing(database).run(stopping))
    async with asyncio.timeout(30):
        for _ in range(3):
            await say(database, 2)
            while await waiting(database):
                if said:
                    database.wakes.cast(TOPIC)
                await asyncio.sleep(0.01)
        stopping.set()
        await running
