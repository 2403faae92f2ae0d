"""Filing what the bot wrote: found at once, pointed out where its author changed it, and never by two at a time."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from dialogs.types import Answer, Part, Slot
from storage import filing, searching
from storage.database import Database
from storage.filters import HAS_NEWS, Filter
from storage.models import AnswerRow, Contribution, ContributionText, Participant, Redaction
from storage.moderation import Moved
from storage.submissions import submission_id
from storage.unit_of_work import UnitOfWork
from tests.admin import factories

ALL = Filter(scope=(factories.DIGITAL,))
HOUR = timedelta(hours=1)


def answer(text: str, item: int = 1, question: str = "issue") -> Answer:
    return Answer(Slot(question, item), (Part(5, text),))


async def sent(database: Database, *texts: str) -> uuid.UUID:
    """Let somebody send an issue for each text, as the bot does; return who they are."""
    person = uuid.uuid4()
    asked = factories.questionnaire(factories.DIGITAL, "key-issues")
    said = [(1, answer(text, item), False) for item, text in enumerate(texts, 1)]
    async with database.begin() as work:
        await work.transaction.put(insert(Participant), {"id": person, "created_at": factories.NOW})
        await work.submissions.begin(person, 1, asked.digest, "sq", factories.NOW)
        await work.submissions.revise(person, said, "sq", factories.NOW)
        await work.submissions.submit(person, 1, tuple(range(1, len(texts) + 1)), "sq", factories.NOW)
        await work.commit()
    return person


async def changed(database: Database, person: uuid.UUID, said: Answer, *, at: Any, dropped: bool = False) -> None:
    """Let the author change an answer, or take it back."""
    async with database.begin() as work:
        await work.submissions.revise(person, [(1, said, dropped)], "sq", at)
        await work.submissions.revised(person, [(1, said.slot.item)], at)
        await work.commit()


async def file_again(work: UnitOfWork, submission: uuid.UUID) -> None:
    """Let every contribution of a submission wait to be filed once more."""
    await work.transaction.execute(
        update(Contribution).where(Contribution.submission_id == submission).values(filed=False)
    )


async def filed(database: Database, limit: int = 100) -> int:
    async with database.begin() as work:
        number = await filing.file_some(work, limit)
        await work.commit()
    return number


async def standing(database: Database, person: uuid.UUID) -> list[Any]:
    mine = Contribution.submission_id == submission_id(person, 1)
    async with database.reading() as work:
        return list(await work.transaction.rows(select(Contribution).where(mine).order_by(Contribution.item)))


async def excerpts(database: Database, words: str = "") -> list[str]:
    async with database.reading() as work:
        wanted = Filter(scope=ALL.scope, words=words)
        return sorted(row.excerpt for row in (await work.contributions.page(wanted, size=50)).rows)


async def decide(database: Database, person: uuid.UUID, at: Any, **values: Any) -> None:
    """Let staff change something about whatever a person sent."""
    statement = update(Contribution).where(Contribution.submission_id == submission_id(person, 1))
    async with database.begin() as work:
        await work.transaction.execute(statement.values(changed_at=at, **values))
        await work.commit()


async def test_what_came_in_is_found_once_it_is_filed(database: Database) -> None:
    await factories.publish(database)
    await sent(database, "Rruga  e\nfshatit", "Çështje tjetër")
    async with database.reading() as work:
        assert await filing.anything_waits(work)
        assert (await work.contributions.page(ALL, size=5)).rows == ()
    assert await filed(database) == 2
    assert await filed(database) == 0
    assert await excerpts(database) == ["Rruga e fshatit", "Çështje tjetër"]
    assert await excerpts(database, "ceshtje") == ["Çështje tjetër"]
    async with database.reading() as work:
        assert not await filing.anything_waits(work)
        row = (await work.contributions.page(ALL, size=1)).rows[0]
        assert (row.consultation, row.questionnaire, row.language) == (factories.DIGITAL, "key-issues", "sq")
        assert (await work.contributions.counts(ALL)).total == (2, False)


async def test_a_few_are_filed_at_a_time_and_whoever_listens_is_told(database: Database) -> None:
    await factories.publish(database)
    for n in range(3):
        await sent(database, f"çështja {n}")
    with database.wakes.listening(filing.TOPIC) as ear:
        assert await filed(database, 2) == 2
        assert await asyncio.wait_for(ear.heard(5), 10)
    assert await filed(database, 2) == 1


async def test_whoever_decides_from_what_was_said_before_is_told(database: Database) -> None:
    await factories.publish(database)
    person = await sent(database, "e para")
    await filed(database)
    [before] = await standing(database, person)
    await changed(database, person, answer("e dyta"), at=factories.NOW + HOUR)
    async with database.reading() as work:
        (row,) = (await work.contributions.page(ALL, size=5)).rows
    assert (row.excerpt, row.version) == ("e para", before.version), "the list shows what was said before"
    async with database.begin() as work:
        ana = await work.staff.add("Ana", "hash", "moderator", [], "sq", factories.NOW)
        with pytest.raises(Moved) as moved:
            await work.moderation.set_status(before.id, "ready", seen=before.version, by=ana.id, now=factories.NOW)
    assert moved.value.now is not None
    assert (moved.value.now.version, moved.value.now.changed_by) == (before.version + 1, None)
    await filed(database)
    async with database.reading() as work:
        (row,) = (await work.contributions.page(ALL, size=5)).rows
    assert (row.excerpt, row.version) == ("e dyta", before.version + 1)


async def test_what_its_author_changed_is_pointed_out_only_after_staff_began(database: Database) -> None:
    await factories.publish(database)
    person = await sent(database, "e para")
    await filed(database)
    await changed(database, person, answer("e dyta"), at=factories.NOW + HOUR)
    assert await excerpts(database) == ["e para"]  # until it is filed anew, it stands as it was
    await filed(database)
    assert await excerpts(database) == ["e dyta"]
    assert [row.revised_unseen for row in await standing(database, person)] == [False]
    await decide(database, person, factories.NOW + 2 * HOUR, status="in-review")
    async with database.begin() as work:
        await file_again(work, submission_id(person, 1))
        await work.commit()
    await filed(database)
    assert [row.revised_unseen for row in await standing(database, person)] == [False]
    await changed(database, person, answer("e treta"), at=factories.NOW + HOUR)
    await filed(database)
    assert [(row.revised_unseen, row.edited_unseen) for row in await standing(database, person)] == [(True, True)]
    async with database.reading() as work:
        assert (await work.contributions.counts(ALL)).revised == 1
    await decide(database, person, factories.NOW + 4 * HOUR, revised_unseen=False)
    async with database.begin() as work:
        await file_again(work, submission_id(person, 1))
        await work.commit()
    await filed(database)
    assert [row.revised_unseen for row in await standing(database, person)] == [False]


async def test_what_was_taken_back_is_no_longer_found(database: Database) -> None:
    await factories.publish(database)
    person = await sent(database, "mbetet", "ikën")
    await filed(database)
    await changed(database, person, answer("", 2), at=factories.NOW + HOUR, dropped=True)
    assert await filed(database) == 1
    assert await excerpts(database) == ["mbetet"]
    assert [row.withdrawn for row in await standing(database, person)] == [False, True]
    async with database.reading() as work:
        assert len(await work.transaction.rows(select(ContributionText))) == 1
        assert (await work.contributions.counts(ALL)).total == (1, False)
    await changed(database, person, answer("u kthye", 2), at=factories.NOW + 2 * HOUR)
    await filed(database)
    assert await excerpts(database) == ["mbetet", "u kthye"]


async def test_what_is_redacted_is_neither_shown_nor_found(database: Database) -> None:
    await factories.publish(database)
    person = await sent(database, "Më telefononi 0691234567 nesër", "edhe 0691234567 këtu")
    await filed(database)
    assert len(await excerpts(database, "0691234567")) == 2
    owner = submission_id(person, 1)
    async with database.begin() as work:
        rows = await work.transaction.rows(select(AnswerRow.id).where(AnswerRow.submission_id == owner))
        redacted = {"submission_id": owner, "answer_id": min(row.id for row in rows), "start": 14, "end": 24}
        await work.transaction.put(insert(Redaction), {**redacted, "kind": "phone", "at": factories.NOW})
        await file_again(work, owner)
        await work.commit()
    assert await filed(database) == 2
    assert await excerpts(database, "0691234567") == []
    assert await excerpts(database, "06912") == []
    shown = await excerpts(database)
    assert len(shown) == 2
    assert not any("0691" in text for text in shown)


async def test_a_long_text_is_cut_between_words_and_found_by_its_last_one(database: Database) -> None:
    await factories.publish(database)
    await sent(database, " ".join(["fjalë"] * 100) + " fundi", "x" * 500)
    await filed(database)
    shown = await excerpts(database)
    assert all(len(text) <= filing.EXCERPT + 1 and text.endswith("…") for text in shown)
    assert shown[0].endswith("fjalë…")
    assert len(await excerpts(database, "fundi")) == 1


async def test_two_who_file_at_once_file_different_ones(database: Database) -> None:
    await factories.publish(database)
    for n in range(12):
        await sent(database, f"çështja {n}")
    assert sum(await asyncio.gather(*(filed(database, 4) for _ in range(6)))) == 12
    assert await excerpts(database) == sorted(f"çështja {n}" for n in range(12))


async def test_a_change_while_it_is_filed_is_filed_next(postgres: Database) -> None:
    await factories.publish(postgres)
    person = await sent(postgres, "e para")
    async with postgres.begin() as work:
        assert await filing.file_some(work, 10) == 1
        changing = asyncio.create_task(changed(postgres, person, answer("e dyta"), at=factories.NOW + HOUR))
        await asyncio.sleep(0.2)  # it has begun, and waits
        await work.commit()
    await changing
    assert await filed(postgres) == 1
    assert await excerpts(postgres) == ["e dyta"]


def test_signs_alone_are_filed_as_no_words() -> None:
    assert searching.filed("?! …").split() == []


@pytest.mark.parametrize(
    ("condition", "index"), [(filing.WAITS, "ix_contributions_to_file"), (HAS_NEWS, "ix_contributions_revised")]
)
async def test_what_waits_is_found_by_its_index(database: Database, condition: Any, index: str) -> None:
    """Among a million it would otherwise be looked for one by one, before every list that is shown."""
    explain = "EXPLAIN" if not database.is_sqlite else "EXPLAIN QUERY PLAN"
    wanted = f"{explain} SELECT id FROM contributions WHERE {condition} ORDER BY created_at LIMIT 1"
    async with database.begin() as work:
        if not database.is_sqlite:
            await work.transaction.execute(text("SET LOCAL enable_seqscan = off"))  # the table is empty
        plan = await work.transaction.rows(text(wanted))
    assert index in " ".join(str(row) for row in plan)
