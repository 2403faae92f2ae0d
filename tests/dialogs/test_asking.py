"""Open questions: taking text, skipping, going back, several messages, the thought that comes later."""

from __future__ import annotations

from dialogs.exchange import AnswerGiven, InputRejected, Typed
from dialogs.session import Stage
from dialogs.types import Part, Slot
from tests.dialogs.people import Person

ISSUE, WHY = Slot("issue", 1), Slot("why", 1)


def test_a_question_says_where_one_is_and_asks() -> None:
    """The headline comes once, then the place and the question."""
    person = Person().begin()
    assert person.text.startswith("Cilat janë, sipas jush, çështjet më të rëndësishme")
    assert "Çështja 1 nga 3." in person.text
    person.type("rruga")
    assert person.text == "Çështja 1 nga 3. Pse është e rëndësishme?"


def test_a_text_is_kept_to_the_character() -> None:
    """No trimming, no composing, no cleaning."""
    person = Person().begin()
    person.type("  në fshat\u0308 s’ka…\n\n internet ")
    assert person.says() == {ISSUE: "  në fshat\u0308 s’ka…\n\n internet "}
    assert isinstance(person.last.events[0], AnswerGiven)


def test_a_number_is_an_answer_to_an_open_question() -> None:
    """Only a button's whole label presses it there."""
    person = Person().begin()
    person.type("2")
    assert person.says() == {ISSUE: "2"}


def test_a_label_typed_without_diacritics_and_in_capitals_presses_its_button() -> None:
    """KAPERCE is Kapërce; a longer sentence with that word is an answer."""
    person = Person().begin()
    person.type("rruga")
    person.type("kaperce rrugen se është prishur")
    assert person.says()[WHY] == "kaperce rrugen se është prishur"
    person.type("KAPERCE")
    assert person.session.stage is Stage.REVIEW


def test_a_required_question_offers_no_skip() -> None:
    """The first issue must be given; its reason may be skipped."""
    person = Person().begin()
    assert "Kapërce" not in person.labels
    person.type("rruga")
    assert "Kapërce" in person.labels


def test_skipping_the_second_issue_leads_to_the_review() -> None:
    """Issues are alike, so who has no second one has no third; the review can still add one."""
    person = Person().begin()
    person.type("rruga")
    person.press("Kapërce")
    person.press("Kapërce")
    assert person.session.stage is Stage.REVIEW
    assert "Shto një çështje" in person.labels
    person.press("Shto një çështje")
    assert person.text.startswith("Çështja 2 nga 3.")


def test_a_blank_message_is_no_answer() -> None:
    """Spaces and fillers that show nothing are declined, and the question is asked again."""
    person = Person().begin()
    for nothing in (" ", "\n\t", "\u2800\u3164", "\u200b"):
        person.type(nothing)
        assert isinstance(person.last.events[0], InputRejected)
        assert "Nuk gjeta asnjë fjalë në atë mesazh" in person.text
        assert "Çështja 1 nga 3." in person.text
    assert person.says() == {}


def test_an_example_is_given_on_request() -> None:
    """It stands before the question, clearly an example."""
    person = Person().begin()
    person.press("Më jep një shembull")
    assert person.text.startswith("Për shembull: ")
    assert "Çështja 1 nga 3." in person.text


def test_an_example_that_stands_there_is_not_offered() -> None:
    """Until the question is met anew, when the example is far above."""
    person = Person().begin()
    person.type("Më jep një shembull")
    assert "Më jep një shembull" not in person.labels
    person.media("photo")
    assert "Më jep një shembull" not in person.labels
    person.press("Ruaj për më vonë")
    person.press("Vazhdo")
    assert "Më jep një shembull" in person.labels


def test_a_message_written_before_the_question_was_seen_belongs_to_the_answer_before() -> None:
    """By its number alone; nothing is said, for the question stands below it."""
    person = Person().begin()
    person.type("rruga e fshatit")
    person.write_late("dhe ura")
    assert person.says() == {ISSUE: "rruga e fshatit\ndhe ura"}
    assert person.messages == []
    person.type("sepse po")
    assert person.says()[WHY] == "sepse po"


def test_late_messages_go_to_the_answer_whose_words_they_follow() -> None:
    """Several questions later, the number still tells which answer was being written."""
    person = Person().begin()
    person.type("rruga")
    after_the_issue = person.session.draft.written[1] + 1  # type: ignore[union-attr, index]
    person.number += 5
    person.session = person.session._replace(posted=person.number)
    person.type("sepse po")
    person.send(Typed(after_the_issue, "dhe ura"))
    assert person.says() == {ISSUE: "rruga\ndhe ura", WHY: "sepse po"}


def test_while_the_questions_number_is_unknown_only_the_very_next_message_is_late() -> None:
    """After a crash: no number is left between the two, so it was written before; any other answers the question."""
    person = Person().begin()
    person.type("pjesa e parë")
    number = person.session.draft.written[1]  # type: ignore[union-attr, index]
    person.session = person.session._replace(posted=None)
    person.send(Typed(number + 1, "pjesa e dytë"))
    person.session = person.session._replace(posted=None)
    person.send(Typed(number + 9, "sepse po"))
    assert person.says() == {ISSUE: "pjesa e parë\npjesa e dytë", WHY: "sepse po"}


def test_an_answer_has_an_end() -> None:
    """Beyond thirty thousand characters a message is declined aloud, never dropped in silence."""
    person = Person().begin()
    person.type("a" * 30_001)
    assert person.says() == {}
    assert "tepër e gjatë" in person.text
    person.type("a" * 29_999)
    person.write_late("dhe më")
    assert "tepër e gjatë" in person.text
    assert len(person.says()[ISSUE] or "") == 29_999


def test_a_late_message_at_the_review_shows_the_review_anew() -> None:
    """The review on the screen would otherwise show less than was said."""
    person = Person().begin()
    person.type("rruga")
    person.press("Kapërce")
    person.press("Kapërce")
    person.write_late("dhe ura")
    assert person.session.stage is Stage.REVIEW
    assert "rruga\ndhe ura" in person.text


def test_a_late_blank_message_changes_nothing() -> None:
    """There is nothing to keep in it."""
    person = Person().begin()
    person.type("rruga")
    person.write_late(" ")
    assert person.says() == {ISSUE: "rruga"}
    assert person.last.events == ()


def test_parts_keep_their_numbers() -> None:
    """So that each message can be edited by itself."""
    person = Person().begin()
    person.type("rruga")
    first = person.number - 1
    person.write_late("dhe ura")
    draft = person.session.draft
    assert draft is not None
    answer = draft.answer(ISSUE)
    assert answer is not None
    assert answer.parts == (Part(first, "rruga"), Part(first + 2, "dhe ura"))


def test_a_late_message_that_no_longer_fits_is_declined_aloud() -> None:
    """A very long text comes in many messages; whoever wrote it must know which of them was not taken."""
    person = Person().begin()
    person.type("a" * 20_000)
    person.write_late("b" * 20_000)
    assert isinstance(person.last.events[0], InputRejected)
    assert person.session.stage is Stage.ASKING
    assert person.text.endswith("Çështja 1 nga 3. Pse është e rëndësishme?")
    assert person.says() == {ISSUE: "a" * 20_000}
