"""How alike two texts are, in a way that can be shown: which words they share. Pure.

Words are compared by their stems, without regard to case, diacritics, endings, order and a slip of the finger, for
many write Albanian without ë and ç. A signature (MinHash) of the stems, and bands of it, let a database find what may
be alike without looking at everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import locales

BANDS: Final = 12
"""Bands of a signature, each of `PER_BAND` numbers: one in common makes a candidate."""
PER_BAND: Final = 2
ALIKE: Final = 0.4
"""The likeness from which on a text is worth a look."""

_WITHIN = 0.75
"""How alike a text is to a longer one that has all of its words: less than one that says nothing else."""
_ENOUGH = 4
"""Words that must be shared for that: of two or three many texts have all."""
_STEM = 7
_SHORTEST = 3
_PRIME = (1 << 31) - 1
_OF_ALBANIAN = """aj ave eve ive ve at et it ut ot te ne a e i u t s n se es is us as in un en an ja je jne jme ojne
    uar uara imi imin imit imet imeve shme shem shmi shmin shmit ore or"""
_OF_ENGLISH = "s es ed ing ly"
_ENDINGS = tuple(sorted({*_OF_ALBANIAN.split(), *_OF_ENGLISH.split()}, key=lambda ending: (-len(ending), ending)))
"""Endings of nouns, adjectives and verbs, folded."""
_SMALL_WORDS = """
    a ai ajo aq as asgje asnje ata ate atij ato atyre behet ca cdo cfare cila cilat cilen cilet cili cilin cilit deri
    derisa dhe do duhet duke e edhe eshte gjitha gjithe gjithmone i ishin ishte ja jam jane je jemi jeni jo ju jua juaj
    ka kam kane kemi keni kesaj keta kete ketij keto ketyre kish kishin kishte kjo ku kur ky m mbi me megjithate meqe
    mes midis mu mua mund na ndaj ndersa ndonje ne nen neper nepermjet nese nga nje njeri nuk o ose pa para pas pasi per
    perpara po por pra prej pse qe qene qofte rreth s sa saj se secila secili sepse shume si sic sidomos sikur sipas ska
    t ta te tek ti tij tjera tjere tjeter tjetri tona tone tyre u une vet vete vetem
    an and are at be been but by can could for from has have he her his how if in into is it its more most must not of
    on or our should so such than that the their them there these they this those to too very was we were what when
    where which while who why will with would you your"""
_COMMON = frozenset(_SMALL_WORDS.split())
"""Words that say nothing of what a text is about, folded."""


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike two texts are, from 0 to 1, and which words of the first the second has too, as they stand there."""

    share: float
    words: tuple[str, ...]


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 (no word in common) to 1 (the same words)."""
    return compare(one, other).share


def compare(one: str, other: str) -> Alike:
    """Return how alike two texts are and the words that show it, in the order of `one`."""
    mine, theirs = _stems(one), _stems(other)
    if not mine or not theirs:
        return Alike(0.0, ())
    shared = _shared(mine, theirs)
    weights = sum(map(_weight, mine)), sum(map(_weight, theirs))
    common = sum(map(_weight, shared)), sum(map(_weight, shared.values()))
    share = sum(common) / sum(weights)
    if len(shared) >= _ENOUGH:  # all that one says is said by the other, which goes on
        share = max(share, _WITHIN * max(common[0] / weights[0], common[1] / weights[1]))
    return Alike(min(share, 1.0), tuple(mine[stem] for stem in mine if stem in shared))


def signature(text: str) -> list[int]:
    """Return numbers of which alike texts share many: for each of several orders of all stems, the first in it."""
    stems = [_number(stem) for stem in _stems(text)]
    return [min((a * stem + b) % _PRIME for stem in stems) for a, b in _ORDERS] if stems else []


def bands(consultation: str, signature: Sequence[int]) -> list[int]:
    """Return the bands of a signature as numbers: texts of the same consultation that share one may be alike."""
    parts = [signature[start : start + PER_BAND] for start in range(0, len(signature), PER_BAND)]
    return [_number(f"{consultation} {place} {part}", 8) for place, part in enumerate(parts)]


def agreeing(one: Sequence[int], other: Sequence[int]) -> float:
    """Return in what share of their places two signatures agree: a quick guess at how alike their texts are."""
    return sum(a == b for a, b in zip(one, other, strict=False)) / max(len(one), 1)


# --- stems -------------------------------------------------------------------------------------------------------


def _stems(text: str) -> dict[str, str]:
    """Return the stems of a text, each with a word it was found in; small words only where there are no others."""
    words = {locales.fold(word): word.strip(_AROUND) for word in reversed(_split(text))}
    telling = {folded: word for folded, word in words.items() if folded not in _COMMON and len(folded) > 1}
    chosen = telling or words
    return {stem(folded): chosen[folded] for folded in reversed(chosen) if folded}


_AROUND = ".,;:!?\"'()[]{}«»„“”‘’…-–—"


def _split(text: str) -> list[str]:
    """Return the words of a text; one that folds to several counts as several."""
    found: list[str] = []
    for word in text.split():
        folded = locales.fold(word)
        found += [word] if " " not in folded else folded.split()
    return found


@lru_cache(maxsize=8192)
def stem(folded: str) -> str:
    """Return what remains of a folded word without the ending that its case, number or tense gives it."""
    if folded.startswith("digjit"):
        folded = f"dixhit{folded[6:]}"  # both are written
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= _SHORTEST:
            return folded[: -len(ending)][:_STEM].rstrip("j") or folded  # çështje, çështjet
    return folded[:_STEM]


def _shared(mine: Iterable[str], theirs: Iterable[str]) -> dict[str, str]:
    """Return the stems of the one that the other has, each with its twin there: the same, or all but the same."""
    others = set(theirs)
    found = {each: each for each in mine if each in others}
    left = sorted(others.difference(found))
    for each in mine:
        twin = None if each in found else next((other for other in left if _is_slip(each, other)), None)
        if twin is not None:
            found[each] = twin
            left.remove(twin)
    return found


def _is_slip(one: str, other: str) -> bool:
    """Return whether two stems differ by one letter missing, too many, other, or by two that changed places."""
    if one[:1] != other[:1] and one[1:2] != other[1:2]:  # hardly anybody slips at the beginning of a word
        return False
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1 or one.isdigit() or other.isdigit():
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    mine, theirs = one[start:], other[start:]
    if len(one) == len(other):
        return mine[1:] == theirs[1:] or (mine[:2] == theirs[1::-1] and mine[2:] == theirs[2:])
    return mine[1:] == theirs or mine == theirs[1:]


def _weight(stem: str) -> float:
    """Return how much a stem says: a long one more than a short one."""
    return min(len(stem), _STEM) + 1.0


# --- numbers -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _number(text: str, size: int = 4) -> int:
    """Return a number of up to `size` bytes that stands for a text on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=size).digest(), signed=size == 8)


_ORDERS: Final = tuple(
    (_number(f"order {n}") % (_PRIME - 1) + 1, _number(f"offset {n}") % _PRIME) for n in range(BANDS * PER_BAND)
)
