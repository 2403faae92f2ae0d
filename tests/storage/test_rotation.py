"""Keys change while everybody works: nobody is unfindable for a moment, and a rotation may die anywhere."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, insert, select, update

from storage import rotation
from storage.database import Database
from storage.keys import Keyring, generate, key_file, put_before
from storage.migrate import upgrade
from storage.models import Address, Base, Quarantine
from storage.rotation import SEALED, Rotated, rotate
from tests.storage.people import CHAT, arrive

ROOT = Path(__file__).parents[2]
HASHES = {
    *("addresses.lookup", "addresses.sealed", "staff_sessions.id", "tombstones.hash"),
    *("audit.hash", "audit_marks.hash", "recovery_codes.hash"),
}
"""Columns of bytes that `rotate` sees to by name, or that no secret key is in (or could be taken out of)."""

DYING = """
import asyncio, os, signal, sys
from storage import rotation
from storage.database import Database
from storage.keys import Keyring
from storage.unit_of_work import UnitOfWork

address, keys, point, left = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
commit = UnitOfWork.commit

def die():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

async def dying(self):
    if point == "before":
        die()
    await commit(self)
    if point == "after":
        die()

UnitOfWork.commit = dying
rotation.AT_ONCE = 4
asyncio.run(rotation.rotate(Database(address, Keyring.parse(keys))))
"""


async def settle(database: Database, now: datetime, people: int) -> None:
    """Let people arrive, and set something of each aside."""
    for number in range(people):
        person = await arrive(database, now, CHAT + number)
        async with database.begin() as unit:
            await unit.quarantine.put(person, number, "odd", {"text": f"fjalë {number}"}, now, consented=True)
            await unit.commit()


async def found(database: Database, people: int) -> list[Any]:
    async with database.reading() as unit:
        known = [await unit.participants.find(CHAT + number) for number in range(people)]
        chats = await unit.participants.addresses([each for each in known if each])
        assert [chats[each] for each in known if each] == [CHAT + n for n in range(people) if known[n]]
    return known


async def opened(database: Database) -> list[bytes]:
    async with database.reading() as unit:
        rows = await unit.transaction.rows(select(Quarantine.sealed).order_by(Quarantine.id))
    return [database.keyring.unseal(row[0]) for row in rows]


def both(new: str, old: Keyring) -> Keyring:
    return Keyring((*Keyring.parse(new).keys, *old.keys))


async def test_everything_is_put_under_the_newest_key_and_the_old_one_is_not_needed(
    database: Database, database_url: str, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "AT_ONCE", 4)
    await settle(database, now, 10)
    before, words = await found(database, 10), await opened(database)
    new = generate()
    database.keyring.take_up(both(new, keyring))
    assert await rotate(database) == Rotated(addresses=10, sealed=10)
    assert await rotate(database) == Rotated()
    database.keyring.take_up(Keyring.parse(new))
    assert await found(database, 10) == before
    assert await opened(database) == words


async def test_nobody_is_unfindable_for_a_moment(
    database: Database, database_url: str, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "AT_ONCE", 2)
    await settle(database, now, 12)
    before = await found(database, 12)
    ring = both(generate(), keyring)
    bot, done = Database(database_url, ring), asyncio.Event()

    async def look() -> int:
        times = 0
        while not done.is_set():
            assert await found(bot, 12) == before
            times += 1
        return times

    looking = asyncio.create_task(look())
    await asyncio.sleep(0.05)
    command = Database(database_url, ring)
    assert (await rotate(command)).addresses == 12
    done.set()
    assert await looking > 1
    await bot.close()
    await command.close()


def test_a_rotation_that_is_killed_anywhere_is_begun_again(database_url: str, now: datetime) -> None:
    upgrade(database_url)
    old, new = generate(), generate()
    keys = f"{new},{old}"

    async def prepare() -> tuple[list[Any], list[bytes]]:
        database = Database(database_url, Keyring.parse(old))
        await settle(database, now, 10)
        known = await found(database, 10), await opened(database)
        await database.close()
        return known

    async def look(text: str) -> tuple[list[Any], list[bytes]]:
        database = Database(database_url, Keyring.parse(text))
        known = await found(database, 10), await opened(database)
        await database.close()
        return known

    before = asyncio.run(prepare())
    for point, left in (("before", 1), ("after", 1), ("before", 2), ("after", 5), ("before", 6)):
        done = subprocess.run(
            [sys.executable, "-c", DYING, database_url, keys, point, str(left)],
            cwd=ROOT, env=dict(os.environ), capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == -9, done.stderr
        assert asyncio.run(look(keys)) == before

    async def finish() -> None:
        database = Database(database_url, Keyring.parse(keys))
        await rotate(database)
        assert await rotate(database) == Rotated()
        await database.close()

    asyncio.run(finish())
    assert asyncio.run(look(new)) == before


async def test_what_cannot_be_put_under_the_newest_key_is_counted_and_left(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    twice, lost = await arrive(database, now, CHAT), await arrive(database, now, CHAT + 1)
    old, new = Keyring(keyring.keys), Keyring.parse(generate())
    database.keyring.take_up(new)
    await arrive(database, now, CHAT)
    database.keyring.take_up(Keyring((*new.keys, *old.keys)))
    async with database.begin() as unit:
        await unit.transaction.execute(
            update(Address).where(Address.participant_id == lost).values(sealed=Keyring.parse(generate()).seal(b"x"))
        )
        row = {"reason": "odd", "shape": {}, "sealed": b"\x01nonsense", "at": now}
        await unit.transaction.execute(insert(Quarantine), row)
        await unit.commit()
    assert await rotate(database) == Rotated(twice=1, lost=2)
    async with database.reading() as unit:
        assert twice in await unit.participants.addresses([twice])


def test_every_column_of_bytes_is_known_to_the_rotation() -> None:
    sealed = {f"{each.table.__tablename__}.{each.column.key}" for each in SEALED}
    there = {str(c) for t in Base.metadata.sorted_tables for c in t.columns if isinstance(c.type, LargeBinary)}
    assert there == sealed | HASHES, "name what is sealed in storage/rotation.py"


def test_a_new_key_is_put_before_the_one_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    old = key_file(path)
    put_before(path)
    new = Keyring.parse(path.read_text())
    assert new.keys[1:] == Keyring.parse(old).keys
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]
    assert len(set(new.names)) == 2
