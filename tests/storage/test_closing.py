"""A consultation whose last day is over: closed once, by whoever comes first, since midnight in Albania."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from storage.closing import close_what_is_over
from storage.database import Database
from tests.storage.people import CONSULTATION, arrive, publish, questionnaire, submit, text
from tests.storage.test_retention import DAY, due

MADE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
SUMMER = (date(2026, 7, 15), datetime(2026, 7, 15, 22, 0, tzinfo=UTC))
WINTER = (date(2026, 12, 15), datetime(2026, 12, 15, 23, 0, tzinfo=UTC))
"""Last days, and when each is over in UTC."""
MOMENT = timedelta(microseconds=1)


async def planned(database: Database, day: date) -> None:
    """Have a consultation that is open until the end of a day."""
    await publish(database, MADE)
    async with database.begin() as unit:
        assert await unit.consultations.open_until("digital", MADE, day)
        await unit.commit()


async def state(database: Database, now: datetime) -> tuple[str, str]:
    """Return the state that is kept, and the state that counts at a moment."""
    async with database.reading() as unit:
        (listed,) = await unit.consultations.list()
    return listed.state, listed.state_at(now)


async def deeds(database: Database) -> list[tuple[int | None, str, str]]:
    async with database.reading() as unit:
        return [(each.staff_id, each.action, each.subject) for each in await unit.audit.deeds(9)]


@pytest.mark.parametrize(("day", "over"), [SUMMER, WINTER])
async def test_it_is_over_when_the_day_ends_in_albania(database: Database, day: date, over: datetime) -> None:
    await planned(database, day)
    assert await close_what_is_over(database, over - MOMENT) == ()
    assert await state(database, over - MOMENT) == ("open", "open")
    assert await state(database, over) == ("open", "closed"), "nobody need write it down first"
    assert await close_what_is_over(database, over) == ("digital",)
    assert await state(database, over) == ("closed", "closed")
    assert await close_what_is_over(database, over) == ()
    assert await deeds(database) == [(None, "consultation.close-on-its-day", f"digital {day.isoformat()}")]


async def test_many_who_come_at_once_close_it_once(database: Database) -> None:
    day, over = WINTER
    await planned(database, day)
    found = await asyncio.gather(*(close_what_is_over(database, over) for _ in range(6)))
    assert sorted(found) == [(), (), (), (), (), ("digital",)]
    assert len(await deeds(database)) == 1


async def test_it_stays_open_where_it_was_given_another_day(database: Database) -> None:
    day, over = WINTER
    await planned(database, day)
    async with database.begin() as unit:
        assert await unit.consultations.open_until("digital", over - DAY, day + DAY)
        assert not await unit.consultations.close_on_its_day("digital", day, over)
        await unit.commit()
    assert await close_what_is_over(database, over) == ()
    assert await close_what_is_over(database, over + DAY) == ("digital",)


async def test_addresses_are_kept_as_long_after_it_as_after_any_closing(database: Database) -> None:
    day, over = WINTER
    await planned(database, day)
    person = await arrive(database, MADE)
    await submit(database, person, MADE, text("issue", 1, (5, "rruga")))
    assert await due(database, over + 100 * DAY) == 0, "nobody has closed it yet"
    await close_what_is_over(database, over + 3 * DAY)
    assert await due(database, over + 30 * DAY - MOMENT) == 0
    assert await due(database, over + 30 * DAY) == 1, "it counts from the end of the day, however late that was noted"


async def test_a_day_that_was_over_when_it_was_set_closes_it_from_then_on(database: Database) -> None:
    day, over = WINTER
    late = over + 10 * DAY
    await publish(database, late)
    person = await arrive(database, late)
    await submit(database, person, late, text("issue", 1, (5, "rruga")))
    async with database.begin() as unit:
        dated = {**CONSULTATION, "closes_on": day.isoformat()}
        await unit.consultations.load(dated, [questionnaire()], late)
        await unit.commit()
    assert await close_what_is_over(database, late + DAY) == ("digital",)
    assert await due(database, late + 29 * DAY) == 0
    assert await due(database, late + 30 * DAY) == 1


async def test_a_day_set_by_hand_outlives_the_same_file(database: Database) -> None:
    day, _ = WINTER
    dated = {**CONSULTATION, "closes_on": day.isoformat()}
    async with database.begin() as unit:
        for _ in range(2):
            await unit.consultations.load(dated, [questionnaire()], MADE)
            assert (await unit.consultations.list())[0].closes_on == day
        await unit.consultations.open_until("digital", MADE, day + 9 * DAY)
        await unit.consultations.load(dated, [questionnaire(version=2, digest="e" * 64)], MADE)
        assert (await unit.consultations.list())[0].closes_on == day + 9 * DAY
        await unit.consultations.load({**dated, "closes_on": "2027-02-01"}, [questionnaire()], MADE)
        assert (await unit.consultations.list())[0].closes_on == date(2027, 2, 1)
        await unit.consultations.load(CONSULTATION, [questionnaire()], MADE)
        assert (await unit.consultations.list())[0].closes_on == date(2027, 2, 1)
        await unit.consultations.open_until("digital", MADE, None)
        assert (await unit.consultations.list())[0].closes_on is None


async def test_opened_without_a_day_it_keeps_one_to_come_and_no_other(database: Database) -> None:
    day, over = WINTER
    await planned(database, day)
    async with database.begin() as unit:
        await unit.consultations.open("digital", over - MOMENT)
        assert (await unit.consultations.list())[0].closes_on == day
        await unit.consultations.open("digital", over)
        assert (await unit.consultations.list())[0].closes_on is None
