"""A question of the secretariat is answered from wherever one is, and one is back there afterwards."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dialogs.answering import REMEMBERED, message, named, question_wanted
from dialogs.exchange import Chosen, Command, InputRejected, Media, Replied, Typed
from dialogs.session import Stage, dumps, loads
from dialogs.types import FromStaff
from locales import CHAT, translations
from tests.dialogs.people import SURVEY, Person

SQ = translations(CHAT, "sq")


def submitted() -> Person:
    """Somebody who submitted one issue."""
    person = Person().begin()
    for said in ("rruga", "kaperce", "kaperce", "dergo"):
        person.type(said)
    assert person.session.stage is Stage.HOME
    return person


def asked(text: str = "Ku është kjo?") -> Person:
    """Somebody whom the secretariat asked something."""
    person = submitted()
    person.secretariat("question", text)
    return person


def take(person: Person, number: int = 1) -> None:
    """Press the button of a question."""
    person.send(Chosen(0, f"answer:{number}"))


def test_what_is_written_goes_to_the_secretariat_and_one_is_back_where_one_was() -> None:
    person = asked()
    person.command("start", "digital-governance-ideas")
    person.press("Përgjigju")
    assert "PR01 AYER" in person.text
    person.type("në Has")
    person.type("te ura")
    assert [(reply.question, reply.draft, reply.text) for reply in person.replies] == [
        (1, 1, "në Has"),
        (1, 1, "te ura"),
    ]
    person.press("Përfundo")
    assert person.session.stage is Stage.ASKING
    assert person.says() == {}


def test_a_number_is_an_answer_and_no_choice() -> None:
    person = asked()
    take(person)
    person.type("1")
    assert person.replies[-1].text == "1"


def test_a_second_message_written_at_once_goes_there_too() -> None:
    """Also where a draft has words that an early message would continue otherwise."""
    person = asked()
    person.command("start", "digital-governance-ideas")
    person.type("një zyrë")
    take(person)
    person.type("në Has")
    number = person.next()
    person.session = person.session._replace(posted=person.next())
    person.send(Typed(number, "te ura"))
    assert [reply.text for reply in person.replies] == ["në Has", "te ura"]


def test_what_was_written_before_the_question_was_taken_up_stays_with_the_draft() -> None:
    person = asked()
    person.command("start", "digital-governance-ideas")
    person.type("një zyrë")
    take(person)
    person.write_late("për të gjithë")
    assert person.replies == []
    assert "një zyrë\npër të gjithë" in person.says().values()


def test_not_now_keeps_nothing_and_the_button_still_leads_there() -> None:
    person = asked()
    take(person)
    person.press("Jo tani")
    assert (person.replies, person.session.stage) == ([], Stage.HOME)
    take(person)
    assert person.session.stage is Stage.ANSWER


def test_a_second_tap_is_harmless() -> None:
    person = asked()
    take(person)
    take(person)
    assert person.toast == "already"
    assert person.session.stage is Stage.ANSWER


@pytest.mark.parametrize("option", ["answer:2", "answer:0", "answer:", "answer:99999999999999999", "answer:1x"])
def test_a_question_of_somebody_else_is_an_old_button(option: str) -> None:
    """And says nothing about whether there is one."""
    person = asked()
    person.send(Chosen(0, option))
    assert person.toast == "stale"
    assert person.session.stage is Stage.HOME


def test_a_button_with_a_turn_is_none_of_a_question() -> None:
    person = asked()
    person.send(Chosen(person.session.turn, "answer:1"))
    assert person.toast == "stale"


def test_the_command_answers_what_was_asked_last() -> None:
    person = asked()
    person.secretariat("question", "Kur?")
    person.command("answer")
    person.type("dje")
    assert person.replies[-1].question == 2


def test_whoever_was_asked_nothing_is_told_so() -> None:
    person = submitted()
    person.command("answer")
    assert "nuk ju ka pyetur" in person.text
    assert person.last.events == (InputRejected("no-question"),)


def test_help_tells_of_the_command_once_there_is_a_question() -> None:
    person = submitted()
    person.command("help")
    assert "/answer" not in person.text
    person.secretariat("question", "Ku?")
    person.command("help")
    assert "/answer" in person.text


def test_before_consent_nothing_is_looked_up() -> None:
    person = Person()
    assert question_wanted(person.session, Chosen(0, "answer:1")) is None
    assert question_wanted(person.session, Command("answer")) is None
    person.command("start")
    person.press("Shqip")
    person.command("answer")
    assert person.session.stage is Stage.CONSENT


def test_no_words_are_no_answer() -> None:
    person = asked()
    take(person)
    person.type("\u2800")
    assert (person.replies, person.session.stage) == ([], Stage.ANSWER)


def test_the_words_under_a_picture_are_taken() -> None:
    person = asked()
    take(person)
    person.send(Media("photo", person.next(), caption="kjo është rruga"))
    assert person.replies[-1].text == "kjo është rruga"


def test_an_edited_message_is_sent_after_the_first() -> None:
    person = asked()
    take(person)
    person.type("në Has")
    person.edit_number(person.number - 1, "në Kukës")
    assert person.replies[-1] == Replied(1, 1, "në Kukës", changed=True)
    person.press("Përfundo")
    person.edit_number(person.session.told[0][0], "\u2800")
    assert len(person.replies) == 2
    assert "Nuk gjeta" in person.text or "fjalë" in person.text


def test_only_the_last_few_messages_are_known_again() -> None:
    person = asked()
    take(person)
    first = person.number + 1
    for each in range(REMEMBERED + 1):
        person.type(f"fjala {each}")
    person.edit_number(first, "tjetër")
    assert person.last.events == ()


def test_a_session_of_form_2_was_asked_nothing() -> None:
    session = submitted().session
    form = json.loads(dumps(session)) | {"format": 2}
    del form["asked"], form["told"]
    assert loads(json.dumps(form), session.posted) == session


def test_the_message_says_who_writes_about_what_and_how_to_answer() -> None:
    shown = message(FromStaff(7, "question", "Ku është <b>kjo</b>?", "K7M4QX2P", "Çështja 2"), SQ)
    assert shown.text == (
        "Sekretariati ka një pyetje për ju.\nKontributi K7M4 QX2P · Çështja 2\n\nKu është <b>kjo</b>?\n\n"
        "Për t'u përgjigjur, shtypni „Përgjigju” ose shkruani /answer."
    )
    assert [(mark.style, shown.text[mark.start : mark.end]) for mark in shown.marks] == [
        ("bold", "Sekretariati ka një pyetje për ju."),
        ("italic", "Kontributi K7M4 QX2P · Çështja 2"),
    ]
    [[button]] = shown.menu
    assert (button.option, button.label, shown.turn) == ("answer:7", "Përgjigju", 0)


def test_a_contribution_is_called_as_its_questionnaire_has_it() -> None:
    assert named(SURVEY, 2, "sq") == "Dëshira 2"
    assert named(replace(SURVEY, sections=SURVEY.sections[:1]), 1, "sq") == ""
    assert named(None, 1, "sq") == ""


def test_a_response_asks_for_nothing() -> None:
    shown = message(FromStaff(7, "response", "Po.", "K7M4QX2P"), SQ)
    assert shown.menu == ()
    assert shown.text == "Sekretariati ju përgjigjet.\nKontributi K7M4 QX2P\n\nPo."
