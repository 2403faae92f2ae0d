"""What comes before, beside and after a questionnaire: language, consent, component, `/mine`, `/delete`. Pure.

`step` is the door of the whole dialogue: every input of every person goes through it. Commands work at any moment;
the lobby's screens have one function each in a table; while a draft is on the screen the engine decides.
Nothing a person says before consent leads to an event that would keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from dialogs import engine, looking_up, menus, receipts, walking
from dialogs.commands import COMMANDS
from dialogs.edits import edited, holding
from dialogs.entering import begin, enter, find_link, go_on, questionnaire_in_hand, takes_answers
from dialogs.exchange import (
    Chosen,
    Command,
    ConsentGiven,
    Edited,
    Input,
    LanguageChosen,
    LookedUp,
    Media,
    Menu,
    Say,
    Typed,
    Unsupported,
    Withdrawn,
)
from dialogs.lateness import handed_over, is_early, is_late, noticed
from dialogs.screens import again, already, at_stage, come_back, rejected, screen, stale, step_aside
from dialogs.session import Draft, Session, Stage
from dialogs.turn import Turn
from dialogs.types import Catalogue, Part, Past

AT_ONCE = ("language", "mydata", "delete")
"""Commands that need no choice of a language first: they are a person's rights, or that very choice."""

DRAFTING = frozenset({
    Stage.ASKING, Stage.ADDING, Stage.GATE, Stage.REVIEW, Stage.PICK_ITEM, Stage.PICK_FIELD
})  # fmt: skip
"""The stages in which the engine decides."""


def step(catalogue: Catalogue, session: Session, input: Input, now: datetime, past: tuple[Past, ...] = ()) -> Turn:
    """Return what follows when `input` comes.

    `past` holds the person's submissions, newest first, where `needs_past` asked for them; `now` is an aware time.
    """
    turn = _taken(catalogue, noticed(session), input, now, past)
    return replace(turn, session=handed_over(session.draft, turn.session))


def _taken(catalogue: Catalogue, session: Session, input: Input, now: datetime, past: tuple[Past, ...]) -> Turn:
    match input:
        case Edited():
            return edited(catalogue, session, input, past)
        case Command():
            return _command(catalogue, session, input, now)
        case LookedUp():
            return looking_up.answer(session, input, now)
        case Media() | Unsupported():
            return _declined(session, input)
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
    known = any(holding(draft.answers, input.number) for draft in drafts)
    return None if known else input.number


def _said(catalogue: Catalogue, session: Session, input: Typed | Chosen, now: datetime, past: tuple[Past, ...]) -> Turn:
    questionnaire = questionnaire_in_hand(catalogue, session)
    if session.stage in DRAFTING and questionnaire and session.draft:
        if not takes_answers(catalogue, session.draft):
            return screen(replace(session, revising=None), Stage.HOME, Say("closed", menu=True))
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
    turn = _pick(catalogue, session, choice.option, now, past)
    pressed = replace(turn.session, pressed=(input.turn, input.option))
    return replace(turn, session=pressed, pressed=choice.label)


def _typed(
    catalogue: Catalogue, session: Session, typed: Typed, menu: Menu, now: datetime, past: tuple[Past, ...]
) -> Turn:
    """Take a choice in words or by its number, unless it was written before these choices could be seen."""
    choice = menus.typed_choice(menu, typed.text, numbers=True)
    if choice and is_early(session, typed.number):
        return again(session)
    if choice:
        return _pick(catalogue, replace(session, chose=typed.number), choice.option, now, past)
    if session.draft and is_late(session, session.draft, typed.number):
        return walking.continue_answer(session, session.draft, Part(typed.number, typed.text))
    return rejected(session, _why(session, typed))


def _why(session: Session, typed: Typed) -> str:
    """Return why free text cannot be taken here: before consent it is not kept, later there is just no question."""
    if not session.consent:
        return "choose-first"
    return "receipt-too-often" if receipts.normalise(typed.text) else "choose-one"


