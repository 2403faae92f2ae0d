"""YAML read without losing the place: every value knows its file, line and column.

A file is read to the end whatever is in it: what cannot be read becomes an `Issue`, never an exception. No meaning
is judged here; that is the work of `issues`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from dialogs.definitions.syntax import in_words
from dialogs.definitions.words import worded

DEEPEST = 20
"""How far values may stand within values; a questionnaire needs nine levels."""

UNREAD = object()
"""The value of an item that could not be read, which was reported."""

_SCALARS = {"str", "int", "float", "bool", "null", "timestamp"}
_PREFIX = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One mistake of a file: where it is (line and column count from 1), what is wrong, and what cures it."""

    file: str
    line: int
    column: int
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}; {self.cure}"


@dataclass(frozen=True, slots=True)
class Item:
    """A value and its place.

    `value` is a text, number, truth value, date or None, a dict from keys to items, or a tuple of items. A value
    within a mapping has the place of its key.
    """

    value: Any
    file: str
    line: int = 1
    column: int = 1

    def get(self, key: str) -> Item | None:
        """Return the value under `key`, or None where there is none (or no mapping)."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return found if isinstance(found, Item) else None

    def at(self, *path: str) -> Item | None:
        """Return the value at the end of `path`, or None where the way breaks off."""
        here: Item | None = self
        for key in path:
            here = here.get(key) if here else None
        return here

    def items(self) -> tuple[Item, ...]:
        """Return the items of a list; nothing for any other value."""
        return self.value if isinstance(self.value, tuple) else ()

    def plain(self) -> Any:
        """Return the value without its places: dicts, lists and scalars, texts in Unicode's composed form."""
        if isinstance(self.value, dict):
            return {key: each.plain() for key, each in self.value.items()}
        if isinstance(self.value, tuple):
            return [each.plain() for each in self.value]
        return unicodedata.normalize("NFC", self.value) if isinstance(self.value, str) else self.value

    def walk(self, path: str = "") -> Iterator[tuple[str, Item]]:
        """Yield this item and everything in it, each with its dotted path."""
        yield path, self
        pairs = self.value.items() if isinstance(self.value, dict) else enumerate(self.items(), 1)
        for key, each in pairs:
            yield from each.walk(f"{path}.{key}" if path else str(key))


def read(source: Traversable, file: str | None = None) -> tuple[Item | None, tuple[Issue, ...]]:
    """Return the file's value (None where it cannot be read at all) and what is wrong with it as YAML.

    `file` is the name that issues carry; without it the source's own path stands there.
    """
    name = str(source) if file is None else file
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None, (Issue(name, 1, 1, worded("there is no such file"), worded("check the spelling of its path")),)
    except OSError as error:
        return None, (
            Issue(
                name,
                1,
                1,
                worded("the file cannot be read ({strerror})", strerror=error.strerror),
                worded("check what it is"),
            ),
        )
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return None, (
            Issue(
                name,
                line,
                1,
                worded("this is not {encoding}", encoding="UTF-8"),
                worded("save the file with the encoding {encoding}", encoding="UTF-8"),
            ),
        )
    return parse(text, name)


@lru_cache(maxsize=64)
def parse(text: str, file: str) -> tuple[Item | None, tuple[Issue, ...]]:
    """Return the value of the YAML in `text` and what is wrong with it; `file` is the name that issues carry."""
    tabs = tuple(_tabs(text, file))
    if tabs:
        return None, tabs
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        return None, (_syntax(error, file),)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        return None, (
            Issue(file, line, 1, worded("a character stands here that YAML does not allow"), worded("remove it")),
        )
    except RecursionError:
        return None, (_too_deep(file, 1, 1),)
    if node is None:
        return None, (
            Issue(file, 1, 1, worded("the file is empty"), worded("write a plan, questionnaire or consultation")),
        )
    issues: list[Issue] = []
    item = _Reader(file, issues).item(node, node.start_mark)
    return item, tuple(issues)


def _tabs(text: str, file: str) -> Iterator[Issue]:
    for number, line in enumerate(text.splitlines(), 1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent and line.strip():
            yield Issue(
                file, number, indent.index("\t") + 1, worded("the line begins with a tab"), worded("indent with spaces")
            )


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Issue:
    line, column, message, cure = in_words(error)
    return Issue(file, line, column, message, cure)


def _too_deep(file: str, line: int, column: int) -> Issue:
    return Issue(
        file, line, column, worded("the values stand too deep within one another"), worded("look at the brackets")
    )


class _Reader:
    """YAML's nodes made into items; `issues` collects what they may not be."""

    def __init__(self, file: str, issues: list[Issue]) -> None:
        self.file = file
        self.issues = issues
        self.seen: set[int] = set()

    def report(self, mark: yaml.Mark, message: str, cure: str) -> None:
        self.issues.append(Issue(self.file, mark.line + 1, mark.column + 1, message, cure))

    def item(self, node: yaml.Node, mark: yaml.Mark, depth: int = 0) -> Item:
        """Make `node` an item at `mark`, `depth` levels down."""
        value: Any = UNREAD
        if id(node) in self.seen:
            self.report(mark, worded("an alias (*) stands for what was written before"), worded("write the text out"))
        elif depth >= DEEPEST:
            self.issues.append(_too_deep(self.file, mark.line + 1, mark.column + 1))
        else:
            self.seen.add(id(node))
            value = self.value(node, depth + 1)
        return Item(value, self.file, mark.line + 1, mark.column + 1)

    def value(self, node: yaml.Node, depth: int) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.item(each, each.start_mark, depth) for each in node.value)
        return self.scalar(node)

    def mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not name:
                self.report(key.start_mark, worded("a key must be a word"), worded("write the key before the colon"))
            elif name in found:
                line = found[name].line
                self.report(
                    key.start_mark,
                    worded("the key “{name}” stands twice (first in line {line})", name=name, line=line),
                    worded("keep one"),
                )
            else:
                found[name] = self.item(value, key.start_mark, depth)
        return found

    def scalar(self, node: yaml.Node) -> Any:
        kind = node.tag.removeprefix(_PREFIX)
        if kind not in _SCALARS:
            self.report(
                node.start_mark,
                worded("“{tag}” is not used here", tag=node.tag),
                worded("put the text in quotation marks"),
            )
            return UNREAD
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (ValueError, yaml.YAMLError, OverflowError):
            self.report(
                node.start_mark,
                worded("“{value}” is no number or date", value=node.value),
                worded("correct it, or put it in quotation marks"),
            )
            return UNREAD
