"""What staff did stays as it was written: whoever alters it is found out, and the first row they touched is named."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from storage.audit import ANCHOR, HEAD, NOTHING, AuditTrail, Verdict, link
from storage.database import Database
from storage.keys import Keyring
from storage.migrate import upgrade
from storage.models import AuditMark, AuditRow
from storage.unit_of_work import UnitOfWork

ROWS = 30
DAY = timedelta(days=1)
ACTIONS = ("login", "export", "status set", "submission read", "staff.role")

Tampering = Callable[[UnitOfWork, random.Random], Any]


async def fill(database: Database, now: datetime, rows: int = ROWS) -> list[int]:
    """Write rows of two people, and of nobody; return the two."""
    async with database.begin() as unit:
        people = [(await unit.staff.add(name, "a hash", "moderator", [], "sq", now)).id for name in ("Ana", "Ben")]
        for n in range(rows):
            who = [*people, None][n % 3]
            await unit.audit.add(who, ACTIONS[n % 5], f"subject {n} ëç", now + n * timedelta(minutes=1))
        await unit.commit()
    return people


async def verdict(database: Database) -> Verdict:
    async with database.reading() as unit:
        return await unit.audit.verify()


@pytest.fixture
async def lone(sqlite_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    """An empty SQLite database."""
    await asyncio.to_thread(upgrade, sqlite_url)
    made = Database(sqlite_url, keyring)
    yield made
    await made.close()


# --- sound ------------------------------------------------------------------------------------------------------


async def test_what_was_written_is_sound_and_its_hashes_are_what_the_manual_says(
    database: Database, now: datetime
) -> None:
    assert await verdict(database) == Verdict(0, None)
    await fill(database, now)
    found = await verdict(database)
    assert found.is_sound
    assert found.checked == ROWS
    assert found.head is not None
    async with database.reading() as unit:
        rows = await unit.transaction.rows(select(AuditRow.__table__).order_by(AuditRow.id))
    last = NOTHING
    for row in rows:
        last = link(last, row.id, row.staff_id, row.action, row.subject, row.at)
        assert bytes(row.hash) == last
    assert (found.head.hash, found.head.rows, found.head.row) == (last, ROWS, rows[-1].id)
    known = "37e000149ebf3fd65736d6620b965994e20df26c3639563926ae7879154af871"
    assert link(NOTHING, 1, None, "login", "ë", now).hex() == known, "published heads would no longer fit"


async def test_rows_older_than_the_chain_are_let_be(database: Database, now: datetime) -> None:
    async with database.begin() as unit:
        for n in range(3):
            row = {"staff_id": None, "action": "login refused", "subject": "", "at": now + n * DAY}
            await unit.transaction.execute(insert(AuditRow), row)
        await unit.commit()
    assert (await verdict(database)).is_sound
    await fill(database, now + 3 * DAY)
    found = await verdict(database)
    assert (found.is_sound, found.checked) == (True, ROWS)
    async with database.begin() as unit:
        await unit.transaction.execute(
            update(AuditRow).where(AuditRow.subject.startswith("subject 4 ")).values(hash=None)
        )
        await unit.commit()
    broken = await verdict(database)
    assert (broken.why, broken.row) == ("unchained", 8)


async def test_many_at_once_make_one_chain(database: Database, now: datetime) -> None:
    async def write(n: int) -> None:
        async with database.begin() as unit:
            await unit.audit.add(None, "login refused", f"{n}", now)
            await unit.audit.add(None, "login", f"{n}", now)
            if n % 5:
                await unit.commit()

    await asyncio.gather(*(write(n) for n in range(40)))
    found = await verdict(database)
    assert (found.is_sound, found.checked) == (True, 64)
    async with database.reading() as unit:
        subjects = [each.subject for each in await unit.audit.deeds(100)]
    assert subjects[::2] == subjects[1::2], "each transaction's rows stand together"


async def test_what_is_let_go_of_in_time_leaves_a_sound_rest(database: Database, now: datetime) -> None:
    await fill(database, now)
    for minutes, left in ((10, 20), (10, 20), (29, 1), (60, 0)):
        async with database.begin() as unit:
            await unit.audit.prune(now + timedelta(minutes=minutes))
            await unit.commit()
        found = await verdict(database)
        assert (found.is_sound, found.checked) == (True, left)
        assert found.head is not None
        assert found.head.rows == ROWS
    async with database.begin() as unit:
        await unit.audit.add(None, "login", "", now + DAY)
        await unit.commit()
    found = await verdict(database)
    assert (found.is_sound, found.checked, found.head and found.head.rows) == (True, 1, ROWS + 1)


async def test_a_row_that_should_be_gone_is_named(database: Database, now: datetime) -> None:
    await fill(database, now)
    async with database.begin() as unit:
        [row] = await unit.transaction.rows(select(AuditRow.__table__).where(AuditRow.id == 4))
        await unit.audit.prune(now + timedelta(minutes=10))
        await unit.transaction.execute(insert(AuditRow), dict(row._mapping))
        await unit.commit()
    found = await verdict(database)
    assert (found.why, found.row) == ("before", 4)


async def test_deeds_are_found_by_person_day_and_place(database: Database, now: datetime) -> None:
    ana, _ben = await fill(database, now)
    async with database.reading() as unit:
        first = await unit.audit.deeds(7)
        rest = await unit.audit.deeds(100, before=first[-1].id)
        hers = await unit.audit.deeds(100, staff_id=ana)
        some = await unit.audit.deeds(100, since=now + timedelta(minutes=3), until=now + timedelta(minutes=6))
    assert [each.subject for each in (*first, *rest)] == [f"subject {n} ëç" for n in reversed(range(ROWS))]
    assert [each.staff_id for each in hers] == [ana] * 10
    assert [each.subject for each in some] == [f"subject {n} ëç" for n in (5, 4, 3)]


# --- tampered with ----------------------------------------------------------------------------------------------


async def _edit(unit: UnitOfWork, chance: random.Random) -> int:
    row = chance.randint(1, ROWS)
    [kept] = await unit.transaction.rows(select(AuditRow.__table__).where(AuditRow.id == row))
    other: dict[str, Any] = {
        "action": chance.choice([each for each in ACTIONS if each != kept.action]),
        "subject": kept.subject[: chance.randint(0, 3)] + chance.choice("xyz"),
        "at": kept.at + chance.choice((-1, 1)) * timedelta(microseconds=chance.randint(1, 10**9)),
        "staff_id": None if kept.staff_id else 1,
        "hash": chance.choice((chance.randbytes(32), None)),
    }
    column = chance.choice(sorted(other))
    await unit.transaction.execute(update(AuditRow).where(AuditRow.id == row).values({column: other[column]}))
    return row


async def _delete(unit: UnitOfWork, chance: random.Random) -> int:
    gone = chance.sample(range(1, ROWS + 1), chance.randint(1, 4))
    await unit.transaction.execute(delete(AuditRow).where(AuditRow.id.in_(gone)))
    return min(gone)


async def _truncate(unit: UnitOfWork, chance: random.Random) -> int:
    """Cut the end off, or the beginning, or everything."""
    first, last = chance.choice(((chance.randint(1, ROWS), ROWS), (1, chance.randint(1, ROWS)), (1, ROWS)))
    await unit.transaction.execute(delete(AuditRow).where(AuditRow.id.between(first, last)))
    return first


async def _reorder(unit: UnitOfWork, chance: random.Random) -> int:
    """Let two rows, or several, change places, with their hashes or without."""
    places = chance.sample(range(1, ROWS + 1), chance.randint(2, 5))
    rows = await unit.transaction.rows(select(AuditRow.__table__).where(AuditRow.id.in_(places)))
    kept = {row.id: dict(row._mapping) for row in rows}
    with_hash = chance.random() < 0.5
    for there, here in zip(places, [*places[1:], places[0]], strict=True):
        moved = {name: value for name, value in kept[here].items() if name != "id" and (with_hash or name != "hash")}
        await unit.transaction.execute(update(AuditRow).where(AuditRow.id == there).values(moved))
    return min(places)


async def _insert(unit: UnitOfWork, chance: random.Random) -> int:
    """Add a row that fits to the last one, but of which the head knows nothing."""
    head = await unit.audit.head()
    assert head is not None
    values: dict[str, Any] = {"id": head.row + 1, "staff_id": None, "action": "login", "subject": "", "at": head.at}
    fitting = link(head.hash, **values)
    await unit.transaction.execute(insert(AuditRow), {**values, "hash": fitting})
    return head.row + 1


async def _move_head(unit: UnitOfWork, chance: random.Random) -> int:
    """Cut the end off and say that the chain ended a row too early or too late."""
    await unit.transaction.execute(delete(AuditRow).where(AuditRow.id > 20))
    claimed = chance.choice((19, 21))
    await unit.transaction.execute(update(AuditMark).where(AuditMark.name == HEAD).values(row=claimed))
    return 20 if claimed == 19 else 21


TAMPERINGS: tuple[Tampering, ...] = (_edit, _delete, _truncate, _reorder, _insert, _move_head)


async def _caught(database: Database, times: int) -> None:
    """Tamper, look, and take it back, so many times."""
    for seed in range(times):
        chance = random.Random(seed)
        tamper = TAMPERINGS[seed % len(TAMPERINGS)]
        async with database.begin() as unit:
            row = await tamper(unit, chance)
            found = await unit.audit.verify()
        assert not found.is_sound, (seed, tamper)
        assert found.row == row, (seed, tamper, found)
        assert found.checked == row - 1
    assert (await verdict(database)).is_sound


async def test_a_thousand_tamperings_are_found_and_their_first_row_is_named(lone: Database, now: datetime) -> None:
    await fill(lone, now)
    await _caught(lone, 1002)


async def test_tamperings_are_found_in_postgresql(postgres: Database, now: datetime) -> None:
    await fill(postgres, now)
    await _caught(postgres, 60)


async def _rewrite(unit: UnitOfWork, first: int) -> None:
    """Change a row and make everything after it anew, head and all, as somebody would who has read this file."""
    rows = await unit.transaction.rows(select(AuditRow.__table__).order_by(AuditRow.id))
    last = NOTHING
    for row in rows:
        action = "login" if row.id == first else row.action
        last = link(last, row.id, row.staff_id, action, row.subject, row.at)
        await unit.transaction.execute(update(AuditRow).where(AuditRow.id == row.id).values(action=action, hash=last))
    await unit.transaction.execute(update(AuditMark).where(AuditMark.name == HEAD).values(hash=last))


async def test_a_chain_made_anew_throughout_is_found_by_the_published_head(lone: Database, now: datetime) -> None:
    await fill(lone, now)
    async with lone.begin() as unit:
        head = await unit.audit.head()
        assert head is not None
        await unit.audit.add(None, "login", "later", now)
        assert (await unit.audit.verify((head.row, head.hash))).is_sound
        await _rewrite(unit, 12)
        assert (await unit.audit.verify()).is_sound
        found = await unit.audit.verify((head.row, head.hash))
        assert (found.is_sound, found.why, found.row) == (False, "published", head.row)
        await unit.commit()


@pytest.mark.parametrize("gone", [(HEAD,), (ANCHOR,), (HEAD, ANCHOR)])
async def test_a_chain_without_its_marks_is_not_sound(lone: Database, now: datetime, gone: tuple[str, ...]) -> None:
    await fill(lone, now, 3)
    async with lone.begin() as unit:
        await unit.transaction.execute(delete(AuditMark).where(AuditMark.name.in_(gone)))
        assert (await AuditTrail(unit.transaction).verify()).why == "marks"
