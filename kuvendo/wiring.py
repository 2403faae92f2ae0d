"""The composition root: everything a process may consist of, put together from its settings.

What only some roles need is imported where it is put together: a dashboard starts without Telegram's libraries.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, runtime_checkable

from kuvendo.catalogue import CatalogueKeeper
from kuvendo.erasures import Mirror, path_of
from kuvendo.filing import Filing
from kuvendo.housekeeping import Housekeeping
from kuvendo.process import Duty
from kuvendo.settings import DATABASE_FILE, Settings, webhook_secrets
from kuvendo.stores import opened
from kuvendo.trouble import Trouble
from storage.database import Database
from storage.duty import hand_back
from storage.ephemeral import MemoryOrder, Order
from storage.keys import Keyring
from storage.pace import MemoryPace, Pace

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from bot.answering import Answering
    from bot.noticing import Noticing
    from bot.relay import Relay
    from bot.service import Service
    from bot.world import World
    from kuvendo.metrics import Metrics


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@runtime_checkable
class Remote(Protocol):
    """An order that leans on a server, which can be asked whether it answers."""

    async def check(self) -> None:
        """Return when the server answers; raise when it does not."""
        ...


@dataclass(frozen=True, slots=True)
class Installation:
    """One process's share of an installation: its settings, its database, what can be asked, its order."""

    settings: Settings
    database: Database
    catalogue: CatalogueKeeper
    order: Order
    name: str

    def world(self) -> World:
        """Return what handling an update may lean on."""
        from bot.world import World

        return World(self.database, self.catalogue, now, self.settings.bot_id, self.name)

    def bot(self) -> Service:
        """Return the bot: by webhook where its address is set, by long polling otherwise."""
        from bot.conversation import handle
        from bot.door import Door
        from bot.service import Service

        settings = self.settings
        return Service(
            self.world(),
            self.order,
            handle,
            token=settings.token,
            api_url=settings.telegram_api_url,
            door=Door(settings.webhook_url, webhook_secrets(settings, self.database.keyring)),
        )

    def relay(self) -> Relay:
        """Return what sends whatever nobody asked for just now."""
        from bot.courier import Courier
        from bot.relay import Relay

        pace = pace_of(self.settings, self.database.keyring)
        return Relay(self.world(), Courier(self.settings.token, self.settings.telegram_api_url, pace))

    def noticing(self) -> Noticing:
        """Return what puts notices to many people on their way."""
        from bot.noticing import Noticing

        return Noticing(self.world(), self.settings.send_rate)

    def answering(self) -> Answering:
        """Return what takes replies of the secretariat to their authors."""
        from bot.answering import Answering

        return Answering(self.world())

    def housekeeping(self) -> Housekeeping:
        """Return what forgets whatever need not be kept any longer."""
        mirror = Mirror(self.database, path_of(self.settings))
        return Housekeeping(self.database, now, self.name, self.settings.periods(), mirror)

    def filing(self) -> Filing:
        """Return what makes contributions ready for the secretariat."""
        return Filing(self.database)

    def metrics(self) -> Metrics:
        """Return what an operator counts."""
        from kuvendo.metrics import Metrics

        token = self.settings.metrics_token
        role = self.name.rpartition("/")[0].split(".")[-2]
        return Metrics(self.database, now, role, token.get_secret_value() if token else None)

    def dashboard(self, *, second_factor: bool = True) -> Starlette:
        """Return the secretariat's dashboard; without `second_factor` a password alone lets people in."""
        return dashboard(self.settings, self.database, second_factor=second_factor)

    async def hand_back(self, *, earlier_lives: bool) -> None:
        """Free what this process leased from the outbox and will not send."""
        await hand_back(self.database, self.name, earlier_lives=earlier_lives)


def order_of(settings: Settings, keyring: Keyring) -> Order:
    """Return what keeps each chat in order: within this process, or across all that share a Redis."""
    if settings.redis_url is None:
        return MemoryOrder()
    from storage.redis_order import RedisOrder

    return RedisOrder(settings.redis_url.get_secret_value(), keyring)


def pace_of(settings: Settings, keyring: Keyring) -> Pace:
    """Return what says when the next message may go: within this process, or across all that share a Redis."""
    if settings.redis_url is None:
        return MemoryPace(settings.send_rate)
    from storage.redis_pace import RedisPace

    return RedisPace(settings.redis_url.get_secret_value(), keyring, settings.send_rate)


def dashboard(settings: Settings, database: Database, *, second_factor: bool = True) -> Starlette:
    """Return the secretariat's dashboard; behind TLS its cookies say so."""
    from admin.app import create_app
    from admin.settings import AdminSettings

    https = settings.behind_tls
    proxies = frozenset(filter(None, settings.proxies.split(","))) if https else frozenset[str]()
    return create_app(database, AdminSettings(https=https, proxies=proxies, second_factor=second_factor))


@asynccontextmanager
async def installation(settings: Settings, role: str, *, alone: bool = True) -> AsyncIterator[Installation]:
    """Open what a process of `role` needs, and close it again.

    A process that receives or sends must be `alone` with an SQLite file. Raises Trouble where it is not, or where
    the settings cannot be met.
    """
    with single_process(settings) if alone else nullcontext():
        async with opened(settings) as database:
            order = order_of(settings, database.keyring)
            catalogue = CatalogueKeeper(database)
            await catalogue.refresh()
            try:
                yield Installation(settings, database, catalogue, order, process_name(settings, role))
            finally:
                await order.close()


def process_name(settings: Settings, role: str) -> str:
    """Return a name for this life of this process, after a name that its earlier lives had too.

    One machine, role and port stand for one process at a time, so what an earlier life leased is ours to free.
    """
    return f"{socket.gethostname()}.{role}.{settings.port}/{os.getpid()}.{os.urandom(4).hex()}"


class single_process:  # noqa: N801 - used as a statement
    """Holds the lock of an SQLite database: several bots or workers on one file would not know of each other."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        """Take the lock; it ends with the process, however that ends."""
        address = self._settings.database_address
        if not address.startswith("sqlite"):
            return
        database = Path(address.partition(":///")[2] or DATABASE_FILE)
        database.parent.mkdir(parents=True, exist_ok=True)
        self._file = database.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise Trouble(
                f"Another Kuvendo already works with {database}; several processes need PostgreSQL and Redis."
            ) from None

    def __exit__(self, *_error: object) -> None:
        """Let go."""
        if self._file is not None:
            self._file.close()


def telling(work: Duty) -> Duty:
    """Return the bot's duty with its refusal in words for the person at the keyboard."""
    from bot.service import TokenRefused

    async def told(stopping: asyncio.Event) -> None:
        try:
            await work(stopping)
        except TokenRefused:
            raise Trouble("Telegram does not know this token: check KUVENDO_TELEGRAM_TOKEN with @BotFather.") from None

    return told
