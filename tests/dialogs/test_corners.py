"""Corners that only an odd order of things leads to."""

from __future__ import annotations

from dialogs import engine
from dialogs.exchange import Chosen, Command, InputRejected, Media
from dialogs.lobby import needs_past
from dialogs.types import Slot
from tests.dialogs.people import NOW, SURVEY, Person


def test_a_second_tap_at_a_question_says_so_and_nothing_else() -> None:
    """Skip pressed twice skips one question."""
    person = Person().begin()
    person.type("rruga")
    turn = person.session.turn
    person.press("Kapërce")
    person.send(Chosen(turn, "skip"))
    assert person.toast == "already"
    assert person.messages == []


def test_an_edit_finds_the_older_of_two_submissions() -> None:
    """However many lie between."""
    person = Person().begin()
    person.type("rruga")
    number = person.number - 1
    for label in ("Kapërce", "Kapërce", "Dërgo"):
        person.press(label)
    person.command("start", "digital-governance-key-issues")
    person.type("ura")
    for label in ("Kapërce", "Kapërce", "Dërgo"):
        person.press(label)
    person.edit_number(number, "shtegu")
    assert person.drafts[1].answers[Slot("issue", 1)].text == "shtegu"
    assert person.drafts[2].answers[Slot("issue", 1)].text == "ura"


def test_the_engine_declines_what_it_cannot_read() -> None:
    """Also where it is used without the lobby."""
    person = Person().begin("digital-governance-survey")
    turn = engine.step(SURVEY, person.session, Media("voice", 9), NOW)
    assert turn.events == (InputRejected("unsupported"),)


def test_mine_needs_the_submissions_wherever_it_is_asked() -> None:
    """Also in the middle of a question."""
    assert needs_past(Person().begin().session, Command("mine"))
