"""Replies of the secretariat: written, owed once, settled, answered; nothing of somebody else, nothing left behind."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from dialogs.answering import NEWEST
from dialogs.exchange import Message, Replied
from dialogs.types import Asked
from storage.database import Database
from storage.models import Contribution
from storage.moderation import Moved
from storage.outbox import NOTICE, Letter, Owed
from storage.replies import GONE, LOST, NobodyThere, Reply, Waiting
from tests.storage import people

LATER = timedelta(minutes=1)


@dataclass
class Case:
    """A contribution with its author, and somebody of the staff."""

    database: Database
    now: datetime
    person: uuid.UUID
    contribution: uuid.UUID
    staff: int

    async def write(self, kind: str = "question", text: str = "Ku?", seen: int | None = None) -> int:
        """Write to the author; return the reply's number."""
        async with self.database.begin() as uow:
            reply = await uow.replies.write(self.contribution, kind, text, seen=seen, by=self.staff, now=self.now)
            await uow.commit()
        return reply

    async def waiting(self, after: timedelta = LATER) -> tuple[Waiting, ...]:
        """Return what a worker finds a while later."""
        async with self.database.reading() as uow:
            return await uow.replies.waiting(10, self.now + after)

    async def owe(self, waiting: Waiting, pieces: int = 1) -> bool:
        """Owe a reply, as a worker does."""
        async with self.database.begin() as uow:
            letters = [Letter({"text": f"{place}"}) for place in range(pieces)]
            owed = await uow.replies.owe(waiting, Message("Ku?"), letters, self.now)
            await uow.commit()
        return owed

    async def claimed(self) -> tuple[Owed, ...]:
        """Take what is owed from the outbox, as a relay does."""
        async with self.database.begin() as uow:
            owed = await uow.outbox.claim(10, timedelta(minutes=1), self.now, "relay/1")
            await uow.commit()
        return owed

    async def settle(self) -> int:
        """Copy what became of replies."""
        async with self.database.begin() as uow:
            settled = await uow.replies.settle(self.now + LATER)
            await uow.commit()
        return settled

    async def replies(self) -> tuple[Reply, ...]:
        """Return what the page shows."""
        async with self.database.reading() as uow:
            return await uow.replies.of(self.contribution)

    async def status(self) -> str:
        """Return where the contribution stands."""
        async with self.database.reading() as uow:
            standing = await uow.moderation.standing(self.contribution)
        assert standing
        return standing.status


@pytest.fixture
async def case(database: Database, now: datetime) -> Case:
    await people.publish(database, now)
    return await a_case(database, now)


async def a_case(database: Database, now: datetime, chat: int = people.CHAT) -> Case:
    """Somebody else with a contribution."""
    person = await people.arrive(database, now, chat)
    await people.submit(database, person, now, people.text("issue", 1, (3, "rruga")))
    async with database.begin() as uow:
        staff = (await uow.staff.add(f"mod{chat}", "-", "moderator", [], "sq", now)).id
        await uow.commit()
    async with database.reading() as uow:
        [row] = (await uow.participants.everything(person))["contributions"]
    return Case(database, now, person, uuid.UUID(row["id"]), staff)


async def test_what_is_written_can_be_taken_back_for_a_moment_and_then_waits_for_a_worker(case: Case) -> None:
    reply = await case.write()
    assert await case.waiting(timedelta(seconds=5)) == ()
    [waiting] = await case.waiting()
    assert (waiting.id, waiting.kind, waiting.text, waiting.place, waiting.why) == (reply, "question", "Ku?", 1, "")
    assert waiting.session
    assert waiting.session.language == "sq"
    [shown] = await case.replies()
    assert (shown.state, shown.language, shown.by, shown.answers) == ("written", "sq", f"mod{people.CHAT}", ())


async def test_a_reply_taken_back_leaves_nothing(case: Case) -> None:
    reply = await case.write()
    async with case.database.begin() as uow:
        assert not await uow.replies.take_back(reply, uuid.uuid4())
        assert await uow.replies.take_back(reply, case.contribution)
        await uow.commit()
    assert await case.waiting() == ()
    assert await case.replies() == ()


