"""Typed words meet labels whatever their capitals and diacritics; lists stand in Albanian order."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import fold, sort_key


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("ceshtjet kryesore 3 min", "Çështjet kryesore · 3 min"),
        ("KAPERCE", "Kapërce"),
        ("  ruaj   per me vone. ", "Ruaj për më vonë"),
        ("s’ka", "S'ka"),
        ("Pergjigjja", unicodedata.normalize("NFD", "Përgjigjja")),
        ("e\u0308mbel", "ËMBËL"),
        ("２", "2."),
    ],
)
def test_typed_words_meet_the_label(typed: str, label: str) -> None:
    assert fold(typed) == fold(label)


def test_different_words_stay_different() -> None:
    assert len({fold(word) for word in ("Kthehu", "Kapërce", "Dërgo", "Ruaj", "Ndrysho")}) == 5


def test_signs_alone_fold_to_nothing() -> None:
    assert fold("?! … ✓ \u200b\u2066") == ""


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_the_form_of_unicode_does_not_matter(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


def test_lists_stand_in_the_order_of_the_thirty_six_letters() -> None:
    ordered = "caj czech çaj dita du dy dhe eci ëmbël gur gjak lumë llambë noh një rus rrugë si shi te theks"
    ordered += " vlerë web xix xhami zebra zhurmë"
    words = ordered.split()
    assert sorted(sorted(words), key=sort_key) == words


def test_capitals_order_as_small_letters() -> None:
    assert sorted(["Zhur", "berat", "Çorovodë", "Cërrik", "DHËRMI", "Durrës"], key=sort_key) == [
        "berat",
        "Cërrik",
        "Çorovodë",
        "Durrës",
        "DHËRMI",
        "Zhur",
    ]
