"""A terminal player: walk the dialogue line by line, and record what was said as a scenario that tests replay.

A scenario reads like a dialogue. `you>` is what the person does, everything else is what follows; replaying takes the
`you>` and `secretariat>` lines and writes the rest anew, so a scenario still holds when the two texts are equal.

    you> one line of words, or /command        you (late)> written before the last screen was seen
    you> [Label of a button]                   you (old)> [Label of a button of an earlier screen]
    you (edits 2)> new words for the second text sent       you (sends)> sticker, or photo: words beneath it
    you (replies)> what answers the secretariat's last message by Telegram's own gesture
    secretariat (asks)> a question to the author            secretariat (answers)> the reasoned response
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from typing import TextIO

from dialogs.answering import QUESTION, RESPONSE
from dialogs.exchange import (
    AnswerDropped,
    AnswerGiven,
    AnswerRevised,
    ConsentGiven,
    DataRequested,
    DraftDiscarded,
    DraftStarted,
    Event,
    InputRejected,
    LanguageChosen,
    Menu,
    Message,
    Replied,
    Submitted,
    Withdrawn,
)
from dialogs.routes import question_of
from dialogs.session import Stage
from dialogs.talk import Heard, Talk
from dialogs.types import Answer, Catalogue, Kind, Slot

NOON = datetime(2020, 10, 1, 10, 0, tzinfo=UTC)
"""When every scenario takes place."""

OfDraft = DraftStarted | AnswerGiven | AnswerRevised | AnswerDropped | Submitted | DraftDiscarded

_HOW = r"\((?P<how>late|old|sends|replies|edits \d+|asks|answers)\)"
_SAID = re.compile(rf"(?:you|secretariat)(?: {_HOW})?> (?P<words>.*)")
_TYPED = re.compile(rf"(?:{_HOW} )?(?P<words>.*)")
_TELEGRAM = re.compile(r"telegram> (?P<code>\S+)")
_SIGNS = {"bold": "*", "italic": "_", "code": "`"}
_INDENT = "     "
_WRITES = {"asks": QUESTION, "answers": RESPONSE}


# --- scenarios ------------------------------------------------------------------------------------------------------


def replay(scenario: str, catalogue: Catalogue) -> str:
    """Return the scenario as the dialogue plays it now: its own text, where nothing has changed.

    Raises LookupError where a button is pressed that the screen does not show.
    """
    head, first, _ = scenario.partition("you> ")
    found = _TELEGRAM.search(head)
    talk = Talk(catalogue, NOON, found["code"] if found else "en")
    played = [head.rstrip("\n")]
    for line, words, match in _inputs(scenario[len(head) :] if first else ""):
        played.append("\n" + line)
        played += told(_do(talk, match["how"] or "", words), catalogue)
    return "\n".join(played) + "\n"


def _inputs(scenario: str) -> Iterator[tuple[str, str, re.Match[str]]]:
    """Yield each input of a scenario: its lines as written, its words, and how it is said."""
    lines = scenario.split("\n")
    for number, line in enumerate(lines):
        match = _SAID.fullmatch(line)
        if match is None:
            continue
        more = list(takewhile(lambda each: each.startswith(_INDENT), lines[number + 1 :]))
        words = "\n".join([match["words"], *(each.removeprefix(_INDENT) for each in more)])
        yield "\n".join([line, *more]), words, match


def _do(talk: Talk, how: str, words: str) -> Heard:
    if how in _WRITES:
        return talk.secretariat(_WRITES[how], words)
    label = words[1:-1] if words.startswith("[") and words.endswith("]") else ""
    if label:
        return talk.press(label, old=how == "old")
    if how == "late":
        return talk.write_late(words)
    if how == "sends":
        return talk.show(words)
    if how == "replies":
        return talk.answer(words)
    if how:
        return talk.edit(int(how.removeprefix("edits ")), words)
    return talk.write(words)


def told(heard: Heard, catalogue: Catalogue) -> Iterator[str]:
    """Yield the lines of a scenario that tell what followed an input."""
    for event in heard.events:
        yield f"kept> {_fact(event, catalogue)}"
    if heard.toast:
        yield f"over the button> {heard.toast}"
    for message in heard.messages:
        rows = [" ".join(f"[{choice.label}]" for choice in row) for row in message.menu]
        yield _indented("bot> ", "\n".join([marked(message), *rows]))


def _indented(head: str, text: str) -> str:
    return head + "\n".join(f"{_INDENT}{line}".rstrip() for line in text.split("\n")).lstrip()


def marked(message: Message) -> str:
    """Return a message's text with *bold*, _italic_ and `code` written out."""
    text = message.text
    for mark in sorted(message.marks, key=lambda each: each.start, reverse=True):
        words, sign = text[mark.start : mark.end], _SIGNS[mark.style]
        inner = words.rstrip()
        text = text[: mark.start] + sign + inner + sign + words[len(inner) :] + text[mark.end :]
    return text


