"""Where a text may tell who somebody is: telephone numbers, e-mail, identity numbers, cards, accounts. Pure.

These are suggestions for a person to judge, so they lean to what is surely meant: a year, an amount, a date and the
number of a law are no such thing, however they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final

PHONE: Final = "phone"
EMAIL: Final = "email"
IDENTITY_NUMBER: Final = "identity-number"
CARD: Final = "card"
ACCOUNT: Final = "account"
OTHER: Final = "other"
KINDS: Final = (PHONE, EMAIL, IDENTITY_NUMBER, CARD, ACCOUNT, OTHER)
"""What a redaction may be of; other is for what only a person sees, such as a name."""


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A stretch of a text, start and end in code points, and what it may be."""

    start: int
    end: int
    kind: str


def find(text: str) -> tuple[Found, ...]:
    """Return what may be personal in `text`, in its order; no two overlap."""
    plain = [match.span() for pattern in _PLAIN for match in pattern.finditer(text)]
    found: list[Found] = []
    for each in chain.from_iterable(look(text) for look in _LOOKS):
        if any(_overlap(each, span) for span in plain if each.kind in {PHONE, CARD}):
            continue
        if not any(_overlap(each, (other.start, other.end)) for other in found):
            found.append(each)
    return tuple(sorted(found))


def _overlap(found: Found, span: tuple[int, int]) -> bool:
    return found.start < span[1] and span[0] < found.end


# --- what is no such thing -------------------------------------------------------------------------------------------

_GROUPS = r"(?!0\d)\d{1,3}(?:[ .,’'\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|(?!0\d)\d+(?:[.,]\d+)?"
_MONEY = (
    r"(?:lek[eë]?(?:ve|t)?|all|eur[oe]?(?:ve)?|€|\$|usd|dollar[eë]?(?:ve)?|mij[eë]ra?|milion\w*|miliard\w*|mln|mld|%"
    r"|p[eë]r\s?qind)"
)
_PLAIN: Final = (
    re.compile(rf"(?<!\d)(?:{_GROUPS})\s?{_MONEY}(?!\w)", re.IGNORECASE),
    re.compile(rf"(?:{_MONEY})\s?(?:{_GROUPS})(?!\d)", re.IGNORECASE),
    # dates, with the hour or without
    re.compile(r"(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:\d{4}|\d{2})(?!\d)(?:[, ]+\d{1,2}[:.]\d{2})?"),
    re.compile(r"(?<!\d)\d{4}[./-]\d{1,2}[./-]\d{1,2}(?!\d)(?:[, T]+\d{1,2}[:.]\d{2}(?::\d{2})?)?"),
    # spans of years, numbers of laws and decisions
    re.compile(r"(?<!\d)(?:1[89]|20)\d\d\s?[-–/]\s?(?:1[89]|20)?\d\d(?!\d)"),
    re.compile(r"(?<!\d)\d{1,5}\s?/\s?(?:1[89]|20)\d\d(?!\d)"),
    re.compile(
        r"\b(?:ligj\w*|vkm|vendim\w*|nen\w*|dekret\w*|urdh[eë]r\w*|udh[eë]zim\w*|law|act|article)"
        r"\s+(?:nr\.?|no\.?)?\s*\d[\d./]*",
        re.IGNORECASE,
    ),
)

# --- what may be -----------------------------------------------------------------------------------------------------

_APART = r"[ \u00a0().\-/]{0,2}"


def _digits(count: int) -> str:
    return _APART.join([r"\d"] * count)


_ALBANIA = rf"(?:\+|(?<!\d)00){_APART}3{_APART}5{_APART}5{_APART}(?:\(?0\)?{_APART})?"
_PHONES: Final = (
    re.compile(rf"{_ALBANIA}6{_APART}[6-9]{_APART}{_digits(7)}(?!\d)"),
    re.compile(rf"{_ALBANIA}[2-58]{_APART}{_digits(7)}(?!\d)"),
    re.compile(rf"(?<![\d+])\(?0{_APART}6{_APART}[6-9]{_APART}{_digits(7)}(?!\d)"),
    re.compile(rf"(?<![\d+])\(?0{_APART}[2-58]{_APART}{_digits(7)}(?!\d)"),
    re.compile(rf"(?<!\w)(?:\+|00)[1-9](?:{_APART}\d){{7,13}}(?!\d)"),
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+%-]+@(?:[\w-]+\.)+[^\W\d_]{2,}(?!\w)")
_IDENTITY_NUMBER = re.compile(
    r"(?<!\w)([A-T])[ .-]?(\d)[ .-]?(\d\d)[ .-]?(\d\d)[ .-]?\d{3}[ .-]?[A-W](?!\w)", re.IGNORECASE
)
_CARD = re.compile(r"(?<![\d+])(?:\d{13,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{5})(?!\d)")
_ACCOUNT = re.compile(r"(?<!\w)([A-Z]{2})[ ]?(\d{2})((?:[ ]?[A-Z0-9]){11,30})(?!\w)", re.IGNORECASE)
_LENGTH_IN_ALBANIA = 28


def _phones(text: str) -> Iterator[Found]:
    for pattern in _PHONES:
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), PHONE)


def _emails(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        yield Found(match.start(), match.end(), EMAIL)


def _identity_numbers(text: str) -> Iterator[Found]:
    """Yield what has the form of an Albanian identity number and a day of birth in it.

    A letter for the decade (A is 1900), a digit for the year, the month (50 more for women, 30 or 80 for foreigners),
    the day, three digits and a letter. How that last letter is reckoned is not published, and a mistyped number tells
    as much as a right one: any letter from A to W will do.
    """
    for match in _IDENTITY_NUMBER.finditer(text):
        year = 1900 + 10 * (ord(match[1].upper()) - ord("A")) + int(match[2])
        if _is_day(year, int(match[3]), int(match[4])):
            yield Found(match.start(), match.end(), IDENTITY_NUMBER)


def _is_day(year: int, month: int, day: int) -> bool:
    for more in (0, 30, 50, 80):
        try:
            date(year, month - more, day)
        except ValueError:
            continue
        return True
    return False


def _cards(text: str) -> Iterator[Found]:
    for match in _CARD.finditer(text):
        digits = [int(sign) for sign in match[0] if sign.isdigit()]
        if digits[0] in {2, 3, 4, 5, 6} and _is_luhn(digits):
            yield Found(match.start(), match.end(), CARD)


def _is_luhn(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _accounts(text: str) -> Iterator[Found]:
    """Yield account numbers (IBAN) whose check holds; an Albanian one also where it was mistyped."""
    for match in _ACCOUNT.finditer(text):
        for end in _ends(match):
            code = "".join(text[match.start() : end].split()).upper()
            if _is_iban(code) or (code.startswith("AL") and len(code) == _LENGTH_IN_ALBANIA):
                yield Found(match.start(), end, ACCOUNT)
                break


def _ends(match: re.Match[str]) -> Iterator[int]:
    """Yield where an account number may end: it runs into the words behind it, so each blank is tried."""
    yield match.end()
    for place in range(match.end() - 1, match.start(3), -1):
        if match.string[place] == " ":
            yield place


def _is_iban(code: str) -> bool:
    turned = code[4:] + code[:4]
    return 15 <= len(code) <= 34 and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


_LOOKS: Final[tuple[Callable[[str], Iterator[Found]], ...]] = (_emails, _accounts, _cards, _identity_numbers, _phones)
