"""Receipt codes: what they catch, what they forgive."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.receipts import ALPHABET, LENGTH, check_character, complete, normalise, spelled
from dialogs.text import spaced

bodies = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
codes = bodies.map(lambda body: body + check_character(body))
places = st.integers(0, LENGTH - 1)


@given(codes, places, st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_noticed(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    assert (normalise(wrong) == code) == (wrong == code)
    assert wrong == code or normalise(wrong) is None
    assert spelled(wrong) == wrong, "a slip keeps the shape of a code"


@given(codes, places, places)
def test_any_two_exchanged_characters_are_noticed(code: str, one: int, other: int) -> None:
    exchanged = list(code)
    exchanged[one], exchanged[other] = code[other], code[one]
    wrong = "".join(exchanged)
    assert wrong == code or normalise(wrong) is None


@given(codes)
def test_the_code_is_read_however_it_is_written(code: str) -> None:
    shown = spaced(code)
    assert len(shown) == LENGTH + 1
    for written in (code, shown, shown.lower(), f" {code[:4]}-{code[4:]} ", "-".join(code), shown.replace(" ", "\n")):
        assert normalise(written) == code


@given(codes)
def test_look_alikes_are_folded(code: str) -> None:
    assert normalise(code.translate(str.maketrans("2586C", "ZSBGÇ"))) == code


@pytest.mark.parametrize(
    "text", ["", "K7M4", "K7M4 QX2P K", "OOOO IIII", "ПРИВЕТ12", "\ud800" * 8, "/mine", "K7M4QX2\x00"]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert normalise(text) is None


def test_no_character_is_taken_for_another() -> None:
    assert not set("01OILSZBG") & set(ALPHABET)
    assert len(ALPHABET) == 23, "a prime, or the check misses slips"
    assert set(ALPHABET) <= set(string.digits + string.ascii_uppercase)


@given(bodies)
def test_a_completed_code_is_right(body: str) -> None:
    assert normalise(complete(body)) == complete(body)
    assert complete(body).startswith(body)


@given(st.text(max_size=12))
def test_nothing_typed_breaks_it(text: str) -> None:
    code = normalise(text)
    assert code is None or normalise(code) == code
