"""Accounts, sessions and counters: what ends a session, and that nothing counted is lost."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.staff import NameTaken, StaffMember, account_name

HOUR = timedelta(hours=1)


async def _add(database: Database, now: datetime, name: str = "Ana", *components: str) -> StaffMember:
    async with database.begin() as work:
        made = await work.staff.add(name, "a hash", "moderator", components, "sq", now)
        await work.commit()
    return made


async def test_an_account_comes_back_as_it_was_opened(database: Database, now: datetime) -> None:
    made = await _add(database, now, "Ana", "digital-governance", "access-to-justice")
    await _add(database, now, "Agron")
    async with database.reading() as work:
        assert await work.staff.by_name("Ana") == made
        assert [each.name for each in await work.staff.list()] == ["Agron", "Ana"]
        assert await work.staff.by_name("ana") is None
        kept = await work.staff.credentials("Ana")
    assert made == StaffMember(
        made.id, "Ana", "moderator", ("digital-governance", "access-to-justice"), "sq", False, now
    )
    assert kept is not None
    assert (kept.id, kept.password_hash, kept.disabled) == (made.id, "a hash", False)


async def test_a_name_is_the_same_from_every_keyboard(database: Database, now: datetime) -> None:
    made = await _add(database, now, " Ne\u0308na ")
    assert made.name == account_name("N\u00ebna")
    with pytest.raises(NameTaken):
        await _add(database, now, "N\u00ebna")


async def test_a_name_is_given_once_even_after_its_owner_left(database: Database, now: datetime) -> None:
    member = await _add(database, now)
    async with database.begin() as work:
        await work.staff.disable(member.id, now)
        await work.commit()
    with pytest.raises(NameTaken):
        await _add(database, now)


async def test_a_session_stands_until_it_is_idle_old_or_ended(database: Database, now: datetime) -> None:
    member = await _add(database, now)
    async with database.begin() as work:
        await work.staff.open_session(b"1", member.id, "token", now)
        await work.commit()

    async def stands(idle_since: datetime, opened_since: datetime) -> bool:
        async with database.reading() as work:
            found = await work.staff.login(b"1", idle_since=idle_since, opened_since=opened_since)
        assert found is None or (found.staff, found.csrf) == (member, "token")
        return found is not None

    earlier = now - HOUR
    assert await stands(earlier, earlier)
    assert not await stands(now, earlier)
    assert not await stands(earlier, now)
    async with database.begin() as work:
        await work.staff.touch(b"1", now + HOUR)
        await work.commit()
    assert await stands(now, earlier)
    async with database.begin() as work:
        await work.staff.end_session(b"1", now)
        await work.commit()
    assert not await stands(earlier, earlier)


@pytest.mark.parametrize("change", ["disable", "set_password"])
async def test_what_changes_an_account_ends_its_sessions_alone(database: Database, now: datetime, change: str) -> None:
    ana, agron = await _add(database, now, "Ana"), await _add(database, now, "Agron")
    async with database.begin() as work:
        for id_, member in ((b"1", ana), (b"2", ana), (b"3", agron)):
            await work.staff.open_session(id_, member.id, "token", now)
        if change == "disable":
            await work.staff.disable(ana.id, now)
        else:
            await work.staff.set_password(ana.id, "another hash", now)
        await work.commit()
    async with database.reading() as work:
        found = [
            await work.staff.login(id_, idle_since=now - HOUR, opened_since=now - HOUR) for id_ in (b"1", b"2", b"3")
        ]
        kept = await work.staff.credentials("Ana")
    assert [each is not None for each in found] == [False, False, True]
    assert kept is not None
    assert (kept.disabled, kept.password_hash) == {
        "disable": (True, "a hash"),
        "set_password": (False, "another hash"),
    }[change]


async def test_counters_count_attempts_made_at_once_and_begin_anew_later(database: Database, now: datetime) -> None:
    async def count(moment: datetime, key: str = "login:a") -> int:
        async with database.begin() as work:
            number = await work.staff.count(key, moment, moment - HOUR)
            await work.commit()
        return number

    assert sorted(await asyncio.gather(*(count(now) for _ in range(15)))) == list(range(1, 16))
    assert await count(now, "login:b") == 1
    assert await count(now + HOUR - timedelta(seconds=1)) == 16
    assert await count(now + HOUR) == 1
    assert await count(now, "receipt:a") == 1
    async with database.begin() as work:
        await work.staff.prune(now + timedelta(minutes=1))
        await work.commit()
    assert await count(now, "login:b") == 1
    assert await count(now, "receipt:a") == 2
    assert await count(now + HOUR) == 2


async def test_deeds_are_kept_in_order(database: Database, now: datetime) -> None:
    member = await _add(database, now)
    async with database.begin() as work:
        await work.staff.audit(None, "login refused", "", now)
        await work.staff.audit(member.id, "login", "", now)
        await work.staff.audit(member.id, "export", "digital-governance csv", now)
        await work.commit()
    async with database.reading() as work:
        deeds = await work.staff.deeds(2)
    assert [(each.staff_id, each.action, each.subject, each.at) for each in deeds] == [
        (member.id, "export", "digital-governance csv", now),
        (member.id, "login", "", now),
    ]
