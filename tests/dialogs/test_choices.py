"""Choice questions, conditions and the ways to name a choice."""

from __future__ import annotations

import pytest

from dialogs.answers import is_blank
from dialogs.exchange import AnswerDropped, Chosen, InputRejected
from dialogs.session import Stage
from dialogs.types import Slot
from tests.dialogs.people import Person

PLACE, MEANS = Slot("place"), Slot("means")


def survey() -> Person:
    """Return somebody at the first question of the survey."""
    return Person().begin("digital-governance-survey")


def chosen(person: Person, slot: Slot) -> tuple[str, ...]:
    """Return the options standing in a slot."""
    draft = person.session.draft
    answer = draft.answer(slot) if draft else None
    return answer.chosen if answer else ()


@pytest.mark.parametrize("word", ["2", "Fshat", "FSHAT", "fshat!", "Village"])
def test_a_choice_can_be_typed_by_number_or_words_in_either_language(word: str) -> None:
    """The second option, however it is named."""
    person = survey()
    person.type(word)
    assert chosen(person, PLACE) == ("village",)


def test_what_names_no_choice_is_declined_and_asked_again() -> None:
    """A free text is no answer to a choice."""
    person = survey()
    person.type("në mal")
    assert isinstance(person.last.events[0], InputRejected)
    assert person.text.endswith("Ku jetoni?")


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("1", ("phone",)),
        ("1, 2", ("phone", "pc")),
        ("2 1", ("phone", "pc")),
        ("telefon dhe kompjuter", ("phone", "pc")),
        ("Phone, none", ("phone", "none")),
        ("kompjuter", ("pc",)),
    ],
)
def test_several_choices_can_be_typed_at_once(words: str, options: tuple[str, ...]) -> None:
    """Numbers or words, in the options' own order."""
    person = survey()
    person.type("2")
    person.type(words)
    assert chosen(person, MEANS) == options


def test_unknown_words_among_several_are_declined() -> None:
    """All or nothing: what was understood is not taken silently."""
    person = survey()
    person.type("2")
    person.type("telefon, avion")
    assert chosen(person, MEANS) == ()
    assert "për shembull 1, 3" in person.text


def test_ticking_draws_the_choices_anew_and_done_takes_them() -> None:
    """A tick says nothing and asks nothing; it can be taken back."""
    person = survey()
    person.type("2")
    turn = person.session.turn
    person.press("Telefon")
    assert person.last.redraw
    assert person.labels[0] == "✓ Telefon"
    person.press("Kompjuter")
    person.press("✓ Telefon")
    assert person.session.turn == turn
    person.press("Përfundo")
    assert chosen(person, MEANS) == ("pc",)


def ticking(*labels: str) -> Person:
    """Return somebody who has ticked some of several choices."""
    person = survey()
    person.type("2")
    for label in labels:
        person.press(label)
    return person


def test_what_is_typed_beside_ticks_is_added_and_the_screen_shows_them() -> None:
    """Ticking has begun, so nothing is replaced and Done ends it, as the sentence says."""
    person = ticking()
    assert person.text.endswith("Ose shkruani numrat e tyre, për shembull 1, 3.")
    person.press("Telefon")
    person.type("1, 2")
    assert chosen(person, MEANS) == ()
    assert person.labels[:3] == ["✓ Telefon", "✓ Kompjuter", "Asnjë"]
    assert person.text.endswith("një të shënuar për ta hequr dhe në fund „Përfundo”.")
    person.type("Asnjë")
    person.press("Përfundo")
    assert chosen(person, MEANS) == ("phone", "pc", "none")


def test_a_ticked_choice_named_alone_is_taken_back_as_by_its_button() -> None:
    """With the last tick the way to Done goes too."""
    person = ticking("Telefon", "Kompjuter")
    person.type("telefon")
    assert person.labels[:2] == ["Telefon", "✓ Kompjuter"]
    person.type("2")
    assert "Përfundo" not in person.labels
    assert "shtypini një nga një" in person.text
    person.type("2")
    assert chosen(person, MEANS) == ("pc",)


def test_ticks_stand_when_what_is_typed_is_not_understood() -> None:
    """And nothing of it is taken."""
    person = ticking("Telefon")
    person.type("2, avion")
    assert "për shembull 1, 3" in person.text
    assert person.labels[:2] == ["✓ Telefon", "Kompjuter"]


