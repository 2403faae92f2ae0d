"""Replies of the secretariat on their way: once, in the author's language, whatever dies, whoever blocked the bot."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.answering import Answering
from bot.courier import Courier
from bot.relay import Relay
from bot.world import World
from simulator import Phone, Telegram
from storage.replies import Reply
from tests.bot.conftest import TOKEN
from tests.bot.test_relay import started
from tests.storage import people

AT_ONCE = timedelta(0)


@dataclass
class Author:
    """Somebody at a phone who submitted something, and the number of their contribution."""

    world: World
    phone: Phone
    person: uuid.UUID
    contribution: uuid.UUID
    staff: int

    async def asked(self, text: str = "Ku është kjo?", kind: str = "question") -> int:
        """Write to them; return the reply's number."""
        async with self.world.database.begin() as unit:
            now = self.world.clock()
            reply = await unit.replies.write(self.contribution, kind, text, seen=None, by=self.staff, now=now)
            await unit.commit()
        return reply

    async def reply(self) -> Reply:
        """Return how the newest reply to them stands."""
        async with self.world.database.reading() as unit:
            return (await unit.replies.of(self.contribution))[-1]

    async def becomes(self, state: str) -> Reply:
        """Wait until it stands so."""
        async with asyncio.timeout(30):
            while (found := await self.reply()).state != state:  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.05)
        return found

    async def status(self) -> str:
        """Return the contribution's status."""
        async with self.world.database.reading() as unit:
            standing = await unit.moderation.standing(self.contribution)
        assert standing
        return standing.status

    def heard(self) -> list[dict[str, Any]]:
        """Return what the bot sent."""
        return [message for message in self.phone.messages() if message["from"]["is_bot"]]


async def author(world: World, telegram: Telegram, name: str = "Ana", **fields: Any) -> Author:
    """Return somebody who submitted one issue."""
    now, phone = world.clock(), started(telegram, name)
    person = await people.arrive(world.database, now, phone.id, **fields)
    await people.submit(world.database, person, now, people.text("issue", 1, (3, "rruga")))
    async with world.database.begin() as unit:
        staff = await unit.staff.add(name, "-", "moderator", [], "sq", now)
        [row] = (await unit.participants.everything(person))["contributions"]
        await unit.commit()
    return Author(world, phone, person, uuid.UUID(row["id"]), staff.id)


@pytest.fixture
async def ana(world: World, telegram: Telegram) -> Author:
    """Somebody whom the secretariat may ask."""
    await people.publish(world.database, world.clock())
    return await author(world, telegram)


@asynccontextmanager
async def relaying(world: World, api: str) -> AsyncIterator[None]:
    """Send what is owed while the block runs."""
    stopping = asyncio.Event()
    task = asyncio.create_task(Relay(world, Courier(TOKEN, api)).run(stopping))
    yield
    stopping.set()
    await asyncio.wait_for(task, 20)


@asynccontextmanager
async def at_work(world: World, api: str) -> AsyncIterator[None]:
    """Be a worker while the block runs."""
    stopping = asyncio.Event()
    task = asyncio.create_task(Answering(world, AT_ONCE).run(stopping))
    async with relaying(world, api):
        yield
        stopping.set()
        await asyncio.wait_for(task, 20)


async def test_a_question_arrives_with_its_button_and_the_page_learns_so(ana: Author, world: World, api: str) -> None:
    reply = await ana.asked()
    async with at_work(world, api):
        settled = await ana.becomes("delivered")
    [message] = ana.heard()
    assert message["text"].startswith("Sekretariati ka një pyetje për ju.\nKontributi ")
    assert "\n\nKu është kjo?\n\n" in message["text"]
    [[button]] = message["reply_markup"]["inline_keyboard"]
    assert (button["text"], button["callback_data"]) == ("Përgjigju", f"0:answer:{reply}")
    assert settled.settled_at is not None
    assert await ana.status() == "new"
    async with world.database.reading() as unit:
        held = await unit.participants.everything(ana.person)
    [said] = [row for row in held["transcript"] if row["kind"] == "staff"]
    assert (said["text"], said["number"], said["menu"]) == (message["text"], message["message_id"], [["Përgjigju"]])


