"""A questionnaire file that somebody brings: checked, with every mistake told, and nothing kept of it."""

from __future__ import annotations

from dataclasses import dataclass
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


def check(content: bytes, consultation: Consultation) -> Checked:
    """Return the questionnaire of a file as a consultation would ask it, or every mistake in it."""
    from dialogs import loader  # slow to import, and rarely needed

    with TemporaryDirectory(prefix="kuvendo-upload-") as folder:
        path = Path(folder, "questionnaire.yaml")
        path.write_bytes(content)
        try:
            return Checked(loader.version(path, consultation))
        except loader.Broken as broken:
            lines = content.decode("utf-8", "replace").splitlines()
            told = [
                Mistake(each.line, _line(lines, each.line), each.message, each.cure)
                for each in broken.issues
                if PurePath(each.file).name == path.name
            ]
            return Checked(None, tuple(told) or (Mistake(1, "", str(broken.issues[0].message), broken.issues[0].cure),))


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].strip()[:120] if 0 < number <= len(lines) else ""
