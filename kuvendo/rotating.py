"""`kuvendo keys rotate`, step by step: everybody knows the new key, everything is put under it, the old may go.

No step is remembered: each looks where things stand, so a rotation that was stopped is simply begun again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from kuvendo.keyholding import LASTS, LOOK_AGAIN, PREFIX, at_work
from kuvendo.settings import KEY_FILE, Settings
from kuvendo.stores import opened
from kuvendo.trouble import Trouble
from storage.database import Database
from storage.keys import Keyring, put_before
from storage.rotation import Rotated
from storage.rotation import rotate as put_under_newest

PATIENCE: Final = LASTS.total_seconds() + 20
"""Seconds within which everybody at work takes up a new key, or has left."""
SETTLES: Final = 30.0
"""Seconds after which nothing is written any more that was begun under the old key."""


async def rotate(settings: Settings, clock: Callable[[], datetime], settles: float = SETTLES) -> str:
    """Put everything under the newest key; return one line that says so. Raises Trouble where that cannot be."""
    keyring, file = _keys(settings)
    async with opened(settings) as database:
        working = await _everybody_knows(database, keyring.names[0], clock)
        if file is not None and working:
            await asyncio.sleep(max(0.0, settles - (time.time() - file.stat().st_mtime)))
        done = await put_under_newest(database)
    if done.lost or done.twice:
        raise Trouble(_left(done))
    return _told(settings, keyring, done, file)


def _keys(settings: Settings) -> tuple[Keyring, Path | None]:
    """Return the keys, the new one among them, and the file they are in where we keep it ourselves."""
    keyring, file = settings.keyring(), None
    if settings.secret_key is None:
        file = settings.data_dir / KEY_FILE
        if len(keyring.keys) == 1:
            put_before(file)
            keyring = settings.keyring()
    if len(keyring.keys) == 1:
        raise Trouble(
            "KUVENDO_SECRET_KEY holds one key: put a new one (openssl rand -base64 32) before it, with a comma, "
            "restart every process, and run this again."
        )
    return keyring, file


async def _everybody_knows(database: Database, newest: str, clock: Callable[[], datetime]) -> bool:
    """Wait until everybody at work writes under the newest key; return whether anybody is."""
    deadline = time.monotonic() + PATIENCE
    while True:
        there = await at_work(database, clock())
        others = [name for name, keys in there.items() if keys.split(",")[0] != newest]
        if not others:
            return bool(there)
        if time.monotonic() > deadline:
            raise Trouble(
                f"{others[0].removeprefix(PREFIX)} does not have the new key first: restart it with both keys."
            )
        await asyncio.sleep(LOOK_AGAIN / 4)


def _left(done: Rotated) -> str:
    if done.lost:
        return f"{done.lost} rows open with none of the keys given: add the key they are under, behind a comma."
    return (
        f"{done.twice} chats are filed under both keys, because processes ran with different ones: "
        "keep both until the retention period has passed."
    )


def _told(settings: Settings, keyring: Keyring, done: Rotated, file: Path | None) -> str:
    old = ", ".join(keyring.names[1:])
    return (
        f"Everything is under the newest key ({keyring.names[0]}): {done.addresses} addresses and {done.sealed} other "
        f"rows were put there now. The old key ({old}) may be taken out of {file or 'KUVENDO_SECRET_KEY'}; keep it "
        f"elsewhere for {settings.retention_backups} days, for backups made under it."
    )
