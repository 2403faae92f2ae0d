"""What is asked: published once, never changed, opened and closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.errors import FrozenVersion
from storage.models import ConsultationRow
from tests.storage.people import CONSULTATION, DIGEST, publish, questionnaire


async def test_a_new_consultation_waits_to_be_opened(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        assert await uow.consultations.load(CONSULTATION, [questionnaire()], now) == 1
        (listed,) = await uow.consultations.list()
        assert (listed.slug, listed.state, listed.definition) == ("digital", "draft", CONSULTATION)
        assert await uow.consultations.open("digital", now, date(2026, 12, 15))
        (listed,) = await uow.consultations.list()
        assert (listed.state, listed.closes_on) == ("open", date(2026, 12, 15))
        assert await uow.consultations.close("digital", now)
        assert (await uow.consultations.list())[0].state == "closed"
        assert not await uow.consultations.open("unknown", now)
        assert not await uow.consultations.close("unknown", now)


async def test_what_is_closed_twice_is_closed_since_the_first_time(database: Database, now: datetime) -> None:
    await publish(database, now)
    async with database.begin() as uow:
        assert await uow.consultations.close("digital", now)
        assert await uow.consultations.close("digital", now + timedelta(days=3))
        rows = await uow.transaction.rows(select(ConsultationRow.closed_at))
        assert [row.closed_at for row in rows] == [now]


async def test_a_published_version_never_changes(database: Database, now: datetime) -> None:
    await publish(database, now)
    with pytest.raises(FrozenVersion, match="give the new wording the version 2"):
        async with database.begin() as uow:
            await uow.consultations.load(CONSULTATION, [questionnaire(digest="e" * 64)], now)


async def test_loading_the_same_again_changes_nothing(database: Database, now: datetime) -> None:
    await publish(database, now)
    async with database.begin() as uow:
        before = await uow.consultations.catalogue_rows()
        assert await uow.consultations.load(CONSULTATION, [questionnaire()], now) == 0
        assert await uow.consultations.catalogue_rows() == before


async def test_a_new_version_is_offered_and_the_old_one_remains(database: Database, now: datetime) -> None:
    await publish(database, now)
    second, ideas = questionnaire(version=2, digest="e" * 64), questionnaire("ideas", digest="f" * 64)
    async with database.begin() as uow:
        assert await uow.consultations.load(CONSULTATION, [ideas, second], now) == 2
        rows = await uow.consultations.catalogue_rows()
        assert rows.offered == {"digital": ("f" * 64, "e" * 64)}
        assert rows.questionnaires == {DIGEST: questionnaire(), "e" * 64: second, "f" * 64: ideas}
        assert rows.consultations[0].state == "open"


async def test_an_older_file_takes_no_newer_version_away(database: Database, now: datetime) -> None:
    await publish(database, now)
    async with database.begin() as uow:
        await uow.consultations.load(CONSULTATION, [questionnaire(version=2, digest="e" * 64)], now)
        await uow.consultations.load(CONSULTATION, [questionnaire()], now)
        assert (await uow.consultations.catalogue_rows()).offered == {"digital": ("e" * 64,)}


async def test_the_plans_order_is_kept_and_a_date_comes_from_the_file(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        dated = {**CONSULTATION, "slug": "a", "closes_on": "2026-12-01"}
        await uow.consultations.load(dated, [], now, position=2)
        await uow.consultations.load({**CONSULTATION, "slug": "b"}, [], now, position=1)
        await uow.consultations.open("a", now)
        assert [(each.slug, each.closes_on) for each in await uow.consultations.list()] == [
            ("b", None),
            ("a", date(2026, 12, 1)),
        ]


async def test_processes_learn_that_something_changed(database: Database, now: datetime) -> None:
    async with database.begin() as uow:
        assert await uow.consultations.changed_at() is None
        await uow.consultations.load(CONSULTATION, [], now)
        assert await uow.consultations.changed_at() == now
        await uow.consultations.open("digital", now + timedelta(1))
        assert await uow.consultations.changed_at() == now + timedelta(1)
