"""What is told of one person's data, and in which language: rows of tables, moments as a person writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from gettext import NullTranslations
from typing import Any

from dialogs.types import Catalogue, Questionnaire
from locales import clock, in_albania, long_date

Row = Mapping[str, Any]

Held = Mapping[str, list[dict[str, Any]]]
"""Rows by the name of their table, as storage holds them."""


Names = Mapping[int, Mapping[str, str]]
"""What themes are called: by their number, by the code of the language."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told, and in which language; `catalogue` knows the words of the questions."""

    held: Held
    language: str
    t: NullTranslations
    catalogue: Catalogue | None = None
    themes: Names = field(default_factory=dict)
    """The names of themes by their number, each by the code of the language."""

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        """Return the rows of a table in which these columns hold these values."""
        return [row for row in self.held.get(table, []) if all(row[name] == each for name, each in where.items())]

    def day(self, moment: str) -> str:
        """Return the day of a stored moment, as a person writes it."""
        return long_date(in_albania(datetime.fromisoformat(moment)).date(), self.language)

    def moment(self, moment: str) -> str:
        """Return a stored moment, as a person writes it."""
        return f"{self.day(moment)}, {self.hour(moment)}"

    def hour(self, moment: str) -> str:
        """Return the time of day of a stored moment."""
        return clock(in_albania(datetime.fromisoformat(moment)))

    def questionnaire(self, digest: str) -> Questionnaire | None:
        """Return the version with this digest, where it is known."""
        return self.catalogue.questionnaires.get(digest) if self.catalogue else None
