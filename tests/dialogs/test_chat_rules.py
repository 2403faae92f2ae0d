"""How the conversation must feel, held over everything that the recorded walks show, in both languages."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pytest

from dialogs.exchange import Message
from dialogs.sentences import NOTES, SENTENCES
from locales import CHAT, CODES, translations
from tests.dialogs.walks import BOTH, Walk, walked

LONG = {"consent", "privacy", "review", "about", "notice", "mine", "help"}
"""What may be longer than three hundred characters: texts one reads, not questions one answers."""

VOICES = {"en": (r"\bI\b", r"\b(we|us|our)\b"), "sq": (r"\b(lutem|njoh|ruajta|dot)\b", r"\b(na|lutemi|ruajmë)\b")}
"""In each language, words that “I” says and words that “we” say."""


@cache
def walks(code: str) -> tuple[Walk, ...]:
    """Return every walk in one language."""
    return tuple(walked(code))


def shown(code: str) -> list[tuple[str, Message]]:
    """Return every message that was shown in one language, with its topic."""
    return [each for walk in walks(code) for each in walk.shown]


def tellings(topic: str, message: Message) -> list[str]:
    """Return what a message says: once, or once in each language."""
    return message.text.split("\n\n") if topic == BOTH else [message.text]


@pytest.mark.parametrize("code", CODES)
def test_a_message_is_short(code: str) -> None:
    """Under three hundred characters (each of two languages for itself), three paragraphs at most."""
    for topic, message in shown(code):
        if topic in LONG:
            continue
        assert max(map(len, tellings(topic, message))) < 300, message.text
        assert len(message.text.split("\n\n")) <= 3, message.text


@pytest.mark.parametrize("code", CODES)
def test_even_the_long_texts_fit_one_message_of_telegram(code: str) -> None:
    """Consent and privacy are read whole."""
    for topic, message in shown(code):
        if topic in LONG:
            assert len(message.text) < 1800, topic


@pytest.mark.parametrize("code", CODES)
def test_buttons_are_few_and_short(code: str) -> None:
    """At most thirty characters, two a row; ASCII options of at most forty bytes."""
    for _, message in shown(code):
        for row in message.menu:
            assert 1 <= len(row) <= 2
            for choice in row:
                assert 1 <= len(choice.label) <= 30, choice.label
                assert re.fullmatch(r"[!-~]{1,40}", choice.option), choice.option


@pytest.mark.parametrize("code", CODES)
def test_every_screen_offers_a_next_step(code: str) -> None:
    """Whatever is not said beside a screen carries choices, and no two read alike."""
    for topic, message in shown(code):
        if message.turn:
            labels = [choice.label for row in message.menu for choice in row]
            assert labels, topic
            assert len(labels) == len({label.casefold() for label in labels}), labels


@pytest.mark.parametrize("code", CODES)
def test_at_most_one_sign_a_message_and_none_that_carries_the_meaning(code: str) -> None:
    """Only ✓, and only beside words."""
    for text in (text for each in shown(code) for text in tellings(*each)):
        signs = [sign for sign in text if unicodedata.category(sign) == "So" or sign == "✓"]
        assert len(signs) <= 1, text
        assert set(signs) <= {"✓"}
        assert not signs or len(text) > 10


@pytest.mark.parametrize("code", CODES)
def test_the_bot_repeats_an_answer_only_where_it_is_about_to_change(code: str) -> None:
    """In the review, and at a question reached again, which offers to keep it; nobody else sees it over a shoulder."""
    for topic, message in shown(code):
        if topic != "review" and not any(choice.option == "keep" for row in message.menu for choice in row):
            assert "a road" not in message.text
            assert "an office" not in message.text


@pytest.mark.parametrize("code", CODES)
def test_marks_lie_within_the_text(code: str) -> None:
    """Bold, italics and code count code points of the message they belong to."""
    for _, message in shown(code):
        for mark in message.marks:
            assert 0 <= mark.start < mark.end <= len(message.text)
            assert mark.style in ("bold", "italic", "code")


@pytest.mark.parametrize("code", CODES)
def test_a_message_speaks_with_one_voice(code: str) -> None:
    """“I” is the bot that reads, “we” the institution that keeps; no sentence around the questions says both."""
    one, many = VOICES[code]
    sentences = [translations(CHAT, code).gettext(text) for text in (*NOTES.values(), *SENTENCES.values())]
    assert not [text for text in sentences if re.search(one, text) and re.search(many, text, re.IGNORECASE)]


@pytest.mark.parametrize("code", CODES)
def test_toasts_fit(code: str) -> None:
    """Telegram shows two hundred characters over a button."""
    toasts = [toast for walk in walks(code) for toast in walk.toasts]
    assert toasts
    assert max(map(len, toasts)) <= 200


@pytest.mark.parametrize("code", CODES)
def test_the_language_is_the_persons_at_every_moment(code: str) -> None:
    """No word of the one language's buttons on the other's screens, once a language is chosen."""
    other = next(each for each in CODES if each != code)
    own_labels = _labels(code)
    foreign = _labels(other) - own_labels - {"Shqip", "English"}
    for walk in walks(code):
        for topic, message in walk.shown:
            if topic != BOTH:
                assert not {c.label for row in message.menu for c in row} & foreign


def _labels(code: str) -> set[str]:
    chosen = [message for topic, message in shown(code) if topic != BOTH]
    return {choice.label for message in chosen for row in message.menu for choice in row}
