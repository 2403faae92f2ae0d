"""`kuvendo restore`: what must hold before a backup is put back, and who must go again after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from kuvendo import erasures
from kuvendo.keyholding import PREFIX, at_work
from kuvendo.settings import Settings
from kuvendo.trouble import Trouble
from kuvendo.wiring import single_process
from storage import migrate
from storage.backup import Manifest, failures
from storage.database import Database
from storage.errors import StorageError
from storage.keys import Keyring
from storage.postgres_copy import Failed, NoProgram
from storage.restore import Restored, Unfit, is_empty, manifest_of, put_back, settle
from storage.sealed_file import Damaged, WrongKey
from storage.tombstones import Tombstone

MEDIA = "media"


def restore(settings: Settings, file: Path, lists: Sequence[Path], now: datetime, *, replace: bool, older: bool) -> str:
    """Put a backup back, and return what was restored in one line; raises Trouble where that may not be."""
    keyring = settings.keyring()
    try:
        manifest = manifest_of(file, keyring)
        with single_process(settings):
            _may_be(settings, manifest, now, replace=replace, older=older)
            stones = _stones(settings, keyring, lists)
            _can_be_told(stones, keyring, manifest)
            return _told(manifest, _put_back(settings, keyring, file, manifest, stones, now))
    except (Damaged, WrongKey, Unfit, NoProgram, Failed) as error:
        raise Trouble(str(error)) from None
    except ValueError as error:
        raise Trouble(str(error)) from None
    except failures() as error:
        raise Trouble(f"The database cannot be restored ({type(error).__name__}).") from None


def _may_be(settings: Settings, manifest: Manifest, now: datetime, *, replace: bool, older: bool) -> None:
    age = now - manifest.moment
    if age > timedelta(days=settings.retention_backups) and not older:
        raise Trouble(
            f"This backup is {age.days} days old; who was erased is known for {settings.retention_backups} days. To "
            "bring back people who were erased before that, knowing it: --older."
        )
    if is_empty(settings.database_address):
        return
    if not replace:
        raise Trouble("The database is not empty; to replace what is in it: --replace.")
    working = asyncio.run(_working(settings, now))
    if working:
        raise Trouble(f"{working[0]} works with this database: stop it, and wait a minute where it was killed.")


async def _working(settings: Settings, now: datetime) -> list[str]:
    """Return who works with the database; where nobody can say, as after half a restore, nobody does."""
    database = Database(settings.database_address, settings.keyring())
    try:
        return [name.removeprefix(PREFIX) for name in await at_work(database, now)]
    except StorageError:
        return []
    finally:
        await database.close()


def _stones(settings: Settings, keyring: Keyring, lists: Iterable[Path]) -> list[Tombstone]:
    """Return who is gone, as far as the database in place, the list beside it and those given know."""
    beside = erasures.path_of(settings)
    known = [*lists, *([beside] if beside.exists() else [])]
    stones = {stone.hash: stone for path in known for stone in erasures.read(path)}
    with suppress(StorageError, ValueError):
        if migrate.current(settings.database_address) is not None:
            stones |= {stone.hash: stone for stone in asyncio.run(_set_there(settings, keyring))}
    return list(stones.values())


async def _set_there(settings: Settings, keyring: Keyring) -> Sequence[Tombstone]:
    database = Database(settings.database_address, keyring)
    try:
        async with database.reading() as unit:
            return await unit.tombstones.every()
    finally:
        await database.close()


def _can_be_told(stones: Iterable[Tombstone], keyring: Keyring, manifest: Manifest) -> None:
    """Raise Trouble where somebody went since the backup under a key that is not given: they would come back."""
    for stone in stones:
        if stone.moment >= manifest.moment and stone.key not in keyring.names:
            raise Trouble(
                f"People were erased since this backup under the key {stone.key}, which is not given: add it to "
                "KUVENDO_SECRET_KEY, behind a comma."
            )


def _put_back(
    settings: Settings,
    keyring: Keyring,
    file: Path,
    manifest: Manifest,
    stones: Sequence[Tombstone],
    now: datetime,
) -> Restored:
    found: list[Restored] = []

    async def settled(address: str) -> None:
        database = Database(address, keyring)
        try:
            found.append(await settle(database, stones, now))
        finally:
            await database.close()

    def settle_at(address: str) -> None:
        asyncio.run(settled(address))

    put_back(file, settings.database_address, keyring, settings.data_dir / MEDIA, settle_at, manifest)
    return found[0]


def _told(manifest: Manifest, restored: Restored) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in manifest.counts.items())
    gone = restored.erased + restored.forgotten
    return (
        f"Restored: the backup of {manifest.moment:%Y-%m-%d %H:%M} UTC, revision {manifest.revision} "
        f"(now {migrate.head()}), with {counts}; {gone} people who went since then went again."
    )
