"""The list of who is gone, beside the data: a line a tombstone, so that it is there where the database is not."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from kuvendo.settings import Settings
from kuvendo.trouble import Trouble
from storage.database import Database
from storage.tombstones import Tombstone

FILE = "erasures.jsonl"


def path_of(settings: Settings) -> Path:
    """Return where the list is kept."""
    return settings.erasures_file or settings.data_dir / FILE


def read(path: Path) -> tuple[Tombstone, ...]:
    """Return what a list holds; raises Trouble where it cannot be read."""
    try:
        return tuple(Tombstone.read(line) for line in path.read_text().splitlines() if line.strip())
    except (ValueError, UnicodeError):
        raise Trouble(f"{path} is no list of erasures.") from None
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from None


class Mirror:
    """Keeps the list as the database has it."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._path = path
        self._mark: tuple[int, datetime | None] | None = None

    async def refresh(self) -> bool:
        """Write the list where it changed; return whether it did. Raises OSError where it cannot be written."""
        async with self._database.reading() as unit:
            mark = await unit.tombstones.mark()
            if mark == self._mark or (mark[0] == 0 and not self._path.exists()):
                return False
            stones = await unit.tombstones.every()
        _write(self._path, stones)
        self._mark = mark
        return True


def _write(path: Path, stones: Iterable[Tombstone]) -> None:
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{stone.line()}\n" for stone in stones)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
