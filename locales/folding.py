"""Comparing and ordering words as an Albanian reader does. Pure functions.

`fold` decides which typed words press which button, and stored text may be folded with it: a change of its
result is a change of data, and is not made lightly.
"""

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´′"))
_OWN_LETTERS = ("ç", "ë", "dh", "gj", "ll", "nj", "rr", "sh", "th", "xh", "zh")
LABEL = 64
"""Signs up to which a text may be a label."""
_LETTERS = re.compile("|".join(_OWN_LETTERS) + "|.", re.DOTALL)


def _plain(text: str) -> str:
    """Return `text` without case, compatibility forms and marks above or below letters."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in decomposed if not unicodedata.category(sign).startswith(("M", "Cf")))


def fold(text: str) -> str:
    """Return `text` as it is compared: small letters, no diacritics, signs as one space, no apostrophes.

    `fold("Përgjigjja  ime!") == "pergjigjja ime"`, `fold("s’ka") == fold("S'KA") == "ska"`. Text of signs
    alone folds to nothing. Folding twice changes nothing.
    """
    return _folded_label(text) if len(text) <= LABEL else _folded(text)


def _folded(text: str) -> str:
    plain = _plain(text.translate(_APOSTROPHES)).translate(_APOSTROPHES)
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


_folded_label = lru_cache(maxsize=4096)(_folded)
"""Labels and what is typed for them are folded again and again."""


def _rank(letter: str) -> tuple[int, bool]:
    """Return where a letter or sign stands: Albanian's own letters follow the plain one they begin with."""
    base = _plain(letter)[:1]
    return (ord(base) if base else 0), letter in _OWN_LETTERS


def sort_key(text: str) -> tuple[tuple[tuple[int, bool], ...], str]:
    """Return a key that orders by the thirty-six letters, in which ç, ë, dh, gj and the like are letters.

    Capitals order as small letters; w, which Albanian has in foreign names only, stands after v.
    """
    letters = _LETTERS.findall(unicodedata.normalize("NFC", text.casefold()))
    return tuple(map(_rank, letters)), text
