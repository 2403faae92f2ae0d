"""A backup put back: read through once to see that it is whole, then again to put it in place.

Whoever was erased since it was made does not come back: nobody can reach the restored rows before tombstones were
held against them. These functions block, but for the last step.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL, delete, inspect, null, text, update

from storage import bundle, postgres_copy, sqlite_copy
from storage.backup import COUNTED, DATABASE, MANIFEST, MEDIA, Manifest
from storage.database import Database, normalise, sqlite_path
from storage.keys import Keyring
from storage.migrate import UNFINISHED, looking, upgrade
from storage.models import Base, Lease, OutboxRow, StaffSession
from storage.sealed_file import Damaged, unsealed
from storage.sweeping import sweep
from storage.tombstones import ERASED, FORGOTTEN, Tombstone
from storage.triggers import FUNCTIONS

LARGEST_MANIFEST: Final = 1024**2


class Unfit(ValueError):
    """The backup is whole, and cannot be put here."""


@dataclass(frozen=True, slots=True)
class Restored:
    """How many people went again after a backup was put back."""

    erased: int
    forgotten: int


def manifest_of(file: Path, keyring: Keyring) -> Manifest:
    """Return what a backup holds, after reading all of it; raises Damaged, or WrongKey."""
    found: Manifest | None = None
    with_database = False
    for name, blocks in _things(file, keyring):
        if name == MANIFEST:
            found = _read_manifest(blocks)
        with_database = with_database or name == DATABASE
    if found is None or not with_database:
        raise Damaged("This backup lacks its database; nothing was restored.")
    return found


def is_empty(address: str) -> bool:
    """Return whether nothing is kept at `address` that a restore would replace."""
    url = normalise(address)
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return True
    with looking(url) as connection:
        there = set(inspect(connection).get_table_names())
        if UNFINISHED in there:
            return False
        filled = (connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")) for name in COUNTED if name in there)  # noqa: S608 - our own names
        return all(each.first() is None for each in filled)


def put_back(
    file: Path, address: str, keyring: Keyring, media: Path, settle: Callable[[str], None], manifest: Manifest
) -> None:
    """Put a backup in the place of whatever is at `address`, and its files below `media`.

    `settle` is given the address of the restored database before anybody else can work with it. Raises Unfit where
    the backup is of the other kind of database, NoProgram or Failed (`postgres_copy`).
    """
    url = normalise(address)
    path = sqlite_path(url)
    if manifest.kind != url.get_backend_name():
        raise Unfit(f"This backup is of {manifest.kind}, and KUVENDO_DATABASE_URL names {url.get_backend_name()}.")
    for name, blocks in _things(file, keyring):
        if name == DATABASE and path is not None:
            _put_sqlite(path, blocks, settle)
        elif name == DATABASE:
            _put_postgres(url, address, blocks, settle)
        elif name.startswith(MEDIA):
            _put_file(media, name.removeprefix(MEDIA), blocks)


def _put_sqlite(path: Path, blocks: Iterable[bytes], settle: Callable[[str], None]) -> None:
    with sqlite_copy.prepared(path) as aside:
        with aside.open("wb") as file:
            for block in blocks:
                file.write(block)
        address = f"sqlite+aiosqlite:///{aside}"
        upgrade(address)
        settle(address)
        sqlite_copy.put_in_place(aside, path)


def _put_postgres(url: URL, address: str, blocks: Iterable[bytes], settle: Callable[[str], None]) -> None:
    with looking(url) as connection:
        ours = {*Base.metadata.tables, "alembic_version", UNFINISHED}
        there = sorted(ours & set(inspect(connection).get_table_names()))
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
    named = ", ".join(f'"{schema}"."{name}"' for name in there)
    dropped = [f"DROP TABLE {named} CASCADE"] if there else []
    before = "".join(f"{statement};\n" for statement in (*dropped, *FUNCTIONS))  # a dump of tables has no functions
    after = f'\nCREATE TABLE "{schema}"."{UNFINISHED}" ();\n'
    postgres_copy.restore(url, int(version) // 10000, blocks, before, after)
    upgrade(address)
    tables = ", ".join(f'"{schema}"."{name}"' for name in sorted(Base.metadata.tables))
    with looking(url) as connection:  # of tables just filled nothing is known, and a plan for many may be a bad one
        connection.execute(text(f"ANALYZE {tables}"))
        connection.commit()
    settle(address)
    with looking(url) as connection:
        connection.execute(text(f'DROP TABLE "{schema}"."{UNFINISHED}"'))
        connection.commit()


def _put_file(media: Path, name: str, blocks: Iterable[bytes]) -> None:
    place = (media / name).resolve()
    if not place.is_relative_to(media.resolve()):
        raise Damaged("This backup holds a file outside its folder.")
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        place.chmod(0o600)
        for block in blocks:
            file.write(block)


def _things(file: Path, keyring: Keyring) -> Iterator[tuple[str, Iterator[bytes]]]:
    with file.open("rb") as sealed:
        try:
            yield from bundle.things(unsealed(sealed, keyring))
        except bundle.Broken:
            raise Damaged("This backup is cut short or was altered; nothing was restored.") from None


def _read_manifest(blocks: Iterable[bytes]) -> Manifest:
    content = b""
    for block in blocks:
        content += block
        if len(content) > LARGEST_MANIFEST:
            break
    with suppress(ValueError, TypeError):
        return Manifest(**json.loads(content))
    raise Damaged("This backup was made by a newer Kuvendo; nothing was restored.")


async def settle(database: Database, stones: Iterable[Tombstone], now: datetime) -> Restored:
    """Let whoever went since go again, and end what was under way when the backup was made."""
    async with database.begin() as unit:
        await unit.tombstones.learn(stones)
        erased = [person async for person in unit.tombstones.returned(ERASED)]
        for person in erased:
            await unit.participants.erase(person, now)
        forgotten = [person async for person in unit.tombstones.returned(FORGOTTEN)]
        reachable = set(await unit.participants.addresses(forgotten))
        for person in reachable:
            await unit.participants.forget(person, now)
        await unit.transaction.execute(delete(Lease))
        # It may have been sent since.
        waiting = update(OutboxRow).where(OutboxRow.state == "waiting")
        await unit.transaction.execute(waiting.values(unsure=True, leased_by=null(), leased_until=null()))
        await unit.transaction.execute(update(StaffSession).where(StaffSession.ended_at.is_(None)).values(ended_at=now))
        await unit.commit()
    await sweep(database, now)
    return Restored(len(erased), len(reachable))
