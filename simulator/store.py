"""One SQLite file that remembers what the simulator knows, so that a killed process comes back whole.

Records are JSON under a kind and a key; nothing here knows what they mean. Without a path nothing is written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (key TEXT PRIMARY KEY, bytes BLOB NOT NULL);
"""


class Store:
    """Records and file contents, written before an answer leaves."""

    def __init__(self, path: Path | None = None) -> None:
        self._db = self._open(path) if path is not None else None
        self._contents: dict[str, bytes] = {}

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_SCHEMA)
        return database

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        if self._db is None:
            return
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(statement, values)

    def put(self, kind: str, key: object, value: Any) -> None:
        """Write one record into the open transaction."""
        if self._db is not None:
            text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
            self._write("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (kind, str(key), text))

    def drop(self, kind: str, key: object) -> None:
        """Remove one record in the open transaction."""
        self._write("DELETE FROM record WHERE kind = ? AND key = ?", (kind, str(key)))

    def load(self, kind: str) -> Iterator[Any]:
        """Yield every record of a kind."""
        if self._db is not None:
            for (text,) in self._db.execute("SELECT value FROM record WHERE kind = ?", (kind,)):
                yield json.loads(text)

    def put_content(self, key: str, content: bytes) -> None:
        """Keep the bytes of a file."""
        if self._db is None:
            self._contents[key] = content
        self._write("INSERT OR REPLACE INTO content VALUES (?, ?)", (key, content))

    def content(self, key: str) -> bytes:
        """Return the bytes of a file; KeyError where there is none."""
        if self._db is None:
            return self._contents[key]
        row = self._db.execute("SELECT bytes FROM content WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def commit(self) -> None:
        """Make everything written so far last."""
        if self._db is not None and self._db.in_transaction:
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self.commit()
        if self._db is not None:
            self._db.close()
            self._db = None
