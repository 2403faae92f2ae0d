"""Bring a database's schema to this program's version, and say where it stands.

The steps are in `storage/migrations` and come with the package. These functions block; call them from a
command, or in a thread of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

from storage.database import make_private, normalise

STEPS = Path(__file__).parent / "migrations"

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(5121869)")
"""Several processes may start at once; the number stands for this work and means nothing."""


def upgrade(address: str, revision: str = "head") -> None:
    """Bring the database at `address` to `revision`; create an SQLite file where there is none."""
    with _connection(address) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(address: str, revision: str) -> None:
    """Take the database at `address` back to `revision` ("base" for an empty one)."""
    with _connection(address) as connection:
        command.downgrade(_config(connection), revision)


def current(address: str) -> str | None:
    """Return the revision the database at `address` stands at, None for an empty one."""
    with _connection(address) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """Return the newest revision this program knows."""
    return str(ScriptDirectory(str(STEPS)).get_current_head())


@contextmanager
def _connection(address: str) -> Iterator[Connection]:
    url = normalise(address)
    make_private(url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url.set(drivername="sqlite"), poolclass=NullPool, connect_args={"isolation_level": None})
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(ONE_AT_A_TIME)
        yield connection
    engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
