"""Likeness finds what is said twice in nearly the same words, says why, and leaves the rest alone."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import locales
from storage.likeness import ALIKE, BANDS, PER_BAND, agreeing, bands, compare, likeness, signature, stem
from tests.storage.alike import NEAR, OTHERWISE, UNLIKE

TEXTS = st.text(alphabet="abcdeëçshrti 0123.,\n", max_size=80)

STRANGERS = [(one, other) for (one, _), (other, _) in combinations(NEAR, 2)]
"""Pairs about two matters of those that are judged."""


def candidates(one: str, other: str) -> bool:
    return bool(set(bands("c", signature(one))) & set(bands("c", signature(other))))


# --- how good it is -------------------------------------------------------------------------------------------------


def test_what_is_said_twice_is_found_and_little_else() -> None:
    suggested = [likeness(*pair) >= ALIKE for pair in NEAR]
    wrongly = [pair for pair in (*STRANGERS, *UNLIKE) if likeness(*pair) >= ALIKE]
    recall, precision = sum(suggested) / len(NEAR), sum(suggested) / (sum(suggested) + len(wrongly))
    assert recall >= 0.95
    assert precision >= 0.95


def test_the_bands_let_hardly_any_of_them_slip() -> None:
    assert sum(candidates(*pair) for pair in NEAR) / len(NEAR) >= 0.9
    assert sum(candidates(*pair) for pair in STRANGERS) / len(STRANGERS) <= 0.1


def test_other_words_for_the_same_are_not_promised() -> None:
    assert sum(likeness(*pair) >= ALIKE for pair in OTHERWISE) <= 1


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_the_nearest_of_all_is_the_twin(one: str, other: str) -> None:
    others = [text for pair in NEAR for text in pair if text != one]
    assert max(others, key=lambda text: likeness(one, text)) == other


# --- what it says ---------------------------------------------------------------------------------------------------


def test_it_says_which_words_are_shared_as_they_are_written() -> None:
    found = compare("Vonesa në GJYKATË, çështje pronësie!", "ceshtjet e pronesise te gjykata")
    assert found.words == ("GJYKATË", "çështje", "pronësie")
    assert 0.5 < found.share < 1


def test_small_words_do_not_make_texts_alike() -> None:
    assert likeness("kjo është shumë e mirë për ne", "kjo është shumë e keqe për ne") < ALIKE
    assert compare("dhe për të", "dhe për të").share == 1  # where there is nothing else


def test_a_slip_of_the_finger_is_no_difference() -> None:
    assert likeness("transparenca buxhetore", "transaprenca buxhetroe") == 1
    assert likeness("viti 2024", "viti 2025") < 1  # a number is another number


def test_what_is_said_within_more_is_found_and_less_alike() -> None:
    short = "Interneti në fshat punon vetëm natën"
    longer = (
        f"{short}, prandaj fëmijët nuk ndjekin dot mësimin. Sporteli i bashkisë mbyllet herët dhe rruga është prishur."
    )
    assert ALIKE < likeness(short, longer) < 0.9
    assert likeness("rruga e fshatit", longer) < ALIKE


@pytest.mark.parametrize("text", ["", "  ", "!!!", "👍"])
def test_without_words_there_is_nothing_alike(text: str) -> None:
    assert likeness(text, text) == 0
    assert signature(text) == []
    assert bands("c", signature(text)) == []


@pytest.mark.parametrize(
    ("words", "same"), [("rruga rruge rrugët rrugëve rrugës", 1), ("çështje ceshtjet çështjeve", 1)]
)
def test_endings_make_no_other_word(words: str, same: int) -> None:
    assert len({stem(locales.fold(word)) for word in words.split()}) == same


# --- what always holds ----------------------------------------------------------------------------------------------


@given(TEXTS, TEXTS)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == pytest.approx(likeness(other, one), abs=0.35)
    assert likeness(one, one) in (0, 1)


@given(TEXTS)
def test_only_words_count_for_the_signature(text: str) -> None:
    made = signature(text)
    assert made == signature(locales.fold(text)) == signature(" ".join(reversed(text.split())))
    assert len(made) in {0, BANDS * PER_BAND}
    assert all(0 <= number < 2**31 for number in made)
    assert agreeing(made, made) in {0, 1}


def test_bands_of_two_consultations_never_meet() -> None:
    made = signature("rruga e fshatit")
    assert not set(bands("one", made)) & set(bands("other", made))
    assert all(-(2**63) <= number < 2**63 for number in bands("one", made))


def test_a_signature_is_the_same_on_every_machine() -> None:
    assert signature("rruga e fshatit")[:2] == signature("Fshatit, RRUGA")[:2]
    assert bands("c", [1, 2]) == bands("c", [1, 2])
