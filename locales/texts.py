"""Every text of the product that is written in two languages outside the catalogues, for the spelling checks.

Wherever a file says `sq:` and `en:` side by side, the values are texts in those languages: in YAML and JSON,
in Python dictionaries and keyword arguments, and between `<!-- sq -->` and `<!-- /sq -->` in Markdown.
For development only.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from locales.languages import CODES

FOLDERS = ("dialogs", "bot", "admin", "simulator", "storage", "kuvendo", "docs")
_MARKDOWN = re.compile(r"<!-- (?P<code>\w\w) -->(?P<text>.*?)<!-- /(?P=code) -->", re.DOTALL)


class Text(NamedTuple):
    """A text, its language, and where it stands."""

    where: str
    code: str
    text: str


def collect(project: Path) -> Iterator[Text]:
    """Yield every such text of the project, in the order of files and lines."""
    for folder in FOLDERS:
        for path in sorted((project / folder).rglob("*")):
            yield from _read(path, path.relative_to(project))
    for path in sorted(project.glob("*.md")):
        yield from _read(path, path.relative_to(project))


def _read(path: Path, shown: Path) -> Iterator[Text]:
    reader = {".yaml": in_yaml, ".json": in_yaml, ".py": in_python, ".md": in_markdown}.get(path.suffix)
    if reader is not None:
        for line, code, text in reader(path.read_text(encoding="utf-8")):
            yield Text(f"{shown}:{line}", code, text)


# --------------------------------------------------------------------------------------------- YAML and JSON


def in_yaml(source: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, language and text for all that stands under a language's code, if the file parses.

    A file that does not parse has its own checks; here it would only be reported twice.
    """
    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    if node is not None:
        yield from _in_node(node, None)


def _in_node(node: yaml.Node, code: str | None) -> Iterator[tuple[int, str, str]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            named = code or (key.value if key.value in CODES else None)
            yield from _in_node(value, named)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _in_node(item, code)
    elif code and node.tag.endswith(":str"):
        yield node.start_mark.line + 1, code, str(node.value)


# ---------------------------------------------------------------------------------------------------- Python


def in_python(source: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, language and text for dictionary keys and keyword arguments that are a language's code."""
    for node in ast.walk(ast.parse(source)):
        for code, value in _pairs(node):
            for part in ast.walk(value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value.strip():
                    yield part.lineno, code, part.value


def _pairs(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in CODES:
                yield str(key.value), value
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in CODES:
                yield keyword.arg, keyword.value


# -------------------------------------------------------------------------------------------------- Markdown


def in_markdown(source: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, language and text of each passage that says its language in a comment."""
    for found in _MARKDOWN.finditer(source):
        yield source[: found.start()].count("\n") + 1, found["code"], found["text"]
