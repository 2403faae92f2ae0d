"""A message, presses and an edit of one person at the same moment, in three bots, with no lock that holds.

The turn of a chat runs out before the update is handled, and each bot is slow at random between what it reads and what
it keeps. The goal: no update is lost, and the end is one that the same updates could have had one after another.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, update

from bot import ledger
from bot.conversation import handle
from bot.delivery import Sent
from bot.gate import TRIES, Sought
from bot.inbound import press
from bot.world import Arrival, Reply, World
from dialogs import loader
from dialogs.exchange import Chosen, Command, Edited, Input, Typed
from kuvendo.catalogue import CatalogueKeeper, publish
from kuvendo.wiring import now
from storage import participants
from storage.database import Database
from storage.ephemeral import Order
from storage.errors import Conflict
from storage.keys import Keyring, generate
from storage.migrate import upgrade
from storage.models import Inbox, SessionRow
from storage.participants import Arrival as Found
from storage.redis_order import RedisOrder
from storage.unit_of_work import UnitOfWork

BOTS = 3
TURN_MS = 2
"""How long a turn lasts: less than anything takes."""
SLOW = 0.03
"""Seconds that pass at most between reading and keeping."""
PATH = ("fillo", "pajtohem", "qeverisja dixhitale", "ceshtjet kryesore", "interneti punon naten")
"""Leads to the second question of the first item, with one answer given."""


class Dawdling(Database):
    """A database that takes its time at random, where an update has read and not kept yet."""

    chance = random.Random(7)

    def arrival(self, bot_id: int, update_id: int, chat_id: int) -> asyncio.Future[Found | None]:
        """Look up who speaks, and let others go ahead."""
        return asyncio.ensure_future(self._slowly(super().arrival(bot_id, update_id, chat_id)))

    async def _slowly(self, sought: asyncio.Future[Found | None]) -> Found | None:
        found = await sought
        await asyncio.sleep(self.chance.uniform(0, SLOW))
        return found

    @asynccontextmanager
    async def together(self) -> AsyncIterator[UnitOfWork]:
        """Keep a turn, later."""
        await asyncio.sleep(self.chance.uniform(0, SLOW))
        async with super().together() as unit:
            yield unit


@dataclass
class Person:
    """Somebody with a chat of their own; messages are numbered as they come."""

    chat: int
    number: int = 0
    updates: int = 0
    menu: dict[str, Chosen] = field(default_factory=dict)
    turned_away: int = 0

    def arrival(self, input: Input, text: str = "") -> tuple[int, Arrival]:
        """Return an update and its number."""
        self.updates += 1
        kind = {Typed: "text", Chosen: "press", Edited: "edit", Command: "command"}[type(input)]
        return self.chat * 100 + self.updates, Arrival(self.chat, input, kind, text, "sq")

    def says(self, text: str) -> tuple[int, Arrival]:
        """Return what a text message leads to."""
        self.number += 1
        if text.startswith("/"):
            return self.arrival(Command(text[1:], "", self.number), text)
        return self.arrival(Typed(self.number, text), text)

    async def handled(self, world: World, update: tuple[int, Arrival], sought: Sought | None = None) -> Reply:
        """Let a bot handle an update, again where somebody else was faster, as its gate does."""
        for _ in range(20 * TRIES):  # the gate gives up after TRIES, and Telegram brings it again
            try:
                return await handle(world, update[1], update[0], datetime.now(UTC), sought)
            except Conflict:
                sought = None
                self.turned_away += 1
        raise AssertionError("the update never got its turn")

    async def shown(self, world: World, reply: Reply) -> None:
        """Show the replies on the phone, and note their numbers."""
        for owed in reply.owed:
            self.number += 1
            await ledger.conclude(world, owed, Sent(self.number))
            for button in (
                each for row in owed.body.get("reply_markup", {}).get("inline_keyboard", ()) for each in row
            ):
                self.menu[button["text"]] = press(button["callback_data"])


async def walked(world: World, chat: int) -> Person:
    """Bring somebody to the second question."""
    person = Person(chat)
    for text in ("/start", *PATH):
        await person.shown(world, await person.handled(world, person.says(text)))
    return person


Scene = tuple[str, ...]
SCENES: tuple[Scene, ...] = (
    ("say", "press Kapërce", "edit"),
    ("say", "press Kthehu", "edit"),
    ("press Kapërce", "press Kthehu", "say"),
    ("say", "say more", "edit"),
    ("press Kapërce", "press Kapërce", "edit"),
)


def updates(person: Person, scene: Scene) -> list[tuple[int, Arrival]]:
    """Return what is done at the same moment; the phone numbers the messages."""
    first = person.number - 1  # the answer to the question before the one that was shown last
    done = []
    for what in scene:
        if what.startswith("say"):
            done.append(person.says(f"nuk ka drite {what}"))
        elif what == "edit":
            done.append(person.arrival(Edited(first, "interneti punon vetem naten"), "interneti punon vetem naten"))
        else:
            done.append(person.arrival(person.menu[what.removeprefix("press ")]))
    return done


async def state(database: Database, person: Person) -> str:
    """Return where somebody is and what they said, without numbers that tell only when."""
    async with database.reading() as unit:
        who = await unit.participants.find(person.chat)
        rows = await unit.transaction.rows(select(SessionRow.state).where(SessionRow.participant_id == who))
        span = Inbox.update_id.between(person.chat * 100, person.chat * 100 + 99)
        taken = await unit.transaction.rows(select(func.count()).where(span))
    assert taken[0][0] == person.updates, "every update was taken"
    return json.dumps(_plain(json.loads(rows[0].state)), sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        when = {"started_at", "seen", "turn", "posted", "chose", "pressed"}  # pressed names a turn, which names a time
        return {name: _plain(each) for name, each in value.items() if name not in when}
    return [_plain(each) for each in value] if isinstance(value, list) else value


async def one_after_another(world: World, chats: Any, scene: Scene) -> set[str]:
    """Return every end that a scene may have: in each order, each reply shown at once or only after later updates."""

    async def end(order: Sequence[int], shown: Sequence[int]) -> str:
        person = await walked(world, next(chats))
        todo = updates(person, scene)
        replies: list[tuple[int, Reply]] = []
        for place, which in enumerate(order):
            replies.append(((*shown, 0)[place] + place, await person.handled(world, todo[which])))
            for _, reply in [each for each in replies if each[0] == place]:
                await person.shown(world, reply)
        return await state(world.database, person)

    orders = itertools.permutations(range(len(scene)))
    ways = itertools.product(orders, itertools.product(range(3), range(2)))
    return set(await asyncio.gather(*(end(order, shown) for order, shown in ways)))


async def at_once(worlds: Sequence[World], orders: Sequence[Order], person: Person, scene: Scene) -> None:
    """Let each update go to a bot of its own, at the same moment."""

    async def one(place: int, update: tuple[int, Arrival]) -> None:
        await asyncio.sleep(Dawdling.chance.uniform(0, SLOW))
        world = worlds[place]
        seek = partial(world.database.arrival, world.bot_id, update[0], person.chat)
        async with orders[place].chat(person.chat, meanwhile=seek) as turn:
            reply = await person.handled(world, update, turn.begun)
            await asyncio.sleep(Dawdling.chance.uniform(0, SLOW))
            await person.shown(world, reply)

    await asyncio.gather(*(one(place, update) for place, update in enumerate(updates(person, scene))))


@pytest.fixture
async def worlds(postgres_url: str) -> AsyncIterator[list[World]]:
    """Three bots on one database; the first takes no time."""
    keyring = Keyring.parse(generate())
    await asyncio.to_thread(upgrade, postgres_url)
    databases = [Database(postgres_url, keyring), *(Dawdling(postgres_url, keyring) for _ in range(BOTS))]
    await publish(databases[0], loader.shipped(), opened=True)
    keeper = CatalogueKeeper(databases[0])
    await keeper.refresh()
    yield [World(each, keeper, now, 4242, f"bot{place}/1") for place, each in enumerate(databases)]
    for each in databases:
        await each.close()


@dataclass
class Ends:
    """How races ended: how many in each scene, what came of them, and what came of none of their orders."""

    raced: Counter[Scene] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    impossible: list[Scene] = field(default_factory=list)
    turned_away: int = 0


async def raced(worlds: list[World], redis_url: str, many: int) -> Ends:
    """Race so many times, scene after scene, ten people at a time, and hold each end against those of some order."""
    quick, *slow = worlds
    orders = [RedisOrder(redis_url, quick.database.keyring, turn_ms=TURN_MS) for _ in slow]
    chats = itertools.count(1000)
    possible = {scene: await one_after_another(quick, chats, scene) for scene in SCENES}
    ends = Ends()
    for batch in _tens(many):
        people = await asyncio.gather(*(walked(quick, next(chats)) for _ in batch))
        await asyncio.gather(*(at_once(slow, orders, each, scene) for each, scene in zip(people, batch, strict=True)))
        for person, scene in zip(people, batch, strict=True):
            end = await state(quick.database, person)
            if end not in possible[scene]:
                ends.impossible.append(scene)
            ends.raced[scene] += 1
            ends.seen.add(end)
            ends.turned_away += person.turned_away
    await asyncio.gather(*(order.close() for order in orders))
    print(
        f"\n{many} times three updates at once in {BOTS} bots: {len(ends.seen)} different ends, "
        f"{len(ends.impossible)} times one of no order ({sum(map(len, possible.values()))} possible); "
        f"{ends.turned_away} updates were handled again"
    )
    return ends


@pytest.mark.parametrize("many", [pytest.param(200), pytest.param(5000, marks=pytest.mark.soak)])
async def test_every_end_is_one_of_some_order(worlds: list[World], redis_url: str, many: int) -> None:
    ends = await raced(worlds, redis_url, many)
    assert ends.impossible == [], "no order of them could end so"
    assert sum(ends.raced.values()) == many
    assert ends.turned_away > many / 10, "they did meet"


@pytest.mark.soak
async def test_a_session_kept_whatever_its_version_is_seen(
    worlds: list[World], redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with the version's check dropped on purpose: somebody's update overwrites another's."""
    same = SessionRow.participant_id == bindparam("new_participant_id")
    unchecked = update(SessionRow).where(same, SessionRow.version >= bindparam("seen"))
    monkeypatch.setattr(participants, "_NEXT", unchecked.values(dict(participants._NEXT._values or {})))
    ends = await raced(worlds, redis_url, 200)
    assert len(ends.impossible) > 10


def _tens(many: int) -> list[list[Scene]]:
    scenes = list(itertools.islice(itertools.cycle(SCENES), many))
    return [scenes[start : start + 10] for start in range(0, many, 10)]
