"""The main path of an update, in one transaction: read this first.

Everything that a turn changes (update id, session, answers, transcript, replies owed) is kept together or not at
all; nothing here speaks to Telegram. What to send follows the commit and is in the returned `Reply`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from gettext import NullTranslations

from bot import mydata
from bot.outbound import to_bodies
from bot.world import Arrival, Body, Reply, World
from dialogs import lobby
from dialogs.answering import lead_nowhere, may_answer, question_wanted
from dialogs.entering import standing
from dialogs.exchange import (
    Chosen,
    Command,
    Concerning,
    DataRequested,
    Edited,
    Input,
    LookedUp,
    Loose,
    Media,
    Message,
    Prompt,
    Say,
    Typed,
    Unsupported,
    Withdrawn,
)
from dialogs.looking_up import receipt_wanted
from dialogs.menus import words_of
from dialogs.render import menu_of, render
from dialogs.sentences import toast_text
from dialogs.session import Session, Stage, begin
from dialogs.text import spaced
from dialogs.turn import Turn
from dialogs.types import Catalogue, Past
from locales import CHAT, translations
from storage.outbox import Letter, Owed, part_of
from storage.participants import Arrival as Found
from storage.record import Inbound, Recorded, record
from storage.unit_of_work import UnitOfWork


async def handle(
    world: World, arrival: Arrival, update_id: int, now: datetime, sought: Awaitable[Found | None] | None = None
) -> Reply:
    """Take what one person did, keep what follows, and return what to send.

    `sought` is who speaks, where somebody began to look that up already. An update taken before ends here. Raises
    storage's Conflict where another update of the same person came in between (take it again), Unavailable where the
    database does not answer (nothing was kept).
    """
    catalogue = world.catalogue().at(now)
    found = await (sought or world.database.arrival(world.bot_id, update_id, arrival.chat_id))
    if found is None:
        return Reply(repeated=True)
    if found.session is None and isinstance(arrival.input, Chosen | Edited):
        return _to_a_stranger(arrival, now)
    session = found.session or begin(now, arrival.language_code)
    past = standing(catalogue, await _past(world, found, session, arrival))
    given = await _looked_up(world, found, session, arrival, now)
    turn = lobby.step(catalogue, session, given, now, past)
    if isinstance(given, Typed) and lead_nowhere(session, given, turn):
        loose = await _loose(world, found, given)
        turn = lobby.step(catalogue, session, loose, now, past) if loose else turn
    past = await _explained(world, found, turn, past)
    files = await _files(world, found, turn, now)
    async with _unit(world, turn) as uow:
        await _take(uow, world, found, arrival, update_id, now)
        recorded = await record(uow, found.participant_id, turn, _inbound(arrival), now)
        owed: tuple[Owed, ...] = ()
        if not recorded.erased:
            await _save(uow, found, turn, now)
            said = [(_kind(p), _rendered(p, turn, recorded, catalogue, past)) for p in turn.prompts]
            owed = await _owe(world, uow, found, turn, recorded, files, said, update_id, now)
        await uow.commit()
    if recorded.erased:
        await world.database.after_erasure()
    return _reply(turn, owed, catalogue, past, recorded)


def _unit(world: World, turn: Turn) -> AbstractAsyncContextManager[UnitOfWork]:
    """Return what the turn is kept in: together with whatever others say just now, but an erasure alone."""
    alone = any(isinstance(event, Withdrawn) for event in turn.events)
    return world.database.begin() if alone else world.database.together()


async def _take(uow: UnitOfWork, world: World, found: Found, arrival: Arrival, update_id: int, now: datetime) -> None:
    await uow.inbox.take(world.bot_id, update_id, now)
    if found.is_new:
        await uow.participants.enrol(found.participant_id, arrival.chat_id, now)


def _to_a_stranger(arrival: Arrival, now: datetime) -> Reply:
    """Answer a press of somebody who is not known (any more) without keeping anything: they were erased."""
    return Reply(toast=stranger_text(words_of(begin(now, arrival.language_code))))


def stranger_text(t: NullTranslations) -> str:
    """Return the notice over a button pressed by somebody who is not known (any more)."""
    return t.gettext("This chat is empty. To begin: /start")


async def _past(world: World, found: Found, session: Session, arrival: Arrival) -> tuple[Past, ...]:
    """Return the submissions that this input needs, mostly none."""
    every = lobby.needs_past(session, arrival.input)
    number = None if every else lobby.message_wanted(session, arrival.input)
    if not every and not number:
        return ()
    async with world.database.reading() as uow:
        if not number:
            return await uow.submissions.past(found.participant_id)
        past = await uow.submissions.past_of_message(found.participant_id, number)
    return (past,) if past else ()


async def _explained(world: World, found: Found, turn: Turn, past: tuple[Past, ...]) -> tuple[Past, ...]:
    """Return the submissions with what became of them, where they are listed now."""
    if not past or turn.session.stage is not Stage.MINE or not turn.prompts:
        return past
    async with world.database.reading() as uow:
        return await uow.explaining.explained(found.participant_id, past)


async def _looked_up(world: World, found: Found, session: Session, arrival: Arrival, now: datetime) -> Input:
    """Return the input with what must be looked up for it: a receipt's contribution, a question of the secretariat."""
    input = await _answering(world, found, session, arrival)
    question = question_wanted(session, input)
    if question is not None and isinstance(input, Chosen | Command):
        async with world.database.reading() as uow:
            return Concerning(input, await uow.replies.asked(found.participant_id, question))
    code = receipt_wanted(session, input, now)
    if code is None or not isinstance(input, Typed):
        return input
    async with world.database.reading() as uow:
        submitted = await uow.submissions.by_receipt(code)
    return LookedUp(code, input.number, submitted.past.states if submitted else ())


