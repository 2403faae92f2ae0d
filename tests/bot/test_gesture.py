"""A message that answers one of the secretariat's by Telegram's own gesture, from the raw update to the database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import ledger
from bot.answering import Answering
from bot.delivery import Sent
from bot.inbound import read
from bot.world import Arrival, Quoted, World
from dialogs import loader
from dialogs.session import Session, Stage
from kuvendo.catalogue import publish
from storage.models import AuthorReply, Contribution
from storage.outbox import LEASE, Owed
from tests.bot.test_conversation import Chat
from tests.bot.updates import ANA, Json, edited, message, said
from tests.storage.test_cost import counted

BOT = {"id": 4242, "is_bot": True, "first_name": "Kuvendo"}


def quoted(number: Any = 9, **content: Any) -> Json:
    """Return a message of the bot's, as an update that answers it holds it."""
    return {"message_id": number, "date": 1, "chat": {"id": ANA, "type": "private"}, "from": BOT, **content}


def buttons(*data: Any) -> Json:
    """Return a keyboard with one button a row."""
    return {"inline_keyboard": [[{"text": "Përgjigju", "callback_data": each}] for each in data]}


@dataclass
class Letter:
    """One message of the secretariat in the chat."""

    number: int
    body: Json

    @property
    def quoted(self) -> Json:
        """As Telegram shows it in an update that answers it."""
        return quoted(self.number, text=self.body["text"], reply_markup=self.body.get("reply_markup"))

    @property
    def bare(self) -> Json:
        """The same without its buttons."""
        return quoted(self.number, text=self.body["text"])


class Author(Chat):
    """Ana, who submitted an issue and is in the middle of an idea."""

    contribution: uuid.UUID
    staff: int

    async def prepare(self) -> None:
        """Agree, submit, begin anew."""
        for text in (
            (
                "/start digital-governance-key-issues fillo pajtohem rruga kaperce kaperce dergo"
                " /start digital-governance-ideas nje-zyre"
            )
            .replace("/start ", "/start@")
            .split()
        ):
            await self.type(text.replace("/start@", "/start "))
            await self.sent()
        async with self.world.database.begin() as unit:
            row = await unit.transaction.first(select(Contribution.id))
            staff = await unit.staff.add("Mira", "-", "moderator", [], "sq", self.world.clock())
            await unit.commit()
        assert row
        self.contribution, self.staff = row.id, staff.id

    async def hears(self, text: str = "Ku është kjo?", kind: str = "question", *, noted: bool = True) -> list[Letter]:
        """Be written to by the secretariat; return the messages, whose numbers are `noted` or not yet."""
        async with self.world.database.begin() as unit:
            now = self.world.clock()
            await unit.replies.write(self.contribution, kind, text, seen=None, by=self.staff, now=now)
            await unit.commit()
        await Answering(self.world, timedelta(0)).round()
        async with self.world.database.begin() as unit:
            owed = await unit.outbox.claim(9, LEASE, self.world.clock(), "relay")
            await unit.commit()
        return [await self._read(each, noted=noted) for each in owed]

    async def _read(self, owed: Owed, *, noted: bool) -> Letter:
        self.number += 7  # other people's messages lie between
        if noted:
            await ledger.conclude(self.world, owed, Sent(self.number))
        return Letter(self.number, dict(owed.body))

    async def replies(self, text: str, to: Json, **content: Any) -> int:
        """Answer a message by the gesture; return the own message's number."""
        self.number += 1
        own = self.number
        answer = message(message_id=own, reply_to_message=to, **(content or {"text": text}))
        await self.do(answer)
        await self.sent()
        return own

    async def written_back(self) -> list[tuple[int, str, bool]]:
        """Return what the secretariat has from her: the number of its message, her words, whether they are changed."""
        columns = (AuthorReply.reply_id, AuthorReply.text, AuthorReply.changed)
        async with self.world.database.reading() as unit:
            return [(*row,) for row in await unit.transaction.rows(select(*columns).order_by(AuthorReply.id))]

    async def session(self) -> Session:
        """Return where she is."""
        async with self.world.database.begin() as unit:
            session = (await unit.participants.arrive(ANA, self.world.clock())).session
        assert session is not None
        return session


@pytest.fixture
async def ana(world: World) -> Author:
    shipped = loader.shipped()
    await publish(world.database, shipped, opened=True)
    catalogue = shipped.catalogue()
    ana = Author(replace(world, catalogue=lambda: catalogue))
    await ana.prepare()
    return ana


# --- what an update says of the message that it answers ---------------------------------------------------------------


def came(update: Json) -> Arrival:
    happening = read(update)[1]
    assert isinstance(happening, Arrival)
    return happening


def test_the_message_of_ours_is_taken_along_with_its_question() -> None:
    update = said("po", reply_to_message=quoted(9, text="Ku\0?", reply_markup=buttons("5:skip", "0:answer:7")))
    assert came(update).quoted == Quoted(9, "Ku ?", 7)
    assert came(said("po", reply_to_message=quoted(9))).quoted == Quoted(9)
    assert came(said("po")).quoted is None


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        {},
        {"from": BOT},
        {"from": [], "message_id": 9},
        {"from": {"is_bot": "yes"}, "message_id": 9},
        {"from": {"id": ANA, "is_bot": False}, "message_id": 9},
        quoted("9"),
        quoted(True),
        quoted(-1),
        quoted(2**63),
    ],
)
def test_any_other_message_is_none_of_ours(odd: Any) -> None:
    assert came(said("po", reply_to_message=odd)).quoted is None


