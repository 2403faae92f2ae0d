"""A database with the whole schema, of either kind, for each test that asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from storage.database import Database
from storage.keys import Keyring, generate
from storage.migrate import upgrade
from tests.ready import *  # noqa: F403 - fixtures
from tests.ready import is_bare


@pytest.fixture
def keyring() -> Keyring:
    """A keyring of one fresh key."""
    return Keyring.parse(generate())


@pytest.fixture
def now() -> datetime:
    """A moment; nothing in storage reads the clock."""
    return datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
async def database(request: pytest.FixtureRequest, database_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    """An empty database with its schema."""
    if is_bare(request):
        upgrade(database_url)
    database = Database(database_url, keyring)
    yield database
    await database.close()


@pytest.fixture
async def postgres(request: pytest.FixtureRequest, postgres_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    """An empty PostgreSQL database with its schema."""
    if is_bare(request):
        upgrade(postgres_url)
    database = Database(postgres_url, keyring)
    yield database
    await database.close()
