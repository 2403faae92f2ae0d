"""What comes before, beside and after a questionnaire: language, consent, component, `/mine`, `/delete`. Pure.

`step` is the door of the whole dialogue: every input of every person goes through it. Commands work at any moment;
what the lobby's choices lead to stands in a table (`picking`); while a draft is on the screen the engine decides.
Nothing a person says before consent leads to an event that would keep it.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from dialogs import answering, engine, looking_up, menus, naming, walking
from dialogs.answers import is_blank
from dialogs.commands import COMMANDS
from dialogs.edits import edited, holding
from dialogs.entering import enter, questionnaire_in_hand, takes_answers
from dialogs.exchange import (
    Chosen,
    Command,
    Concerning,
    Edited,
    Input,
    LookedUp,
    Loose,
    Media,
    Menu,
    Say,
    Typed,
    Unsupported,
)
from dialogs.lateness import handed_over, is_early, is_late, noticed
from dialogs.picking import pick
from dialogs.screens import again, already, at_stage, rejected, screen, stale
from dialogs.session import Session, Stage
from dialogs.turn import Turn
from dialogs.types import Asked, Catalogue, Part, Past

AT_ONCE = ("language", "mydata", "delete")
"""Commands that need no choice of a language first: they are a person's rights, or that very choice."""

DRAFTING = frozenset({
    Stage.ASKING, Stage.GATE, Stage.REVIEW, Stage.PICK_ITEM, Stage.PICK_FIELD
})  # fmt: skip
"""The stages in which the engine decides."""


def step(catalogue: Catalogue, session: Session, input: Input, now: datetime, past: tuple[Past, ...] = ()) -> Turn:
    """Return what follows when `input` comes.

    `past` holds the person's submissions, newest first, where `needs_past` asked for them; `now` is an aware time.
    """
    turn = _taken(catalogue, noticed(session), input, now, past)
    return turn._replace(session=handed_over(session.draft, answering.let_go(turn.session)))


def _taken(catalogue: Catalogue, session: Session, input: Input, now: datetime, past: tuple[Past, ...]) -> Turn:
    match input:
        case Edited():
            return edited(catalogue, session, input, past)
        case Command():
            return _command(catalogue, session, input, now)
        case LookedUp():
            return looking_up.answer(session, input, now)
        case Loose():
            return answering.offer(session, input)
        case Concerning(input=Media() | Unsupported() as sent, asked=Asked() as asked):
            return _not_text(catalogue, session, sent, now, past, asked)
        case Concerning():
            return answering.take(session, input)
        case Media() | Unsupported():
            return _not_text(catalogue, session, input, now, past)
        case Typed() | Chosen():
            return _said(catalogue, session, input, now, past)
        case _:
            assert_never(input)


def needs_past(session: Session, input: Input) -> bool:
    """Return whether `step` must be given the person's submissions to take `input`."""
    if isinstance(input, Command) and input.name == "mine":
        return True
    return session.stage is Stage.MINE or (session.stage is Stage.HOME and isinstance(input, Chosen | Typed))


def message_wanted(session: Session, input: Input) -> int | None:
    """Return the number of the edited message whose submission `step` must be given in `past`, or None."""
    if not isinstance(input, Edited) or not session.consent:
        return None
    drafts = (*((session.revising,) if session.revising else ()), *session.drafts)
    known = answering.told(session, input.number) or any(holding(draft.answers, input.number) for draft in drafts)
    return None if known else input.number


def _said(catalogue: Catalogue, session: Session, input: Typed | Chosen, now: datetime, past: tuple[Past, ...]) -> Turn:
    questionnaire = questionnaire_in_hand(catalogue, session)
    if session.stage in DRAFTING and questionnaire and session.draft:
        if not takes_answers(catalogue, session.draft):
            return screen(session._replace(revising=None), Stage.HOME, Say("closed", menu=True))
        return engine.step(questionnaire, session, input, now)
    return _at_a_menu(catalogue, session, input, now, past)


def _at_a_menu(
    catalogue: Catalogue, session: Session, input: Typed | Chosen, now: datetime, past: tuple[Past, ...]
) -> Turn:
    menu = menus.of_lobby(catalogue, session, past)
    if not menu:  # whatever could be chosen has closed
        return enter(catalogue, session, "", now)
    if isinstance(input, Typed):
        return _typed(catalogue, session, input, menu, now, past)
    if session.pressed == (input.turn, input.option):
        return already(session)
    choice = menus.find(menu, input.option) if input.turn == session.turn else None
    if choice is None:
        return stale(session)
    turn = pick(catalogue, session, choice.option, now, past)
    pressed = turn.session._replace(pressed=(input.turn, input.option))
    return turn._replace(session=pressed, pressed=choice.label)


def _typed(
    catalogue: Catalogue, session: Session, typed: Typed, menu: Menu, now: datetime, past: tuple[Past, ...]
) -> Turn:
    """Take a choice in words or by its number, unless it was written before these choices could be seen."""
    is_open = session.stage is Stage.ANSWER  # a number is an answer there
    choice = naming.typed_choice(menu, typed.text, numbers=not is_open) or naming.spoken_choice(
        session.stage, menu, typed.text
    )
    if choice and is_early(session, typed.number):
        return again(session)
    if choice:
        return pick(catalogue, session._replace(chose=typed.number), choice.option, now, past)
    if session.draft and is_late(session, session.draft, typed.number):
        return walking.continue_answer(session, session.draft, Part(typed.number, typed.text))
    if session.stage is Stage.OFFER:
        return answering.hold(session, typed)
    return answering.reply(session, typed) if is_open else rejected(session, _why(session, typed))


def _why(session: Session, typed: Typed) -> str:
    """Return why free text cannot be taken here: before consent it is not kept, later there is just no question."""
    if not session.consent:
        return "choose-first"
    return looking_up.slip(session, typed) or "choose-one"


# --- what is not text -------------------------------------------------------------------------------------------------


def _not_text(
    catalogue: Catalogue,
    session: Session,
    input: Media | Unsupported,
    now: datetime,
    past: tuple[Past, ...],
    asked: Asked | None = None,
) -> Turn:
    """Take the words that came with something else where a question is being answered; decline the rest.

    `asked` is what it answers by Telegram's own gesture, wherever one is.
    """
    told = bool(input.album) and input.album == session.album
    before, session = session, session._replace(album=input.album)
    session = answering.taken_up(session, asked) if asked else session
    if session.stage not in (*DRAFTING, Stage.ANSWER) or is_blank(input.caption):
        return Turn(before) if told else rejected(session, _of_kind(input, "voice", "photo", "sticker"))
    typed = Typed(input.number, input.caption)
    turn = answering.reply(session, typed) if asked else _said(catalogue, session, typed, now, past)
    words_alone = Say(f"words-{_of_kind(input, 'photo')}")
    return turn if told else turn._replace(prompts=(words_alone, *turn.prompts))


def _of_kind(input: Media | Unsupported, *kinds: str) -> str:
    return input.kind if input.kind in kinds else "unsupported"


# --- commands --------------------------------------------------------------------------------------------------------


def _command(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    if session.bilingual and command.name not in ("start", *AT_ONCE):
        return screen(session, Stage.WELCOME, at_stage(Stage.WELCOME))
    known = COMMANDS.get(command.name)
    return known(catalogue, session, command, now) if known else rejected(session, "unknown-command")