def _fact(event: Event, catalogue: Catalogue) -> str:
    match event:
        case LanguageChosen(language):
            return f"language {language}"
        case ConsentGiven():
            return f"{'agreed to' if event.given else 'did not agree to'} version {event.version} in {event.language}"
        case InputRejected(reason):
            return f"not taken: {reason}"
        case Withdrawn():
            return "everything erased"
        case Replied():
            return f"to question {event.question} of the secretariat{', now' if event.changed else ''}: {event.text!r}"
        case DataRequested():
            return "a copy of everything asked for"
        case _:
            return f"draft {event.draft}{_fact_of_draft(event, catalogue)}"


def _fact_of_draft(event: OfDraft, catalogue: Catalogue) -> str:
    match event:
        case DraftStarted():
            begun = catalogue.questionnaires[event.digest]
            return f" begun: {begun.consultation} {begun.slug} {begun.version}"
        case AnswerGiven():
            return f", {_place(event.answer.slot)}: {_said(event.answer)}"
        case AnswerRevised():
            return f", {_place(event.answer.slot)} now: {_said(event.answer)}"
        case AnswerDropped():
            return f", {_place(event.slot)} dropped"
        case Submitted():
            return f" submitted: {', '.join(map(str, event.items)) or 'no items'}"
        case _:
            return " discarded"


def _place(slot: Slot) -> str:
    return f"{slot.question} {slot.item}" if slot.item else slot.question


def _said(answer: Answer) -> str:
    if answer.skipped:
        return "skipped"
    return repr(answer.text) if answer.parts else ", ".join(answer.chosen)


# --- the terminal ---------------------------------------------------------------------------------------------------


def play(catalogue: Catalogue, lines: TextIO, screen: TextIO, *, telegram: str = "en", start: str = "/start") -> str:
    """Walk the dialogue with somebody at a terminal, and return it as a scenario when their lines end.

    A line is what they type; `[Label]` presses a button whatever the screen, and `(late)`, `(old)`, `(edits 2)`,
    `(sends)` or `(asks)` before it does what it does in a scenario. `telegram` is the language Telegram
    would report, `start` what is said first: `/start digital-governance-ideas` goes straight to a questionnaire.
    """
    talk = Talk(catalogue, NOON, telegram)
    scenario = [f"telegram> {telegram}"]
    for line in _lines(start, lines, screen):
        how, words = _typed(line)
        try:
            heard = _do(talk, how, words)
        except LookupError as error:  # no such button, or nothing was submitted that could be written about
            screen.write(f"({error})\n")
            continue
        scenario += [f"\n{_who(how)}> {words}", *told(heard, catalogue)]
        _show(heard, screen, numbered=_takes_numbers(talk))
    return "\n".join(scenario) + "\n"


def _who(how: str) -> str:
    return f"{'secretariat' if how in _WRITES else 'you'}{f' ({how})' if how else ''}"


def _typed(line: str) -> tuple[str, str]:
    found = _TYPED.match(line)
    return (found["how"] or "", found["words"]) if found else ("", line)


def _lines(start: str, lines: TextIO, screen: TextIO) -> Iterator[str]:
    yield start
    while True:
        screen.write("\n> ")
        screen.flush()
        line = lines.readline()
        if not line:
            return
        if line.strip():
            yield line.strip()


def _takes_numbers(talk: Talk) -> bool:
    """Return whether a number names a choice now; at an open question it is an answer."""
    draft, stage = talk.session.draft, talk.session.stage
    if stage is Stage.ASKING and draft and draft.at:
        return question_of(talk.catalogue.questionnaires[draft.digest], draft.at).kind is not Kind.TEXT
    return True


def _show(heard: Heard, screen: TextIO, *, numbered: bool) -> None:
    if heard.toast:
        screen.write(f"({heard.toast})\n")
    for message in heard.messages:
        screen.write(f"\n{marked(message)}\n")
        screen.write("".join(f"  {each}\n" for each in _choices(message.menu, numbered=numbered)))


def _choices(menu: Menu, *, numbered: bool) -> list[str]:
    labels = [choice.label for row in menu for choice in row]
    return [f"{n}  {label}" for n, label in enumerate(labels, 1)] if numbered else [f"[{label}]" for label in labels]
