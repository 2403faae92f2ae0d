"""`kuvendo demo`: the whole system in one process, with a Telegram of its own and nothing else to set up.

Everything is kept in the data directory: close it, open it again, and the conversations stand where they stood.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from admin.passwords import hash_password
from dialogs import loader
from kuvendo import home
from kuvendo.catalogue import publish
from kuvendo.process import Process, listen
from kuvendo.server import Health, create_app
from kuvendo.serving import checks, prepare, work
from kuvendo.settings import DATABASE_FILE, Settings, load
from kuvendo.stores import opened, upgraded
from kuvendo.trouble import Trouble
from kuvendo.wiring import Installation, installation, telling
from simulator import Settings as SimulatorSettings
from simulator import Telegram, add_citizen, routes, running
from storage.database import Database
from storage.errors import FrozenVersion

NAME = "sekretariati"
LEFT_TO_US = ("redis_url", "webhook_url", "webhook_secret", "secret_key")
"""Settings of the environment that a demo does not heed."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a demo needs to know again next time: the bot's token and a moderator's login."""

    token: str
    name: str
    password: str


async def demo(host: str | None, port: int | None, data_dir: Path | None, tell: Callable[[str], None]) -> None:
    """Run the demo until it is told to stop; raises Trouble where it cannot."""
    asked = load(host=host, port=port, data_dir=data_dir)
    listener = listen(asked.host, asked.port)
    access = _access(asked.data_dir)
    address = f"http://{_reachable(asked.host)}:{listener.getsockname()[1]}"
    settings = _settings(asked, access, address)
    prepare(settings)
    upgraded(settings)
    await _furnish(settings, access)
    telegram = _telegram(settings, access)
    async with installation(settings, "demo") as house:
        process = _process(house, telegram, listener, lambda: tell(_greeting(address, access)))
        await work(house, process)


def _process(house: Installation, telegram: Telegram, listener: socket.socket, on_ready: Callable[[], None]) -> Process:
    health = Health(checks(house))
    rooms = [home.route(), house.metrics().route(), *routes(telegram)]
    dashboard = house.dashboard(second_factor=False)
    app = create_app(health, rooms, dashboard=dashboard, around=lambda: running(telegram))
    duties = [
        house.catalogue.run,
        telling(house.bot().run),
        house.relay().run,
        house.noticing().run,
        house.answering().run,
        house.filing().run,
        house.housekeeping().run,
    ]
    return Process(
        app,
        duties,
        listener=listener,
        stopping=health.stopping,
        on_stop=[telegram.stop, dashboard.state.streams.end],
        on_ready=on_ready,
    )


def _settings(asked: Settings, access: Access, address: str) -> Settings:
    return load(
        without=LEFT_TO_US,
        host=asked.host,
        port=asked.port,
        data_dir=asked.data_dir,
        database_url=f"sqlite+aiosqlite:///{asked.data_dir / DATABASE_FILE}",
        telegram_token=access.token,
        telegram_api_url=address,
    )


def _reachable(host: str) -> str:
    """Return the host by which this process reaches itself."""
    if host in ("0.0.0.0", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return "[::1]" if host == "::" else f"[{host}]" if ":" in host else host


def _access(data_dir: Path) -> Access:
    """Return what was made up at the first start, made up now where there is nothing yet."""
    path = data_dir / "demo.json"
    try:
        return Access(**json.loads(path.read_text()))
    except FileNotFoundError:
        pass
    except (ValueError, TypeError, OSError):
        raise Trouble(f"{path} cannot be read; remove it, and a new login is made.") from None
    token = f"{secrets.randbelow(9 * 10**9) + 10**9}:{secrets.token_urlsafe(26)}"
    access = Access(token, NAME, "-".join(secrets.token_hex(2) for _ in range(4)))
    data_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(access), file)
    return access


async def _furnish(settings: Settings, access: Access) -> None:
    """Load and open the consultations that come with the package, and see to the moderator's account."""
    async with opened(settings) as database:
        try:
            await publish(database, loader.shipped(), opened=True)
        except FrozenVersion as error:
            other = f"Or leave {settings.data_dir} as it is and begin in another: kuvendo demo --data-dir DIRECTORY"
            raise Trouble(f"{error} {other}") from None
        await _see_to_account(database, access)


async def _see_to_account(database: Database, access: Access) -> None:
    async with database.begin() as unit:
        if await unit.staff.by_name(access.name) is None:
            kept = hash_password(access.password)
            await unit.staff.add(access.name, kept, "moderator", [], "sq", datetime.now(UTC))
            await unit.commit()


def _telegram(settings: Settings, access: Access) -> Telegram:
    telegram = Telegram(
        SimulatorSettings(
            token=access.token,
            bot_name="Kuvendo",
            bot_username="kuvendo_bot",
            state_file=settings.data_dir / "telegram.db",
        )
    )
    if not telegram.state.citizens:
        add_citizen(telegram, "Ana", language_code="sq")
        add_citizen(telegram, "Ben", language_code="en")
    return telegram


def _greeting(address: str, access: Access) -> str:
    return (
        f"\nKuvendo runs at {address}\n\n"
        f"  Chat       {address}/chat\n"
        f"  Dashboard  {address}/admin/\n"
        f"  Login      {access.name}\n"
        f"  Password   {access.password}\n\n"
        "A real installation asks for a code from the phone too.\n"
        "Ctrl-C ends it; everything is kept."
    )
