"""What is wrong with a file, in words that can be said in another language later.

The words are English, as a terminal shows them, and know how they were put together: from a sentence with gaps, and
what fills them. Whoever shows them to somebody else hands over that person's catalogue; nothing here knows a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from gettext import NullTranslations

from locales.languages import CODES


class Words(str):  # noqa: SLOT000 - a text with more to it has no room for slots
    """English words put together from `sentence` and the `values` of its gaps."""

    sentence: str
    values: Mapping[str, object]


def worded(sentence: str, **values: object) -> Words:
    """Return `sentence` with its gaps filled, and mark it for the dashboard's catalogue."""
    made = Words(sentence.format(**values))
    made.sentence, made.values = sentence, values
    return made


def told(words: object, t: NullTranslations) -> str:
    """Return words in the language of `t`, with whatever fills their gaps; anything else stays as it is."""
    if not isinstance(words, Words):
        return str(words)
    return t.gettext(words.sentence).format(**{name: told(value, t) for name, value in words.values.items()})


_LANGUAGES = {"sq": worded("Albanian"), "en": worded("English")}

QUESTION, SECTION, COMPONENT = worded("question"), worded("section"), worded("component")
"""What messages call the parts of a file that several modules name."""


def named(language: str) -> str:
    """Return what an English sentence calls a language."""
    return _LANGUAGES.get(language, language)


def meant(word: str, known: tuple[str, ...], otherwise: str = "") -> str:
    """Return the cure for a misspelt word: the known one most like it, else all of them, else `otherwise`."""
    close = get_close_matches(word, known, n=1)
    if close:
        return worded("did you mean {first}?", first=close[0])
    return otherwise or worded("write {known}", known=either(known))


def either(words: tuple[str, ...]) -> str:
    """Return words as an English list that ends in “or”."""
    return (
        worded("{first} or {last}", first=", ".join(words[:-1]), last=words[-1]) if len(words) > 1 else "".join(words)
    )


def together(words: Iterable[str]) -> str:
    """Return words as a list that ends in “and”."""
    *first, last = words
    return worded("{first} and {last}", first=", ".join(first), last=last) if first else last


LANGUAGES = together(f"{code}:" for code in CODES)
"""The keys of a text in every language, as messages list them."""
