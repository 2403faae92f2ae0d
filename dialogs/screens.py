"""Showing a screen: the few ways in which a turn ends, shared by the engine and the lobby."""

from __future__ import annotations

from dialogs.exchange import Ask, Event, InputRejected, Prompt, Review, Say
from dialogs.session import Session, Stage
from dialogs.turn import Turn

ASIDES = frozenset({Stage.LANGUAGE, Stage.MINE, Stage.DELETE, Stage.ANSWER, Stage.OFFER})
"""Screens that interrupt another one and lead back to it."""


def screen(session: Session, stage: Stage, prompt: Prompt, events: tuple[Event, ...] = ()) -> Turn:
    """Show `prompt` as the new screen of `stage`: a new turn, its message's number not known yet."""
    shown = session._replace(stage=stage, turn=session.turn + 1, posted=None)
    return Turn(shown, events, (prompt,))


def at_stage(stage: Stage, note: str = "") -> Prompt:
    """Return the prompt that shows `stage` again, after the short sentence `note`."""
    if stage is Stage.ASKING:
        return Ask(note=note)
    if stage is Stage.REVIEW:
        return Review(note=note)
    return Say(stage.value, menu=True, note=note)


def rejected(session: Session, reason: str) -> Turn:
    """Say why the input could not be taken, and show the present screen again."""
    return screen(session, session.stage, at_stage(session.stage, reason), (InputRejected(reason),))


def stale(session: Session) -> Turn:
    """Say over the button that it is an old one, and show the present screen again."""
    return again(session)._replace(toast="stale")


def again(session: Session) -> Turn:
    """Show the present screen again."""
    return screen(session, session.stage, at_stage(session.stage))


def already(session: Session) -> Turn:
    """Say over the button that its press was taken before; nothing else happens."""
    return Turn(session, toast="already")


def beside(session: Session, *said: Say) -> Turn:
    """Say something of its own, then show the present screen again, so that nobody is left without a next step."""
    shown = again(session)
    return shown._replace(prompts=(*said, *shown.prompts))


def gone_aside(session: Session, stage: Stage) -> Session:
    """Return the session at an aside (language, `/mine`, `/delete`, `/answer`) that is not shown yet.

    The screen that it interrupts is remembered.
    """
    interrupted = session.aside if session.stage in ASIDES else session.stage
    return session._replace(stage=stage, aside=interrupted)


def step_aside(session: Session, stage: Stage) -> Turn:
    """Show an aside."""
    return again(gone_aside(session, stage))


def come_back(session: Session, note: str = "") -> Turn:
    """Leave an aside for the screen it interrupted, after the short sentence `note`."""
    stage = session.aside or Stage.HOME
    return screen(session._replace(aside=None), stage, at_stage(stage, note))
