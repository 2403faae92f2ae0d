"""Open streams of the dashboard: how many each login has, and an end for all of them when the process ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from storage.wake import Ear

AT_MOST: Final = 4
"""Streams of one login at a time: a browser keeps six connections, and pages need some of them."""


class Streams:
    """The streams of one process."""

    def __init__(self) -> None:
        self._of: Counter[bytes] = Counter()
        self._ears: set[Ear] = set()
        self.ending = False

    def has_room(self, session: bytes) -> bool:
        """Tell whether a login may open one more."""
        return not self.ending and self._of[session] < AT_MOST

    @property
    def open_now(self) -> int:
        """How many there are."""
        return self._of.total()

    @contextmanager
    def open(self, session: bytes, ear: Ear) -> Iterator[None]:
        """Count a stream of `session` for as long as the block runs; `ear` is told when it is to end."""
        self._of[session] += 1
        self._ears.add(ear)
        try:
            yield
        finally:
            self._ears.discard(ear)
            self._of[session] -= 1
            if self._of[session] <= 0:
                del self._of[session]

    def end(self) -> None:
        """Have every stream end now, and let no other begin."""
        self.ending = True
        for ear in self._ears:
            ear.tell()
