"""Answering a question of the secretariat: at any moment, beside whatever else goes on, and back to where one was.

What the secretariat writes is no screen: its button stays where it is and belongs to no turn. Which question is meant,
and whether it was put to this person, is looked up by whoever calls (`question_wanted`); an answer of several messages
is several `Replied`, for as long as its screen is there.
"""

from __future__ import annotations

import re
from gettext import NullTranslations

from dialogs import routes
from dialogs.answers import is_blank
from dialogs.exchange import (
    Choice,
    Chosen,
    Command,
    Concerning,
    Edited,
    Input,
    InputRejected,
    Loose,
    Media,
    Message,
    Replied,
    Say,
    Typed,
    Unsupported,
)
from dialogs.looking_up import MENUS
from dialogs.screens import again, already, at_stage, beside, gone_aside, rejected, screen, stale, step_aside
from dialogs.session import Session, Stage
from dialogs.text import bold, italic, paragraphs, plain, spaced
from dialogs.turn import Turn
from dialogs.types import Asked, FromStaff, Part, Questionnaire

NEWEST = 0
"""Stands for the question asked last."""

QUESTION, RESPONSE = "question", "response"
"""What the secretariat writes: something it wants to know, or what it decided and why."""

REMEMBERED = 8
"""So many messages of a person to the secretariat are known again when they are edited."""

_OPTION = re.compile(r"answer:([1-9][0-9]{0,14})")


# --- what the secretariat writes --------------------------------------------------------------------------------------


def message(written: FromStaff, t: NullTranslations) -> Message:
    """Return what the author of a contribution reads: who writes, about what, the words, and how to answer.

    The words are put in as they are. The button is no turn's, so that it still leads somewhere weeks later.
    """
    is_question = written.kind == QUESTION
    asks, tells = t.gettext("The secretariat has a question for you."), t.gettext("The secretariat answers you.")
    how = t.gettext("To answer, press “Answer” or write /answer.") if is_question else ""
    head = bold(asks if is_question else tells) + plain("\n") + italic(_about(written, t))
    text = paragraphs(head, plain(written.text), plain(how))
    menu = ((Choice(f"answer:{written.id}", t.gettext("Answer")),),) if is_question else ()
    return Message(text.text, text.marks, menu)


def _about(written: FromStaff, t: NullTranslations) -> str:
    contribution = t.gettext("Contribution {receipt}").format(receipt=spaced(written.receipt))
    return f"{contribution} · {written.name}" if written.name else contribution


def named(questionnaire: Questionnaire | None, place: int, language: str) -> str:
    """Return what the contribution at `place` (from 1) of a submission is called, "" where it has no such name."""
    section = routes.repeated(questionnaire) if questionnaire else None
    return section.repeat.name[language].format(n=place) if section and section.repeat else ""


# --- what the person does about it ------------------------------------------------------------------------------------


def question_wanted(session: Session, input: Input) -> int | None:
    """Return the number of the question that must be looked up to take `input` (as `Concerning`), or None."""
    if not session.consent:
        return None
    if isinstance(input, Command):
        return NEWEST if input.name in ("answer", "help") else None
    return question_of(input) if isinstance(input, Chosen) else None


def question_of(press: Chosen) -> int | None:
    """Return the number of the question whose button this is, None for any other button."""
    found = _OPTION.fullmatch(press.option) if press.turn == 0 else None
    return int(found[1]) if found else None


def may_answer(session: Session, input: Input) -> bool:
    """Return whether `input` may be meant for the secretariat, where it answers a message by Telegram's own gesture."""
    return bool(session.consent) and isinstance(input, Typed | Media | Unsupported)


