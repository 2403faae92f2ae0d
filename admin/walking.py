"""A questionnaire walked as a citizen will meet it, by somebody who tries it out. Pure, and nothing of it is kept.

What was done so far travels with the page, as a list of inputs; each page walks it again from the beginning. The same
dialogue answers that answers in the chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

import orjson

from dialogs.exchange import Chosen, Menu, Message
from dialogs.talk import Heard, Talk
from dialogs.types import Catalogue, Consultation, Questionnaire
from storage.submitted import Said

LONGEST: Final = 150
"""Inputs of one walk; more than any questionnaire takes."""
LONGEST_TEXT: Final = 4096
"""Letters of one message, as in the chat."""


class Step(NamedTuple):
    """One input: words that were written, or the choice of a turn's screen that was pressed."""

    words: str = ""
    turn: int = 0
    option: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk has come to: the chat so far, the choices of the present screen, the notice over the last press."""

    said: tuple[Said, ...]
    menu: Menu
    turn: int
    toast: str
    is_full: bool


def dumps(steps: Sequence[Step]) -> str:
    """Return steps as text for a form's hidden field."""
    return orjson.dumps([list(step) for step in steps]).decode()


def loads(text: str) -> tuple[Step, ...]:
    """Return the steps that `dumps` wrote; nothing for what it did not write."""
    try:
        found = orjson.loads(text or "[]")
        steps = tuple(Step(str(words)[:LONGEST_TEXT], int(turn), str(option)) for words, turn, option in found)
    except (TypeError, ValueError):
        return ()
    return steps[:LONGEST]


def catalogue(consultation: Consultation, questionnaire: Questionnaire) -> Catalogue:
    """Return what could be asked if this consultation were open and asked this and nothing else."""
    alone = replace(consultation, questionnaires=(questionnaire.digest,), is_open=True)
    from dialogs import loader  # slow to import, and rarely needed

    return loader.catalogue(loader.shipped().plan, (alone,), (questionnaire,))


def walk(asked: Catalogue, language: str, steps: Sequence[Step], now: datetime) -> Walk:
    """Walk from the link to the questionnaire on, for somebody whose Telegram speaks `language`."""
    [consultation] = asked.consultations
    questionnaire = asked.questionnaires[consultation.questionnaires[0]]
    talk = Talk(asked, now, language)
    said: list[Said] = []
    toast = ""
    for step in (Step(f"/start {consultation.slug}-{questionnaire.slug}"), *steps):
        label = _label(talk, step)
        heard = talk.send(Chosen(step.turn, step.option)) if step.option else talk.write(step.words)
        said.append(_one(len(said), "in", "press" if step.option else _kind(step.words), label or step.words, now))
        said += _shown(heard, len(said), now)
        toast = heard.toast
    return Walk(_without_last_menu(said), talk.menu, talk.session.turn, toast, len(steps) >= LONGEST)


def _without_last_menu(said: Sequence[Said]) -> tuple[Said, ...]:
    """Return the chat without the buttons of its last screen: these are there to be pressed, beneath it."""
    last = max((place for place, each in enumerate(said) if each.menu), default=-1)
    return tuple(replace(each, menu=()) if place == last else each for place, each in enumerate(said))


def _label(talk: Talk, step: Step) -> str:
    """Return what stands on the button that is pressed."""
    return next((each.label for row in talk.menu for each in row if each.option == step.option), "")


def _kind(words: str) -> str:
    return "command" if words.startswith("/") else "text"


def _shown(heard: Heard, count: int, now: datetime) -> list[Said]:
    return [
        _one(count + place, "out", "say", message.text, now, message) for place, message in enumerate(heard.messages)
    ]


def _one(place: int, direction: str, kind: str, text: str, now: datetime, message: Message | None = None) -> Said:
    marks = tuple((mark.style, mark.start, mark.end) for mark in message.marks) if message else ()
    menu = tuple(tuple(each.label for each in row) for row in message.menu) if message else ()
    return Said(place, direction, kind, None, text, marks, menu, now)
