"""The list of one's contributions: how each stands, why one was set aside, what waits for an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogs.exchange import Say
from dialogs.menus import words_of
from dialogs.render import render
from dialogs.sentences import REASONS
from dialogs.types import Past
from tests.dialogs.people import Person
from tests.dialogs.test_answering import submitted


def listed(person: Person, **fields: object) -> list[str]:
    """Return the lines of the one contribution in the list, with other fields than it has."""
    [past] = person.past()
    shown: Past = replace(past, **fields)  # type: ignore[arg-type]
    message = render(Say("mine", menu=True), person.catalogue, person.session, words_of(person.session), (shown,))
    return message.text.split("\n\n")[1].split("\n")[2:]


@pytest.fixture
def person() -> Person:
    """Somebody with one contribution, at their list."""
    person = submitted()
    person.command("mine")
    return person


def test_one_that_is_read_says_how_it_stands_and_no_more(person: Person) -> None:
    assert listed(person, reasons=()) == listed(person, reasons=("",)) == ["u mor, por ende nuk është lexuar"]


@pytest.mark.parametrize("reason", REASONS)
def test_one_that_was_set_aside_says_why(person: Person, reason: str) -> None:
    stands, why = listed(person, states=("set-aside",), reasons=(reason,))
    t = words_of(person.session)
    told = t.gettext(REASONS[reason]) if reason != "other" else "arsye tjetër, që e shihni te /mydata"
    assert (stands, why) == ("lënë mënjanë", f"Pse u la mënjanë: {told}")


def test_where_there_are_several_it_says_which(person: Person) -> None:
    fields = {"states": ("set-aside", "new", "set-aside"), "reasons": ("spam", "", "off-topic")}
    lines = listed(person, **fields)
    assert lines[0] == "lënë mënjanë, u mor, por ende nuk është lexuar"
    assert [line.partition(":")[0] for line in lines[1:]] == [
        "Pse u la mënjanë (Çështja 1)",
        "Pse u la mënjanë (Çështja 3)",
    ]


def test_a_question_that_waits_says_how_to_answer(person: Person) -> None:
    person.secretariat("question", "Ku?")
    person.command("mine")
    asks = "Sekretariati ju ka pyetur diçka dhe pret përgjigjen tuaj: /answer"
    assert asks in person.text
    person.answer("në Has")
    person.command("mine")
    assert asks not in person.text


def test_a_receipt_tells_its_state_and_nothing_else(person: Person) -> None:
    """Whoever has the code need not be its author."""
    person.decide("set-aside", "spam")
    person.secretariat("question", "Ku?")
    message = render(
        Say("receipt", {"receipt": "K7M4QX2P", "states": "set-aside"}),
        person.catalogue,
        person.session,
        words_of(person.session),
        person.past(),
    )
    assert message.text == "Kontributi K7M4 QX2P: lënë mënjanë."
