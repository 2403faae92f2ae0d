"""The dashboard's queries over what the bot itself records: nothing is found that was not sent, nothing is lost."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from dialogs.canonical import consultation_to_json, questionnaire_to_json
from dialogs.loader import shipped
from storage.database import Database
from storage.filters import Filter
from storage.streaming import CHUNK, stream
from storage.submitted import Place
from tests.admin import factories


async def test_everything_shipped_is_read_back(database: Database, now: datetime) -> None:
    loaded = shipped()
    async with database.begin() as work:
        for consultation in loaded.consultations:
            offered = [loaded.questionnaires[each] for each in consultation.questionnaires]
            rows = [questionnaire_to_json(each) for each in offered]
            await work.consultations.load(consultation_to_json(consultation), rows, now)
        await work.consultations.open("digital-governance", now)
        await work.commit()
    async with database.reading() as work:
        every = await work.reading.consultations()
        one = await work.reading.consultations(["digital-governance"])
        none = await work.reading.consultations(["no-such-thing"])
        asked = await work.reading.questionnaires("digital-governance")
    assert {each.slug for each in every} == {each.slug for each in loaded.consultations}
    assert [(each.slug, each.is_open) for each in one] == [("digital-governance", True)]
    assert none == ()
    assert {each.digest for each in asked} == set(one[0].questionnaires)


async def test_a_draft_is_nobody_s_business(database: Database) -> None:
    await factories.publish(database)
    draft = await factories.submission(database, {"issue": ["a"], "why": [None]}, at=None)
    async with database.reading() as work:
        assert await work.reading.one(draft, [factories.DIGITAL]) is None
        page = await work.reading.page([factories.DIGITAL], size=10)
        assert (page.submissions, page.older, page.newer) == ((), None, None)
        assert await work.reading.counts([factories.DIGITAL]) == ()
    assert [each async for each in stream(database, Filter((factories.DIGITAL,)))] == []


async def test_revisions_stand_in_their_order_and_a_dropped_answer_is_none(database: Database) -> None:
    await factories.publish(database)
    id_ = await factories.submission(
        database, {"issue": ["a", "b", "c"], "why": [None, "d"]}, {"issue": ["e"], "why": [None]}, taken_back=[2]
    )
    async with database.reading() as work:
        found = await work.reading.one(id_, [factories.DIGITAL])
        assert await work.reading.one(id_, [factories.JUSTICE]) is None
        assert await work.reading.one(id_, []) is None
        assert await work.reading.one(uuid.uuid4(), [factories.DIGITAL]) is None
    assert found is not None
    issue, why = found.contributions[0].answers
    assert (issue.value, [each.text for each in issue.earlier]) == ("c", ["b", "a"])
    assert (why.value, [each.skipped for each in why.earlier]) == ("d", [True])
    assert found.contributions[0].revisions == 3
    assert [each.answers[0].value for each in found.withdrawn] == [None]
    assert [each.text for each in found.withdrawn[0].answers[0].earlier] == ["e"]


async def test_pages_touch_each_other_and_end(database: Database) -> None:
    await factories.publish(database)
    for n in range(5):
        await factories.submission(
            database, {"issue": [str(n)], "why": [None]}, at=factories.NOW + timedelta(microseconds=n)
        )
    async with database.reading() as work:

        async def page(before: Place | None = None, after: Place | None = None) -> tuple[str, bool, bool]:
            found = await work.reading.page([factories.DIGITAL], before=before, after=after, size=2)
            places.extend((found.older, found.newer))
            said = "".join(each.contributions[0].opening for each in found.submissions)
            return said, found.newer is not None, found.older is not None

        places: list[Place | None] = []
        assert await page() == ("43", False, True)
        assert await page(before=places[-2]) == ("21", True, True)
        assert await page(before=places[-2]) == ("0", True, False)
        assert await page(after=places[-1]) == ("21", True, True)
        assert await page(after=places[-1]) == ("43", False, True)


async def test_the_stream_goes_on_over_its_chunks_oldest_first(database: Database) -> None:
    await factories.publish(database)
    await factories.many(database, CHUNK * 2 + 3)
    chunks = [chunk async for chunk in stream(database, Filter((factories.DIGITAL,)))]
    found = [(each.submitted_at, each.id) for chunk in chunks for each in chunk]
    assert len(set(found)) == CHUNK * 2 + 3
    assert found == sorted(found)
