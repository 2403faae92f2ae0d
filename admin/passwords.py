"""Passwords: what one must be like, and how it is kept.

Argon2id with 64 MiB, four passes and two lanes; at most four hashes are computed at once, so that a flood of
guesses can't take the memory. A name that nobody has costs exactly as much as one that somebody has.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from storage.staff import ONCE

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
ALONE = 15
"""How short a password may be that no second factor stands beside."""
LONGEST = 256
"""In characters. A longer one is refused, so that nobody makes us hash a book."""
AT_ONCE = 4

COMMON = (
    *("password", "passw", "pass", "fjalekalim", "fjalekalimi", "fjalkalimi", "fjalkalim", "kodi", "sekret", "sekreti"),
    *("admin", "administrator", "administratori", "moderator", "sekretariat", "sekretariati", "koordinator", "kuvendo"),
    *(
        "welcome",
        "mireseerdhe",
        "letmein",
        "iloveyou",
        "tedua",
        "tedashuroj",
        "monkey",
        "dragon",
        "football",
        "sunshine",
    ),
    *(
        "princess",
        "master",
        "superman",
        "batman",
        "shadow",
        "trustno",
        "hello",
        "pershendetje",
        "miremengjes",
        "secret",
    ),
    *("shqiperi", "shqiperia", "shqipe", "albania", "tirana", "tirane", "kosova", "prishtina", "durres", "kuqezi"),
    *(
        "qwerty",
        "qwertyuiop",
        "qwertz",
        "qwertzuiop",
        "asdfgh",
        "asdfghjkl",
        "zxcvbnm",
        "abc",
        "abcd",
        "abcdef",
        "qeveria",
    ),
    *(
        "konsultim",
        "konsultimi",
        "konsultimpublik",
        "test",
        "testtest",
        "default",
        "changeme",
        "temporary",
        "perkohshem",
    ),
)
"""Words that are tried first, as they are, repeated, or with digits and signs around them."""
ROWS = (
    "1234567890",
    "0123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1q2w3e4r5t6z7u8i9o0p",
)
"""Rows that fingers run along."""
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"

NOBODY = "$argon2id$v=19$m=65536,t=4,p=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""A hash that no password has: what a name that nobody has is checked against."""


class WeakPassword(ValueError):
    """The password may not be used; the message says what is asked instead, in English, `reason` in one word.

    The words are short, long, plain (too few different characters), common and name.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_policy(text: str, name: str = "", shortest: int = SHORTEST) -> None:
    """Raise WeakPassword where `text` may not become the password of somebody called `name`.

    Length is what counts (OWASP ASVS V6.2.1), and that it is none of those that are tried first (V6.2.4); there are
    no rules about signs and capitals.
    """
    plain = _folded(text)
    if len(plain) < shortest:
        raise WeakPassword(
            "short", f"A password has at least {shortest} characters; several words are easiest to remember."
        )
    if len(plain) > LONGEST:
        raise WeakPassword("long", f"A password has at most {LONGEST} characters.")
    if len(set(plain)) < 4:
        raise WeakPassword("plain", "A password has at least four different characters.")
    if _is_common(plain):
        raise WeakPassword(
            "common", "This password is one of the first that are tried; take several words of your own."
        )
    if len(_bare(name)) >= 4 and _bare(name) in _bare(plain):
        raise WeakPassword("name", "A password does not hold its owner's name.")


def hash_password(text: str, name: str = "", shortest: int = SHORTEST) -> str:
    """Return what is kept of a password; raise WeakPassword where the policy refuses it."""
    check_policy(text, name, shortest)
    return _hasher().hash(_folded(text))


def hash_once(text: str) -> str:
    """Return what is kept of a password made up for somebody else: it is good for choosing another one."""
    return ONCE + _hasher().hash(_folded(text))


def made_up() -> str:
    """Return a password that nobody could guess, in groups that can be read out."""
    letters = [secrets.choice(_LETTERS) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def shortest_for(*, proves_twice: bool) -> int:
    """Return how long somebody's password must be: longer where it is all that is asked of them."""
    return SHORTEST if proves_twice else ALONE


async def verify(kept: str | None, text: str) -> bool:
    """Tell whether `text` is the password of which `kept` was kept; None costs the same time and is never right."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads(), _matches, kept, text)


def _matches(kept: str | None, text: str) -> bool:
    """Compute one hash, whatever was given."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        _hasher().verify((kept or NOBODY).removeprefix(ONCE), _folded(text)[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


def _is_common(plain: str) -> bool:
    """Tell whether `plain` is a row of keys, or a common word (or twice one) with digits and signs around it."""
    letters = _bare(plain)
    words = any(letters == word * (len(letters) // len(word)) for word in COMMON) if letters else plain.isascii()
    runs = any(plain.lower() in row * 4 or plain.lower()[::-1] in row * 4 for row in ROWS)
    return words or runs


def _bare(text: str) -> str:
    """Return the letters of `text` alone, small and without their marks."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if letter.isalpha())


def _folded(text: str) -> str:
    """Return `text` as every keyboard writes it: an ë is the same from a Mac and from a phone."""
    return unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode())


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=4, memory_cost=64 * 1024, parallelism=2)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="password")
