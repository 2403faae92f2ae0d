"""Word lists kept by hand: each line says which words are right although the dictionary doubts them, and why.

    AKSHI, AKSHI-t  # the agency's short name
    te përgjigjja   # "at the answer", not "të"

A line without a reason is a mistake, and so is a word that no text needs any more. For development only.
"""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class WordList:
    """The words and word sequences of one file, the lines they stand on, and whether a text needed them."""

    path: Path
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    used: set[tuple[str, ...]] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> "WordList":
        """Read a word list; a file that is not there is an empty list."""
        found = cls(path)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for number, line in enumerate(text.splitlines(), start=1):
            found._add_line(number, line)
        return found

    def _add_line(self, number: int, line: str) -> None:
        words, _, reason = line.partition("#")
        if not words.strip():
            return
        if not reason.strip():
            self.wrong.append(f"{self.path.name}:{number}: give the reason after a #")
        for entry in filter(None, (part.strip() for part in words.split(","))):
            key = tuple(entry.split())
            if key in self.lines:
                self.wrong.append(f"{self.path.name}:{number}: {entry!r} is on line {self.lines[key]} already")
            self.lines[key] = number

    def allows(self, word: str) -> bool:
        """Tell whether `word` is listed, as it stands or in small letters."""
        for key in ((word,), (word.lower(),)):
            if key in self.lines:
                self.used.add(key)
                return True
        return False

    def covered(self, words: list[str]) -> set[int]:
        """Return the places in `words` (in small letters) that belong to a listed word or sequence.

        What is covered counts as needed only where it was doubted: see `need`.
        """
        return {place for places, _ in self._matches(words) for place in places}

    def need(self, words: list[str], doubted: int) -> None:
        """Remember that the word at `doubted` is right because of the entries that cover it."""
        self.used |= {key for places, key in self._matches(words) if doubted in places}

    def _matches(self, words: list[str]) -> list[tuple[range, tuple[str, ...]]]:
        lengths = {len(key) for key in self.lines}
        spans = ((start, size) for size in lengths for start in range(len(words) - size + 1))
        return [
            (range(start, start + size), key)
            for start, size in spans
            if (key := tuple(words[start : start + size])) in self.lines
        ]

    def unused(self) -> list[str]:
        """Return a sentence for each entry that no text needed since the list was read."""
        return [
            f"{self.path.name}:{line}: {' '.join(key)!r} is needed nowhere; remove it"
            for key, line in self.lines.items()
            if key not in self.used
        ]
