"""Receipt codes: what a person keeps to find their contribution again. Pure; whoever makes one brings the chance.

Eight characters in two groups. None of them is taken for another, on paper or aloud, in either language; there are
no vowels but Y, so a code does not happen to be a word. The last character checks the others.
"""

from __future__ import annotations

import unicodedata

ALPHABET = "23456789CDFHJKMNPQRTVXY"
"""As many characters as a prime number: that makes the sum below catch every slip of the kinds it names."""

LENGTH = 8

LOOK_ALIKES = str.maketrans({"Z": "2", "S": "5", "B": "8", "G": "6", "Ç": "C"})
"""What people write for a character of ours, folded back."""

IGNORED = str.maketrans(dict.fromkeys("-‐‑–—_.·/'"))


def complete(body: str) -> str:
    """Return the code that begins with `body`, seven characters of the alphabet, without the space between groups."""
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the character that makes the weighted sum of all eight a multiple of 23.

    Each place has a weight of its own, from 8 down to 1. Hence a change of any one character, and an exchange of
    any two, always shows.
    """
    total = sum(weight * ALPHABET.index(each) for weight, each in zip(range(LENGTH, 1, -1), body, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def normalise(text: str) -> str | None:
    """Return the code that `text` spells, or None where it spells none or one with a slip in it."""
    code = spelled(text)
    return code if code and check_character(code[:-1]) == code[-1] else None


def spelled(text: str) -> str | None:
    """Return what `text` spells where it has the shape of a code, whether or not its check character is right.

    Small letters, spaces, dashes and look-alikes are understood.
    """
    written = "".join(unicodedata.normalize("NFKC", text).upper().split())
    code = written.translate(IGNORED).translate(LOOK_ALIKES)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
