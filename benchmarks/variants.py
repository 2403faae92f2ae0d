"""Every bot that is measured: how it is started, how a citizen walks through it, and where its answers must be."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.load import scripts
from benchmarks.load.updates import TOKEN
from benchmarks.servers import Servers

HOUSE: Final = Path(__file__).parent.parent
KEY: Final = "YmVuY2htYXJrYmVuY2htYXJrYmVuY2htYXJrYmVuY2g="
"""A secret key for installations that hold invented people alone."""

Kept = Iterable[tuple[str, bool]]
"""Texts of answers found in a database, each with whether its submission is complete."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where one run takes place: the Bot API, a port for each process, the servers, a database, a folder."""

    api: str
    ports: tuple[int, ...]
    servers: Servers
    database: str
    folder: Path
    since: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Command:
    """A process to start: its arguments after Python's own, and its environment."""

    arguments: tuple[str, ...]
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of running one bot."""

    name: str
    title: str
    script: Callable[[], scripts.Script]
    commands: Callable[[Site], list[Command]]
    kept: Callable[[Site], Kept] | None = None
    template: str = "template1"
    prepare: Callable[[Site], None] | None = None
    """What must be done before its processes start."""
    processes: int = 1


# ---------------------------------------------------------------------------------------------------------- peers


def _peer(module: str) -> Callable[[Site], list[Command]]:
    def commands(site: Site) -> list[Command]:
        environment = {
            "BENCH_API": site.api,
            "BENCH_PORT": str(site.ports[0]),
            "BENCH_POSTGRES": str(site.servers.postgres.folder),
            "BENCH_DATABASE": site.database,
            "BENCH_REDIS": site.servers.redis.url,
            "BENCH_DATA": str(site.folder),
        }
        return [Command(("-m", f"benchmarks.peers.{module}"), environment)]

    return commands


def _peers_kept(site: Site) -> Kept:
    statement = "SELECT a.text, s.submitted_at IS NOT NULL FROM answers a JOIN submissions s ON s.id = a.submission_id"
    with site.servers.connect(site.database) as connection:
        return [(str(text), bool(done)) for text, done in connection.execute(statement).fetchall()]


# --------------------------------------------------------------------------------------------------------- Kuvendo

TEMPLATE: Final = "kuvendo_template"


def _kuvendo(
    role: str, *, webhook: bool = True, redis: bool = True, sqlite: bool = False
) -> Callable[[Site], list[Command]]:
    def commands(site: Site) -> list[Command]:
        return [Command(("-m", "kuvendo", role), environment(site, port)) for port in site.ports]

    def environment(site: Site, port: int) -> dict[str, str]:
        settings = {
            "KUVENDO_TELEGRAM_TOKEN": TOKEN,
            "KUVENDO_TELEGRAM_API_URL": site.api,
            "KUVENDO_DATABASE_URL": sqlite_address(site) if sqlite else address(site),
            "KUVENDO_SECRET_KEY": KEY,
            "KUVENDO_DATA_DIR": str(site.folder),
            "KUVENDO_PORT": str(port),
        }
        if redis:
            settings["KUVENDO_REDIS_URL"] = site.servers.redis.url
        if webhook:
            settings["KUVENDO_WEBHOOK_URL"] = f"http://127.0.0.1:{site.ports[0]}"
        return settings

    return commands


def address(site: Site) -> str:
    """Return the address of the run's PostgreSQL database."""
    return site.servers.postgres.url(site.database)


def sqlite_address(site: Site) -> str:
    """Return the address of the run's SQLite database."""
    return f"sqlite+aiosqlite:///{site.folder / 'kuvendo.db'}"


def prepare(database: str, folder: Path) -> None:
    """Bring the database at the address `database` to this version, and open the shipped consultations."""
    settings = {"KUVENDO_DATABASE_URL": database, "KUVENDO_SECRET_KEY": KEY, "KUVENDO_DATA_DIR": str(folder)}
    run(("-m", "kuvendo", "db", "upgrade"), settings, folder)
    run(("-m", "kuvendo", "consultation", "load", str(HOUSE / "dialogs/consultations")), settings, folder)
    run(("-m", "kuvendo", "consultation", "open", "digital-governance"), settings, folder)


def run(arguments: tuple[str, ...], settings: dict[str, str], folder: Path) -> None:
    """Run one command to its end; raises CalledProcessError."""
    subprocess.run(
        [sys.executable, *arguments], env=surroundings(settings), cwd=folder, check=True, capture_output=True
    )


def surroundings(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment of a process: ours, without anything said to Kuvendo or a peer, and `settings`."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KUVENDO_", "BENCH_"))}
    return {**ours, **settings, "PYTHONPATH": str(HOUSE)}


_KUVENDO_KEPT: Final = (
    "SELECT a.parts, s.submitted_at IS NOT NULL FROM answers a JOIN submissions s ON s.id = a.submission_id"
)


def _kuvendo_kept(site: Site) -> Kept:
    with site.servers.connect(site.database) as connection:
        rows = connection.execute(f"{_KUVENDO_KEPT} WHERE a.at >= %s", (site.since,)).fetchall()
    return [(text, bool(done)) for parts, done in rows for _, text in parts]


def _sqlite_kept(site: Site) -> Kept:
    connection = sqlite3.connect(site.folder / "kuvendo.db")
    try:
        rows = connection.execute(_KUVENDO_KEPT).fetchall()
    finally:
        connection.close()
    return [(text, bool(done)) for parts, done in rows for _, text in json.loads(parts)]


# ------------------------------------------------------------------------------------------------------- the table


def _dialog() -> scripts.Script:
    return scripts.Questionnaire(reads_edits=True)


PEER = Variant("aiogram", "1 aiogram webhook", scripts.Questionnaire, _peer("aiogram_webhook"), _peers_kept)
KUVENDO = Variant("kuvendo", "Kuvendo webhook", scripts.Kuvendo, _kuvendo("bot"), _kuvendo_kept, TEMPLATE)

VARIANTS: Final = {
    each.name: each
    for each in (
        Variant("null", "null bot", scripts.Echo, _peer("null")),
        PEER,
        replace(PEER, name="aiogram-polling", title="2 aiogram polling", commands=_peer("aiogram_polling")),
        replace(PEER, name="ptb", title="3 PTB ConversationHandler", commands=_peer("ptb")),
        replace(PEER, name="dialog", title="4 aiogram-dialog", script=_dialog, commands=_peer("dialog")),
        Variant("echo", "5 aiogram echo, stores nothing", scripts.Echo, _peer("echo")),
        replace(PEER, name="raw", title="6 raw ASGI, one transaction", commands=_peer("raw")),
        KUVENDO,
        replace(KUVENDO, name="memory", title="Kuvendo, order in memory", commands=_kuvendo("bot", redis=False)),
        replace(KUVENDO, name="polling", title="Kuvendo long polling", commands=_kuvendo("bot", webhook=False)),
        replace(KUVENDO, name="two", title="Kuvendo, two bot processes", processes=2),
        Variant(
            "sqlite",
            "Kuvendo on SQLite (run)",
            scripts.Kuvendo,
            _kuvendo("run", redis=False, sqlite=True),
            _sqlite_kept,
            prepare=lambda site: prepare(sqlite_address(site), site.folder),
        ),
    )
}
