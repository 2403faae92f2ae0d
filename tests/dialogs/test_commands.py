"""The commands a person may send at any moment: what is said beside a screen, and how one stops."""

from __future__ import annotations

import pytest

from dialogs import lobby
from dialogs.answering import question_wanted
from dialogs.exchange import Command, Say
from tests.dialogs.people import Person


@pytest.mark.parametrize("name", ["help", "privacy"])
def test_what_is_said_beside_is_followed_by_the_present_screen(name: str) -> None:
    """Two messages, the second with the choices."""
    person = Person().begin()
    person.command(name)
    assert person.messages[0].menu == ()
    assert "Çështja 1 nga 3." in person.messages[1].text


def test_help_has_a_line_for_each_command() -> None:
    """Read from top to bottom, not across."""
    person = Person().begin()
    person.command("help")
    lines = person.messages[0].text.split("\n\n")[1].split("\n")
    assert len(lines) == 8
    assert all(line.count("/") == 1 and " – " in line for line in lines)


def test_help_needs_nobody_to_look_for_a_question_of_the_secretariat() -> None:
    """Before consent nobody was asked anything, so it is said as it stands."""
    person = Person("sq")
    turn = lobby.step(person.catalogue, person.session, Command("help"), person.now)
    assert question_wanted(person.session, Command("help")) is None
    assert turn.prompts[0] == Say("help")


def test_cancel_leaves_and_keeps_the_draft() -> None:
    """/continue asks the same question."""
    person = Person().begin()
    person.type("rruga")
    person.command("cancel")
    assert "Po ndalemi këtu." in person.text
    person.command("continue")
    assert person.text == "Çështja 1 nga 3. Pse është e rëndësishme?"


def test_cancel_says_what_is_true() -> None:
    """With nothing under way nothing was saved, and a submission being revised stands as it is."""
    person = Person().agree()
    person.command("cancel")
    assert person.text.startswith("Nuk keni nisur asgjë")
    person.command("start", "digital-governance-key-issues")
    person.type("rruga")
    for label in ("Kapërce", "Kapërce", "Dërgo", "Kontributet e mia", "Ndrysho PR01 AYER"):
        person.press(label)
    person.command("cancel")
    assert person.text.startswith("✓ Kontributi juaj u ruajt siç është tani.")
