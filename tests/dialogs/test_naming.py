"""Yes, no and send are understood wherever the screen is a menu, in every language; elsewhere they are answers."""

from __future__ import annotations

import pytest

from dialogs.exchange import Submitted, Typed, Withdrawn
from dialogs.session import Stage
from dialogs.types import Slot
from tests.dialogs.people import Person

OBJECTIVE = Slot("objective", 1)


def at_the_gate() -> Person:
    """Return somebody who is asked whether another idea follows."""
    person = Person().begin("digital-governance-ideas")
    for text in ("një zyrë", "radhët", "më pak radhë"):
        person.type(text)
    return person


@pytest.mark.parametrize(
    ("word", "stage"), [("po", Stage.ASKING), ("Yes!", Stage.ASKING), ("JO", Stage.REVIEW), ("dergo", Stage.REVIEW)]
)
def test_whether_another_idea_follows_is_answered_by_yes_or_no(word: str, stage: Stage) -> None:
    person = at_the_gate()
    person.type(word)
    assert person.session.stage is stage


@pytest.mark.parametrize("word", ["po", "yes", "send", "Dërgo", "dergoje"])
def test_the_review_is_sent_by_yes_or_send(word: str) -> None:
    person = at_the_gate()
    person.type("jo")
    person.type(word)
    assert Submitted(1, (1,)) in person.last.events


def test_no_to_the_review_asks_what_to_change_and_send_ends_a_revision() -> None:
    person = at_the_gate()
    person.type("jo")
    person.type("no")
    assert person.session.stage is Stage.PICK_FIELD
    person.press("Kthehu")
    for label in ("Dërgo", "Kontributet e mia", "Ndrysho PR01 AYER"):
        person.press(label)
    person.type("dërgoje")
    assert person.text.startswith("✓ Kontributi juaj u ruajt")


def test_erasing_and_agreeing_are_answered_too() -> None:
    person = Person()
    for word in ("shqip", "jo", "fillo", "po"):
        person.type(word)
    assert person.session.consent == 1
    person.command("delete")
    person.type("jo")
    assert person.session.stage is Stage.COMPONENT
    person.command("delete")
    person.type("po")
    assert person.last.events == (Withdrawn(),)


def test_a_draft_is_gone_on_with_by_yes() -> None:
    person = Person().begin()
    person.type("rruga")
    person.command("start")
    person.type("po")
    assert "Pse është e rëndësishme?" in person.text


def test_at_an_open_question_yes_is_an_answer() -> None:
    person = Person().begin()
    person.type("po")
    assert person.says() == {Slot("issue", 1): "po"}


def test_a_yes_written_before_the_gate_was_seen_continues_the_answer() -> None:
    """It was said to something else; a button's own words were not."""
    person = Person().begin("digital-governance-ideas")
    person.type("një zyrë")
    person.type("radhët")
    number = person.next()
    after = person.next()
    person.send(Typed(number, "më pak radhë"))
    person.send(Typed(after, "po"))
    assert person.session.stage is Stage.GATE
    assert person.says()[OBJECTIVE] == "më pak radhë\npo"
