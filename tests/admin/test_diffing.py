"""What an author changed: nothing is lost in the showing, whole words change, and no text takes long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from admin.diffing import Piece, changes


def test_a_word_is_replaced_as_a_whole() -> None:
    assert changes("ne fshat mungon interneti", "në fshat mungon interneti") == (
        Piece("gone", "ne"),
        Piece("added", "në"),
        Piece("same", " fshat mungon interneti"),
    )


def test_words_next_to_one_another_change_together() -> None:
    assert changes("nje dy tre fund", "një dyshe treshe fund") == (
        Piece("gone", "nje dy tre"),
        Piece("added", "një dyshe treshe"),
        Piece("same", " fund"),
    )


def test_what_was_added_and_what_was_taken_out() -> None:
    assert changes("a", "a b") == (Piece("same", "a"), Piece("added", " b"))
    assert changes("a b", "a") == (Piece("same", "a"), Piece("gone", " b"))
    assert changes("", "a") == (Piece("added", "a"),)
    assert changes("a", "a") == (Piece("same", "a"),)
    assert changes("", "") == ()


def test_a_text_written_anew_is_not_compared_word_by_word() -> None:
    old, new = "nga fshati " * 2000, "në qytet dhe " * 2000
    found = changes("Fillimi " + old, "Fillimi " + new)
    assert [each.how for each in found] == ["same", "gone", "added", "same"]


_TEXTS = st.text(st.sampled_from("ab ë.\n"), max_size=40) | st.text(max_size=30)


@given(_TEXTS, _TEXTS)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    found = changes(before, after)
    assert "".join(each.text for each in found if each.how != "added") == before
    assert "".join(each.text for each in found if each.how != "gone") == after
