"""Long texts in pieces: nothing lost but white space, nothing cut that a reader sees as one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pieces import LIMIT, boundary, pieces, shorten, units
from dialogs.exchange import Choice, Mark, Message

MENU = ((Choice("go", "Shko"),),)
CLUSTERS = [
    "👩\u200d👩\u200d👧\u200d👦",
    "🇦🇱",
    "👍🏽",
    "e\u0308",
    "e" + "\u0301" * 20,
    "한",
    "\u1112\u1161\u11ab",
    "❤️",
    "🏴\U000e0067\U000e007f",
    "\r\n",
]
TEXTS = st.lists(st.one_of(st.sampled_from(CLUSTERS), st.text(max_size=8), st.sampled_from([" ", "\n", "\n\n", "ë"])))


def squeezed(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=600, deadline=None)
@given(TEXTS.map("".join), st.integers(60, 200))
def test_pieces_fit_and_lose_nothing(text: str, limit: int) -> None:
    cut = pieces(Message(text, menu=MENU, turn=4), limit)
    assert all(units(piece.text) <= limit for piece in cut)
    assert squeezed("".join(piece.text for piece in cut)) == squeezed(text)
    assert [piece.menu for piece in cut] == [*[()] * (len(cut) - 1), MENU]
    assert [piece.turn for piece in cut] == [*[0] * (len(cut) - 1), 4]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_no_character_is_cut(cluster: str) -> None:
    text = cluster * 3000
    for piece in pieces(Message(text)):
        body = piece.text.strip()
        assert squeezed(body) == squeezed(cluster) * (len(squeezed(body)) // max(1, len(squeezed(cluster))))


def test_cuts_fall_at_pauses() -> None:
    paragraph = "fjalë " * 500
    cut = pieces(Message(f"{paragraph}\n\n{paragraph}"))
    assert [piece.text for piece in cut] == [paragraph.rstrip()] * 2
    assert all(not piece.text.endswith("fja") for piece in pieces(Message("fjalë " * 3000)))


def test_a_text_without_a_pause_is_cut_all_the_same() -> None:
    assert [len(piece.text) for piece in pieces(Message("a" * 9000))] == [LIMIT, LIMIT, 9000 - 2 * LIMIT]
    zalgo = "e" + "\u0301" * 9000
    assert "".join(piece.text for piece in pieces(Message(zalgo))) == zalgo


def test_limits_count_utf16_units() -> None:
    assert len(pieces(Message("😀" * 2048))) == 1
    assert len(pieces(Message("😀" * 2049))) == 2
    assert len(pieces(Message("a" * 4095 + "😀"))) == 2


def test_marks_go_with_their_words() -> None:
    text = "a" * 4000 + "\n\n" + "b" * 4000
    first, second = pieces(Message(text, (Mark("bold", 3990, 4012), Mark("code", 4002, 4003))))
    assert first.marks == (Mark("bold", 3990, 4000),)
    assert second.marks == (Mark("bold", 0, 10), Mark("code", 0, 1))


def test_shortening() -> None:
    assert shorten("fjalë", 10) == "fjalë"
    assert shorten("a" * 300, 200) == "a" * 199 + "…"
    assert units(shorten("👩\u200d👩\u200d👧" * 100, 200)) <= 200
    assert shorten("👩\u200d👩\u200d👧" * 2, 10) == "👩\u200d👩\u200d👧…"


@pytest.mark.parametrize(("text", "index"), [("🇦🇱🇽🇰", 2), ("ab", 1), ("e\u0301b", 2), ("\u1112b", 1)])
def test_boundaries(text: str, index: int) -> None:
    assert boundary(text, index)


@pytest.mark.parametrize(("text", "index"), [("🇦🇱🇽🇰", 1), ("🇦🇱🇽🇰", 3), ("e\u0301", 1), ("a\u200db", 1), ("\r\n", 1)])
def test_no_boundaries(text: str, index: int) -> None:
    assert not boundary(text, index)