async def test_what_is_owed_cannot_be_taken_back(case: Case) -> None:
    reply = await case.write()
    [waiting] = await case.waiting()
    await case.owe(waiting)
    async with case.database.begin() as uow:
        assert not await uow.replies.take_back(reply, case.contribution)


async def test_it_is_owed_once_and_stands_in_the_conversation(case: Case) -> None:
    """However many workers read that it waits."""
    await case.write()
    [waiting] = await case.waiting()
    assert await case.owe(waiting)
    assert not await case.owe(waiting)
    [letter] = await case.claimed()
    assert (letter.key, letter.priority) == (f"reply:{waiting.id}/0", NOTICE)
    async with case.database.reading() as uow:
        held = await uow.participants.everything(case.person)
    [said] = [row for row in held["transcript"] if row["kind"] == "staff"]
    assert (said["direction"], said["text"], said["letter"]) == ("out", "Ku?", letter.key)
    assert said["submission_id"] == held["submissions"][0]["id"]
    assert held["replies"][0]["state"] == "owed"


async def test_a_response_that_arrived_answers_the_contribution(case: Case) -> None:
    """When its last piece has."""
    await case.write("response", "Po.")
    [waiting] = await case.waiting()
    await case.owe(waiting, pieces=2)
    first, second = await case.claimed()
    for letter in (first, second):
        assert await case.settle() == 0
        assert await case.status() == "new"
        async with case.database.begin() as uow:
            await uow.outbox.sent(letter, 70, case.now)
            await uow.commit()
    assert await case.settle() == 1
    [reply] = await case.replies()
    assert (reply.state, reply.error, reply.settled_at) == ("delivered", None, case.now)
    assert await case.status() == "answered"
    assert await case.settle() == 0


async def test_a_question_that_arrived_changes_no_status(case: Case) -> None:
    await case.write()
    [waiting] = await case.waiting()
    await case.owe(waiting)
    [letter] = await case.claimed()
    async with case.database.begin() as uow:
        await uow.outbox.sent(letter, 70, case.now)
        await uow.commit()
    assert await case.settle() == 1
    assert await case.status() == "new"


async def test_a_response_that_never_arrives_answers_too_and_says_why(case: Case) -> None:
    await case.write("response", "Po.")
    [waiting] = await case.waiting()
    await case.owe(waiting)
    [letter] = await case.claimed()
    async with case.database.begin() as uow:
        await uow.outbox.failed(letter, "unreachable: blocked", case.now)
        await uow.commit()
    await case.settle()
    [reply] = await case.replies()
    assert (reply.state, reply.error) == ("undeliverable", "unreachable: blocked")
    assert await case.status() == "answered"


async def test_a_reply_whose_message_is_no_longer_there_is_said_to_be_lost(case: Case) -> None:
    """As after a restore, or where nobody settled for a month."""
    await case.write()
    [waiting] = await case.waiting()
    await case.owe(waiting)
    [letter] = await case.claimed()
    async with case.database.begin() as uow:
        await uow.outbox.failed(letter, "x", case.now)
        await uow.outbox.prune(case.now + LATER)
        await uow.commit()
    assert await case.settle() == 1
    assert (await case.replies())[0].error == LOST


async def test_somebody_who_blocked_the_bot_is_not_written_to(case: Case) -> None:
    """They may come back, so the page still offers to write."""
    async with case.database.begin() as uow:
        await uow.participants.unreachable(case.person, "blocked", case.now)
        await uow.commit()
    async with case.database.reading() as uow:
        assert (await uow.replies.author(case.contribution)).why == "blocked"
    await case.write("response")
    [waiting] = await case.waiting()
    assert waiting.why == "blocked"
    async with case.database.begin() as uow:
        assert await uow.replies.undeliverable(waiting, waiting.why, case.now)
        assert not await uow.replies.undeliverable(waiting, waiting.why, case.now)
        await uow.commit()
    assert await case.status() == "answered"
    assert await case.waiting() == ()


