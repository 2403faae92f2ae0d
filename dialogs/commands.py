"""The commands a person may send at any moment, one function each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dialogs.entering import enter, go_on, known_link
from dialogs.exchange import Command, DataRequested, Say
from dialogs.screens import ASIDES, at_stage, beside, come_back, rejected, screen, step_aside
from dialogs.session import Session, Stage
from dialogs.turn import Turn
from dialogs.types import Catalogue

LEADING_ON = ASIDES | {Stage.HOME, Stage.RESUME, Stage.COMPONENT, Stage.QUESTIONNAIRE, Stage.ABOUT}
"""Screens from which `/continue` leads back to the draft."""


def _start(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    """Greet; once consent stands, follow the link, offer the draft, or offer a component."""
    link = known_link(catalogue, command.argument)
    if session.consent != catalogue.consent.version:
        stage = Stage.CONSENT if session.consent else Stage.WELCOME
        greeted = session._replace(link=link, aside=None, revising=None)
        return screen(greeted, stage, at_stage(stage))
    session = session._replace(aside=None, revising=None)
    if session.drafts and not link:
        return screen(session, Stage.RESUME, at_stage(Stage.RESUME))
    return enter(catalogue, session, link, now)


def _continue(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    if session.consent and session.draft and session.stage in LEADING_ON:
        return go_on(catalogue, session)
    return screen(session, session.stage, at_stage(session.stage))


def _language(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    return step_aside(session, Stage.LANGUAGE)


def _help(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    return beside(session, Say("help"))


def _privacy(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    return beside(session, Say("privacy"))


def _cancel(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    """Leave whatever is on the screen; a draft is kept, and what was changed of a submission counts."""
    if session.stage in ASIDES:
        return come_back(session)
    if not session.consent:
        return screen(session, session.stage, at_stage(session.stage))
    left = "revised" if session.revising else "cancelled" if session.draft else "nothing-begun"
    return screen(session._replace(revising=None), Stage.HOME, Say(left, menu=True))


def _mine(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    return step_aside(session, Stage.MINE)


def _mydata(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    return beside(session)._replace(events=(DataRequested(),))


def _answer(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    """Say that there is nothing to answer; where there is, `answering` asks for it."""
    return rejected(session, "no-question")


def _delete(catalogue: Catalogue, session: Session, command: Command, now: datetime) -> Turn:
    return step_aside(session, Stage.DELETE)


COMMANDS: dict[str, Callable[[Catalogue, Session, Command, datetime], Turn]] = {
    "start": _start,
    "continue": _continue,
    "language": _language,
    "help": _help,
    "cancel": _cancel,
    "mine": _mine,
    "answer": _answer,
    "privacy": _privacy,
    "mydata": _mydata,
    "delete": _delete,
}
