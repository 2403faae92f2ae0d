"""Telegram's own gesture: a message that answers one of the secretariat's is an answer to it, wherever one is."""

from __future__ import annotations

import pytest

from dialogs.answering import may_answer
from dialogs.exchange import (
    Chosen,
    Command,
    Concerning,
    Edited,
    InputRejected,
    Media,
    Replied,
    Typed,
    Unsupported,
)
from dialogs.session import Stage
from tests.dialogs.people import Person
from tests.dialogs.test_answering import asked, submitted


def sends(person: Person, media: Media | Unsupported) -> None:
    """Send something that is no text, as an answer to what the secretariat wrote last."""
    person.send(Concerning(media, person.told[-1]))


def drafting(text: str = "një zyrë") -> Person:
    """Somebody in the middle of another contribution whom the secretariat asked something."""
    person = submitted()
    person.command("start", "digital-governance-ideas")
    person.type(text)
    person.secretariat("question", "Ku është kjo?")
    return person


def test_it_is_an_answer_and_the_half_written_contribution_is_untouched() -> None:
    person = drafting()
    before = person.session.drafts
    person.answer("në Has")
    assert person.replies == [Replied(1, 1, "në Has")]
    assert person.text.startswith("✓ Përgjigjja juaj i shkon sekretariatit.")
    assert person.session.drafts == before
    person.press("Përfundo")
    assert person.session.stage is Stage.ASKING
    person.type("radhët")
    assert list(person.says().values()) == ["një zyrë", "radhët"]


def test_it_answers_the_question_it_answers_and_no_newer_one() -> None:
    person = asked()
    person.secretariat("question", "Kur?")
    person.send(Concerning(Typed(person.next(), "në Has"), person.told[0]))
    assert person.replies[-1].question == 1


@pytest.mark.parametrize("words", ["1", "përfundo", "jo tani", "K7M4 QX2P", "jep një kontribut"])
def test_whatever_it_says_it_is_an_answer_and_no_choice(words: str) -> None:
    person = asked()
    person.answer(words)
    assert person.replies[-1].text == words


def test_a_response_can_be_answered_too() -> None:
    person = submitted()
    person.secretariat("response", "Rruga ndërtohet më 2027.")
    person.answer("Faleminderit, por pyeta për urën.")
    assert person.replies == [Replied(1, 1, "Faleminderit, por pyeta për urën.")]


def test_what_follows_goes_there_too_until_one_is_done() -> None:
    person = asked()
    person.answer("në Has")
    person.type("te ura")
    assert [reply.text for reply in person.replies] == ["në Has", "te ura"]
    person.press("Përfundo")
    assert person.session.stage is Stage.HOME


@pytest.mark.parametrize("command", ["mine", "language", "delete"])
def test_it_leads_back_to_the_screen_that_another_aside_interrupted(command: str) -> None:
    person = drafting()
    person.command(command)
    person.answer("në Has")
    person.press("Përfundo")
    assert person.session.stage is Stage.ASKING


def test_its_edit_is_an_edit_of_an_answer() -> None:
    person = drafting()
    person.answer("në Has")
    person.press("Përfundo")
    person.edit_number(person.session.told[-1][0], "në Kukës")
    assert person.replies[-1] == Replied(1, 1, "në Kukës", changed=True)
    assert person.session.stage is Stage.ASKING


def test_no_words_are_no_answer_and_the_question_is_there_to_be_answered() -> None:
    person = asked()
    person.answer("\u2800")
    assert (person.replies, person.session.stage) == ([], Stage.ANSWER)


def test_what_was_never_theirs_is_said_as_kindly_as_by_the_command() -> None:
    person = submitted()
    for input in (Typed(person.next(), "në Has"), Media("photo", person.next(), caption="në Has")):
        person.send(Concerning(input, None))
        assert "nuk ju ka pyetur" in person.text
        assert person.last.events == (InputRejected("no-question"),)
        assert person.session.stage is Stage.HOME


def test_the_words_beneath_a_picture_are_an_answer() -> None:
    person = drafting()
    sends(person, Media("photo", person.next(), caption="kjo është rruga"))
    assert person.replies[-1].text == "kjo është rruga"
    assert "kjo është rruga" not in person.says().values()
    assert person.text.startswith("I lexova fjalët")


def test_a_picture_alone_is_declined_and_the_question_is_there_to_be_answered_in_words() -> None:
    person = drafting()
    sends(person, Unsupported("sticker", person.next()))
    assert (person.replies, person.session.stage) == ([], Stage.ANSWER)
    person.type("në Has")
    assert person.replies[-1].text == "në Has"


def test_an_album_is_declined_once_and_moves_nobody() -> None:
    person = asked()
    person.media("photo", album="7")
    sends(person, Media("photo", person.next(), album="7"))
    assert (person.messages, person.session.stage) == ([], Stage.HOME)


def test_before_consent_and_for_anything_but_a_new_message_nothing_is_looked_up() -> None:
    person = asked()
    assert not may_answer(Person().session, Typed(1, "x"))
    assert all(may_answer(person.session, each) for each in (Typed(1, "x"), Media("photo", 1), Unsupported("dice")))
    assert not any(may_answer(person.session, each) for each in (Command("mine"), Chosen(1, "x"), Edited(1, "x")))
