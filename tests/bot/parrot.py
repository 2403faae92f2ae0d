"""A conversation that says everything back, on the real storage: enough to see the transport work.

Its commands make it misbehave: `/boom` raises, `/long` says more than one message holds.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.gate import Sought
from bot.outbound import to_bodies
from bot.world import Arrival, Reply, World
from dialogs.exchange import Choice, Chosen, Command, Message, Typed
from dialogs.session import begin
from storage.outbox import Letter

PAUSE = asyncio.Event()


def answer(arrival: Arrival, turn: int, posted: int | None) -> Message:
    """Return what the parrot says: the text, and whether it knows the number of what it said last."""
    input = arrival.input
    if isinstance(input, Command) and input.name == "boom":
        raise RuntimeError(f"ZQX {arrival.text}")
    if isinstance(input, Command) and input.name == "long":
        return Message("fjalë " * 1500, menu=((Choice("go", "Shko"),),), turn=turn)
    if isinstance(input, Typed):
        known = "?" if posted is None else "after" if input.number > posted else "before"
        return Message(f"{input.text} · {known}", menu=((Choice("go", "Shko"), Choice("no", "Jo")),), turn=turn)
    return Message(f"{arrival.kind} {getattr(input, 'option', '')}".strip(), turn=turn)


async def handle(world: World, arrival: Arrival, update_id: int, now: datetime, _sought: Sought | None = None) -> Reply:
    """Say it back, once for each update."""
    async with world.database.begin() as unit:
        if await unit.inbox.seen(world.bot_id, update_id, now):
            return Reply(repeated=True)
        who = await unit.participants.arrive(arrival.chat_id, now)
        session = who.session or begin(now, arrival.language_code)
        message = answer(arrival, session.turn + 1, session.posted)
        session = session._replace(turn=session.turn + 1, posted=None)
        await unit.participants.save(who.participant_id, session, who.version, now)
        bodies = to_bodies(message)
        turns = [None] * (len(bodies) - 1) + [session.turn]
        letters = [Letter(body, turn) for body, turn in zip(bodies, turns, strict=True)]
        worker = None if who.is_owed else world.name
        owed = await unit.outbox.enqueue(who.participant_id, letters, world.key(update_id), now, worker=worker)
        await unit.commit()
    pressed = isinstance(arrival.input, Chosen)
    return Reply(owed=owed, toast="U mor" if pressed else "", settled="Shko" if pressed else "")
