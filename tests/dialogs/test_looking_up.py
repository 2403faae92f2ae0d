"""Receipts typed at a menu: how a contribution stands, and how often one may ask."""

from __future__ import annotations

import re
from datetime import timedelta

from dialogs.exchange import (
    LookedUp,
    Typed,
)
from dialogs.looking_up import receipt_wanted
from dialogs.receipts import complete
from dialogs.text import spaced
from tests.dialogs.people import NOW, Person


def test_a_receipt_typed_at_a_menu_tells_how_its_contribution_stands() -> None:
    """Nothing else of it, and nothing at all of a code nobody has."""
    person = Person().agree()
    assert receipt_wanted(person.session, Typed(9, "k7m4-qx2"), NOW) is None
    code = complete("K7M4QX2")
    assert receipt_wanted(person.session, Typed(9, spaced(code).lower()), NOW) == code
    person.send(LookedUp(code, 9, ("new", "new", "answered")))
    assert re.match(rf"Kontributi {spaced(code)}: .*ende.*lexua.*, .*përgjigj.*\.\n---\n", person.text)
    person.send(LookedUp(code, 9))
    assert person.text.startswith("Këtë kod nuk e njoh.")
    assert "Për çfarë doni të flisni?" in person.text


def test_receipts_are_looked_up_a_few_times_and_then_after_a_while() -> None:
    """Enough for a slip of the pen, hopeless for guessing."""
    person, code = Person().agree(), complete("K7M4QX2")
    for _ in range(5):
        person.send(LookedUp(code, 9))
    assert receipt_wanted(person.session, Typed(9, code), NOW) is None
    person.type(code)
    assert "pas dhjetë minutash" in person.text
    assert receipt_wanted(person.session, Typed(9, code), NOW + timedelta(minutes=11)) == code


def test_a_code_with_a_slip_is_told_from_other_words() -> None:
    """Wherever a code may be typed; at other menus it is words like any other."""
    person = Person().agree()
    person.type("3t3h mryk")
    assert person.text.startswith("Këtë kod nuk e njoh.")
    assert "Për çfarë doni të flisni?" in person.text
    person.type("mirë dita")
    assert person.text.startswith("Nuk e kuptova")
    person.command("delete")
    person.type(complete("K7M4QX2"))
    assert person.text.startswith("Nuk e kuptova")


def test_a_code_at_an_open_question_is_an_answer() -> None:
    """And before consent it is nothing."""
    code = complete("K7M4QX2")
    assert receipt_wanted(Person().begin().session, Typed(9, code), NOW) is None
    assert receipt_wanted(Person().session, Typed(9, code), NOW) is None
