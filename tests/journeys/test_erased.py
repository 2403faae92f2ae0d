"""Erasure proven byte by byte: people talk, some say /delete, and then every file there is searched for them."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import logging
import re
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from admin.exports import export
from kuvendo import logs, wiring
from kuvendo.settings import Settings
from storage.database import Database
from storage.filters import Filter
from storage.outbox import NOTICE, Letter
from tests.journeys.citizen import Citizen, Step
from tests.journeys.conftest import working
from tests.journeys.town import Town, town
from tests.servers import running_postgres, running_redis

MANY = 20
NOBODY = uuid.UUID(int=0)


@dataclass
class Marked:
    """A citizen whose every word bears a mark that stands nowhere else."""

    citizen: Citizen
    mark: str
    person: uuid.UUID = NOBODY

    @property
    def words(self) -> tuple[str, ...]:
        """What they write, with and without letters outside ASCII."""
        return self.mark, f"ë{self.mark}ç", f"{self.mark}çë {'një fjalë ' * 300}"


def spellings(marked: Marked) -> Iterator[bytes]:
    """Yield every form in which somebody's words, or the number they are held under, might lie about."""
    for text in (marked.mark, marked.mark.lower(), f"ë{marked.mark}ç"):
        yield text.encode()
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield json.dumps(text)[1:-1].encode()
        for before in range(3):  # base64 takes three bytes at a time; what the text begins in the midst of differs
            encoded = base64.b64encode(b"." * before + text.encode())
            yield encoded[4 : len(encoded) // 4 * 4 - 4]
    yield marked.person.bytes
    yield marked.person.hex.encode()
    yield str(marked.person).encode()
    yield str(marked.citizen.phone.citizen.id).encode()


def left_of(people: Sequence[Marked], folders: Iterable[Path]) -> list[list[str]]:
    """Return for each of `people` where anything of them is left."""
    found: list[list[str]] = [[] for _ in people]
    kinds = [*zip(*(spellings(each) for each in people), strict=True)]
    alike = [(_beginning(forms), forms) for forms in kinds]  # where that is not, none of them is
    for file in (each for folder in folders for each in folder.rglob("*") if each.is_file()):
        content = re.sub(rb"\x00{64,}|0{64,}", b"|", file.read_bytes())  # most of it, and in nobody's words
        for forms in (forms for beginning, forms in alike if beginning in content):
            for hits, form in zip(found, forms, strict=True):
                if len(form) >= 8 and form in content:
                    hits.append(f"{file}: {form!r}")
    return found


def _beginning(forms: Sequence[bytes]) -> bytes:
    """Return how all of `forms` begin."""
    first, last = min(forms), max(forms)
    return bytes(one for one, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def path_of(number: int, marked: Marked) -> tuple[Step, ...]:
    """Return what somebody does: every third one stops half-way, with a draft."""
    first, why, third = marked.words
    agreed = (
        Step("", "/start"),
        Step("Mirë se vini", ">Shqip"),
        Step("Para se të fillojmë", ">Pajtohem"),
        Step("Për çfarë doni të flisni", ">Qeverisja dixhitale"),
        Step("Si doni të kontribuoni", "1"),
        Step("Cila është çështja e parë", first),
        Step("Çështja 1 nga 3. Pse", why),
        Step("Çështja 2 nga 3.", third),
    )
    rest = (
        Step("Çështja 2 nga 3. Pse", "kaperce"),
        Step("Çështja 3 nga 3.", "kaperce"),
        Step("Rishikojeni", ">Dërgo"),
    )
    return agreed if number % 3 == 0 else agreed + rest


async def talk(place: Town, number: int) -> Marked:
    marked = Marked(place.citizen(f"Q{number}"), f"ZQX{number:012x}")
    await marked.citizen.walk(path_of(number, marked))
    await marked.citizen.hears("Çështja 2 nga 3. Pse" if number % 3 == 0 else "Çfarë doni të bëni tani")
    return marked


async def furnish(house: wiring.Installation, marked: Marked) -> None:
    """Add what the conversation alone does not leave: something set aside, and a notice that waits."""
    now = wiring.now()
    async with house.database.begin() as unit:
        found_there = await unit.participants.find(marked.citizen.phone.citizen.id)
        assert found_there is not None
        marked.person = found_there
        await unit.quarantine.put(found_there, None, "Odd", {"text": marked.mark}, now, consented=True)
        letter = Letter({"text": marked.mark})
        await unit.outbox.enqueue(
            found_there, [letter], f"n{marked.mark[-4:]}", now.replace(year=2099), priority=NOTICE
        )
        await unit.commit()


async def erase(marked: Marked) -> None:
    await marked.citizen.walk([Step("", "/delete"), Step("Pastaj nuk kthehet më asgjë", ">Fshi gjithçka")])
    await marked.citizen.hears("U fshi gjithçka")


async def held(database: Database, people: Iterable[Marked]) -> list[dict[str, Any]]:
    async with database.reading() as unit:
        return [await unit.participants.everything(each.person) for each in people]


async def exported(database: Database, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for form in ("jsonl", "csv", "xlsx"):
        content = b"".join([chunk async for chunk in export(database, Filter(("digital-governance",)), form)])
        (folder / f"export.{form}").write_bytes(content)


@asynccontextmanager
async def written_down(folder: Path, settings: Settings) -> AsyncIterator[None]:
    """Write this process's logs, of every level, into a file."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up(settings.keyring().derive("logs"), "DEBUG", console=False)
    with (folder / "kuvendo.log").open("w") as file:
        for handler in root.handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(file)
        try:
            yield
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)


async def lives(place: Town, folder: Path, many: int) -> tuple[list[Marked], list[Marked]]:
    """Let `many` people talk and a quarter of them go; return who went and who stayed, whose rows are as before."""
    async with written_down(folder, place.settings), working(place.settings) as house:
        people = await asyncio.gather(*(talk(place, number) for number in range(many)))
        for each in people:
            await furnish(house, each)
        went, stayed = people[::4], [each for each in people if each not in people[::4]]
        before = await held(house.database, stayed)
        await asyncio.gather(*(erase(each) for each in went))
        assert await held(house.database, stayed) == before
        assert not any(any(rows.values()) for rows in await held(house.database, went))
        await house.housekeeping().round()
        assert await held(house.database, stayed) == before
        await exported(house.database, folder / "exports")
    return went, stayed


def judged(folders: Sequence[Path], went: Sequence[Marked], stayed: Sequence[Marked]) -> None:
    """Assert that nothing is left of those who went, and that whoever stayed is found by the same search."""
    assert left_of(went, folders) == [[]] * len(went)
    assert all(left_of(stayed, folders))


async def test_not_a_byte_remains_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    async with town(sqlite_url, tmp_path) as place:
        went, stayed = await lives(place, tmp_path, MANY)
    judged([tmp_path], went, stayed)
    assert (tmp_path / "erasures.jsonl").read_text().count("\n") == len(went)


@pytest.mark.soak
async def test_not_a_byte_remains_of_fifty_out_of_two_hundred(sqlite_url: str, tmp_path: Path) -> None:
    async with town(sqlite_url, tmp_path) as place:
        went, stayed = await lives(place, tmp_path, 200)
    judged([tmp_path], went, stayed)


async def test_not_a_byte_remains_on_postgresql_and_redis(tmp_path: Path) -> None:
    with running_postgres() as postgres, running_redis() as memory:
        with psycopg.connect(postgres.url().replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute("CREATE DATABASE kuvendo TEMPLATE template0")
        async with town(postgres.url("kuvendo"), tmp_path) as place:
            place.settings = place.settings.model_copy(update={"redis_url": _secret(memory.url)})
            went, stayed = await lives(place, tmp_path, MANY)
            redis.Redis.from_url(memory.url).save()
            with psycopg.connect(postgres.url("kuvendo").replace("+psycopg", ""), autocommit=True) as admin:
                admin.execute("CHECKPOINT")
                admin.execute("ANALYZE")
                admin.execute("CHECKPOINT")
        assert (memory.folder / "dump.rdb").exists()
        judged([tmp_path, postgres.folder, memory.folder], went, stayed)


async def test_postgresql_needs_more_than_vacuum(tmp_path: Path) -> None:
    """What the sweep is for; where this fails, PostgreSQL has learned to overwrite what it frees."""
    with running_postgres() as postgres, psycopg.connect(postgres.url().replace("+psycopg", "")) as admin:
        admin.autocommit = True
        admin.execute("CREATE TABLE said (id int, words text)")
        for number in range(200):
            admin.execute("INSERT INTO said VALUES (%s, %s)", (number, f"ZQX{number % 10} {'x' * 40}"))
        admin.execute("DELETE FROM said WHERE words LIKE 'ZQX3%'")
        admin.execute("VACUUM said")
        admin.execute("CHECKPOINT")
        tables = [each for each in (postgres.folder / "data" / "base").rglob("*") if each.is_file()]
        assert any(b"ZQX3 xxxx" in each.read_bytes() for each in tables)
        admin.execute("VACUUM (FULL) said")
        admin.execute("CHECKPOINT")
        tables = [each for each in (postgres.folder / "data" / "base").rglob("*") if each.is_file()]
        assert not any(b"ZQX3 xxxx" in each.read_bytes() for each in tables)


def _secret(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)
