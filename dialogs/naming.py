"""Which choice typed words name: by its label, its number, or a word people say for it (yes, no, send).

Words are compared folded, so KAPERCE names “Kapërce”. What is said for a choice is understood in every language.
"""

from __future__ import annotations

from functools import cache

from dialogs.exchange import Choice, Menu
from dialogs.menus import BESIDE
from dialogs.session import Stage
from locales import CHAT, CODES, fold, translatable, translations

YES, NO = translatable("yes"), translatable("no")
SEND = translatable("send, send it")
SKIP = translatable("Skip")

SPOKEN: dict[Stage, dict[str, tuple[str, ...]]] = {
    Stage.CONSENT: {"agree": (YES,), "decline": (NO,)},
    Stage.PRIVACY: {"agree": (YES,), "decline": (NO,)},
    Stage.RESUME: {"continue": (YES,)},
    Stage.DELETE: {"erase": (YES,), "keep": (NO,)},
    Stage.OFFER: {"send": (YES, SEND), "drop": (NO,)},
    Stage.ASKING: {"keep": (SKIP,)},
    Stage.GATE: {"more": (YES,), "review": (NO, SEND)},
    Stage.REVIEW: {"submit": (YES, SEND), "finish": (YES, SEND), "edit": (NO,)},
}
"""What each screen's question makes of such words. Where an answer stands there is nothing to skip: it is kept."""


def typed_choice(menu: Menu, text: str, *, numbers: bool) -> Choice | None:
    """Return the choice that `text` names by its label or a part of it (folded) or, with `numbers`, by its place.

    What several choices have in common names none of them.
    """
    choices = [choice for row in menu for choice in row]
    word = fold(text)
    if numbers and word.isascii() and word.isdecimal() and 1 <= int(word[:4]) <= len(choices):
        return choices[int(word[:4]) - 1]
    named = [choice for choice in choices if word and word in _names(choice.label)]
    return named[0] if len(named) == 1 else None


def _names(label: str) -> set[str]:
    return {fold(label), *map(fold, label.split(BESIDE))}


def spoken_choice(stage: Stage, menu: Menu, text: str) -> Choice | None:
    """Return the choice that `text` says yes or no to, or otherwise means, on the screen of `stage`."""
    said = SPOKEN.get(stage, {})
    meant = (choice for row in menu for choice in row if choice.option in said)
    return next((each for each in meant if any(fold(text) in words(topic) for topic in said[each.option])), None)


@cache
def words(topic: str) -> frozenset[str]:
    """Return the words for `topic` in every language, folded."""
    listed = (translations(CHAT, code).gettext(topic).split(",") for code in CODES)
    return frozenset(fold(word) for several in listed for word in several)
