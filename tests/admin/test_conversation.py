"""The transcript as bubbles: presses find their button, changes find their message, days begin where they do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from admin.conversation import Bubble, Button, Stretch, bubbles, stretches
from storage.submitted import Said
from tests.admin.factories import NOW

ROWS = (("Po", "Jo"), ("Po",))


def said(
    id_: int, kind: str, text: str = "", number: int | None = None, menu: tuple[tuple[str, ...], ...] = ()
) -> Said:
    """Return a row of the transcript; what has a menu, or is said, comes from the bot."""
    direction = "out" if kind in {"ask", "say"} else "in"
    return Said(id_, direction, kind, number, text, (), menu, NOW + timedelta(minutes=id_))


def pressed(found: tuple[Bubble, ...]) -> list[tuple[int, int, int]]:
    """Return where the pressed buttons are: bubble, row, place."""
    return [
        (bubble.id, r, p)
        for bubble in found
        for r, row in enumerate(bubble.rows)
        for p, button in enumerate(row)
        if button.pressed
    ]


def test_a_press_finds_the_message_with_its_number() -> None:
    rows = (said(1, "ask", number=11, menu=ROWS), said(2, "ask", number=12, menu=ROWS), said(3, "press", "Jo", 11))
    assert pressed(bubbles(rows)) == [(1, 0, 1)]


def test_a_press_without_a_number_finds_the_nearest_message_before_that_offers_it() -> None:
    rows = (
        said(1, "ask", menu=ROWS),
        said(2, "ask", menu=(("Tjetër",),)),
        said(3, "press", "Jo"),
        said(4, "ask", menu=ROWS),
    )
    assert pressed(bubbles(rows)) == [(1, 0, 1)]


def test_of_two_buttons_that_read_alike_one_was_pressed() -> None:
    assert pressed(bubbles((said(1, "ask", menu=ROWS), said(2, "press", "Po")))) == [(1, 0, 0)]


def test_a_press_of_a_button_nobody_sees_marks_nothing() -> None:
    found = bubbles((said(1, "ask", menu=ROWS), said(2, "press", "Diçka")))
    assert pressed(found) == []
    assert found[0].rows == ((Button("Po", False), Button("Jo", False)), (Button("Po", False),))


def test_a_changed_message_leads_to_its_last_change() -> None:
    rows = (
        said(1, "say", number=5),
        said(2, "text", "a", 6),
        said(3, "edit", "b", 6),
        said(4, "edit", "c", 6),
        said(5, "edit", "d", 99),
        said(6, "text", "e"),
    )
    found = bubbles(rows)
    assert [(each.changed_in, each.changed_at) for each in found] == [
        (None, None),
        (4, NOW + timedelta(minutes=4)),
        *[(None, None)] * 4,
    ]


def test_a_day_begins_at_midnight_in_tirana() -> None:
    evening = NOW.replace(hour=22, minute=59)
    rows = [Said(n, "in", "text", n, "a", (), (), evening + timedelta(minutes=n)) for n in range(3)]
    assert [each.day.isoformat() if each.day else "" for each in bubbles(rows)] == ["2026-11-23", "2026-11-24", ""]


def test_nothing_said_is_no_bubble() -> None:
    assert bubbles(()) == ()


@pytest.mark.parametrize(
    ("text", "marks", "cut"),
    [
        ("plain", [], [("plain", "")]),
        ("", [], []),
        ("ab cd", [("bold", 0, 2)], [("ab", "bold"), (" cd", "")]),
        ("ab cd", [("italic", 3, 5), ("bold", 0, 2)], [("ab", "bold"), (" ", ""), ("cd", "italic")]),
        # Offsets count code points: an emoji is one.
        ("😀x", [("code", 1, 2)], [("😀", ""), ("x", "code")]),
        # The outer of two that overlap stays; what fits nowhere is left out and no letter is lost.
        ("abcd", [("bold", 0, 4), ("italic", 1, 2)], [("abcd", "bold")]),
        ("ab", [("bold", 1, 9), ("bold", 2, 1), ("bold", -1, 1)], [("ab", "")]),
    ],
)
def test_marks_cut_a_text(text: str, marks: list[tuple[str, int, int]], cut: list[tuple[str, str]]) -> None:
    assert stretches(text, marks) == tuple(Stretch(*each) for each in cut)
