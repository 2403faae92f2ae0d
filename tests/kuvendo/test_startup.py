"""What a process imports: names, not seconds, for a busy machine is no mistake.

Each list holds what that command has no use for. The modules are those of a real process, told by Python itself.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEVER = {"pygments", "simulator", "tests", "asyncpg"}
TELEGRAM = {"aiogram", "telegram", "aiohttp", "httpx"}
SERVERS = {"uvicorn", "uvloop", "starlette"}
STORES = {"sqlalchemy", "alembic", "psycopg", "redis", "aiosqlite"}
IMPORTED = re.compile(rb"^import time:.*\| +(\S+)$", re.MULTILINE)


def environment(house: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KUVENDO_")}
    return {**kept, "PYTHONPATH": str(ROOT), "KUVENDO_DATA_DIR": str(house / "data"), "KUVENDO_PORT": "0"}


def packages(told: bytes) -> set[str]:
    """Return the packages of the modules that Python says it imported; those it looked for in vain are not named."""
    return {name.decode().partition(".")[0] for name in IMPORTED.findall(told)}


def imported(house: Path, *words: str) -> set[str]:
    """Run a command and return the packages it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kuvendo", *words], cwd=house, env=environment(house),
        capture_output=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return packages(done.stderr)


@pytest.mark.parametrize(
    "words", [("--help",), ("doctor", "--help"), ("moderator", "add", "--help"), ("bot", "--help")]
)
def test_help_needs_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    found = imported(tmp_path, *words, "--help")
    assert found & (NEVER | TELEGRAM | SERVERS | STORES | {"bot", "storage", "admin", "dialogs", "babel"}) == set()
    assert {"kuvendo", "typer"} <= found


def test_a_command_needs_no_server_and_no_telegram(tmp_path: Path) -> None:
    imported(tmp_path, "db", "upgrade")
    for words in (("db", "current"), ("consultation", "list"), ("moderator", "list")):
        found = imported(tmp_path, *words)
        assert found & (NEVER | TELEGRAM | SERVERS | {"alembic", "psycopg", "redis", "bot"}) == set()
        assert "sqlalchemy" in found


async def test_the_dashboard_starts_without_telegram_and_migrations(tmp_path: Path) -> None:
    await asyncio.to_thread(imported, tmp_path, "db", "upgrade")
    log = tmp_path / "log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-X", "importtime", "-m", "kuvendo", "admin", cwd=tmp_path, env=environment(tmp_path),
            stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        assert process.stdout is not None
        told = await asyncio.wait_for(process.stdout.readline(), 240)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    found = packages(log.read_bytes())
    assert b"Kuvendo is at" in told
    assert found & (NEVER | TELEGRAM | {"alembic", "psycopg", "redis", "bot"}) == set()
    assert {"uvicorn", "admin", "sqlalchemy"} <= found
