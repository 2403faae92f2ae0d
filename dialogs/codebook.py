"""The themes that come with the product: what a consultation's codebook holds before its secretariat edits it.

The file is ours and small; it is read once. What becomes of the themes afterwards is the database's matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

FAMILIES = ("pillar", "recommendation", "principle", "other")
"""What kinds of themes there are; *other* are those that a secretariat adds."""


@dataclass(frozen=True, slots=True)
class ShippedTheme:
    """One theme: its lasting name in exports, its family, name and description by the code of the language."""

    slug: str
    family: str
    name: Mapping[str, str]
    about: Mapping[str, str]
    never_alone: bool
    seed: str


@cache
def shipped_themes(component: str) -> tuple[ShippedTheme, ...]:
    """Return the themes that consultations on `component` begin with, in their order."""
    content = _content()
    return tuple(map(_theme, (*content["components"].get(component, ()), *content["everywhere"])))


@cache
def _content() -> dict[str, Any]:
    import yaml  # slow to import, and needed once in the life of a consultation

    found: dict[str, Any] = yaml.safe_load(files("dialogs").joinpath("codebook.yaml").read_text(encoding="utf-8"))
    return found


def _theme(entry: Mapping[str, Any]) -> ShippedTheme:
    return ShippedTheme(
        slug=entry["id"],
        family=entry["family"],
        name=entry["name"],
        about=entry["about"],
        never_alone=entry.get("never_alone", False),
        seed=entry["seed"],
    )
