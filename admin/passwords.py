"""Passwords: what one must be like, and how it is kept.

Argon2id with 64 MiB, four passes and two lanes; at most four hashes are computed at once, so that a flood of
guesses can't take the memory. A name that nobody has costs exactly as much as one that somebody has.
"""

from __future__ import annotations

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 256
"""In characters. A longer one is refused, so that nobody makes us hash a book."""
AT_ONCE = 4

NOBODY = "$argon2id$v=19$m=65536,t=4,p=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""A hash that no password has: what a name that nobody has is checked against."""


class WeakPassword(ValueError):
    """The password may not be used; the message says what is asked instead, in English."""


def check_policy(text: str) -> None:
    """Raise WeakPassword where `text` may not become somebody's password.

    Length is what counts (OWASP ASVS V6.2.1); there are no rules about signs and capitals.
    """
    plain = _folded(text)
    if len(plain) < SHORTEST:
        raise WeakPassword(f"A password has at least {SHORTEST} characters; several words are easiest to remember.")
    if len(plain) > LONGEST:
        raise WeakPassword(f"A password has at most {LONGEST} characters.")
    if len(set(plain)) < 4:
        raise WeakPassword("A password has at least four different characters.")


def hash_password(text: str) -> str:
    """Return what is kept of a password; raise WeakPassword where the policy refuses it."""
    check_policy(text)
    return _hasher().hash(_folded(text))


async def verify(kept: str | None, text: str) -> bool:
    """Tell whether `text` is the password of which `kept` was kept; None costs the same time and is never right."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads(), _matches, kept, text)


def _matches(kept: str | None, text: str) -> bool:
    """Compute one hash, whatever was given."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        _hasher().verify(kept or NOBODY, _folded(text)[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


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
