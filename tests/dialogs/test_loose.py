"""Words at a menu while a question of the secretariat waits: shown back, and sent only where somebody says so."""

from __future__ import annotations

import json

import pytest

from dialogs.answering import REMEMBERED
from dialogs.exchange import Edited, InputRejected, Replied
from dialogs.session import Stage, dumps, loads
from tests.dialogs.people import Person
from tests.dialogs.test_answering import asked, submitted


def offered(words: str = "në Has") -> Person:
    """Somebody who wrote at a menu while a question waits."""
    person = asked()
    person.type(words)
    assert person.session.stage is Stage.OFFER
    return person


def test_the_words_are_shown_back_and_nothing_is_sent() -> None:
    person = offered()
    assert person.text == (
        "Ju shkruat: në Has\n\n"
        "A është kjo përgjigjja juaj ndaj pyetjes së sekretariatit për kontributin PR01 AYER?\nKu është kjo?"
    )
    assert person.labels == ["Dërgoja sekretariatit", "Mos e dërgo"]
    assert person.last.events == ()
    assert person.replies == []


@pytest.mark.parametrize("yes", ["Dërgoja sekretariatit", "po", "dergo", "1", "send"])
def test_they_are_sent_where_somebody_says_so(yes: str) -> None:
    person = offered()
    person.type(yes)
    assert person.replies == [Replied(1, 1, "në Has")]
    assert person.text.startswith("✓ Përgjigjja juaj i shkon sekretariatit.")
    person.press("Përfundo")
    assert person.session.stage is Stage.HOME
    assert person.session.held == ()


@pytest.mark.parametrize("no", ["Mos e dërgo", "jo", "2"])
def test_they_are_not_where_somebody_says_no(no: str) -> None:
    person = offered()
    person.type(no)
    assert (person.replies, person.session.stage, person.session.held) == ([], Stage.HOME, ())
    assert person.text.startswith("Atë nuk e dërgova.")


def test_each_of_several_messages_is_sent_as_it_reads_then_and_can_be_edited_after() -> None:
    person = offered()
    first = person.session.held[0].number
    person.type("te ura")
    person.send(Edited(first, "në Kukës"))
    assert person.text.startswith("Ju shkruat: në Kukës te ura")
    person.send(Edited(first, "\u2800"))
    assert "fjalë" in person.text
    person.press("Dërgoja sekretariatit")
    assert [each.text for each in person.replies] == ["në Kukës", "te ura"]
    person.send(Edited(first, "në Has"))
    assert person.replies[-1] == Replied(1, 1, "në Has", changed=True)


def test_no_words_are_held_and_no_more_than_are_known_again() -> None:
    person = offered()
    person.type("\u2800")
    assert person.last.events == (InputRejected("blank"),)
    for each in range(1, REMEMBERED):
        person.type(f"fjala {each}")
    person.type("edhe kjo")
    assert person.last.events == (InputRejected("too-long"),)
    assert len(person.session.held) == REMEMBERED


@pytest.mark.parametrize("command", ["start", "mine", "answer", "cancel", "language"])
def test_whoever_goes_elsewhere_sends_nothing(command: str) -> None:
    person = offered()
    person.command(command)
    assert (person.replies, person.session.held) == ([], ())
    assert person.session.stage is not Stage.OFFER


def test_help_leaves_the_words_where_they_are() -> None:
    person = offered()
    person.command("help")
    assert person.session.held
    person.press("Dërgoja sekretariatit")
    assert person.replies


def test_it_leads_back_to_the_menu_where_it_was_written() -> None:
    person = asked()
    person.command("start", "digital-governance-ideas")
    person.type("një zyrë")
    person.command("start")
    assert person.session.stage is Stage.RESUME
    before = person.session.drafts
    person.type("në Has")
    person.type("te ura")
    person.press("Dërgoja sekretariatit")
    person.press("Përfundo")
    assert person.session.stage is Stage.RESUME
    assert person.session.drafts == before


def test_what_a_menu_understands_is_no_answer() -> None:
    """A choice in words, a number, a code that has a slip."""
    person = asked()
    person.type("kontributet e mia")
    assert person.session.stage is Stage.MINE
    person.type("kthehu")
    person.type("1")
    assert "Për çfarë doni të flisni?" in person.text
    person.type("K7M4 QX2Q")
    assert person.last.events == (InputRejected("receipt-unknown"),)


def test_an_answer_to_a_question_of_a_questionnaire_stays_one() -> None:
    person = asked()
    person.command("start", "digital-governance-ideas")
    person.type("një zyrë")
    assert person.session.stage is Stage.ASKING
    assert person.replies == []


def test_a_late_word_of_a_draft_stays_with_the_draft() -> None:
    person = asked()
    person.command("start", "digital-governance-ideas")
    person.type("një zyrë")
    person.command("start")
    person.write_late("për të gjithë")
    assert person.session.stage is Stage.RESUME
    assert "një zyrë\npër të gjithë" in person.says().values()


@pytest.mark.parametrize("questions", [0, 2])
def test_where_none_or_several_wait_nothing_is_guessed(questions: int) -> None:
    person = submitted()
    for each in range(questions):
        person.secretariat("question", f"Pyetja {each}?")
    person.type("në Has")
    assert person.last.events == (InputRejected("choose-one"),)
    assert person.session.stage is Stage.HOME


def test_once_it_is_answered_it_waits_no_more() -> None:
    person = asked()
    person.answer("në Has")
    person.press("Përfundo")
    person.type("te ura")
    assert person.last.events == (InputRejected("choose-one"),)


def test_at_the_confirmation_of_erasure_nothing_is_offered() -> None:
    person = asked()
    person.command("delete")
    person.type("në Has")
    assert person.session.stage is Stage.DELETE


def test_a_session_of_form_3_holds_no_words_and_its_questions_have_no_beginning() -> None:
    session = offered().session
    form = json.loads(dumps(session)) | {"format": 3, "asked": [1, "PR01AYER", 1]}
    del form["held"]
    older = loads(json.dumps(form), session.posted)
    assert older.held == ()
    assert older.asked == (1, "PR01AYER", 1, "")
