"""The style sheets: each name has one owner."""

from __future__ import annotations

import re
from pathlib import Path

import admin

SHEETS = sorted((Path(admin.__file__).parent / "static" / "style").glob("*.css"))


def _names(sheet: Path) -> set[str]:
    """Return the classes that a sheet gives a look by themselves, on every screen."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    found, depth = set(), 0
    for before, brace in re.findall(r"([^{}]*)([{}])", text):
        if brace == "{" and depth == 0 and not before.strip().startswith("@"):
            found |= {each.strip() for each in before.split(",") if re.fullmatch(r"\s*\.[\w-]+\s*", each)}
        depth += 1 if brace == "{" else -1
    return found


def test_a_name_is_given_its_look_in_one_sheet() -> None:
    assert len(SHEETS) > 5
    owners = {sheet.name: _names(sheet) for sheet in SHEETS}
    twice = {(one, other): owners[one] & owners[other] for one in owners for other in owners if one < other}
    assert not {pair: names for pair, names in twice.items() if names}
