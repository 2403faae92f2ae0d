"""The codebook: what it begins with, how it is changed, and that nothing in it is ever lost."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from dialogs.codebook import FAMILIES, shipped_themes
from locales import CODES
from storage import migrate
from storage.codebook import OrderMoved, ThemeEntry, ThemeMoved
from storage.database import Database
from storage.keys import Keyring
from tests.storage.people import CONSULTATION, publish, questionnaire

DIGITAL = "digital-governance"
NAME = {"sq": "Shërbimet", "en": "Services"}


async def themes(database: Database, consultation: str = "digital", *, retired: bool = False) -> tuple[ThemeEntry, ...]:
    async with database.reading() as work:
        return await work.codebook.themes([consultation], retired=retired)


def slugs(found: tuple[ThemeEntry, ...]) -> list[str]:
    return [each.slug for each in found]


def test_digital_governance_begins_with_pillars_recommendations_and_principles() -> None:
    assert [each.seed for each in shipped_themes(DIGITAL)] == [
        "L1", "L2", "L3", "R1", "R2", "R3", "R4", "R5", "V1", "V2", "V3", "V4",
    ]  # fmt: skip


@pytest.mark.parametrize("component", ["access-to-justice", "fiscal-transparency", "fight-against-corruption"])
def test_the_others_begin_with_the_principles_alone(component: str) -> None:
    assert [each.seed for each in shipped_themes(component)] == ["V1", "V2", "V3", "V4"]


def test_only_technology_and_innovation_says_nothing_by_itself() -> None:
    assert [each.slug for each in shipped_themes(DIGITAL) if each.never_alone] == ["v4"]


def test_each_has_both_languages_and_a_family() -> None:
    for each in shipped_themes(DIGITAL):
        assert set(each.name) == set(each.about) == set(CODES)
        assert all([*each.name.values(), *each.about.values()])
        assert each.family in FAMILIES


async def test_a_consultation_is_loaded_with_its_themes_once(database: Database, now: datetime) -> None:
    await publish(database, now)
    first = await themes(database)
    assert slugs(first) == ["v1", "v2", "v3", "v4"]
    async with database.begin() as work:
        await work.codebook.describe(first[0].id, NAME, {}, seen=0)
        await work.codebook.retire(first[1].id, now, seen=0)
        await work.consultations.load(CONSULTATION, [questionnaire()], now)
        await work.commit()
    again = await themes(database, retired=True)
    assert slugs(again) == slugs(first)
    assert again[0].name == NAME
    assert again[1].retired_at == now, "what the secretariat decided stands"


async def test_a_new_theme_stands_last_and_has_a_lasting_name(database: Database, now: datetime) -> None:
    await publish(database, now)
    async with database.begin() as work:
        assert await work.codebook.add("digital", NAME, {}) == "t1"
        assert await work.codebook.add("digital", NAME, {}) == "t2"
        await work.commit()
    assert slugs(await themes(database)) == ["v1", "v2", "v3", "v4", "t1", "t2"]


async def test_a_retired_theme_is_offered_no_more_and_can_be_brought_back(database: Database, now: datetime) -> None:
    await publish(database, now)
    (first, *_) = await themes(database)
    async with database.begin() as work:
        await work.codebook.retire(first.id, now, seen=0)
        await work.commit()
    assert slugs(await themes(database)) == ["v2", "v3", "v4"]
    assert slugs(await themes(database, retired=True)) == ["v1", "v2", "v3", "v4"]
    async with database.begin() as work:
        await work.codebook.bring_back(first.id, seen=1)
        await work.commit()
    assert slugs(await themes(database)) == ["v1", "v2", "v3", "v4"]


async def test_neighbours_change_places_and_the_ends_stay(database: Database, now: datetime) -> None:
    await publish(database, now)
    seen = [each.id for each in await themes(database)]
    wanted = [seen[1], seen[0], *seen[2:]]
    async with database.begin() as work:
        assert await work.codebook.arrange("digital", wanted, seen=seen)
        assert not await work.codebook.arrange("digital", wanted, seen=wanted)
        await work.commit()
    assert slugs(await themes(database)) == ["v2", "v1", "v3", "v4"]


async def test_of_two_who_change_the_order_at_once_the_second_is_told(database: Database, now: datetime) -> None:
    await publish(database, now)
    seen = [each.id for each in await themes(database)]
    orders = [[*seen[n:], *seen[:n]] for n in (1, 2, 3)]

    async def arrange(order: list[int]) -> list[int] | None:
        """Return the order that stands, None where this one was kept."""
        async with database.begin() as work:
            try:
                await work.codebook.arrange("digital", order, seen=seen)
            except OrderMoved as moved:
                return [each.id for each in moved.now]
            await work.commit()
        return None

    told = await asyncio.gather(*map(arrange, orders))
    [kept] = [order for order, stands in zip(orders, told, strict=True) if stands is None]
    assert [stands for stands in told if stands is not None] == [kept, kept]
    assert [each.id for each in await themes(database)] == kept


async def test_an_order_of_other_themes_is_none(database: Database, now: datetime) -> None:
    await publish(database, now)
    seen = [each.id for each in await themes(database)]
    async with database.begin() as work:
        for wanted in ([], seen[1:], [*seen, seen[0]], [*seen[1:], 4711]):
            with pytest.raises(OrderMoved):
                await work.codebook.arrange("digital", wanted, seen=seen)
        assert await work.codebook.add("digital", NAME, {}) == "t1"
        with pytest.raises(OrderMoved) as moved:
            await work.codebook.arrange("digital", seen[::-1], seen=seen)
    assert slugs(moved.value.now)[-1] == "t1", "a theme that came in changes the order too"


async def test_themes_added_at_once_have_names_of_their_own(database: Database, now: datetime) -> None:
    await publish(database, now)

    async def add() -> str:
        async with database.begin() as work:
            slug = await work.codebook.add("digital", NAME, {})
            await work.commit()
        return slug

    assert sorted(await asyncio.gather(*(add() for _ in range(4)))) == ["t1", "t2", "t3", "t4"]


async def test_the_second_of_two_editors_is_told_what_stands(database: Database, now: datetime) -> None:
    await publish(database, now)
    (first, *_) = await themes(database)
    async with database.begin() as work:
        await work.codebook.describe(first.id, NAME, {}, seen=first.version)
        await work.commit()
    async with database.begin() as work:
        with pytest.raises(ThemeMoved) as moved:
            await work.codebook.retire(first.id, now, seen=first.version)
    assert moved.value.now.name == NAME
    async with database.begin() as work:
        with pytest.raises(LookupError):
            await work.codebook.describe(0, NAME, {}, seen=0)


@pytest.mark.bare
async def test_consultations_from_before_are_given_their_themes(
    database_url: str, keyring: Keyring, now: datetime
) -> None:
    await asyncio.to_thread(migrate.upgrade, database_url)
    database = Database(database_url, keyring)
    await publish(database, now)
    before = slugs(await themes(database))
    await database.close()
    await asyncio.to_thread(migrate.downgrade, database_url, "0004")
    await asyncio.to_thread(migrate.upgrade, database_url)
    again = Database(database_url, keyring)
    assert slugs(await themes(again)) == before
    await again.close()
