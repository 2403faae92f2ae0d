"""Files read and sorted by what they are: the plan, templates of questionnaires, consultations, published digests.

A file's first key says its kind. What is not given stands beside the given files, and else comes with the package,
so a single questionnaire can be checked or loaded as well as the whole set.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from os import PathLike
from pathlib import Path

from dialogs.definitions.yamlpath import Issue, Item, read

KINDS = ("plan", "questionnaire", "consultation", "published")
"""The keys that say what a file is."""

_ALONE = ("plan", "published")


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its name as issues print it, its kind ("" where unknown), its value, whether it was given.

    `issues` are what is wrong with it as YAML.
    """

    file: str
    kind: str
    item: Item
    given: bool
    issues: tuple[Issue, ...] = ()

    @property
    def slug(self) -> str:
        """The name that the key of its kind holds."""
        named = self.item.get(self.kind)
        return named.value if named and isinstance(named.value, str) else ""

    @property
    def folder(self) -> str:
        """The folder the file stands in."""
        return os.path.realpath(Path(self.file).parent)

    @property
    def stem(self) -> str:
        """The file's name without folder and ending."""
        return Path(self.file).stem


@dataclass(slots=True)
class Documents:
    """Everything at hand, the given files first; `issues` tell of given files that could not be read at all."""

    every: list[Document] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def of(self, kind: str, *, given: bool = False) -> list[Document]:
        """Return the documents of one kind; with `given` only those that were asked for."""
        return [each for each in self.every if each.kind == kind and (each.given or not given)]

    @property
    def plan(self) -> Document:
        """The plan: the first at hand, and one always comes with the package."""
        return self.of("plan")[0]

    def template(self, slug: str, version: int) -> Document | None:
        """Return the template of this questionnaire in this version, or None."""
        return next((each for each in self.templates(slug) if _version(each) == version), None)

    def templates(self, slug: str) -> list[Document]:
        """Return every template of the questionnaire called `slug`."""
        return [each for each in self.of("questionnaire") if each.slug == slug]


def _version(document: Document) -> int | None:
    version = document.item.get("version")
    return version.value if version and type(version.value) is int else None


def shipped_directory() -> Traversable:
    """Return the folder of the files that come with the package."""
    return files("dialogs").joinpath("consultations")


def gather(paths: Iterable[str | PathLike[str]]) -> Documents:
    """Read the files at `paths` (a folder stands for its YAML files), then what they may rely on."""
    found = Documents()
    given = [each for path in paths for each in _expand(Path(path))]
    for path in given:
        _take(found, path, given=True)
    for folder in dict.fromkeys(path.parent for path in given):
        _complete(found, sorted(folder.glob("*.yaml")) if folder.is_dir() else [])
    _complete(found, sorted(shipped_directory().iterdir(), key=lambda each: each.name))
    return found


def _expand(path: Path) -> Sequence[Path]:
    return sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def _take(found: Documents, source: Traversable, *, given: bool) -> None:
    name = str(source)
    item, issues = read(source, name)
    if item is not None:
        found.every.append(Document(name, kind_of(item), item, given, tuple(issues)))
    elif given:
        found.issues += issues


def _complete(found: Documents, sources: Sequence[Traversable]) -> None:
    """Add what is not at hand yet; a plan, or a version of a questionnaire, given by name hides the one nearby.

    The plan is looked for in `plan.yaml` and what was published in `published.yaml` alone.
    """
    nearby = Documents()
    known = {os.path.realpath(each.file) for each in found.every}
    for source in sources:
        if source.name.endswith(".yaml") and os.path.realpath(str(source)) not in known:
            _take(nearby, source, given=False)
    have = {_identity(each) for each in found.every}
    found.every += [each for each in nearby.every if _in_its_place(each) and _identity(each) not in have]


def _in_its_place(document: Document) -> bool:
    return bool(document.kind) and (document.kind not in _ALONE or document.stem == document.kind)


def _identity(document: Document) -> tuple[str, str, int | None]:
    """Return what two documents that stand for the same thing have in common."""
    if document.kind in _ALONE:
        return document.kind, "", None
    return document.kind, document.slug, _version(document)


def kind_of(item: Item) -> str:
    """Return which of `KINDS` a file's value is, "" for none."""
    return next((kind for kind in KINDS if item.get(kind) is not None), "")
