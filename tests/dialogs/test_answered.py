"""A question that has its answer: it is shown, kept, replaced aloud or taken out, and never skipped."""

from __future__ import annotations

import pytest

from dialogs.exchange import AnswerDropped, AnswerRevised
from dialogs.session import Stage
from dialogs.text import SHORT, shortened
from dialogs.types import Slot
from tests.dialogs.people import Person

ISSUE, WHY = Slot("issue", 1), Slot("why", 1)
KEEP, REMOVE = "Lëre siç është", "Hiq përgjigjen"


def answered() -> Person:
    """Return somebody who went back to an answered reason."""
    person = Person().begin()
    person.type("rruga")
    person.type("sepse po")
    person.press("Kthehu")
    return person


def test_the_question_shows_its_answer_and_says_what_becomes_of_it() -> None:
    """Reached by going back, or from the review."""
    person = answered()
    assert person.text == (
        "Çështja 1 nga 3. Pse është e rëndësishme?\n\n"
        "Përgjigjja juaj tani: sepse po\nAjo që shkruani tani zë vendin e saj."
    )
    person.press(KEEP)
    person.press("Kapërce")
    person.press("Ndrysho")
    person.press("Çështja")
    assert "Përgjigjja juaj tani: rruga" in person.text


def test_it_is_kept_replaced_aloud_or_taken_out_but_never_skipped() -> None:
    """Skip is there only where nothing was said; an answer that must be given cannot be taken out."""
    person = answered()
    assert person.labels == [KEEP, REMOVE, "Kthehu", "Ruaj për më vonë"]
    person.press("Kthehu")
    assert person.labels == [KEEP, "Ruaj për më vonë"]
    person.press(KEEP)
    assert person.says() == {ISSUE: "rruga", WHY: "sepse po"}
    person.press("Kthehu")
    person.type("sepse nuk ka tjetër")
    assert isinstance(person.last.events[0], AnswerRevised)
    assert person.text.startswith("✓ Përgjigjja e re u ruajt në vend të së vjetrës.\n\nÇështja 2")
    person.press("Kthehu")
    person.press(REMOVE)
    assert person.text.startswith("✓ Përgjigjja juaj u hoq.")
    assert person.says() == {ISSUE: "rruga", WHY: None}
    person.press("Kthehu")
    assert person.labels == ["Kapërce", "Kthehu", "Ruaj për më vonë"]
    person.press("Kapërce")
    assert person.last.events == ()
    assert person.text.startswith("Çështja 2")


@pytest.mark.parametrize("word", ["kaperce", "SKIP", "lere sic eshte"])
def test_whoever_writes_skip_to_an_answer_keeps_it(word: str) -> None:
    """Nothing is there to skip, and nobody means to write that word in its place."""
    person = answered()
    person.type(word)
    assert person.says() == {ISSUE: "rruga", WHY: "sepse po"}
    assert person.text.startswith("Çështja 2")


def test_a_late_message_and_an_edit_show_the_answer_as_it_is_now() -> None:
    """The screen would otherwise show what stands no more."""
    person = answered()
    number = person.session.draft.written[1]  # type: ignore[union-attr, index]
    person.write_late("dhe ura")
    assert "Përgjigjja juaj tani: sepse po dhe ura" in person.text
    person.edit_number(number, "sepse jo")
    assert person.text.startswith("✓ Ndryshimi juaj u ruajt.")
    assert "Përgjigjja juaj tani: sepse jo dhe ura" in person.text


def test_a_choice_that_stands_is_shown_and_choosing_it_again_changes_nothing() -> None:
    """Another one takes its place, and it is said."""
    person = Person().begin("digital-governance-survey")
    person.type("fshat")
    person.press("Kthehu")
    assert person.text == "Ku jetoni?\n\nPërgjigjja juaj tani: Fshat"
    person.type("fshat")
    assert person.last.events == ()
    assert person.text.startswith("Çfarë përdorni?")
    person.press("Kthehu")
    person.press("Qytet")
    assert person.text.startswith("✓ Përgjigjja e re u ruajt në vend të së vjetrës.")


def test_what_was_chosen_among_several_is_ticked_again() -> None:
    """So that one of them can be taken back and the others stay."""
    person = Person().begin("digital-governance-survey")
    person.type("fshat")
    person.type("1, 2")
    person.press("Kthehu")
    assert person.labels[:3] == ["✓ Telefon", "✓ Kompjuter", "Asnjë"]
    assert person.text.endswith("një të shënuar për ta hequr dhe në fund „Përfundo”.")
    person.press("✓ Telefon")
    person.press("Përfundo")
    draft = person.session.draft
    assert draft is not None
    assert [a.chosen for a in draft.answers if a.slot == Slot("means")] == [("pc",)]


def test_an_answer_that_is_no_longer_asked_for_goes_aloud() -> None:
    """Another choice before it hides its question."""
    person = Person().begin("digital-governance-survey")
    for words in ("fshat", "1", "një dëshirë", "më vonë", "Rishiko", "kaperce"):
        person.type(words)
    assert person.session.stage is Stage.REVIEW
    for label in ("Ndrysho", "Vendi", "Qytet"):
        person.press(label)
    assert AnswerDropped(1, Slot("means")) in person.last.events
    assert person.text.startswith("✓ U ruajt. Tani një pyetje tjetër nuk bëhet më")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rruga\n\n e fshatit", "rruga e fshatit"),
        ("a" * SHORT, "a" * SHORT),
        ("a" * 200, "a" * (SHORT - 1) + "…"),
        ("rruga " * 30, "rruga " * 12 + "rruga…"),
    ],
)
def test_a_long_answer_is_cut_after_a_word(text: str, shown: str) -> None:
    assert shortened(text) == shown
