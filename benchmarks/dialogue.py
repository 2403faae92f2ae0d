"""What one turn of the dialogue costs, against what aiogram needs to read the update that brought it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from aiogram.types import Update

from dialogs import lobby
from dialogs.exchange import Command, Typed
from dialogs.loader import shipped
from dialogs.menus import words_of
from dialogs.render import render
from dialogs.session import Session, begin, dumps, loads

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CATALOGUE = shipped().catalogue()
UPDATE = {
    "update_id": 1,
    "message": {
        "message_id": 2,
        "date": 1795411912,
        "text": "ne fshat interneti punon vetem naten",
        "from": {"id": 3, "is_bot": False, "first_name": "Ana", "language_code": "sq"},
        "chat": {"id": 3, "type": "private", "first_name": "Ana"},
    },
}

Pair = tuple[str, Callable[[], object], Callable[[], object]]


def pairs() -> Iterator[Pair]:
    """Return the pairs to be measured: a title, our work, what it is held against."""
    read = lambda: Update.model_validate(UPDATE)  # noqa: E731 - named for the table
    asked = _asked()
    yield "an answer taken and the next question put, to reading its update", lambda: _turn(asked), read
    yield "the session from JSON and back, to reading its update", lambda: loads(dumps(asked)), read
    full = _asked(answers=400)
    yield "the same turn with 400 ideas in the draft, to the turn with none", lambda: _turn(full), lambda: _turn(asked)


def _asked(answers: int = 0) -> Session:
    """Return somebody at an open question, after so many ideas."""
    session = begin(NOW, "sq")
    for number, words in enumerate(("fillo", "pajtohem")):
        session = lobby.step(CATALOGUE, session, Typed(number, words), NOW).session
    link = Command("start", "digital-governance-ideas")
    session = lobby.step(CATALOGUE, session, link, NOW).session
    for number in range(answers):
        for words in (f"ideja {number}", "kapërce", "kapërce", "shto një ide"):
            session = lobby.step(CATALOGUE, session, Typed(10 * number, words), NOW).session
    return session._replace(posted=1)


def _turn(session: Session) -> object:
    turn = lobby.step(CATALOGUE, loads(dumps(session), 1), Typed(2, "rruga"), NOW)
    t = words_of(turn.session)
    return dumps(turn.session), [render(prompt, CATALOGUE, turn.session, t) for prompt in turn.prompts]
