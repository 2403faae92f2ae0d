"""Bring a database's schema to this program's version, and say where it stands.

The steps are in `storage/migrations` and come with the package. These functions block; call them from a
command, or in a thread of their own. Alembic is imported when there is something to do, not to look where things stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from storage.database import make_private, normalise, sqlite_path
from storage.errors import Failures, translated

if TYPE_CHECKING:
    from alembic.config import Config

STEPS = Path(__file__).parent / "migrations"

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(5121869)")
"""Several processes may start at once; the number stands for this work and means nothing."""

PATIENCE = 60.0
"""Seconds that one waits where SQLite's file is another's, who may be changing the schema of many rows."""

UNFINISHED = "restore_unfinished"
"""A table that stands for as long as a database is being restored."""

WHERE_IT_STANDS = text("SELECT version_num FROM alembic_version")


def upgrade(address: str, revision: str = "head") -> None:
    """Bring the database at `address` to `revision`; create an SQLite file where there is none."""
    from alembic import command

    with _changing(address) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(address: str, revision: str) -> None:
    """Take the database at `address` back to `revision` ("base" for an empty one)."""
    from alembic import command

    with _changing(address) as connection:
        command.downgrade(_config(connection), revision)


def current(address: str) -> str | None:
    """Return the revision the database at `address` stands at, None for an empty one or a file that is not there.

    Nothing is changed and nobody is waited for. Raises ValueError for an address that is none and for a database that
    is half restored, Unavailable where nobody answers.
    """
    url = normalise(address)
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return None
    with looking(url) as connection:
        if inspect(connection).has_table(UNFINISHED):
            raise ValueError("A restore was begun here and did not end: kuvendo restore FILE --replace.")
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(WHERE_IT_STANDS).scalar_one_or_none()
        return None if found is None else str(found)


@contextmanager
def looking(url: URL) -> Iterator[Connection]:
    """Open a connection for a look, or for one small change; raises storage's own errors."""
    with _own_errors(), _engine(url) as engine, engine.connect() as connection:
        yield connection


@cache
def head() -> str:
    """Return the newest revision this program knows: the steps carry it in their files' names."""
    return max(path.name[1:5] for path in (STEPS / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))


@contextmanager
def _engine(url: URL, patience: float = 5.0) -> Iterator[Engine]:
    settings: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        url, settings = url.set(drivername="sqlite"), {"timeout": patience}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=settings)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _changing(address: str) -> Iterator[Connection]:
    """Open the one transaction in which the schema changes, while nobody else may."""
    url = normalise(address)
    make_private(url)
    with _own_errors(), _engine(url, PATIENCE) as engine:
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _leave_transactions_to_us)
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(ONE_AT_A_TIME)
            yield connection


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except Failures as error:
        raise translated(error).with_traceback(error.__traceback__) from None


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
