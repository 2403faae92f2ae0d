"""Add to the answer above and keep both: what was just written goes where it belongs, and never anywhere else."""

from __future__ import annotations

from dialogs.exchange import AnswerDropped, AnswerRevised, InputRejected
from dialogs.session import Stage
from dialogs.types import Slot
from tests.dialogs.people import Person

ISSUE, WHY, SECOND = Slot("issue", 1), Slot("why", 1), Slot("issue", 2)
ADD, BOTH = "Shtoje te përgjigjja më sipër", "Mbaji të dyja përgjigjet"


def test_add_moves_what_was_just_written_to_the_answer_before_it_and_asks_again() -> None:
    """The thought that came after the question was posted goes back to where it belongs."""
    person = Person().begin()
    person.type("rruga")
    person.type("dhe ura mbi lumë")
    person.press(ADD)
    assert person.says() == {ISSUE: "rruga\ndhe ura mbi lumë"}
    assert person.text == "✓ U shtua te përgjigjja më sipër.\n\nÇështja 1 nga 3. Pse është e rëndësishme?"
    assert [type(event) for event in person.last.events] == [AnswerRevised, AnswerDropped]


def test_a_thought_in_several_messages_moves_whole() -> None:
    """A burst is one answer, wherever it goes."""
    person = Person().begin()
    person.type("rruga")
    person.type("dhe ura")
    person.write_late("mbi lumë")
    person.press(ADD)
    assert person.says() == {ISSUE: "rruga\ndhe ura\nmbi lumë"}


def test_add_is_offered_only_where_above_means_one_answer() -> None:
    """Directly after two answers in a row: not after the first, a press, or once it was done."""
    person = Person().begin()
    person.type("rruga")
    assert ADD not in person.labels, "there is nothing before it"
    person.type("sepse po")
    assert ADD in person.labels
    person.press(ADD)
    assert ADD not in person.labels, "it is done"
    person.type("sepse është e prishur")
    assert ADD in person.labels
    person.press("Kapërce")
    person.press("Shto një çështje")
    person.type("uji")
    assert ADD not in person.labels, "something was pressed in between"


def test_add_is_not_offered_after_a_pause() -> None:
    """Whoever comes back weeks later does not know what “above” was."""
    person = Person().begin()
    person.type("rruga")
    person.type("sepse po")
    person.command("help")
    assert ADD in person.labels
    person.press("Ruaj për më vonë")
    person.press("Vazhdo")
    assert ADD not in person.labels


def test_no_answer_is_lost_between_back_and_add() -> None:
    """Back to the first answer, and words for it: none goes to another answer, none is replaced in silence."""
    person = Person().begin()
    person.type("A1")
    person.type("A2")
    person.press("Kthehu")
    person.press("Kthehu")
    assert ADD not in person.labels
    person.type("A3")
    assert person.says() == {ISSUE: "A3", WHY: "A2"}
    assert person.text.startswith("✓ Përgjigjja e re u ruajt në vend të së vjetrës.")
    person.press(BOTH)
    assert person.text.startswith("✓ Të dyja përgjigjet u ruajtën bashkë.")
    person.type("A4")
    assert person.says() == {ISSUE: "A1\nA3", WHY: "A2", SECOND: "A4"}


def test_a_burst_at_an_answered_question_replaces_it_once_and_both_can_be_kept() -> None:
    """The second message continues the first; the old answer comes back before them."""
    person = Person().begin()
    person.type("A1")
    person.press("Kthehu")
    person.type("B1")
    person.write_late("B2")
    assert person.says() == {ISSUE: "B1\nB2"}
    person.press(BOTH)
    assert person.says() == {ISSUE: "A1\nB1\nB2"}
    assert BOTH not in person.labels


def test_both_can_be_kept_at_the_review_also_of_what_was_submitted() -> None:
    """Wherever a new answer took the place of the old one."""
    person = Person().begin()
    person.type("rruga")
    for label in ("Kapërce", "Kapërce", "Ndrysho", "Çështja"):
        person.press(label)
    person.type("ura")
    person.press(BOTH)
    assert person.session.stage is Stage.REVIEW
    assert "1. rruga\nura" in person.text
    for label in ("Dërgo", "Kontributet e mia", "Ndrysho PR01 AYER", "Ndrysho", "Çështja"):
        person.press(label)
    person.type("uji")
    person.press(BOTH)
    assert "1. rruga\nura\nuji" in person.text
    assert person.labels == ["Ndrysho", "Përfundo"]


def test_what_would_be_too_long_together_stays_apart_and_it_is_said() -> None:
    """Each answer stays where it was written, and the button goes."""
    person = Person().begin()
    person.type("a" * 20_000)
    person.type("b" * 20_000)
    person.press(ADD)
    assert person.last.events == (InputRejected("too-long-to-add"),)
    assert person.says() == {ISSUE: "a" * 20_000, WHY: "b" * 20_000}
    assert ADD not in person.labels
    person.press("Kthehu")
    person.type("c" * 20_000)
    person.press(BOTH)
    assert person.last.events == (InputRejected("too-long-to-add"),)
    assert person.says() == {ISSUE: "a" * 20_000, WHY: "c" * 20_000}
    assert BOTH not in person.labels


def test_text_that_fits_nowhere_at_the_gate_can_be_added_by_one_press() -> None:
    """Somebody goes on writing when asked whether another idea follows."""
    person = Person().begin("digital-governance-ideas")
    for text in ("një zyrë", "radhët", "më pak radhë"):
        person.type(text)
    assert person.session.stage is Stage.GATE
    person.type("dhe më pak letra")
    assert "Nëse kjo i përket përgjigjes suaj më sipër" in person.text
    person.press(ADD)
    assert person.says()[Slot("objective", 1)] == "më pak radhë\ndhe më pak letra"
    assert person.session.stage is Stage.GATE


def test_everything_that_fitted_nowhere_is_added_as_it_reads_now() -> None:
    """People write on in several messages at the gate too, and mend them."""
    person = Person().begin("digital-governance-ideas")
    for text in ("një zyrë", "radhët", "më pak radhë"):
        person.type(text)
    person.type("dhe më pak letr")
    first = person.number - 1
    person.type("dhe më pak vula")
    person.edit_number(first, "dhe më pak letra")
    assert person.messages == []
    person.press(ADD)
    assert person.says()[Slot("objective", 1)] == "më pak radhë\ndhe më pak letra\ndhe më pak vula"


def test_what_fitted_nowhere_and_was_emptied_is_added_nowhere() -> None:
    """An edit that leaves no word takes it back."""
    person = Person().begin("digital-governance-ideas")
    for text in ("një zyrë", "radhët", "më pak radhë", "po ashtu"):
        person.type(text)
    person.edit_number(person.number - 1, "\u2800")
    assert person.session.draft is not None
    assert person.session.draft.strays == ()


def test_a_stray_text_that_would_make_an_answer_too_long_is_declined_aloud() -> None:
    """The press to add it says why it was not added."""
    person = Person().begin("digital-governance-ideas")
    for text in ("një zyrë", "radhët", "a" * 29_990):
        person.type(text)
    person.type("dhe më pak letra")
    person.press(ADD)
    assert person.last.events == (InputRejected("too-long-to-add"),)
    assert len(person.says()[Slot("objective", 1)] or "") == 29_990
    assert person.session.stage is Stage.GATE
