"""What the transport itself writes down: what became of each message, and updates that could not be handled.

Each function is one transaction. The conversation has its own (`conversation.handle`); nothing here touches it.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from gettext import NullTranslations
from typing import Any, Final

import structlog

from bot.delivery import Gone, Later, Refused, Sent, Verdict, is_over, wait
from bot.outbound import to_bodies
from bot.world import Arrival, Reachable, Reply, World
from dialogs.exchange import Message
from dialogs.menus import words_of
from dialogs.session import Session, begin
from storage.errors import Conflict, Unavailable
from storage.outbox import UNREACHABLE, Letter, Owed
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger("bot.ledger")

TRIES: Final = 4
PATIENCE: Final = 40.0
"""Seconds to wait for a database that is gone; less than a lease lasts."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 2.0

Opening = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


async def conclude(world: World, owed: Owed, verdict: Verdict) -> None:
    """Note what became of a message: sent, to be sent later, or given up; and who can no longer be reached.

    Whatever else waits for them is given up too, notices and replies: when they come back they are answered where they
    stand, and are not met by all that was said meanwhile. Where the database is gone this waits for it: what Telegram
    said is known here alone, and until it is written down the message is taken for one still on its way.
    """

    async def work(unit: UnitOfWork) -> None:
        now = world.clock()
        match verdict:
            case Sent(number):
                await unit.outbox.sent(owed, number, now)
            case Later(reason) if is_over(verdict, owed.unanswered + 1, owed.created_at, now):
                await unit.outbox.failed(owed, reason, now)
            case Later(reason):
                await unit.outbox.retry(owed, now + wait(verdict, owed.attempts + 1), reason, unsure=verdict.unsure)
            case Gone(reason):
                await unit.participants.unreachable(owed.participant_id, reason, now)
                await unit.outbox.failed(owed, UNREACHABLE + reason, now)
                await unit.outbox.give_up(owed.participant_id, UNREACHABLE + reason, now, world.name)
            case Refused(reason):
                log.warning("Telegram refused a message", reason=reason)
                await unit.outbox.failed(owed, reason, now)

    await _kept_at_last(world.database.together, work)


async def leave(world: World, letters: tuple[Owed, ...]) -> None:
    """Leave messages to the relay, which sends them after the one before them that could not be sent."""

    async def work(unit: UnitOfWork) -> None:
        for owed in letters:
            await unit.outbox.retry(owed, world.clock(), "after another")

    if letters:
        await _kept_at_last(world.database.together, work)


async def free(world: World, update_id: int) -> None:
    """Leave the replies to an update, if there are any, to the relay: surely nobody began to send them."""

    async def work(unit: UnitOfWork) -> None:
        await unit.outbox.free(world.key(update_id), world.name)

    await _kept(world.database.begin, work)


async def quarantine(world: World, raw: Any, update_id: int | None, reason: str) -> None:
    """Put aside an update of which nobody can say whose it is; `reason` quotes nothing."""
    now = world.clock()
    with suppress(Conflict):  # it was taken before
        async with world.database.together() as unit:
            if update_id is not None:
                await unit.inbox.take(world.bot_id, update_id, now)
            await unit.quarantine.put(None, update_id, reason, raw, now, consented=False)
            await unit.commit()


async def reachable(world: World, change: Reachable) -> None:
    """Note that a person blocked the bot, which gives up what waits for them, or came back.

    Somebody never seen is nobody's business.
    """

    async def work(unit: UnitOfWork) -> None:
        person = await unit.participants.find(change.chat_id)
        if person is None:
            return
        if change.reachable:
            await unit.participants.reachable(person)
        else:
            await unit.participants.unreachable(person, "blocked", world.clock())
            await unit.outbox.give_up(person, UNREACHABLE + "blocked", world.clock())

    await _kept(world.database.begin, work)


async def apologise(world: World, arrival: Arrival, update_id: int, raw: Any, reason: str) -> Reply:
    """Put aside an update that our own code failed on, and owe its author one apology in their language."""
    owed: list[Owed] = []
    repeated = False

    async def work(unit: UnitOfWork) -> None:
        nonlocal repeated
        owed.clear()
        now = world.clock()
        repeated = await unit.inbox.seen(world.bot_id, update_id, now)
        if repeated:
            return
        person, session, must_wait = await _whose(world, unit, arrival)
        consented = session is not None and session.consent > 0
        await unit.quarantine.put(person, update_id, reason, raw, now, consented=consented)
        words = words_of(session or begin(now, arrival.language_code))
        letters = [Letter(body) for body in to_bodies(Message(apology_text(words)))]
        worker = None if must_wait else world.name
        key = f"apology:{world.bot_id}:{update_id}"
        owed.extend(await unit.outbox.enqueue(person, letters, key, now, worker=worker))

    await _kept(world.database.begin, work)
    return Reply(owed=tuple(owed), repeated=repeated)


async def _whose(world: World, unit: UnitOfWork, arrival: Arrival) -> tuple[uuid.UUID, Session | None, bool]:
    """Return the participant, their session where it can be read, and whether earlier replies still wait."""
    try:
        found = await unit.participants.arrive(arrival.chat_id, world.clock())
    except (ValueError, TypeError, KeyError):  # the session itself may be what we stumbled over
        person = await unit.participants.find(arrival.chat_id)
        if person is None:
            raise
        return person, None, True
    if found.session is None:  # whoever is written to has a place in the conversation
        session = begin(world.clock(), arrival.language_code)
        await unit.participants.save(found.participant_id, session, found.version, world.clock())
    return found.participant_id, found.session, found.is_owed


def apology_text(t: NullTranslations) -> str:
    """Return what is said when our own code failed on a message."""
    return t.gettext(
        "Sorry, something went wrong on our side. What you wrote before is safe. "
        "Please try again, or send /continue to see the question."
    )


async def _kept_at_last(opening: Opening, work: Callable[[UnitOfWork], Awaitable[None]]) -> None:
    """Do `work` in a transaction, again and again while the database does not answer and the lease lasts."""
    until, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
    while True:
        try:
            await _kept(opening, work)
            return
        except Unavailable:
            if time.monotonic() + pause > until:
                raise
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _kept(opening: Opening, work: Callable[[UnitOfWork], Awaitable[None]]) -> None:
    """Do `work` in a transaction and keep it; again where somebody else changed the same rows."""
    for attempt in range(TRIES):
        try:
            async with opening() as unit:
                await work(unit)
                await unit.commit()
                return
        except Conflict:
            await asyncio.sleep(0.01 * 2**attempt)
    raise Unavailable("the same rows were changed again and again")
