"""What is redacted, left out of whatever is shown: the same words wherever they stand in a submission. Pure.

A redaction marks a stretch of one revision of one answer. Its author may have written the same telephone number in a
message before, and leaves it in a revision after; so it is the words that are left out, not the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

REDACTED = "[redacted]"
"""What stands in an export in the place of what is left out."""


@dataclass(frozen=True)
class Mask:
    """The words that are left out of a submission; none, for most."""

    words: tuple[str, ...] = ()

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        longest_first = sorted({word for word in self.words if word.strip()}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None

    def over(self, text: str, instead: str = REDACTED) -> str:
        """Return `text` with `instead` in the place of everything that is left out."""
        return self._pattern.sub(lambda _: instead, text) if self._pattern else text

    def pieces(self, text: str) -> Iterable[tuple[str, bool]]:
        """Yield `text` in pieces, each with whether it is left out, for a page that shows where something was."""
        if self._pattern is None:
            yield text, False
            return
        end = 0
        for found in self._pattern.finditer(text):
            if found.start() > end:
                yield text[end : found.start()], False
            yield found.group(), True
            end = found.end()
        if end < len(text):
            yield text[end:], False


NOTHING: Final = Mask()
"""Nothing is left out."""
