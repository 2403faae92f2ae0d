"""Which actions the product writes into its record, read out of its source: each of them needs a sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from storage.many import DEEDS
from storage.moderation import STATUSES

HOUSE: Final = Path(__file__).parents[2]
FOLDERS: Final = ("admin", "storage", "kuvendo", "bot")
WRITERS: Final = {"audit": 1}
"""Functions that write an action, and the place of it among their arguments; whoever passes one on adds to them."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def written() -> dict[str, str]:
    """Return every action, and where it is written; a status that is passed beside one is none."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _sources()}
    writers = WRITERS | {name: place for tree in trees.values() for name, place in _passing_on(tree)}
    found = dict.fromkeys(DEEDS.values(), "storage/many.py")
    for path, tree in trees.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            for action in _actions(call, writers):
                found[action] = str(path.relative_to(HOUSE))
    return {action: where for action, where in found.items() if action not in STATUSES}


def _sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (HOUSE / folder).rglob("*.py")


def _passing_on(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the functions and classes that are given an action, by name, with its place; `self` is not counted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            fields = [ast.unparse(each.target) for each in node.body if isinstance(each, ast.AnnAssign)]
            if "action" in fields:
                yield node.name, fields.index("action")
        if isinstance(node, Function):
            names = [each.arg for each in node.args.args if each.arg != "self"]
            if "action" in names:
                yield node.name, names.index("action")


def _actions(call: ast.Call, writers: dict[str, int]) -> Iterator[str]:
    """Yield the actions that a call writes; one put together from pieces is given as its beginning."""
    target = call.func
    name = target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""
    is_trail = isinstance(target, ast.Attribute) and ast.unparse(target).endswith("audit.add")
    if not is_trail and (name not in writers or name == "add"):
        return
    place = 1 if is_trail else writers[name]
    for given in [*call.args[place : place + 1], *(each.value for each in call.keywords if each.arg == "action")]:
        yield from _texts(given)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield str(node.values[0].value) + "*"
