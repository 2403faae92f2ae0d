"""The order of messages: what was written before a screen presses nothing on it, what was seen once stays seen."""

from __future__ import annotations

from dialogs.exchange import Command, Typed, Unsupported
from dialogs.session import Stage
from dialogs.types import Slot
from tests.dialogs.people import Person

ISSUE, WHY = Slot("issue", 1), Slot("why", 1)


def at_once(person: Person, *texts: str) -> None:
    """Send texts one right after another, all of them before the bot answers the first."""
    first = person.next()
    person.number += len(texts)
    for number, text in enumerate(texts, first):
        person.send(Command(text[1:], "", number) if text.startswith("/") else Typed(number, text))


def test_nobody_consents_to_a_text_they_have_not_seen() -> None:
    """An impatient second 1 was meant for the screen before."""
    person = Person()
    person.command("start")
    at_once(person, "1", "1")
    assert person.session.stage is Stage.CONSENT
    assert person.session.consent == 0
    assert person.text.startswith("Para se të fillojmë")
    person.type("1")
    assert person.session.consent == 1


def test_nothing_is_erased_by_a_number_written_before_the_warning() -> None:
    """Erasing takes one confirmation of what it says."""
    person = Person().begin()
    at_once(person, "/delete", "2")
    assert person.session.stage is Stage.DELETE
    assert person.last.events == ()


def test_a_label_typed_twice_is_taken_once() -> None:
    """The second one is no part of an answer and skips nothing else."""
    person = Person().begin()
    person.type("rruga")
    at_once(person, "kaperce", "KAPERCE")
    assert person.says() == {ISSUE: "rruga", WHY: None}
    assert person.text.startswith("Çështja 2 nga 3.")


def test_a_number_typed_twice_at_a_menu_ends_in_no_answer() -> None:
    """Neither in the one given a month ago nor in the one asked for now."""
    person = Person().begin()
    person.type("rruga")
    person.command("start")
    at_once(person, "1", "1")
    assert person.says() == {ISSUE: "rruga"}
    assert "Pse është e rëndësishme?" in person.text


def test_a_number_typed_twice_answers_one_question() -> None:
    """Also where the next one offers numbers too."""
    person = Person().begin("digital-governance-survey")
    at_once(person, "2", "2", "nuk e di")
    assert person.session.draft is not None
    assert [answer.slot.question for answer in person.session.draft.answers] == ["place"]
    assert "Çfarë përdorni?" in person.text


def test_words_after_a_choice_answer_what_comes_next() -> None:
    """Whoever skips and writes on at once does not go on with the answer before."""
    person = Person().begin()
    person.type("rruga")
    at_once(person, "kaperce", "uji")
    assert person.says() == {ISSUE: "rruga", WHY: None, Slot("issue", 2): "uji"}


def test_a_question_shown_again_was_seen_the_first_time() -> None:
    """A sticker and the answer, one right after the other: the words answer the question they were written to."""
    person = Person().begin()
    person.type("rruga")
    sticker = person.next()
    number = person.next()
    person.send(Unsupported("sticker", sticker))
    person.send(Typed(number, "sepse është e prishur"))
    assert person.says() == {ISSUE: "rruga", WHY: "sepse është e prishur"}


def test_an_aside_leaves_the_question_seen() -> None:
    """Words written while the bot shows the question again after /language answer that question."""
    person = Person().begin()
    person.type("rruga")
    person.command("language")
    number = person.next()
    person.press("English")
    person.send(Typed(number, "it is broken"))
    assert person.says() == {ISSUE: "rruga", WHY: "it is broken"}


def test_words_to_what_was_submitted_are_added_to_no_other_draft() -> None:
    """Written just before the thanks were seen, they must not turn up in a draft left weeks ago."""
    person = Person().begin("digital-governance-ideas")
    person.type("ide")
    person.press("Ruaj për më vonë")
    person.command("start", "digital-governance-key-issues")
    person.type("rruga")
    person.press("Kapërce")
    person.press("Kapërce")
    number = person.next()
    person.press("Dërgo")
    person.send(Typed(number, "dhe ura"))
    assert person.says() == {Slot("idea", 1): "ide"}
    assert person.session.stage is Stage.HOME
    assert person.messages
