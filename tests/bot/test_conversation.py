"""What one person's updates leave in the outbox: every piece of a screen in its turn, the thanks beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import ledger
from bot.conversation import handle
from bot.delivery import Later, Sent
from bot.inbound import read
from bot.outbound import data
from bot.world import Arrival, World
from dialogs import loader
from kuvendo.catalogue import publish
from storage.outbox import LEASE, Owed
from tests.bot.updates import ANA, pressed, said


class Chat:
    """Ana's chat: what she does is handled, what is owed for it is sent or stays."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.number = 0
        self.owed: tuple[Owed, ...] = ()

    async def do(self, raw: dict[str, Any]) -> None:
        """Handle one update."""
        self.number += 1
        raw["update_id"] = self.number
        happening = read(raw)[1]
        assert isinstance(happening, Arrival)
        self.owed = (await handle(self.world, happening, self.number, self.world.clock())).owed

    async def type(self, text: str, number: int = 0) -> None:
        """Write something, as message `number` where one is given."""
        self.number += 1
        await self.do(said(text, message_id=number or self.number))

    async def press(self, option: str) -> None:
        """Press a button of the present screen."""
        async with self.world.database.begin() as unit:
            session = (await unit.participants.arrive(ANA, self.world.clock())).session
        assert session is not None
        await self.do(pressed(data(session.turn, option)))

    async def sent(self) -> list[int]:
        """Send what is owed; return the numbers of the messages."""
        numbers = []
        for owed in self.owed:
            self.number += 1
            numbers.append(self.number)
            await ledger.conclude(self.world, owed, Sent(self.number))
        self.owed = ()
        return numbers

    async def refused_for_now(self) -> None:
        """Leave what is owed to the relay."""
        await ledger.conclude(self.world, self.owed[0], Later("too many requests", 1))
        await ledger.leave(self.world, self.owed[1:])

    async def waiting(self) -> list[str]:
        """Return the texts that the relay will send."""
        async with self.world.database.begin() as unit:
            owed = await unit.outbox.claim(9, LEASE, self.world.clock() + LEASE, "relay")
        return [each.body["text"] for each in owed]


@pytest.fixture
async def chat(world: World) -> Chat:
    """Ana's chat, at the first question of *key issues*."""
    shipped = loader.shipped()
    await publish(world.database, shipped, opened=True)
    catalogue = shipped.catalogue()
    chat = Chat(replace(world, catalogue=lambda: catalogue))
    for text in ("/start digital-governance-key-issues", "fillo", "pajtohem"):
        await chat.type(text)
        await chat.sent()
    return chat


async def reviewed(chat: Chat, *issues: str) -> Chat:
    """Walk to the review, which is owed and not sent yet."""
    for issue in issues:
        for text in (issue, "kaperce"):
            await chat.sent()
            await chat.type(text)
    if len(issues) < 3:
        await chat.sent()
        await chat.type("kaperce")
    return chat


async def test_who_types_ahead_of_the_thanks_presses_nothing_below_them(chat: Chat) -> None:
    await (await reviewed(chat, "rruga")).sent()
    chat.number += 1
    ahead = chat.number
    await chat.press("submit")
    thanks, home = chat.owed
    assert (thanks.turn, "Faleminderit" in thanks.body["text"], "reply_markup" in thanks.body) == (None, True, False)
    assert home.turn is not None
    await chat.sent()
    await chat.type("1", ahead)
    assert [owed.body["text"] for owed in chat.owed] == [home.body["text"]], "they are asked again, nothing was chosen"


async def test_the_thanks_are_sent_even_when_another_screen_follows(chat: Chat) -> None:
    await (await reviewed(chat, "rruga")).sent()
    await chat.press("submit")
    await chat.refused_for_now()
    await chat.type("/mine")
    thanks, mine = await chat.waiting()
    assert thanks.startswith("Faleminderit shumë!")
    assert mine.startswith("Kontributet tuaja:")


async def test_a_review_in_several_messages_is_left_behind_whole(chat: Chat) -> None:
    await reviewed(chat, "a" * 4000, "b" * 4000, "c" * 4000)
    assert len(chat.owed) > 2
    await chat.refused_for_now()
    await chat.type("/language")
    assert await chat.waiting() == ["Cilën gjuhë doni të përdorni?"]


async def test_a_review_in_several_messages_is_seen_with_the_last(chat: Chat) -> None:
    await reviewed(chat, "a" * 4000, "b" * 4000, "c" * 4000)
    numbers = await chat.sent()
    async with chat.world.database.begin() as unit:
        session = (await unit.participants.arrive(ANA, chat.world.clock())).session
    assert session is not None
    assert session.posted == numbers[-1]
