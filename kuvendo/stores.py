"""Databases opened for commands: one line of wiring each, and errors in words for the person at the keyboard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from kuvendo.settings import Settings, load
from kuvendo.trouble import Trouble
from storage import migrate
from storage.database import Database
from storage.wake import MemoryWakes, Wakes

Result = TypeVar("Result")


def upgraded(settings: Settings) -> str:
    """Bring the database to this version, and return the revision it is at now; raises Trouble."""
    settings.keyring()  # the key stands before the first row
    try:
        migrate.current(settings.database_address)  # which raises where a restore did not end
        migrate.upgrade(settings.database_address)
    except ValueError as error:
        raise Trouble(str(error)) from None
    return migrate.head()


def ensure_current(settings: Settings) -> None:
    """Raise Trouble where the database is not at this version."""
    try:
        there = migrate.current(settings.database_address)
    except ValueError as error:
        raise Trouble(str(error)) from None
    if there != migrate.head():
        state = "empty" if there is None else f"at {there}, this program is at {migrate.head()}"
        raise Trouble(f"The database is {state}: run kuvendo db upgrade first.")


def wakes_of(settings: Settings) -> Wakes:
    """Return what wakes whoever waits: within this process, or in all that share a Redis."""
    if settings.redis_url is None:
        return MemoryWakes()
    from storage.redis_wake import RedisWakes

    return RedisWakes(settings.redis_url.get_secret_value())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Open the database of `settings` and close it again; raises Trouble where its address is none."""
    try:
        database = Database(settings.database_address, settings.keyring(), wakes=wakes_of(settings))
    except ValueError as error:
        raise Trouble(str(error)) from None
    try:
        yield database
    finally:
        await database.close()


def with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work` on the installation's database and return what it returns."""
    settings = load()
    ensure_current(settings)

    async def run() -> Result:
        async with opened(settings) as database:
            return await work(database)

    return asyncio.run(run())
