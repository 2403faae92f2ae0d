"""What every test may ask for: a fresh database of either kind, an empty Redis, a browser page.

Servers start when first asked for, once in each worker, and end with it. A test gets a database of its own,
so tests may run side by side and in any order. What one room alone needs belongs in that room's own conftest.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import pytest_asyncio
import redis
from hypothesis import settings
from sqlalchemy.engine import URL, make_url

from locales import CatalogueError
from locales.compiling import compile_all
from tests.servers import Missing, chromium_path, running_postgres, running_redis

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

_numbers = itertools.count(1)
_dropping: dict[URL, Executor] = {}
"""Who drops the databases of each server."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues before anybody reads them; tests/locales says what is wrong where this fails.

    Generated examples have no deadline, as a busy machine is no mistake, and are the same ones on each CI run.
    """
    settings.register_profile("kuvendo", deadline=None, derandomize="CI" in os.environ, print_blob=True)
    settings.load_profile("kuvendo")
    if not hasattr(config, "workerinput"):
        with contextlib.suppress(CatalogueError):
            compile_all()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of a browser on the session's loop, where the one browser lives."""
    on_the_session_loop = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(on_the_session_loop, append=False)


# ------------------------------------------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[URL]:
    """The administrator's address of a real PostgreSQL server: TEST_DATABASE_URL, or one of our own."""
    given = os.environ.get("TEST_DATABASE_URL")
    with contextlib.nullcontext() if given else running_postgres() as server, ThreadPoolExecutor(1) as dropping:
        url = make_url(server.url() if server else given or "").set(drivername="postgresql+psycopg")
        _dropping[url] = dropping
        yield url


def administer(server: URL, statement: str) -> None:
    """Run one statement, such as CREATE DATABASE, outside any transaction of ours."""
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextlib.contextmanager
def copied(server: URL, template: str) -> Iterator[str]:
    """Give the address of a database that is a copy of `template`, for as long as the block runs.

    It is dropped while others work: PostgreSQL waits for the last connection to end, a tenth of a second each time.
    """
    name = f"kuvendo_{os.getpid()}_{next(_numbers)}"
    administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _dropping[server].submit(administer, server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url(postgres_server_url: URL) -> Iterator[str]:
    """The address of an empty PostgreSQL database for this test alone."""
    with copied(postgres_server_url, "template0") as address:
        yield address


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file for this test alone."""
    return f"sqlite+aiosqlite:///{tmp_path / 'kuvendo.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


# ----------------------------------------------------------------------------------------------------- Redis


@pytest.fixture(scope="session")
def redis_server_url(worker_id: str) -> Iterator[str]:
    """The address of a real Redis server: TEST_REDIS_URL, a database for each worker, or one of our own."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
        yield f"{given}{'&' if '?' in given else '?'}db={number}"
        return
    with running_redis() as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server_url: str) -> Iterator[str]:
    """The address of an empty Redis database for this test alone."""
    with redis.Redis.from_url(redis_server_url) as client:
        client.flushdb()
        yield redis_server_url


# --------------------------------------------------------------------------------------------------- browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the session, driven by Playwright."""
    from playwright.async_api import async_playwright  # slow to import, and few tests need it

    program = chromium_path()
    if program is None:
        raise Missing("These tests need Chromium: apt-get install chromium, or: playwright install chromium.")
    safe_anywhere = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=safe_anywhere)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page in a browser context of its own, with no cookies yet, as a phone of 390 by 844 points."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="sq-AL")
    context.set_default_timeout(10_000)
    yield await context.new_page()
    await context.close()
