"""A questionnaire file that somebody brings: checked, with every mistake told, and nothing kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Final

from dialogs.types import Consultation, Questionnaire

LARGEST: Final = 48 * 1024
"""Bytes of a questionnaire file; the longest that ships has a tenth of it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: the line it is on (counted from 1) and what stands there, what is wrong, and what cures it."""

    line: int
    text: str
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a file: the questionnaire it holds, or its mistakes."""

    questionnaire: Questionnaire | None
    mistakes: tuple[Mistake, ...] = ()


def check(content: bytes, consultation: Consultation, t: NullTranslations) -> Checked:
    """Return the questionnaire of a file as a consultation would ask it, or every mistake in it, in words of `t`."""
    from dialogs import loader  # slow to import, and rarely needed
    from dialogs.issues import told

    with TemporaryDirectory(prefix="kuvendo-upload-") as folder:
        path = Path(folder, "questionnaire.yaml")
        path.write_bytes(content)
        try:
            return Checked(loader.version(path, consultation))
        except loader.Broken as broken:
            lines = content.decode("utf-8", "replace").splitlines()
            mine = [each for each in broken.issues if PurePath(each.file).name == path.name]
            found = [
                Mistake(each.line, _line(lines, each.line), told(each.message, t), told(each.cure, t)) for each in mine
            ]
            [first, *_] = broken.issues
            return Checked(None, tuple(found) or (Mistake(1, "", told(first.message, t), told(first.cure, t)),))


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].strip()[:120] if 0 < number <= len(lines) else ""
