"""The measurement of the inbox: what is invented is what it says it is, and every query finds something to do."""

from __future__ import annotations

import asyncio
from collections import Counter

from benchmarks import inbox, invented
from benchmarks.goals import PAGE
from benchmarks.variants import KEY
from storage.database import Database
from storage.filters import Filter
from storage.keys import Keyring
from tests.admin import factories
from tests.ready import *  # noqa: F403 - fixtures


def test_no_word_begins_another() -> None:
    words = {invented.word(rank) for rank in range(1, invented.VOCABULARY + 1)}
    assert len(words) == invented.VOCABULARY
    assert {len(word) for word in words} == {5}


def test_words_are_as_frequent_as_words_are() -> None:
    chance = invented.Chance()
    texts = [set(chance.text().split()) for _ in range(2000)]
    found = Counter(word for text in texts for word in text)
    assert found[inbox.COMMON] > 1000
    assert 40 < found[inbox.MIDDLE] < 240
    assert found[inbox.RARE] < 20


async def test_every_query_is_timed_on_what_was_invented(sqlite_url: str) -> None:
    database = Database(sqlite_url, Keyring.parse(KEY))
    await factories.publish(database)
    await asyncio.to_thread(invented.fill_sqlite, sqlite_url.removeprefix("sqlite+aiosqlite:///"), 100)
    async with database.reading() as work:
        counts = await work.contributions.counts(Filter(scope=invented.SLUGS))
        page = await work.contributions.page(Filter(scope=invented.SLUGS, words=inbox.COMMON), size=100)
    await database.close()
    assert counts.total == (100, False)
    assert sum(counts.by_status.values()) == 100
    assert page.rows


def test_a_table_shows_growth_and_what_is_met() -> None:
    def asked(median: float) -> list[inbox.Asked]:
        return [inbox.Asked("first page", PAGE, median, 0.5, 9.0, 1.2)]

    drawn = inbox.table([("PostgreSQL", 10, asked(2.0)), ("PostgreSQL", 1000, asked(4.0)), ("SQLite", 10, asked(7.0))])
    line = drawn.splitlines()[-1]
    assert line.startswith("| first page | 5 | 1 | 2.0 (0.5–9.0; 1.2) | 4.0 (0.5–9.0; 1.2) | 7.0")
    assert line.endswith("| 2.0× | must |")