async def test_nobody_writes_to_somebody_who_was_forgotten(case: Case) -> None:
    """What was on its way is undeliverable."""
    await case.write()
    async with case.database.begin() as uow:
        await uow.participants.forget(case.person, case.now)
        await uow.commit()
    with pytest.raises(NobodyThere):
        await case.write()
    async with case.database.reading() as uow:
        assert (await uow.replies.author(case.contribution)).why == GONE
    [waiting] = await case.waiting()
    assert (waiting.session, waiting.why) == (None, GONE)


async def test_whoever_writes_to_what_has_changed_meanwhile_is_told(case: Case) -> None:
    await case.write(seen=0)
    with pytest.raises(Moved):
        await case.write(seen=0)
    await case.write(seen=1)


async def test_a_question_is_its_authors_alone(case: Case) -> None:
    """To everybody else it is none; a response is none to anybody, and what waits is not asked yet."""
    other = await a_case(case.database, case.now, chat=5)
    first, second, _ = await case.write(), await case.write(), await case.write("response")
    async with case.database.reading() as uow:
        assert await uow.replies.asked(case.person, first) is None
    for waiting in await case.waiting():
        await case.owe(waiting)
    async with case.database.reading() as uow:
        found = await uow.replies.asked(case.person, first)
        assert found
        assert (found.question, found.draft) == (first, 1)
        newest = await uow.replies.asked(case.person, NEWEST)
        assert newest
        assert newest.question == second
        assert await uow.replies.asked(other.person, first) is None
        assert await uow.replies.asked(other.person, NEWEST) is None
        assert await uow.replies.asked(case.person, second + 1) is None


async def test_what_the_author_writes_back_returns_and_is_pointed_out(case: Case) -> None:
    """Each message as it was written, kept as the author's turn is."""
    reply = await case.write()
    [waiting] = await case.waiting()
    await case.owe(waiting)
    asked = Asked(reply, "x", 1)
    said = (Replied(1, reply, "në Has"), Replied(1, reply, "në Kukës", changed=True))
    for event in said:
        await people.take(case.database, case.person, case.now, event, heard=event.text, asked=asked)
    [shown] = await case.replies()
    assert [(each.text, each.changed, each.language) for each in shown.answers] == [
        ("në Has", False, "sq"),
        ("në Kukës", True, "sq"),
    ]
    async with case.database.reading() as uow:
        standing = await uow.moderation.standing(case.contribution)
    assert standing
    assert standing.revised_unseen
    assert standing.version == 3, "whoever decides without it is told: written, answered twice"
    assert standing.changed_by is None
    assert await news(case) == (False, True), "answered, not edited"


async def news(case: Case) -> tuple[bool, bool]:
    """Return whether an edit by the author, and an answer, wait to be read."""
    columns = (Contribution.edited_unseen, Contribution.answered_unseen)
    async with case.database.reading() as uow:
        row = await uow.transaction.first(select(*columns).where(Contribution.id == case.contribution))
    assert row
    return row[0], row[1]


async def test_several_authors_write_back_in_one_statement(database: Database, now: datetime) -> None:
    """As the bot keeps turns: gathered, on PostgreSQL as one statement."""
    await people.publish(database, now)
    cases = [await a_case(database, now, chat) for chat in (11, 12, 13)]
    replies = [await case.write() for case in cases]
    for waiting in await cases[0].waiting():
        await cases[0].owe(waiting)
    for _, reply in zip(cases, replies, strict=True):
        async with database.together() as uow:
            await uow.replies.answered(Replied(1, reply, "po"), "sq", now)
            await uow.commit()
    assert [(await case.replies())[0].answers[0].text for case in cases] == ["po", "po", "po"]


async def test_everything_goes_with_its_author(case: Case) -> None:
    reply = await case.write()
    [waiting] = await case.waiting()
    await case.owe(waiting)
    await people.take(case.database, case.person, case.now, Replied(1, reply, "në Has"))
    async with case.database.begin() as uow:
        await uow.participants.erase(case.person, case.now)
        await uow.commit()
    assert await case.replies() == ()
    assert not await case.owe(waiting)
    assert await case.settle() == 0
