"""Erasure leaves nothing, `/mydata` leaves nothing out, and a chat's number stands nowhere in the open."""

from __future__ import annotations

import base64
import json
import struct
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select

from dialogs.exchange import AnswerRevised, ConsentGiven, Message
from storage import holdings
from storage.database import Database, sqlite_path
from storage.keys import Keyring
from storage.migrate import upgrade
from storage.models import Base, Participant
from storage.outbox import Letter
from tests.storage.people import CHAT, draft, moderate, publish, session, submit, take, text

TABLES = [table for table in Base.metadata.sorted_tables if table.info.get("person")]


def marker(number: int) -> str:
    return f"ZQX{number:012x}çë"


async def live(database: Database, number: int, now: datetime) -> uuid.UUID:
    """Let a person do everything that leaves a row, their marker in each text."""
    mark = marker(number)
    async with database.begin() as uow:
        arrival = await uow.participants.arrive(CHAT + number, now)
        person = arrival.participant_id
        await uow.participants.save(person, session(10, link=mark), 0, now)
        await uow.participants.unreachable(person, mark, now)
        await uow.commit()
    said = text("issue", 1, (5, mark + " e para" * 400))
    await submit(database, person, now, said, text("why", 1, (6, mark)), text("issue", 2, (7, mark)))
    await take(database, person, now, AnswerRevised(1, text("why", 1, (6, mark + "!"))), heard=mark)
    async with database.begin() as uow:
        said_last = [("review", Message(mark), f"k{number}/0")]
        await uow.transcript.said(person, session(drafts=(draft(1),)), said_last, now)
        await uow.outbox.enqueue(person, [Letter({"text": mark}, 10)], f"k{number}", now)
        await uow.quarantine.put(person, 5, "odd", {"text": mark}, now, consented=True)
        await uow.participants.consented(person, ConsentGiven(1, "c", "sq"), now)
        await uow.commit()
    await moderate(database, person, mark, now)
    return person


async def erase(database: Database, person: uuid.UUID) -> None:
    async with database.begin() as uow:
        await uow.participants.erase(person, datetime(2026, 11, 23, tzinfo=UTC))
        await uow.commit()
    assert await database.after_erasure()


async def counted(database: Database) -> dict[str, int]:
    async with database.reading() as uow:
        return {table.name: len(await uow.transaction.rows(select(table))) for table in TABLES}


def spellings(mark: str) -> list[bytes]:
    """The marker in every form in which it might lie about."""
    return [
        mark.encode(),
        mark.lower().encode(),
        mark.encode("utf-16-le"),
        json.dumps(mark)[1:-1].encode(),
        base64.b64encode(mark.encode()).rstrip(b"="),
        mark[:15].encode(),
    ]


def files_of(database: Database) -> bytes:
    path = sqlite_path(database.url)
    assert path is not None
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


# --- the schema ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_says_whether_and_where_it_names_a_person(table: Any) -> None:
    assert "person" in table.info, f"{table.name} must declare info={{'person': ...}} in storage/models.py"
    people = {key.column.table.name for key in table.foreign_keys} & {each.name for each in TABLES}
    if people:
        assert table.info["person"], f"{table.name} refers to {people}, so it is about a person"
    if table.info["person"]:
        holdings.belongs(table, uuid.uuid4())


async def test_a_life_leaves_a_row_in_every_table_of_persons(database: Database, now: datetime) -> None:
    await publish(database, now)
    await live(database, 1, now)
    assert all((await counted(database)).values()), "live() must leave a row in the new table too"


# --- what is held --------------------------------------------------------------------------------------------


async def test_mydata_holds_every_row_and_nobody_elses(database: Database, now: datetime) -> None:
    await publish(database, now)
    mine, other = await live(database, 1, now), await live(database, 2, now)
    async with database.reading() as uow:
        held = await uow.participants.everything(mine)
    both = await counted(database)
    assert {name: 2 * len(rows) for name, rows in held.items()} == both
    told = json.dumps(held, ensure_ascii=False)
    assert marker(1) in told
    assert marker(2) not in told
    assert str(other) not in told
    assert str(CHAT + 1) not in told


