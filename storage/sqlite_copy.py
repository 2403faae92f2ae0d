"""An SQLite file copied while others write to it, and put in the place of another; never half of it.

The copy stands beside the file it was made of, under a name that says whose it is, until it is unlinked; what a
process that was killed left there is removed by the next one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

BLOCK = 1024**2


@contextmanager
def copied(path: Path) -> Iterator[tuple[BinaryIO, sqlite3.Connection]]:
    """Give one moment of the database at `path`: its bytes, and a connection to look into them."""
    sweep(path)
    copy = _aside(path, "copy")
    try:
        with closing(sqlite3.connect(path, timeout=60)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with copy.open("rb") as file, closing(sqlite3.connect(f"file:{copy}?immutable=1", uri=True)) as looked_into:
            looked_into.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield file, looked_into
    finally:
        copy.unlink(missing_ok=True)


@contextmanager
def prepared(path: Path) -> Iterator[Path]:
    """Give a new, empty file beside `path`, in which a database is made ready; it is gone afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path)
    aside = _aside(path, "restored")
    try:
        yield aside
    finally:
        for each in aside.parent.glob(f"{aside.name}*"):
            each.unlink(missing_ok=True)


def put_in_place(made: Path, path: Path) -> None:
    """Let `path` hold what `made` holds, all at once; raises ValueError where `made` is not sound."""
    with closing(sqlite3.connect(made)) as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if source.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ValueError("The database in this backup is not sound.")
        if path.exists():
            with closing(sqlite3.connect(path, timeout=10)) as target:
                target.execute("PRAGMA secure_delete=ON")
                source.backup(target)
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
    made.replace(path)


def sweep(path: Path) -> None:
    """Remove what processes that are gone left beside the database at `path`."""
    for kind in ("copy", "restored"):
        for each in path.parent.glob(f".{path.name}.{kind}-*"):
            process = each.name.rpartition(f"{kind}-")[2].partition("-")[0]
            if process.isdecimal() and not Path("/proc", process).exists():
                each.unlink(missing_ok=True)


def _aside(path: Path, kind: str) -> Path:
    aside = path.with_name(f".{path.name}.{kind}-{os.getpid()}")
    for each in aside.parent.glob(f"{aside.name}*"):
        each.unlink()
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return aside