async def _answering(world: World, found: Found, session: Session, arrival: Arrival) -> Input:
    """Return the input with what it answers by Telegram's own gesture, where that is the secretariat's."""
    input, quoted = arrival.input, arrival.quoted
    if quoted is None or not may_answer(session, input):
        return input
    assert isinstance(input, Typed | Media | Unsupported), "nothing else answers by a gesture"
    async with world.database.reading() as uow:
        replies, person = uow.replies, found.participant_id
        reply = quoted.question or await replies.of_message(person, quoted.number, quoted.text)
        return input if reply is None else Concerning(input, await replies.written_to(person, reply))


async def _loose(world: World, found: Found, typed: Typed) -> Loose | None:
    """Return words that led nowhere with the one question of the secretariat that waits, None where there is none."""
    async with world.database.reading() as uow:
        asked = await uow.replies.waiting_for(found.participant_id)
    return Loose(typed, asked) if asked else None


def _inbound(arrival: Arrival) -> Inbound:
    return Inbound(arrival.kind, arrival.text, getattr(arrival.input, "number", None))


async def _save(uow: UnitOfWork, found: Found, turn: Turn, now: datetime) -> None:
    if found.is_unreachable:
        await uow.participants.reachable(found.participant_id)
    if turn.session != found.session:
        await uow.participants.save(found.participant_id, turn.session, found.version, now)


async def _owe(
    world: World,
    uow: UnitOfWork,
    found: Found,
    turn: Turn,
    recorded: Recorded,
    files: Sequence[Letter],
    said: Sequence[tuple[str, Message]],
    update_id: int,
    now: datetime,
) -> tuple[Owed, ...]:
    """Put the turn's messages into the transcript and the outbox; return those to send at once."""
    key = world.key(update_id)
    letters, written = list(files), []
    for kind, message in said:
        letters += _letters(message)
        written.append((kind, message, part_of(key, len(letters) - 1)))
    await uow.transcript.said(found.participant_id, turn.session, written, now, recorded.draft)
    if found.is_owed and turn.prompts:
        await uow.outbox.obsolete(found.participant_id, turn.session.turn, now)
    worker = None if found.is_owed else world.name
    return await uow.outbox.enqueue(found.participant_id, letters, key, now, worker=worker)


def _kind(prompt: Prompt) -> str:
    return prompt.topic if isinstance(prompt, Say) else type(prompt).__name__.lower()


def _rendered(prompt: Prompt, turn: Turn, recorded: Recorded, catalogue: Catalogue, past: tuple[Past, ...]) -> Message:
    if isinstance(prompt, Say) and recorded.receipt:
        prompt = replace(prompt, values={"receipt": spaced(recorded.receipt)})
    return render(prompt, catalogue, turn.session, words_of(turn.session), past)


def _letters(message: Message) -> list[Letter]:
    """Return one letter for each piece of a message; those of a screen say which turn's it is."""
    turn = message.turn if message.menu else None
    return [Letter(body, turn) for body in to_bodies(message)]


async def _files(world: World, found: Found, turn: Turn, now: datetime) -> list[Letter]:
    if not any(isinstance(event, DataRequested) for event in turn.events):
        return []
    async with world.database.reading() as uow:
        held = await uow.participants.everything(found.participant_id)
        themes = await uow.codebook.names({row["theme_id"] for row in held["contribution_themes"]})
    code = turn.session.language
    bodies = mydata.files(held, code, translations(CHAT, code), now, world.catalogue(), themes)
    return [Letter(body) for body in bodies]


def _reply(
    turn: Turn, owed: tuple[Owed, ...], catalogue: Catalogue, past: tuple[Past, ...], recorded: Recorded
) -> Reply:
    t = words_of(turn.session)
    last_word: tuple[Body, ...] = ()
    if recorded.erased:
        texts = (render(prompt, catalogue, turn.session, t, past) for prompt in turn.prompts)
        last_word = tuple(body for message in texts for body in to_bodies(message))
    return Reply(
        owed=owed,
        last_word=last_word,
        toast=toast_text(turn.toast, t) if turn.toast else "",
        settled=turn.pressed,
        redraw=menu_of(catalogue, turn.session, past) if turn.redraw else (),
        turn=turn.session.turn,
    )