def take(session: Session, concerning: Concerning) -> Turn:
    """Ask for the answer, or say that there is no such question; help tells how to answer where there is one."""
    input, asked = concerning.input, concerning.asked
    if isinstance(input, Command) and input.name == "help":
        return beside(session, Say("help", {"answer": "yes"} if asked else {}))
    if asked is None:
        return stale(session) if isinstance(input, Chosen) else rejected(session, "no-question")
    if isinstance(input, Command):
        return step_aside(session._replace(asked=asked, chose=input.number), Stage.ANSWER)
    if isinstance(input, Typed):
        return reply(taken_up(session, asked), input)
    assert isinstance(input, Chosen), "whatever is no text is taken by the lobby"
    press = (input.turn, input.option)
    if session.stage is Stage.ANSWER and session.pressed == press:
        return already(session)
    return step_aside(session._replace(asked=asked, pressed=press), Stage.ANSWER)


def taken_up(session: Session, asked: Asked) -> Session:
    """Return the session at the screen that takes an answer, before it is shown."""
    return gone_aside(session._replace(asked=asked), Stage.ANSWER)


def reply(session: Session, typed: Typed) -> Turn:
    """Keep what was written for the secretariat; whoever has more to say goes on writing."""
    assert session.asked is not None, "a question was taken up"
    if is_blank(typed.text):
        return rejected(session, "blank")
    return _sent(session._replace(chose=typed.number), session.asked, Part(typed.number, typed.text))


def _sent(session: Session, asked: Asked, *parts: Part) -> Turn:
    remembered = asked._replace(text="")
    told = (*session.told, *((part.number, remembered) for part in parts))[-REMEMBERED:]
    events = tuple(Replied(asked.draft, asked.question, part.text) for part in parts)
    return screen(session._replace(told=told), Stage.ANSWER, at_stage(Stage.ANSWER, "replied"), events)


def told(session: Session, number: int) -> Asked | None:
    """Return the question that message `number` was written back to, as far as that is remembered."""
    return next((asked for each, asked in session.told if each == number), None)


def edited(session: Session, edit: Edited, asked: Asked) -> Turn:
    """Send the other words of an earlier message after it: the secretariat may have read it, so both are kept."""
    if is_blank(edit.text):
        return _nothing_left(session)
    return Turn(session, (Replied(asked.draft, asked.question, edit.text, changed=True),), (Say("edited"),))


def _nothing_left(session: Session) -> Turn:
    return Turn(session, (InputRejected("edit-blank"),), (Say("edit-blank"),))


# --- words that may be an answer --------------------------------------------------------------------------------------


def lead_nowhere(session: Session, input: Input, turn: Turn) -> bool:
    """Return whether `input` is words that could not be taken at a menu, as `turn` has it: perhaps they are an answer.

    Then the question of the secretariat that waits, if there is just one, makes them `Loose`.
    """
    is_lost = turn.events == (InputRejected("choose-one"),) and session.stage in MENUS
    return is_lost and isinstance(input, Typed) and not is_blank(input.text)


def offer(session: Session, loose: Loose) -> Turn:
    """Show the words back and ask whether they are the answer; until somebody says so nothing is sent."""
    held = (Part(loose.typed.number, loose.typed.text),)
    return step_aside(session._replace(asked=loose.asked, held=held, chose=loose.typed.number), Stage.OFFER)


def hold(session: Session, typed: Typed) -> Turn:
    """Put further words to those that wait to be sent: people write one thought in several messages."""
    if is_blank(typed.text):
        return rejected(session, "blank")
    if len(session.held) == REMEMBERED:
        return rejected(session, "too-long")
    return again(session._replace(held=(*session.held, Part(typed.number, typed.text)), chose=typed.number))


def reworded(session: Session, edit: Edited) -> Turn:
    """Put other words in the place of those that wait to be sent."""
    if is_blank(edit.text):
        return _nothing_left(session)
    held = (Part(each.number, edit.text) if each.number == edit.number else each for each in session.held)
    return again(session._replace(held=tuple(held)))


def send(session: Session) -> Turn:
    """Send the words that waited; whoever has more to say goes on writing."""
    assert session.asked is not None, "a question was offered"
    return _sent(session, session.asked, *session.held)


def let_go(session: Session) -> Session:
    """Return the session without words that wait to be sent, once the screen that asked about them is left."""
    return session._replace(held=()) if session.held and session.stage is not Stage.OFFER else session