@pytest.mark.parametrize("word", ["4", "perfundo"])
def test_done_can_be_named_like_any_button(word: str) -> None:
    """By its number, counted after the choices, or by its word."""
    person = ticking("Telefon")
    person.type(word)
    assert chosen(person, MEANS) == ("phone",)


@pytest.mark.parametrize(("word", "skipped"), [("4", True), ("kaperce", True), ("5", False), ("Kthehu", False)])
def test_where_nothing_is_ticked_the_other_buttons_follow_the_choices(word: str, skipped: bool) -> None:
    """Four is Skip then, five is Back."""
    person = ticking()
    assert person.labels[3:5] == ["Kapërce", "Kthehu"]
    person.type(word)
    assert (MEANS in person.says()) is skipped
    assert ("Ku jetoni?" in person.text) is not skipped


def test_a_number_of_no_button_is_declined() -> None:
    """The numbers end with the last button."""
    person = ticking("Telefon")
    person.type("77")
    assert isinstance(person.last.events[0], InputRejected)


def test_a_changed_answer_drops_what_it_hides_and_opens_what_it_shows() -> None:
    """From village to city: the means are not asked any more, and their answer is dropped, not forgotten."""
    person = survey()
    person.type("2")
    person.type("1")
    person.press("Kthehu")
    person.press("Kthehu")
    person.press("Qytet")
    assert AnswerDropped(1, MEANS) in person.last.events
    assert "Çfarë dëshironi?" in person.text


def test_a_condition_looks_at_its_own_item() -> None:
    """One wish is urgent, the other is not."""
    person = survey()
    person.press("Qytet")
    person.type("ujë")
    person.press("Tani")
    assert "Deri kur?" in person.text
    person.type("nesër")
    person.press("Shto një dëshirë")
    person.type("drita")
    person.press("Më vonë")
    assert person.session.stage is Stage.GATE


def test_the_review_lists_everything_item_by_item() -> None:
    """Also what belongs to no item; skipped answers leave no empty line."""
    person = survey()
    for word in ("fshat", "1, 2", "ujë", "tani", "kaperce"):
        person.type(word)
    person.press("Rishiko")
    person.type("faleminderit")
    assert person.session.stage is Stage.REVIEW
    assert "Vendi: Fshat\nMjetet: Telefon, Kompjuter\nTjetër: faleminderit\n\n1. ujë\nNgutja: Tani\n\n" in person.text
    assert "Deri" not in person.text


def test_answers_outside_the_items_are_edited_from_the_same_list() -> None:
    """The list offers the items and the answers beside them."""
    person = survey()
    for word in ("qytet", "ujë", "me vone"):
        person.type(word)
    person.press("Rishiko")
    person.press("Kapërce")
    person.press("Ndrysho")
    assert person.labels == ["Dëshira 1", "Vendi", "Tjetër", "Kthehu"]
    person.press("Vendi")
    person.press("Fshat")
    assert "Çfarë përdorni?" in person.text, "the question that this opened is asked"
    person.press("Kapërce")
    assert person.session.stage is Stage.REVIEW


def test_a_forged_option_is_only_an_old_button() -> None:
    """An option of another question changes nothing."""
    person = survey()
    person.send(Chosen(person.session.turn, "o:phone"))
    assert person.toast == "stale"
    assert chosen(person, PLACE) == ()


def test_blank_means_that_nothing_shows() -> None:
    """Letters that show nothing are blank, a single visible sign is not."""
    assert is_blank("\u3164 \u200b\ufeff")
    assert not is_blank("…")
    assert not is_blank("👍")


def test_ticks_left_behind_are_taken_nowhere_else() -> None:
    """Keeping the answer forgets the ticks; no later question is done with by them."""
    person = survey()
    person.type("2")
    person.type("1")
    person.press("Kthehu")
    person.press("Kompjuter")
    person.press("Lëre siç është")
    assert chosen(person, MEANS) == ("phone",)
    assert "Çfarë dëshironi?" in person.text
    assert "Përfundo" not in person.labels


def test_add_to_the_answer_above_means_words_that_still_stand() -> None:
    """Where the words written last were dropped with their question, those before them are continued."""
    person = survey()
    for word in ("1", "ujë", "Tani", "nesër", "Rishiko", "Kapërce", "Ndrysho", "Dëshira 1", "Ngutja", "Më vonë"):
        person.type(word)
    assert person.session.stage is Stage.REVIEW
    person.type("dhe rrugë")
    person.press("Shtoje te përgjigjja më sipër")
    assert person.says()[Slot("wish", 1)] == "ujë\ndhe rrugë"
