"""Question kind → answer, or the reason why what was typed cannot be one. A further kind is one more function here.

Texts are kept exactly as written; only what must match a label or a number is folded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from dialogs.exchange import Typed
from dialogs.types import Answer, Kind, Option, Part, Question, Slot
from locales import fold

LONGEST = 30_000
"""The most code points one answer may hold, all its messages together."""


INVISIBLE = frozenset("\u3164\u2800\u115f\u1160\uffa0")
"""Characters that Unicode calls letters or signs and that show nothing."""


def from_typed(question: Question, slot: Slot, typed: Typed) -> Answer | str:
    """Return the answer that a typed message gives to `question`, or the reason why it gives none."""
    return _READERS[question.kind](question, slot, typed)


def is_blank(text: str) -> bool:
    """Return whether `text` shows nothing: spaces, controls and fillers only."""
    return all(c in INVISIBLE or unicodedata.category(c)[0] in "ZC" for c in text)


def _text(question: Question, slot: Slot, typed: Typed) -> Answer | str:
    if is_blank(typed.text):
        return "blank"
    return Answer(slot, parts=(Part(typed.number, typed.text),))


def _single(question: Question, slot: Slot, typed: Typed) -> Answer | str:
    found = _option(question, typed.text)
    return Answer(slot, chosen=(found.id,)) if found else "choose-one"


def _multi(question: Question, slot: Slot, typed: Typed) -> Answer | str:
    whole = _option(question, typed.text)
    found = [whole] if whole else [_option(question, word) for word in _listed(typed.text)]
    if not found or not all(found):
        return "choose-some"
    picked = {option.id for option in found if option}
    return Answer(slot, chosen=tuple(option.id for option in question.options if option.id in picked))


def _listed(text: str) -> list[str]:
    pattern = r"[\s,;.+&]+" if re.fullmatch(r"[\d\s,;.+&]+", text) else r"[,;\n]+|\s(?:dhe|and)\s"
    return [word for word in re.split(pattern, text) if word.strip()]


def _option(question: Question, text: str) -> Option | None:
    word = fold(text)
    if word.isdecimal() and word.isascii() and 1 <= int(word[:4]) <= len(question.options):
        return question.options[int(word[:4]) - 1]
    return next((o for o in question.options if word in {fold(label) for label in o.label.values()}), None)


_READERS: dict[Kind, Callable[[Question, Slot, Typed], Answer | str]] = {
    Kind.TEXT: _text,
    Kind.SINGLE: _single,
    Kind.MULTI: _multi,
}
