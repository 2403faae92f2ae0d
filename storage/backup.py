"""A backup: one moment of the database, and the files beside it, in one sealed file.

The key is not in it. It is made while everybody works, in constant memory, beside its place and then moved there.
These functions block.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import psycopg
from sqlalchemy import URL

from storage import bundle, postgres_copy, sqlite_copy
from storage.database import normalise, sqlite_path
from storage.keys import Keyring
from storage.models import Base
from storage.sealed_file import SealedWriter

MANIFEST, DATABASE, MEDIA = "manifest.json", "database", "media/"
COUNTED: Final = ("participants", "submissions", "contributions", "answers", "transcript")
BLOCK: Final = 1024**2


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the moment it shows, the database's kind and revision, and rows by table."""

    made_at: str
    kind: str
    revision: str
    counts: dict[str, int]

    @property
    def moment(self) -> datetime:
        """When it was begun; whatever was kept before is in it."""
        return datetime.fromisoformat(self.made_at)


def make(address: str, keyring: Keyring, media: Path, output: Path, now: datetime) -> Manifest:
    """Write a backup of the database at `address` and of the files below `media` to `output`.

    Raises storage's Unavailable, NoProgram or Failed (`postgres_copy`), or OSError; then nothing is left behind.
    """
    part = output.with_name(f".{output.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            writer = SealedWriter(file, keyring)
            manifest = _put_everything(writer, normalise(address), media, now)
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _put_everything(writer: SealedWriter, url: URL, media: Path, now: datetime) -> Manifest:
    path = sqlite_path(url)
    put = _put_postgres if path is None else _put_sqlite
    manifest = put(writer, url, now)
    for each in sorted(media.rglob("*")):
        if each.is_file() and not each.is_symlink():
            with each.open("rb") as file:
                bundle.put(writer, f"{MEDIA}{each.relative_to(media).as_posix()}", _blocks(file))
    bundle.end(writer)
    return manifest


def _put_sqlite(writer: SealedWriter, url: URL, now: datetime) -> Manifest:
    path = sqlite_path(url)
    assert path is not None
    with sqlite_copy.copied(path) as (file, connection):
        manifest = Manifest(now.isoformat(), "sqlite", *_looked_at(connection))
        _put_manifest(writer, manifest)
        bundle.put(writer, DATABASE, _blocks(file))
    return manifest


def _put_postgres(writer: SealedWriter, url: URL, now: datetime) -> Manifest:
    with postgres_copy.moment(url) as (connection, snapshot):
        manifest = Manifest(now.isoformat(), "postgresql", *_looked_at(connection))
        _put_manifest(writer, manifest)
        major = connection.info.server_version // 10000
        tables = [*sorted(Base.metadata.tables), "alembic_version"]
        bundle.put(writer, DATABASE, postgres_copy.dump(url, major, snapshot, tables))
    return manifest


def _looked_at(connection: Any) -> tuple[str, dict[str, int]]:
    """Return the revision of a database, and how many rows some tables have."""
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    counts = {
        name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 - our own names
        for name in COUNTED
    }
    return str(revision[0]), counts


def _put_manifest(writer: SealedWriter, manifest: Manifest) -> None:
    bundle.put(writer, MANIFEST, [json.dumps(asdict(manifest)).encode()])


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def failures() -> tuple[type[Exception], ...]:
    """Return the errors of the libraries beneath, by which a database says that it cannot be copied."""
    return (sqlite3.Error, psycopg.Error)
