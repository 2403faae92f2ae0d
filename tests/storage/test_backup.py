"""A backup is one moment, sealed; a damaged one is refused; what went since does not come back."""

from __future__ import annotations

import asyncio
import io
import json
import stat
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import bundle, migrate
from storage.backup import make
from storage.database import Database
from storage.keys import Keyring, generate
from storage.models import OutboxRow
from storage.postgres_copy import NoProgram, program
from storage.restore import Restored, Unfit, is_empty, manifest_of, put_back, settle
from storage.sealed_file import PIECE, Damaged, SealedWriter, WrongKey, unsealed
from storage.sqlite_copy import sweep
from storage.tombstones import Tombstone
from tests.servers import postgres_rungs
from tests.storage.people import CHAT, publish
from tests.storage.test_erasure import live, marker

DAY = timedelta(days=1)

pytestmark = pytest.mark.bare


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of whichever PostgreSQL the tests run on."""
    import os

    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, postgres_rungs()), os.environ["PATH"]]))


@pytest.fixture
def second_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty place of the same kind as the database."""
    if database_url.startswith("sqlite"):
        yield f"sqlite+aiosqlite:///{tmp_path / 'second' / 'kuvendo.db'}"
        return
    from sqlalchemy import make_url

    from tests.conftest import administer

    server, name = make_url(database_url), f"second_{uuid.uuid4().hex[:8]}"
    administer(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield server.set(database=name).render_as_string(hide_password=False)
    administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def restored(
    file: Path, address: str, keyring: Keyring, media: Path, stones: tuple[Tombstone, ...], now: datetime
) -> Restored:
    """Put a backup back, as the command does."""
    found: list[Restored] = []

    async def settled(there: str) -> None:
        database = Database(there, keyring)
        found.append(await settle(database, stones, now))
        await database.close()

    put_back(file, address, keyring, media, lambda there: asyncio.run(settled(there)), manifest_of(file, keyring))
    return found[0]


async def everything(database: Database, people: list[uuid.UUID]) -> list[object]:
    async with database.reading() as unit:
        return [await unit.participants.everything(person) for person in people]


async def test_a_backup_put_back_elsewhere_is_what_was_there_without_whoever_went_since(
    database: Database, database_url: str, second_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    await publish(database, now)
    people = [await live(database, number, now) for number in range(4)]
    before = await everything(database, people)
    media, file = tmp_path / "media", tmp_path / "backup.kuvendo"
    (media / "a").mkdir(parents=True)
    (media / "a" / "zëri.ogg").write_bytes(b"\x00\xff" * 1000)
    made = await asyncio.to_thread(make, database_url, keyring, media, file, now)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made.counts["participants"] == 4
    assert marker(1).encode() not in file.read_bytes()
    async with database.begin() as unit:
        await unit.participants.erase(people[1], now + DAY)
        await unit.participants.forget(people[2], now + DAY)
        await unit.commit()
    async with database.reading() as unit:
        stones = await unit.tombstones.every()
    await live(database, 9, now)

    elsewhere = tmp_path / "media2"
    assert is_empty(second_url)
    gone = await asyncio.to_thread(restored, file, second_url, keyring, elsewhere, stones, now + DAY)
    assert gone == Restored(erased=1, forgotten=1)
    assert not is_empty(second_url)
    assert migrate.current(second_url) == migrate.head()
    assert (elsewhere / "a" / "zëri.ogg").read_bytes() == b"\x00\xff" * 1000
    second = Database(second_url, keyring)
    there = await everything(second, people)
    for number in (0, 3):
        assert _but_for_the_outbox(there[number]) == _but_for_the_outbox(before[number])
    assert marker(1) not in json.dumps(there[1])
    async with second.reading() as unit:
        assert await unit.participants.find(CHAT) == people[0]
        assert [await unit.participants.find(CHAT + n) for n in (1, 2, 9)] == [None, None, None]
        assert await unit.transaction.rows(select(OutboxRow.unsure).distinct()) == [(True,)]
        assert [row for row in await unit.tombstones.every() if row in stones] == list(stones)
    await second.close()
    leftovers = [each.name for each in tmp_path.rglob(".*")]
    assert leftovers == []


def _but_for_the_outbox(held: object) -> str:
    assert isinstance(held, dict)
    return json.dumps({name: rows for name, rows in held.items() if name != "outbox"}, sort_keys=True)


async def test_a_restore_over_what_is_there_is_whole_or_not_at_all(
    database: Database, database_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    await publish(database, now)
    first = await live(database, 1, now)
    file = tmp_path / "b"
    await asyncio.to_thread(make, database_url, keyring, tmp_path / "none", file, now)
    later = await live(database, 2, now)
    await database.close()

    def refuse(_address: str) -> None:
        raise RuntimeError("the process dies here")

    with pytest.raises(RuntimeError):
        await asyncio.to_thread(
            put_back, file, database_url, keyring, tmp_path / "none", refuse, manifest_of(file, keyring)
        )
    again = Database(database_url, keyring)
    if again.is_sqlite:
        assert (await everything(again, [later]))[0]
    else:
        with pytest.raises(ValueError, match="restore FILE --replace"):
            migrate.current(database_url)
    await again.close()
    assert not is_empty(database_url)
    await asyncio.to_thread(restored, file, database_url, keyring, tmp_path / "none", (), now)
    again = Database(database_url, keyring)
    async with again.reading() as unit:
        assert await unit.participants.find(CHAT + 1) == first
        assert await unit.participants.find(CHAT + 2) is None
    await again.close()


async def test_a_backup_of_the_other_kind_is_refused(
    sqlite_url: str, postgres_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    await asyncio.to_thread(migrate.upgrade, sqlite_url)
    file = tmp_path / "b"
    make(sqlite_url, keyring, tmp_path / "none", file, now)
    with pytest.raises(Unfit, match="of sqlite"):
        put_back(file, postgres_url, keyring, tmp_path, print, manifest_of(file, keyring))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-16],
        lambda content: content + b"x",
        lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:],
        lambda content: content[:60] + bytes([content[60] ^ 1]) + content[61:],
        lambda content: b"",
        lambda content: b"PK" + content[2:],
    ],
)
def test_a_cut_or_altered_file_is_refused(
    sqlite_url: str, keyring: Keyring, now: datetime, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    migrate.upgrade(sqlite_url)
    file = tmp_path / "b"
    make(sqlite_url, keyring, tmp_path / "none", file, now)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(Damaged):
        manifest_of(file, keyring)


def test_pieces_can_be_neither_moved_nor_left_out(keyring: Keyring) -> None:
    sealed = io.BytesIO()
    writer = SealedWriter(sealed, keyring)
    for letter in (b"a", b"b", b"c"):
        writer.write(letter * PIECE)
    writer.finish()
    content, size = sealed.getvalue(), PIECE + 16
    head = len(content) - 3 * size
    pieces = [content[head + n * size : head + (n + 1) * size] for n in range(3)]
    assert b"".join(unsealed(io.BytesIO(content), keyring)) == b"".join(c * PIECE for c in (b"a", b"b", b"c"))
    for order in ((1, 0, 2), (0, 2), (0, 1), (2,), (0, 1, 2, 2)):
        moved = content[:head] + b"".join(pieces[n] for n in order)
        with pytest.raises(Damaged):
            list(unsealed(io.BytesIO(moved), keyring))


def test_the_key_that_is_needed_is_named(sqlite_url: str, keyring: Keyring, now: datetime, tmp_path: Path) -> None:
    migrate.upgrade(sqlite_url)
    file = tmp_path / "b"
    make(sqlite_url, keyring, tmp_path / "none", file, now)
    other = Keyring.parse(generate())
    with pytest.raises(WrongKey, match=keyring.names[0]):
        manifest_of(file, other)
    assert manifest_of(file, Keyring((*other.keys, *keyring.keys))).kind == "sqlite"


def test_what_is_put_into_a_bundle_comes_out_of_it(keyring: Keyring) -> None:
    sink = io.BytesIO()
    bundle.put(sink, "one", [b"a" * (2 * bundle.MOST + 1), b""])
    bundle.put(sink, "ë", [])
    bundle.end(sink)
    content = sink.getvalue()
    found = {name: b"".join(blocks) for name, blocks in bundle.things([content[:7], content[7:]])}
    assert found == {"one": b"a" * (2 * bundle.MOST + 1), "ë": b""}
    assert [name for name, _ in bundle.things([content])] == ["one", "ë"]
    for wrong in (content[:-1], content + b"x", content[3:]):
        with pytest.raises(bundle.Broken):
            dict(bundle.things([wrong]))


def test_what_a_killed_process_left_is_swept_up(tmp_path: Path) -> None:
    path, gone = tmp_path / "kuvendo.db", tmp_path / ".kuvendo.db.copy-4194305"
    mine = tmp_path / ".kuvendo.db.restored-1-wal"
    for each in (path, gone, mine):
        each.write_bytes(b"x")
    sweep(path)
    assert sorted(tmp_path.iterdir()) == sorted([path, mine])


def test_a_program_that_is_missing_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(NoProgram, match="apt-get install postgresql-client-999"):
        program("pg_dump", 999)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoProgram, match="not on this machine"):
        program("pg_nothing", 15)
