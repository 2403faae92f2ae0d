"""Text as Telegram cuts and cleans it, under any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import entities, html, markdown
from simulator.errors import ApiError
from simulator.text import clean, clean_with_map, cut_units, graphemes, is_blank, split, units

WORDS = st.text(st.sampled_from("aë ç\n\t😀👩\u200d🔧🇦🇱\u0301\u202e\u2068\ufe0f🏽x."), max_size=400)


def _without_blanks(text: str) -> str:
    return "".join(text.split())


@given(st.one_of(WORDS, st.text(max_size=300)), st.integers(20, 60))
def test_splitting_loses_nothing_and_keeps_characters_whole(text: str, limit: int) -> None:
    """Row: 4096 UTF-16 units a message; a client cuts longer texts, never inside a character."""
    parts = split(text, limit)
    assert all(units(part) <= limit for part in parts)
    said = [one for one in graphemes(text) if not is_blank(clean(one)) and units(one) <= limit]
    shown = "".join(parts)
    assert all(one in shown for one in said)
    assert all(one in graphemes(text) for part in parts for one in graphemes(part) if units(one) > 1)


@given(st.text(max_size=200))
def test_short_texts_are_not_split(text: str) -> None:
    assert split(text) == ([] if is_blank(clean(text)) else [text])


def test_a_wall_of_text_is_cut_at_a_space() -> None:
    parts = split("fjala " * 1500)
    assert [len(part) <= 4096 and part.endswith(" ") for part in parts] == [True] * len(parts)
    assert "".join(parts) == "fjala " * 1500


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """Row: control characters → space, U+2028 to U+202E dropped, isolates kept."""
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(char) < 32 and char != "\n" for char in once)
    assert not any("\u2028" <= char <= "\u202e" for char in once)


@given(st.text(max_size=100))
def test_the_map_leads_every_old_place_to_a_new_one(text: str) -> None:
    cleaned, offsets = clean_with_map(text)
    assert len(offsets) == units(text) + 1
    assert offsets == sorted(offsets)
    assert offsets[-1] == units(cleaned)


@given(st.text(max_size=100), st.data())
def test_entities_keep_their_words(text: str, data: st.DataObject) -> None:
    """Offsets in UTF-16 units, moved along when the text is cleaned."""
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    entity = {"type": "bold", "offset": units(text[:begin]), "length": units(text[begin:end])}
    cleaned, marks = entities.settle(text, entities.stated(text, [entity]))
    bold = [one for one in marks if one["type"] == "bold"]
    for one in bold:
        words = cut_units(cleaned, one["offset"], one["offset"] + one["length"])
        assert clean(text[begin:end]) in words
    assert bold or is_blank(clean(text[begin:end]) or " ")


@given(st.text(max_size=120))
def test_an_escaped_text_comes_back_as_it_was(text: str) -> None:
    """Row: what is escaped as documented parses back to the same text, in both markups."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html.parse(escaped) == (text, [])
    backslashed = "".join(f"\\{char}" if char in "_*[]()~`>#+-=|{}.!\\" else char for char in text)
    assert markdown.parse(backslashed) == (text, [])


@pytest.mark.parametrize(
    ("source", "plain", "marks"),
    [
        ("<b>a<i>ë</i></b>", "aë", ["italic", "bold"]),
        ('<a href="https://x.al/?a=1&amp;b=2">këtu</a>', "këtu", ["text_link"]),
        ('<pre><code class="language-python">x</code></pre>', "x", ["pre"]),
        ('<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>', "ab", ["spoiler", "spoiler"]),
        ("<blockquote expandable>a</blockquote>&#x3c;&amp;", "a<&", ["expandable_blockquote"]),
        ("<u></u>&nbsp;<s>x</s>", "&nbsp;x", ["strikethrough"]),
    ],
)
def test_html(source: str, plain: str, marks: list[str]) -> None:
    text, found = html.parse(source)
    assert text == plain
    assert [one["type"] for one in found] == marks


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<x>a</x>", 'Unsupported start tag "x" at byte offset 0'),
        ("ë<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("ë<b>a</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("a<b", "Unclosed start tag at byte offset 1"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_html_refusals(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refused:
        html.parse(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


@pytest.mark.parametrize(
    ("source", "plain", "marks"),
    [
        ("*a _b_*", "a b", ["italic", "bold"]),
        ("__u__ ~s~ ||x||", "u s x", ["underline", "strikethrough", "spoiler"]),
        ("[këtu](https://x.al/\\)) `a` ```py\nb```", "këtu a b", ["text_link", "code", "pre"]),
        (">një\n>dy\ntre", "një\ndy\ntre", ["blockquote"]),
    ],
)
def test_markdown(source: str, plain: str, marks: list[str]) -> None:
    text, found = markdown.parse(source)
    assert text == plain
    assert [one["type"] for one in found] == marks


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("ë*a", "Can't find end of Bold entity at byte offset 2"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("a]", "Character ']' is reserved and must be escaped with the preceding '\\'"),
    ],
)
def test_markdown_refusals(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refused:
        markdown.parse(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        ({"type": "bold", "offset": 1, "length": 1}, "entity begins in a middle of a UTF-16 symbol at offset 1"),
        ({"type": "bold", "offset": 0, "length": 1}, "entity beginning at UTF-16 offset 0 ends in a middle"),
        ({"type": "bold", "offset": 0, "length": 9}, "entity beginning at UTF-16 offset 0 ends after the end"),
        ({"type": "bold", "offset": 5, "length": 1}, "entity begins after the end of the text"),
        ({"type": "loud", "offset": 0, "length": 1}, "can't parse MessageEntity: wrong MessageEntity type"),
        ({"type": "bold", "offset": "0", "length": 1}, 'Field "offset" must be of type Number'),
    ],
)
def test_entities_that_do_not_fit_are_refused(entity: dict[str, object], reason: str) -> None:
    """Entity-length attacks end in a 400."""
    with pytest.raises(ApiError, match="Bad Request") as refused:
        entities.stated("😀a", [entity])
    assert reason in refused.value.description


def test_what_every_app_finds_by_itself() -> None:
    text = "Shihni /help, https://x.al/a?b=1. @dikush_ #tema a@b.al (/start@bot_x) 1/2"
    found = entities.settle(text, [])[1]
    words = [cut_units(text, one["offset"], one["offset"] + one["length"]) for one in found]
    assert words == ["/help", "https://x.al/a?b=1", "@dikush_", "#tema", "a@b.al", "/start@bot_x"]
