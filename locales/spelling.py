"""Tell whether a word is spelled as the dictionary has it, and whether its ë or ç may have been forgotten.

Uses the system's Hunspell dictionaries (Debian: myspell-sq, hunspell-en-gb) through spylls, and remembers
each answer in build/, so that a second run asks only about new words. For development only.
"""

import gc
import itertools
import json
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from locales.catalogues import ROOT
from locales.words import WordList

DICTIONARIES = {"sq": ("sq_AL", "myspell-sq"), "en": ("en_GB", "hunspell-en-gb")}
FOLDERS = (Path("/usr/share/hunspell"), Path("/usr/share/myspell/dicts"))
CACHE = ROOT.parent / "build"

Lookup = Callable[[str], bool]

_NOT_WORDS = re.compile(
    r"""<[^<>]*>                    # tags
      | \{[^{}]*\} | %\(\w+\)[sd]   # placeholders
      | &\w+;                       # entities
      | `[^`]*`                     # code
      | \]\([^()]*\)                # the target of a Markdown link
      | \w+://\S+ | \S+@\S+ | @\w+  # addresses and names
      | (?<!\w)/\w+                 # commands
      | \w*\d\w*                    # numbers and codes
      | \b\w+(?:[./]\w+)+\b         # file names, domains
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CLITICS = frozenset("tmsnçu")
_ENDINGS = frozenset("e i it in u un t të në së ja je a n s ve ës".split())  # noqa: SIM905 - reads as a line
_DOTTED = {"e": "ë", "c": "ç"}
_MOST_PLACES = 6
"""Words with more plain e and c than this are tried with one or two of them changed only."""


class DictionaryMissing(Exception):
    """The dictionary of a language is not installed; the message says what to install."""


def words(text: str) -> list[str]:
    """Return the words of a text, without markup, placeholders, addresses, commands and codes."""
    return [word.replace("’", "'") for word in _WORD.findall(_NOT_WORDS.sub(" ", text))]


def with_diacritics(word: str) -> Iterator[str]:
    """Yield what `word` would be if some of its e were ë and its c were ç, the word itself left out."""
    places = [place for place, letter in enumerate(word) if letter in _DOTTED]
    most = len(places) if len(places) <= _MOST_PLACES else 2
    for size in range(1, most + 1):
        for chosen in itertools.combinations(places, size):
            yield "".join(_DOTTED[sign] if at in chosen else sign for at, sign in enumerate(word))


# -------------------------------------------------------------------------------------------- the dictionary


class Remembered:
    """The dictionary of one language, loaded only when a word was never asked for before."""

    def __init__(self, code: str, folder: Path = CACHE) -> None:
        name, package = DICTIONARIES[code]
        found = [path / name for path in FOLDERS if (path / f"{name}.dic").exists()]
        if not found:
            raise DictionaryMissing(f"no dictionary for {code!r}; please run: apt-get install {package}")
        self._base = found[0]
        self._state = self._base.with_suffix(".dic").stat()
        self._file = folder / f"spelling-{code}.json"
        self._known = self._read()
        self._asked = 0

    def _read(self) -> dict[str, bool]:
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        same = isinstance(stored, dict) and stored.get("dictionary") == self._mark()
        return dict(stored["words"]) if same else {}

    def _mark(self) -> list[int]:
        return [self._state.st_size, int(self._state.st_mtime)]

    def __call__(self, word: str) -> bool:
        """Tell whether the dictionary has `word`."""
        if word not in self._known:
            self._known[word] = bool(_spylls(self._base)(word))
            self._asked += 1
        return self._known[word]

    def save(self) -> None:
        """Keep the answers for the next run."""
        if self._asked:
            self._file.parent.mkdir(exist_ok=True)
            stored = {"dictionary": self._mark(), "words": self._known}
            scratch = self._file.with_suffix(".new")
            scratch.write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
            scratch.replace(self._file)
            self._asked = 0


@cache
def _spylls(base: Path) -> Lookup:
    from spylls.hunspell import Dictionary  # seconds to load, and needed by the checks alone

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # spylls leaves its files to the garbage collector
        dictionary = Dictionary.from_files(str(base))
        gc.collect()
    return dictionary.lookup  # type: ignore[no-any-return]


# ----------------------------------------------------------------------------------------------- the speller


class Speller:
    """The dictionary of one language together with the project's own lists of words."""

    def __init__(self, code: str, lookup: Lookup, own: WordList, plain: WordList) -> None:
        self.code = code
        self.own = own
        self.plain = plain
        self._lookup = lookup

    def misspelled(self, text: str) -> list[str]:
        """Return the words of `text` that neither dictionary nor project list has, in their order."""
        return [word for word in words(text) if not (self._has(word) or self.own.allows(word))]

    def _has(self, word: str) -> bool:
        if self._lookup(word):
            return True
        if self.code == "sq" and "'" in word:
            head, _, rest = word.partition("'")
            return head.lower() in _CLITICS and self._has(rest)
        first, hyphen, rest = word.partition("-")
        return bool(hyphen) and self._part(first) and (rest in _ENDINGS or self._part(rest))

    def _part(self, word: str) -> bool:
        return self._has(word) or self.own.allows(word)

    def doubtful(self, text: str) -> list[tuple[str, str]]:
        """Return the Albanian words of `text` that may lack their ë or ç, each with what it may have been.

        A word is doubted when it has no ë and no ç, and is another word of the dictionary with some, unless
        it or the sequence it stands in is listed in plain-sq.txt.
        """
        if self.code != "sq":
            return []
        line = [word.lower() for word in words(text)]
        settled = self.plain.covered(line)
        found: list[tuple[str, str]] = []
        for place, word in enumerate(line):
            other = self.twin(word)
            if other and place in settled:
                self.plain.need(line, place)
            elif other:
                found.append((word, other))
        return found

    @cache  # noqa: B019 - a speller lives as long as the run
    def twin(self, word: str) -> str | None:
        """Return another word that `word` is without its diacritics, or None."""
        if "ë" in word or "ç" in word:
            return None
        return next(filter(self._lookup, with_diacritics(word)), None)

    def remember(self) -> None:
        """Keep the dictionary's answers for the next run."""
        if isinstance(self._lookup, Remembered):
            self._lookup.save()

    def complaints(self) -> list[str]:
        """Return what is wrong with the lists themselves, once all texts were read."""
        return [*self.own.wrong, *self.plain.wrong, *self.own.unused(), *self.plain.unused()]


@cache
def speller(code: str, lists: Path = ROOT) -> Speller:
    """Return the speller of a language with the word lists of the folder `lists`.

    Raise DictionaryMissing where the language's dictionary is not installed.
    """
    own = WordList.read(lists / f"words-{code}.txt")
    plain = WordList.read(lists / f"plain-{code}.txt")
    return Speller(code, Remembered(code), own, plain)


def misspelled(text: str, code: str) -> list[str]:
    """Return the words of `text` that are not spelled as the language `code` spells."""
    return speller(code).misspelled(text)


def doubtful(text: str, code: str = "sq") -> list[tuple[str, str]]:
    """Return the words of `text` whose ë or ç may have been forgotten, each with the word it may be."""
    return speller(code).doubtful(text)
