"""Addresses go when they were promised to; what was submitted stays, and is nobody's."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dialogs.exchange import DraftStarted
from storage import holdings
from storage.database import Database
from storage.models import Address, AnswerRow, Base, StaffSession, Submission
from storage.retention import Finding, Periods, carry_out, survey
from storage.tombstones import ERASED, FORGOTTEN
from tests.storage.people import CHAT, DIGEST, arrive, draft, publish, submit, take, text
from tests.storage.test_erasure import counted, live, marker

DAY = timedelta(days=1)
PERIODS = Periods(30 * DAY, 7 * DAY, 7 * DAY, 7 * DAY, 30 * DAY, 730 * DAY, 35 * DAY)


async def close(database: Database, at: datetime) -> None:
    async with database.begin() as unit:
        assert await unit.consultations.close("digital", at)
        await unit.commit()


async def addressed(database: Database) -> set[uuid.UUID]:
    async with database.reading() as unit:
        return {row[0] for row in await unit.transaction.rows(select(Address.participant_id))}


def count(found: tuple[Finding, ...], what: str) -> int:
    return next(each.count for each in found if each.what == what)


async def due(database: Database, now: datetime) -> int:
    """Return how many addresses a look finds; the work must do the same."""
    before = await addressed(database)
    looked = count(await survey(database, PERIODS, now), "addresses")
    assert await addressed(database) == before
    assert count(await carry_out(database, PERIODS, now), "addresses") == looked
    assert len(before) - len(await addressed(database)) == looked
    return looked


async def test_an_address_goes_thirty_days_after_the_consultation_closed(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "rruga")))
    assert await due(database, now + 100 * DAY) == 0, "it is open"
    await close(database, now + 100 * DAY)
    await close(database, now + 120 * DAY)
    assert await due(database, now + 129 * DAY) == 0
    assert await due(database, now + 130 * DAY) == 1
    assert await due(database, now + 131 * DAY) == 0


async def test_a_consultation_opened_again_keeps_its_addresses(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "rruga")))
    await close(database, now)
    async with database.begin() as unit:
        await unit.consultations.open("digital", now + 20 * DAY)
        await unit.commit()
    assert await due(database, now + 60 * DAY) == 0


async def test_whoever_never_submitted_is_erased_thirty_days_after_their_last_word(
    database: Database, now: datetime
) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await take(database, person, now, DraftStarted(1, DIGEST), drafts=(draft(1),))
    assert await due(database, now + 29 * DAY) == 0
    assert await due(database, now + 30 * DAY) == 1
    assert not any((await counted(database)).values())
    async with database.reading() as unit:
        assert [each.kind for each in await unit.tombstones.every()] == [ERASED]


async def test_a_draft_in_an_open_consultation_keeps_the_address_of_an_earlier_one(
    database: Database, now: datetime
) -> None:
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "rruga")))
    await close(database, now)
    other = {"slug": "justice", "title": {}}
    version = {"consultation": "justice", "slug": "ideas", "version": 1, "digest": "e" * 64, "sections": []}
    async with database.begin() as unit:
        await unit.consultations.load(other, [version], now)
        await unit.consultations.open("justice", now)
        arrival = await unit.participants.arrive(CHAT, now)
        await unit.submissions.begin(person, 2, "e" * 64, "sq", now + 25 * DAY)
        assert arrival.session
        await unit.participants.save(person, arrival.session, arrival.version, now + 25 * DAY)
        await unit.commit()
    assert await due(database, now + 31 * DAY) == 0
    assert await due(database, now + 55 * DAY) == 1


async def test_what_was_submitted_stays_and_is_nobodys(database: Database, now: datetime) -> None:
    await publish(database, now)
    person, other = await live(database, 1, now), await live(database, 2, now)
    async with database.begin() as unit:
        await unit.submissions.begin(person, 7, DIGEST, "sq", now)
        await unit.commit()
    before = [each.id async for each in _submitted(database)]
    async with database.reading() as unit:
        untouched = await unit.participants.everything(other)
    async with database.begin() as unit:
        await unit.participants.forget(person, now)
        await unit.commit()
    async with database.reading() as unit:
        held = await unit.participants.everything(person)
        assert {name for name, rows in held.items() if rows} == STAYS.keys()
        assert [each["draft"] for each in held["submissions"]] == [1]
        said = [part for each in held["answers"] for part in each["parts"]]
        assert said and {number for number, _ in said} == {0}
        assert any(marker(1) in words for _, words in said), "to the character"
        assert await unit.participants.everything(other) == untouched
        assert await unit.participants.find(CHAT + 1) is None
        assert [each.kind for each in await unit.tombstones.every()] == [FORGOTTEN]
    assert [each.id async for each in _submitted(database)] == before


async def _submitted(database: Database) -> Any:
    async with database.reading() as unit:
        for row in await unit.transaction.rows(select(Submission).where(Submission.submitted_at.is_not(None))):
            yield row


async def test_whoever_is_forgotten_begins_afresh(database: Database, now: datetime) -> None:
    await publish(database, now)
    person = await live(database, 1, now)
    async with database.begin() as unit:
        await unit.participants.forget(person, now)
        await unit.commit()
    again = await arrive(database, now, CHAT + 1)
    assert again != person
    async with database.reading() as unit:
        assert await unit.submissions.past(again) == ()


async def test_rows_without_a_person_go_in_their_time(database: Database, now: datetime) -> None:
    await publish(database, now)
    await live(database, 1, now)
    async with database.begin() as unit:
        await unit.inbox.take(1, 5, now)
        await unit.staff.audit(None, "consultation.open", "digital", now)
        await unit.tombstones.bury(uuid.uuid4(), ERASED, now)
        member = await unit.staff.add("drita", "hash", "viewer", [], "sq", now)
        await unit.staff.open_session(b"s" * 32, member.id, "csrf", now)
        await unit.commit()
    expected = {"quarantine": 7, "updates": 7, "logins": 30, "tombstones": 36, "audit": 730}
    for what, days in expected.items():
        assert count(await survey(database, PERIODS, now + days * DAY), what) == 0
        after = now + days * DAY + timedelta(seconds=1)
        assert count(await survey(database, PERIODS, after), what) == 1
    for days in sorted(set(expected.values())):
        gone = await carry_out(database, PERIODS, now + days * DAY + timedelta(seconds=1))
        assert {each.what for each in gone if each.count} == {what for what, of in expected.items() if of == days}
    async with database.reading() as unit:
        assert await unit.transaction.rows(select(StaffSession.id)) == []


# --- the schema ----------------------------------------------------------------------------------------------

GOES = {"addresses", "sessions", "transcript", "outbox", "quarantine"}
STAYS = {
    "participants": "a random number, by which what one person sent is known to be one person's",
    "consents": "that it was agreed to",
    "submissions": "what was submitted",
    "contributions": "its parts, and how they stand",
    "answers": "the words themselves",
    "contribution_texts": "the same words, for the search",
    "likeness_bands": "numbers made of the same words",
    "contribution_themes": "what the secretariat sorted it under: the plan's figures are made of it",
    "group_leavings": "which similar ones it was beside",
    "unlike": "which ones it is not like",
    "notes": "the secretariat's work on what was submitted; nobody is named in it that is not known from that",
    "translations": "the words themselves, in the other language",
    "redactions": "what must stay left out of them, all the more once nobody can be asked",
    "dismissals": "what looked like a personal detail in them and is none",
    "replies": "the reasoned response, which the public is owed as much as its author",
    "author_replies": "what was answered to a question about it: words of the contribution, without a number",
}


def test_of_every_table_it_is_decided_whether_it_stays_when_an_address_goes() -> None:
    """A new table of persons stays where it leads through a submission; say here which it is."""
    assert {table.name for table in holdings.tables()} == GOES | STAYS.keys()


NOBODYS = {
    "alembic_version": "a number",
    "audit": "what staff did, never a word of what a participant said",
    "audit_marks": "where the chain of what staff did begins and ends",
    "consultations": "what is asked",
    "contribution_counts": "numbers alone",
    "contribution_groups": "names that the secretariat gave",
    "inbox": "numbers of updates",
    "leases": "names of processes",
    "notices": "what the secretariat writes to many",
    "questionnaire_versions": "what is asked",
    "snapshots": "numbers alone",
    "staff": "accounts of the secretariat",
    "recovery_codes": "hashes of codes to log in with once",
    "staff_sessions": "logins of the secretariat",
    "themes": "the secretariat's words for what it sorts by",
    "throttles": "keyed hashes",
    "tombstones": "keyed hashes",
}


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_is_somebodys_or_said_to_be_nobodys(table: Any) -> None:
    """What a participant wrote may only stand in a table that names the column that leads to them."""
    assert bool(table.info["person"]) is (table.name not in NOBODYS), f"whose is {table.name}?"


async def test_an_answer_holds_what_was_written_and_nothing_of_who_wrote(database: Database, now: datetime) -> None:
    """The message numbers are all that there is to take out."""
    assert {column.name for column in AnswerRow.__table__.columns} == {
        "id", "submission_id", "question", "item", "revision", "parts", "chosen", "skipped", "dropped", "language",
        "at",
    }  # fmt: skip
