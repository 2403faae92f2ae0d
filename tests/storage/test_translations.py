"""A translation stands beside an answer: with its author, its date, and the revision that it is of."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import AnswerRow, Contribution
from storage.translations import NONE, TranslationMoved
from storage.unit_of_work import UnitOfWork
from tests.admin import factories

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
async def which(database: Database) -> uuid.UUID:
    """A contribution in Albanian."""
    await factories.publish(database)
    await factories.submission(database, {"issue": ["Rruga është prishur"], "why": ["Po"]})
    async with database.reading() as work:
        found: uuid.UUID = (await work.transaction.rows(select(Contribution.id)))[0][0]
    return found


async def write(work: UnitOfWork, which: uuid.UUID, text: str, seen: int, by: int | None = None) -> None:
    await work.translations.write(which, "issue", "en", text, revision=0, seen=seen, by=by, now=NOW)


async def test_it_says_who_when_and_of_which_revision(database: Database, which: uuid.UUID) -> None:
    member = await factories.staff(database)
    async with database.begin() as work:
        await write(work, which, " The road is broken \n", NONE, member.id)
        await work.commit()
    async with database.reading() as work:
        (found,) = await work.translations.of(which)
        assert await work.translations.one(which, "issue", "en") == found
        assert await work.translations.one(which, "why", "en") is None
        said = await work.transaction.rows(select(AnswerRow.parts).order_by(AnswerRow.id))
    assert (found.text, found.by, found.at, found.revision, found.version) == (
        "The road is broken", member.name, NOW, 0, 0,
    )  # fmt: skip
    assert [row[0][0][1] for row in said] == ["Rruga është prishur", "Po"]  # never over what was written


async def test_the_second_writer_sees_what_stands(database: Database, which: uuid.UUID) -> None:
    async with database.begin() as work:
        await write(work, which, "first", NONE)
        with pytest.raises(TranslationMoved) as moved:
            await write(work, which, "second", NONE)
        assert moved.value.now is not None
        assert moved.value.now.text == "first"
        await write(work, which, "better", 0)
        with pytest.raises(TranslationMoved):
            await write(work, which, "worse", 0)
        (found,) = await work.translations.of(which)
        assert (found.text, found.version) == ("better", 1)


async def test_without_words_it_is_taken_away(database: Database, which: uuid.UUID) -> None:
    async with database.begin() as work:
        await write(work, which, "", NONE)
        await write(work, which, "first", NONE)
        await write(work, which, "  ", 0)
        assert await work.translations.of(which) == ()
        with pytest.raises(TranslationMoved) as moved:
            await write(work, which, "second", 0)
        assert moved.value.now is None