async def test_a_response_comes_in_the_language_they_use_now(world: World, telegram: Telegram, api: str) -> None:
    await people.publish(world.database, world.clock())
    ben = await author(world, telegram, "Ben")
    await ben.asked("It will be built.", "response")
    async with world.database.begin() as unit:
        found = await unit.participants.arrive(ben.phone.id, world.clock())
        assert found.session
        spoken = found.session._replace(language="en")
        await unit.participants.save(ben.person, spoken, found.version, world.clock())
        await unit.commit()
    async with at_work(world, api):
        await ben.becomes("delivered")
    [message] = ben.heard()
    assert message["text"].startswith("The secretariat answers you.\nContribution ")
    assert "reply_markup" not in message
    assert await ben.status() == "answered"


async def test_it_waits_as_long_as_it_can_be_taken_back(ana: Author, world: World) -> None:
    await ana.asked()
    await Answering(world, timedelta(minutes=1)).round()
    assert (await ana.reply()).state == "written"
    later = replace(world, clock=lambda: world.clock() + timedelta(minutes=1))
    await Answering(later, timedelta(minutes=1)).round()
    assert (await ana.reply()).state == "owed"


async def test_a_worker_that_dies_after_owing_leaves_one_message(ana: Author, world: World, api: str) -> None:
    """And two that look at the same moment owe it once."""
    await ana.asked()
    workers = [Answering(replace(world, name=f"worker{each}/1"), AT_ONCE) for each in range(3)]
    await asyncio.gather(*(worker.round() for worker in workers))
    assert (await ana.reply()).state == "owed"  # and here all of them die
    async with at_work(replace(world, name="worker9/1"), api):
        await ana.becomes("delivered")
    assert len(ana.heard()) == 1


async def test_a_long_one_is_delivered_when_its_last_piece_is(ana: Author, world: World, api: str) -> None:
    text = "\n".join(["fjalë " * 100] * 13)
    await ana.asked(text, "response")
    async with at_work(world, api):
        await ana.becomes("delivered")
    said = ana.heard()
    assert len(said) > 1
    assert "".join("".join(message["text"].split()) for message in said).endswith("".join(text.split()))


async def test_somebody_who_blocked_the_bot_is_left_in_peace_and_it_counts_as_answered(
    ana: Author, world: World, api: str
) -> None:
    """Telegram tells so when it is sent; after that nothing is sent any more, also when they come back."""
    ana.phone.block()
    await ana.asked("Po.", "response")
    async with at_work(world, api):
        settled = await ana.becomes("undeliverable")
        assert "blocked" in (settled.error or "")
        assert await ana.status() == "answered"
        await ana.asked("Edhe kjo.")
        assert "blocked" in ((await ana.becomes("undeliverable")).error or "")
        ana.phone.unblock()
        async with world.database.begin() as unit:
            await unit.participants.reachable(ana.person)
            await unit.commit()
        await ana.asked("Tani?")
        await ana.becomes("delivered")
    assert [each for each in ana.heard() if "Po." in each["text"] or "Edhe" in each["text"]] == []


async def test_somebody_who_is_forgotten_or_erased_meanwhile_is_not_sought(
    ana: Author, world: World, telegram: Telegram, api: str
) -> None:
    ben = await author(world, telegram, "Ben")
    await ana.asked()
    await ben.asked()
    async with world.database.begin() as unit:
        await unit.participants.forget(ana.person, world.clock())
        await unit.participants.erase(ben.person, world.clock())
        await unit.commit()
    await Answering(world, AT_ONCE).round()
    reply = await ana.reply()
    assert (reply.state, reply.error) == ("undeliverable", "unreachable: gone")
    assert ana.heard() == ben.heard() == []