async def test_mydata_shows_no_hash_and_nothing_sealed(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await live(database, 1, now)
    async with database.reading() as uow:
        held = await uow.participants.everything(person)
    for table in TABLES:
        for column in table.columns:
            assert (column.name in held[table.name][0]) is not isinstance(column.type, LargeBinary)


async def test_whoever_is_unknown_has_nothing(database: Database) -> None:
    async with database.reading() as uow:
        assert not any((await uow.participants.everything(uuid.uuid4())).values())


# --- erasure -------------------------------------------------------------------------------------------------


async def test_erasure_takes_every_row_and_nobody_elses(database: Database, now: datetime) -> None:
    await publish(database, now)
    mine, other = await live(database, 1, now), await live(database, 2, now)
    async with database.reading() as uow:
        before = await uow.participants.everything(other)
    await erase(database, mine)
    async with database.reading() as uow:
        assert not any((await uow.participants.everything(mine)).values())
        assert await uow.participants.everything(other) == before
        assert await uow.participants.find(CHAT + 1) is None
    assert await counted(database) == {name: len(rows) for name, rows in before.items()}


async def test_erasing_nobody_harms_nobody(database: Database, now: datetime) -> None:
    await publish(database, now)
    await live(database, 1, now)
    before = await counted(database)
    await erase(database, uuid.uuid4())
    assert await counted(database) == before


async def test_not_a_byte_remains_in_the_file_or_its_log(sqlite_url: str, keyring: Keyring, now: datetime) -> None:
    upgrade(sqlite_url)
    database = Database(sqlite_url, keyring)
    await publish(database, now)
    people = {number: await live(database, number, now) for number in range(40)}
    for number in range(0, 40, 3):
        assert marker(number).encode() in files_of(database)
        await erase(database, people[number])
    left = files_of(database)
    for number, person in people.items():
        forms = (*spellings(marker(number)), person.bytes, person.hex.encode(), str(person).encode())
        found = [form for form in forms if form in left]
        assert bool(found) is (number % 3 != 0), f"{number}: {found}"
    await database.close()


async def test_a_chats_number_stands_nowhere_in_the_open(sqlite_url: str, keyring: Keyring, now: datetime) -> None:
    upgrade(sqlite_url)
    database = Database(sqlite_url, keyring)
    await publish(database, now)
    await live(database, 0, now)
    everything = files_of(database)
    forms = [
        str(CHAT).encode(),
        str(CHAT).encode("utf-16-le"),
        f"{CHAT:x}".encode(),
        base64.b64encode(str(CHAT).encode()),
    ]
    forms += [struct.pack(order, CHAT) for order in ("<q", ">q")]
    forms.append(CHAT.to_bytes(6, "big"))  # as SQLite would store it
    assert [form for form in forms if form in everything] == []
    await database.close()


async def test_postgresql_holds_no_number_in_any_column(postgres: Database, now: datetime) -> None:
    await publish(postgres, now)
    await live(postgres, 0, now)
    async with postgres.reading() as uow:
        for table in Base.metadata.sorted_tables:
            for row in await uow.transaction.rows(select(table)):
                assert str(CHAT) not in repr(tuple(row))
                assert CHAT not in tuple(row)


async def test_a_reader_delays_only_the_cut_of_the_log(sqlite_url: str, keyring: Keyring, now: datetime) -> None:
    upgrade(sqlite_url)
    database = Database(sqlite_url, keyring)
    await publish(database, now)
    person = await live(database, 1, now)
    async with database.reading() as reader:
        await reader.transaction.rows(select(Participant.id))
        async with database.begin() as uow:
            await uow.participants.erase(person, datetime(2026, 11, 23, tzinfo=UTC))
            await uow.commit()
        assert not await database.after_erasure(patience=0.2)
    assert await database.after_erasure()
    assert marker(1).encode() not in files_of(database)
    await database.close()


def test_the_marker_search_would_find_something(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"..." + marker(3).encode() + b"...")
    assert any(spelling in path.read_bytes() for spelling in spellings(marker(3)))
