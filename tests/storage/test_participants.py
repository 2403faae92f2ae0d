"""People: arriving, the session between two writers, addresses, reachability."""

from __future__ import annotations

import asyncio
import base64
import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from dialogs.exchange import ConsentGiven
from storage.database import Database
from storage.errors import Conflict, StaleSession
from storage.keys import Keyring, generate
from storage.models import Address, Consent
from tests.storage.people import CHAT, arrive, session


async def test_somebody_new_is_enrolled_without_a_session(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        first = await uow.participants.arrive(CHAT, now)
        assert (first.session, first.version, first.is_unreachable, first.is_owed) == (None, 0, False, False)
        await uow.participants.save(first.participant_id, session(7), 0, now)
        await uow.commit()
    async with database.begin() as uow:
        again = await uow.participants.arrive(CHAT, now)
    assert (again.participant_id, again.session, again.version) == (first.participant_id, session(7), 1)


async def test_two_people_are_two(database: Database, now: datetime) -> None:
    assert await arrive(database, now, chat=1) != await arrive(database, now, chat=2)


async def test_the_slower_of_two_writers_is_told(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    async with database.begin() as uow:
        await uow.participants.save(person, session(11), 1, now)
        await uow.commit()
    with pytest.raises(StaleSession):
        async with database.begin() as uow:
            await uow.participants.save(person, session(12), 1, now)
    async with database.begin() as uow:
        found = await uow.participants.arrive(CHAT, now)
    assert (found.version, found.session) == (2, session(11))


async def test_a_session_begun_twice_is_stale(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    with pytest.raises(StaleSession):
        async with database.begin() as uow:
            await uow.participants.save(person, session(12), 0, now)


async def test_of_many_writers_at_once_none_is_overwritten(database: Database, now: datetime) -> None:
    await arrive(database, now, turn=0)

    async def advance() -> None:
        async with database.begin() as uow:
            there = await uow.participants.arrive(CHAT, now)
            assert there.session is not None
            await asyncio.sleep(0.002)
            await uow.participants.save(there.participant_id, session(there.session.turn + 1), there.version, now)
            await uow.commit()

    await asyncio.gather(*(advance() for _ in range(15)))
    async with database.begin() as uow:
        assert (await uow.participants.arrive(CHAT, now)).session == session(15)


async def test_two_first_messages_at_once_make_one_person(database: Database, now: datetime) -> None:
    async def begin() -> bool:
        try:
            await arrive(database, now)
        except Conflict:
            return False
        return True

    assert any(await asyncio.gather(*(begin() for _ in range(4))))
    async with database.reading() as uow:
        assert len(await uow.transaction.rows(select(Address.participant_id))) == 1


async def test_the_number_of_a_screen_is_kept_while_it_is_the_present_one(database: Database, now: datetime) -> None:
    person = await arrive(database, now, turn=10)

    async def posted() -> int | None:
        async with database.begin() as uow:
            there = (await uow.participants.arrive(CHAT, now)).session
            assert there is not None
            return there.posted

    async with database.begin() as uow:
        await uow.participants.posted(person, 9, 100)
        await uow.commit()
    assert await posted() is None
    async with database.begin() as uow:
        await uow.participants.posted(person, 10, 101)
        await uow.participants.posted(person, 10, 102)
        await uow.commit()
    assert await posted() == 102, "its last piece"
    async with database.begin() as uow:
        await uow.participants.save(person, session(10), 1, now)
        await uow.commit()
    assert await posted() == 102
    async with database.begin() as uow:
        await uow.participants.save(person, session(11, posted=102), 2, now)
        await uow.commit()
    assert await posted() is None


async def test_an_address_is_opened_only_to_send(database: Database, now: datetime) -> None:
    person = await arrive(database, now, chat=-12)
    async with database.reading() as uow:
        assert await uow.participants.address(person) == -12
        assert await uow.participants.addresses([person, uuid.uuid4()]) == {person: -12}
        assert await uow.participants.address(uuid.uuid4()) is None
        assert await uow.participants.find(-12) == person
        assert await uow.participants.find(12) is None


async def test_who_blocked_the_bot_is_known_until_they_return(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    async with database.begin() as uow:
        await uow.participants.unreachable(person, "blocked", now)
        assert (await uow.participants.arrive(CHAT, now)).is_unreachable
        await uow.participants.reachable(person)
        assert not (await uow.participants.arrive(CHAT, now)).is_unreachable


async def test_consent_is_kept_with_the_version_that_was_read(database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    async with database.begin() as uow:
        await uow.participants.consented(person, ConsentGiven(3, "x", "en"), now)
        await uow.participants.consented(person, ConsentGiven(3, "x", "en", given=False), now + timedelta(1))
        rows = await uow.transaction.rows(
            select(Consent.text_version, Consent.text_digest, Consent.language, Consent.given, Consent.at)
        )
    assert [tuple(row) for row in rows] == [(3, "x", "en", True, now), (3, "x", "en", False, now + timedelta(1))]


async def test_an_older_key_still_finds_and_opens(database_url: str, database: Database, now: datetime) -> None:
    person = await arrive(database, now)
    newest = base64.b64decode(generate())
    rotated = Database(database_url, Keyring((newest, *database.keyring.keys)))
    async with rotated.begin() as uow:
        assert (await uow.participants.arrive(CHAT, now)).participant_id == person
        assert await uow.participants.address(person) == CHAT
    await rotated.close()
