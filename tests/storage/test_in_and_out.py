"""Updates taken once, duties held by one, and what could not be handled set aside."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.models import Inbox, Quarantine
from storage.quarantine import DEEPEST, shape
from tests.storage.people import arrive

DAY = timedelta(days=1)


# --- inbox ---------------------------------------------------------------------------------------------------


async def test_an_update_is_new_once(database: Database, now: datetime) -> None:
    for update, seen in ((5, False), (5, True), (6, False)):
        async with database.begin() as uow:
            assert await uow.inbox.seen(1, update, now) is seen
            await uow.commit()
    async with database.begin() as uow:
        assert not await uow.inbox.seen(2, 5, now), "another bot counts for itself"


async def test_an_update_whose_work_was_undone_is_new_again(database: Database, now: datetime) -> None:
    for _ in range(2):
        async with database.begin() as uow:
            assert not await uow.inbox.seen(1, 5, now)


async def test_of_many_deliveries_at_once_one_is_taken(database: Database, now: datetime) -> None:
    taken = 0

    async def deliver() -> None:
        nonlocal taken
        async with database.begin() as uow:
            if await uow.inbox.seen(1, 5, now):
                return
            await asyncio.sleep(0.01)
            taken += 1
            await uow.commit()

    await asyncio.gather(*(deliver() for _ in range(8)))
    assert taken == 1


async def test_old_numbers_are_forgotten(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        await uow.inbox.seen(1, 5, now - 8 * DAY)
        await uow.inbox.seen(1, 6, now)
        assert await uow.inbox.prune(now - 7 * DAY) == 1
        assert await uow.transaction.first(select(func.count(), func.min(Inbox.update_id))) == (1, 6)


# --- duties --------------------------------------------------------------------------------------------------


async def test_a_duty_has_one_holder_until_it_lets_go_or_dies(database: Database, now: datetime) -> None:
    later = now + timedelta(seconds=30)
    async with database.begin() as uow:
        assert await uow.leases.take("poller", "one", later, now)
        assert not await uow.leases.take("poller", "two", later, now)
        assert await uow.leases.take("poller", "one", later, now), "one's own may be taken again"
        assert await uow.leases.take("other", "two", later, now)
        assert await uow.leases.take("poller", "two", later + DAY, later), "run out"
        assert not await uow.leases.renew("poller", "one", later + DAY)
        assert await uow.leases.renew("poller", "two", later + 2 * DAY)
        await uow.leases.give_up("poller", "one")
        assert not await uow.leases.take("poller", "one", later, later + DAY)
        await uow.leases.give_up("poller", "two")
        assert await uow.leases.take("poller", "one", later, now)


async def test_of_many_who_want_a_duty_at_once_one_gets_it(database: Database, now: datetime) -> None:
    async def take(name: str) -> bool:
        async with database.begin() as uow:
            held = await uow.leases.take("poller", name, now + DAY, now)
            await uow.commit()
        return held

    assert sum(await asyncio.gather(*(take(str(n)) for n in range(8)))) == 1


# --- quarantine ----------------------------------------------------------------------------------------------

UPDATE: dict[str, Any] = {"update_id": 5, "message": {"text": "tajna", "photo": [{"file_id": "x"}], "Emri im": 1}}


async def test_with_consent_the_content_is_kept_sealed(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    async with database.begin() as uow:
        await uow.quarantine.put(person, 5, "KeyError", UPDATE, now, consented=True)
        row = await uow.transaction.first(select(Quarantine.shape, Quarantine.sealed, Quarantine.reason))
    assert row is not None
    assert row.shape == {
        "update_id": "int",
        "message": {"text": "str", "photo": [{"file_id": "str"}], "?": "int"},
    }
    assert b"tajna" not in row.sealed
    assert json.loads(database.keyring.unseal(row.sealed)) == UPDATE
    assert row.reason == "KeyError"


@pytest.mark.parametrize("known", [True, False])
async def test_without_consent_only_the_shape_is_kept(database: Database, now: datetime, known: bool) -> None:
    person = await arrive(database, now) if known else None
    async with database.begin() as uow:
        await uow.quarantine.put(person, None, "Malformed", UPDATE, now, consented=not known)
        assert await uow.transaction.first(select(Quarantine.sealed, Quarantine.participant_id)) == (None, person)


@pytest.mark.parametrize("raw", [b"\xff{", [1, 2], None, {"a": "\ud800\x00", "\ud800": 1}, {"n": 10**400}])
async def test_whatever_comes_can_be_set_aside(database: Database, now: datetime, raw: Any) -> None:
    person = await arrive(database, now)
    async with database.begin() as uow:
        await uow.quarantine.put(person, 5, "odd", raw, now, consented=True)
        assert await uow.quarantine.prune(now + timedelta(1)) == 1
        await uow.commit()


async def test_what_was_set_aside_goes_after_a_week(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        await uow.quarantine.put(None, 5, "x", {}, now - 8 * DAY, consented=False)
        await uow.quarantine.put(None, 6, "x", {}, now, consented=False)
        assert await uow.quarantine.prune(now - 7 * DAY) == 1


def test_a_shape_has_bounds() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"a": [deep]}
    assert json.dumps(shape(deep)).count("{") <= DEEPEST
    assert len(shape({f"k{n}": n for n in range(1000)})) == 60
