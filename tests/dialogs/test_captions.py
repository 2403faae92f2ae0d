"""Words that come with a picture are a text like any other; the picture is not kept, and it is said."""

from __future__ import annotations

from dialogs.exchange import AnswerGiven, InputRejected, Unsupported
from dialogs.session import Stage
from dialogs.types import Slot
from tests.dialogs.people import Person

ISSUE, WHY = Slot("issue", 1), Slot("why", 1)


def test_words_beneath_a_picture_answer_the_question() -> None:
    """Beside it stands what was not kept, then comes the next question."""
    person = Person().begin()
    person.media("photo", caption="rruga e prishur")
    assert person.says() == {ISSUE: "rruga e prishur"}
    assert isinstance(person.last.events[0], AnswerGiven)
    kind, question = person.messages
    assert kind.text == "I lexova fjalët poshtë fotografisë. Vetë fotografia nuk ruhet."
    assert question.text.startswith("Çështja 1 nga 3. Pse")


def test_words_with_anything_else_too() -> None:
    """A document, a voice message, an animation."""
    for input in ("document", "voice"):
        person = Person().begin()
        person.media(input, caption="rruga")
        assert person.text.startswith("I lexova fjalët tuaja. Përveç tyre")
    person = Person().begin()
    person.send(Unsupported("animation", person.next(), caption="rruga"))
    assert person.says() == {ISSUE: "rruga"}


def test_an_album_speaks_once_and_loses_no_words() -> None:
    """Whichever of its pictures the words stand beneath."""
    person = Person().begin()
    person.media("photo", "a", "rruga")
    assert person.media("photo", "a").messages == ()
    assert person.media("photo", "a", "sepse po").messages[0].text.startswith("Çështja 2")
    assert person.says() == {ISSUE: "rruga", WHY: "sepse po"}
    person.media("photo", "b")
    assert "Ende nuk i lexoj dot fotografitë" in person.text
    person.media("photo", "b", "uji")
    assert person.says()[Slot("issue", 2)] == "uji"


def test_words_written_before_the_question_was_seen_continue_the_answer_before() -> None:
    """By their number, as any text."""
    person = Person().begin()
    number, late = person.next(), person.next()
    person.send(Unsupported("animation", number, caption="rruga"))
    person.send(Unsupported("animation", late, caption="dhe ura"))
    assert person.says() == {ISSUE: "rruga\ndhe ura"}
    assert len(person.messages) == 1


def test_words_beneath_a_picture_can_be_edited_and_are_not_emptied_by_taking_them_away() -> None:
    """As any text."""
    person = Person().begin()
    number = person.number + 1
    person.media("photo", caption="rruga")
    person.edit_number(number, "ura")
    assert person.says() == {ISSUE: "ura"}
    person.edit_number(number, "")
    assert person.says() == {ISSUE: "ura"}
    assert "Nuk gjeta asnjë fjalë" in person.text


def test_blank_words_and_words_at_a_menu_are_declined_with_their_picture() -> None:
    """No text is expected there; it is said how to go on."""
    person = Person().begin()
    person.media("photo", caption=" ")
    assert person.last.events == (InputRejected("photo"),)
    person.command("cancel")
    person.media("photo", caption="rruga")
    assert person.last.events == (InputRejected("photo"),)
    assert person.session.stage is Stage.HOME