def _pick(catalogue: Catalogue, session: Session, option: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    name, _, value = option.partition(":")
    return _PICKS[session.stage, name](catalogue, session, value, now, past)


# --- what is not text -------------------------------------------------------------------------------------------------


def _declined(session: Session, input: Media | Unsupported) -> Turn:
    if input.album and input.album == session.album:
        return Turn(session)
    known = input.kind if input.kind in ("voice", "photo", "sticker") else "unsupported"
    return rejected(replace(session, album=input.album), known)


# --- commands --------------------------------------------------------------------------------------------------------


def _command(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    if session.bilingual and command.name not in ("start", *AT_ONCE):
        return screen(session, Stage.WELCOME, at_stage(Stage.WELCOME))
    known = COMMANDS.get(command.name)
    return known(catalogue, session, command, now) if known else rejected(session, "unknown-command")


# --- choices ---------------------------------------------------------------------------------------------------------


def _language(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    chosen = replace(session, language=value, bilingual=False)
    events = (LanguageChosen(value),)
    if session.stage is Stage.WELCOME:
        return screen(chosen, Stage.CONSENT, at_stage(Stage.CONSENT), events)
    return replace(come_back(chosen), events=events)


def _agree(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    agreed = replace(session, consent=c.consent.version)
    turn = enter(c, agreed, session.link, now)
    return replace(turn, events=(ConsentGiven(c.consent.version, c.consent.digest, session.language), *turn.events))


def _decline(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    """Respect a refusal; of somebody who had agreed to an earlier text it is recorded, and nothing is taken away."""
    if not session.consent:
        return screen(session, Stage.REFUSED, at_stage(Stage.REFUSED))
    refused = ConsentGiven(c.consent.version, c.consent.digest, session.language, given=False)
    return screen(session, Stage.REFUSED, Say("refused-anew", menu=True), (refused,))


def _privacy(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return screen(session, Stage.PRIVACY, at_stage(Stage.PRIVACY))


def _consent_again(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return screen(session, Stage.CONSENT, at_stage(Stage.CONSENT))


def _component(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return screen(replace(session, component=value), Stage.QUESTIONNAIRE, at_stage(Stage.QUESTIONNAIRE))


def _about(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return screen(session, Stage.QUESTIONNAIRE, Say("about", menu=True))


def _components(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return enter(c, session, "", now)


def _questionnaire(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return enter(c, session, f"{session.component}-{value}", now)


def _continue(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return go_on(c, session)


def _anew(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    assert session.draft is not None, "begin anew is offered only with a draft"
    found = find_link(c, f"{session.draft.consultation}-{session.draft.questionnaire}")
    if found is None:
        return enter(c, session, "", now)
    return begin(*found, session, now)


def _another(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    """Go on with the draft of the same questionnaire that was left alone longest."""
    return go_on(c, session.holding(menus.alike(session)[0]))


def _mine(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return step_aside(session, Stage.MINE)


def _return(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return come_back(session)


def _revise(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    """Open a submission for revision: each change counts at once, the draft in hand waits."""
    chosen = next(each for each in past if str(each.draft) == value)
    questionnaire = c.questionnaires[chosen.digest]
    draft = Draft(
        id=chosen.draft,
        digest=chosen.digest,
        consultation=questionnaire.consultation,
        questionnaire=questionnaire.slug,
        started_at=chosen.submitted_at,
        answers=chosen.answers,
        items=chosen.items,
        spent=max(chosen.items, default=0),
        ended=True,
        receipt=chosen.receipt,
    )
    return screen(replace(session, revising=draft, aside=None), Stage.REVIEW, at_stage(Stage.REVIEW))


def _erase(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return Turn(session, (Withdrawn(),), (Say("erased"),))


Pick = Callable[[Catalogue, Session, str, datetime, tuple[Past, ...]], Turn]

_PICKS: dict[tuple[Stage, str], Pick] = {
    (Stage.WELCOME, "lang"): _language,
    (Stage.CONSENT, "agree"): _agree,
    (Stage.CONSENT, "decline"): _decline,
    (Stage.CONSENT, "privacy"): _privacy,
    (Stage.PRIVACY, "agree"): _agree,
    (Stage.PRIVACY, "decline"): _decline,
    (Stage.REFUSED, "again"): _consent_again,
    (Stage.COMPONENT, "c"): _component,
    (Stage.QUESTIONNAIRE, "q"): _questionnaire,
    (Stage.QUESTIONNAIRE, "about"): _about,
    (Stage.QUESTIONNAIRE, "back"): _components,
    (Stage.RESUME, "continue"): _continue,
    (Stage.RESUME, "anew"): _anew,
    (Stage.RESUME, "another"): _another,
    (Stage.RESUME, "other"): _components,
    (Stage.HOME, "continue"): _continue,
    (Stage.HOME, "begin"): _components,
    (Stage.HOME, "mine"): _mine,
    (Stage.LANGUAGE, "lang"): _language,
    (Stage.MINE, "r"): _revise,
    (Stage.MINE, "back"): _return,
    (Stage.DELETE, "erase"): _erase,
    (Stage.DELETE, "keep"): _return,
}