@pytest.mark.parametrize(
    "markup",
    [7, {}, {"inline_keyboard": 7}, {"inline_keyboard": [7, [7]]}, buttons(None), buttons("0:answer:"), buttons("x")],
)
def test_odd_buttons_are_no_question(markup: Any) -> None:
    assert came(said("po", reply_to_message=quoted(9, text=7, reply_markup=markup))).quoted == Quoted(9)


# --- what becomes of it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["quoted", "bare"])
async def test_it_lands_with_that_question_and_one_goes_on_where_one_was(ana: Author, shape: str) -> None:
    """With the button that Telegram shows along, and by the message's number alone."""
    [first] = await ana.hears()
    await ana.hears("Kur?")
    drafts = (await ana.session()).drafts
    await ana.replies("Golaj", getattr(first, shape))
    assert await ana.written_back() == [(1, "Golaj", False)]
    session = await ana.session()
    assert (session.stage, session.drafts) == (Stage.ANSWER, drafts)
    await ana.press("done")
    await ana.sent()
    assert (await ana.session()).stage is Stage.ASKING
    await ana.type("radhet")
    assert await ana.written_back() == [(1, "Golaj", False)]


async def test_whoever_works_on_it_is_pointed_to_it(ana: Author) -> None:
    [letter] = await ana.hears("Po, më 2027.", "response")
    await ana.replies("Faleminderit, por pyeta për urën.", letter.quoted)
    async with ana.world.database.reading() as unit:
        standing = await unit.moderation.standing(ana.contribution)
        [reply] = await unit.replies.of(ana.contribution)
    assert standing
    assert standing.revised_unseen
    assert [each.text for each in reply.answers] == ["Faleminderit, por pyeta për urën."]


async def test_its_edit_is_an_edit_of_an_answer(ana: Author) -> None:
    [letter] = await ana.hears()
    number = await ana.replies("Golaj", letter.bare)
    await ana.do(edited("Golaj, Has", message_id=number))
    assert await ana.written_back() == [(1, "Golaj", False), (1, "Golaj, Has", True)]


async def test_each_message_of_a_long_one_can_be_answered(ana: Author) -> None:
    """Telegram gives each a number; that of the last is kept."""
    pieces = await ana.hears("\n".join(f"{line}. " + "fjalë " * 100 for line in range(12)), "response")
    assert len(pieces) == 2
    for place, letter in enumerate(pieces):
        await ana.replies(f"pjesa {place}", letter.bare)
    assert await ana.written_back() == [(1, "pjesa 0", False), (1, "pjesa 1", False)]


async def test_it_can_be_answered_before_its_number_is_noted(ana: Author) -> None:
    """The words tell which it is."""
    [first] = await ana.hears("Ku është kjo?", "response", noted=False)
    await ana.replies("Golaj", first.bare)
    assert await ana.written_back() == [(1, "Golaj", False)]


async def test_an_answer_to_anything_else_is_what_it_would_be_without(ana: Author) -> None:
    """A screen, also one that the secretariat quotes; an own message; one that nobody knows."""
    screen = (await ana.session()).posted
    await ana.hears("Ju shkruat „radhet”. Cilin problem do të trajtojë ideja?")
    others = (
        quoted(screen, text="Cilin problem do të trajtojë ideja?"),
        quoted(2, text="nje-zyre", **{"from": {"id": ANA, "is_bot": False}}),
        quoted(ana.number + 500, text="Një njoftim për të gjithë."),
        quoted(ana.number + 500),
    )
    for place, other in enumerate(others):
        await ana.replies(f"fjala {place}", other)
    assert await ana.written_back() == []
    draft = (await ana.session()).draft
    assert draft
    assert [answer.text for answer in draft.answers] == ["nje-zyre", "fjala 0", "fjala 1"]
    assert [stray.text for stray in draft.strays] == ["fjala 2", "fjala 3"]


async def test_a_question_that_was_never_theirs_gets_the_sentence_of_the_command(ana: Author) -> None:
    """Such as one that was put to them before they erased everything, and still stands in the chat."""
    await ana.hears()
    answers = (await ana.session()).drafts
    await ana.replies("Golaj", quoted(3, text="Ku?", reply_markup=buttons("0:answer:99")))
    assert await ana.written_back() == []
    session = await ana.session()
    assert (session.stage, session.drafts) == (Stage.ASKING, answers)
    async with ana.world.database.reading() as unit:
        person = await unit.participants.find(ANA)
        assert person
        last = (await unit.participants.everything(person))["transcript"][-1]
    assert last["text"].startswith("Sekretariati nuk ju ka pyetur")


async def test_words_beneath_a_picture_are_an_answer(ana: Author) -> None:
    [letter] = await ana.hears()
    await ana.replies("", letter.bare, photo=[{"file_id": "x"}], caption="kjo është rruga")
    assert await ana.written_back() == [(1, "kjo është rruga", False)]


async def test_only_a_message_that_answers_another_is_looked_up(ana: Author) -> None:
    """An ordinary one costs not one statement more."""
    [letter] = await ana.hears()
    with counted(ana.world.database) as ordinary:
        await ana.type("radhet")
    assert not [each for each in ordinary if "replies" in each or "transcript.letter" in each]
    with counted(ana.world.database) as answering:
        await ana.replies("Golaj", letter.bare)
    assert [each for each in answering if "transcript.letter" in each]
