"""Editing a message in Telegram revises its answer, before and after submission, while the consultation is open."""

from __future__ import annotations

from dialogs.exchange import AnswerRevised, Edited, InputRejected, Say
from dialogs.lobby import message_wanted, needs_past
from dialogs.session import Stage
from dialogs.types import Part, Slot
from tests.dialogs.people import Person, closed

ISSUE = Slot("issue", 1)


def one_answer() -> tuple[Person, int]:
    """Return somebody with one answer, and that message's number."""
    person = Person().begin()
    person.type("rruga")
    return person, person.number - 1


def test_an_edit_revises_the_answer_and_a_short_note_confirms() -> None:
    """The question on the screen stays."""
    person, number = one_answer()
    turn = person.session.turn
    person.edit_number(number, "rruga dhe ura")
    assert person.says() == {ISSUE: "rruga dhe ura"}
    assert person.last.prompts == (Say("edited"),)
    assert person.session.turn == turn


def test_an_edit_of_one_of_several_messages_changes_only_that_one() -> None:
    """Each message keeps its number."""
    person, number = one_answer()
    person.write_late("dhe ura")
    person.edit_number(number, "shtegu")
    assert person.says() == {ISSUE: "shtegu\ndhe ura"}


def test_an_edit_that_changes_no_text_is_silent() -> None:
    """Telegram reports edits for changes nobody can see."""
    person, number = one_answer()
    person.edit_number(number, "rruga")
    assert person.last.events == ()
    assert person.messages == []


def test_an_edit_to_nothing_leaves_the_words_and_says_how_to_erase() -> None:
    """An answer is not emptied by accident."""
    person, number = one_answer()
    person.edit_number(number, "\u2800")
    assert person.says() == {ISSUE: "rruga"}
    assert isinstance(person.last.events[0], InputRejected)
    assert "/delete" in person.text


def test_an_edit_at_the_review_shows_it_anew() -> None:
    """The review on the screen would otherwise be wrong."""
    person, number = one_answer()
    person.press("Kapërce")
    person.press("Kapërce")
    person.edit_number(number, "ura")
    assert person.session.stage is Stage.REVIEW
    assert "1. ura" in person.text


def test_an_edit_after_submission_revises_the_submission() -> None:
    """Until the consultation closes."""
    person, number = one_answer()
    for label in ("Kapërce", "Kapërce", "Dërgo"):
        person.press(label)
    person.edit_number(number, "ura")
    assert person.last.events == (AnswerRevised(1, person.past()[0].answers[0]),)
    assert person.past()[0].answers[0].parts == (Part(number, "ura"),)
    person.catalogue = closed()
    person.edit_number(number, "ura dhe rruga")
    assert person.past()[0].answers[0].parts == (Part(number, "ura"),)
    assert "mbeten siç ishin" in person.text


def test_an_edit_while_the_submission_is_being_revised_reaches_it_there() -> None:
    """So the screen and the record agree."""
    person, number = one_answer()
    for label in ("Kapërce", "Kapërce", "Dërgo", "Kontributet e mia", "Ndrysho PR01 AYER"):
        person.press(label)
    person.edit_number(number, "ura")
    assert "1. ura" in person.text


def test_an_edit_of_a_message_that_answered_nothing_is_silent() -> None:
    """A command, a rejected word."""
    person, _ = one_answer()
    person.edit_number(7, "diçka")
    assert person.last.events == ()
    assert person.messages == []


def test_the_submission_of_an_edited_message_is_asked_for_only_where_needed() -> None:
    """Known messages need no look-up, nor do edits before consent."""
    person, number = one_answer()
    assert message_wanted(person.session, Edited(number, "x")) is None
    assert message_wanted(person.session, Edited(7, "x")) == 7
    assert message_wanted(Person().session, Edited(7, "x")) is None
    assert not needs_past(person.session, Edited(7, "x"))
