"""Databases with the whole schema in them, copied rather than made: a `conftest.py` that imports these has them.

They take the places of `postgres_url` and `sqlite_url`, which are empty, and stay so in tests marked `bare`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from storage.migrate import upgrade
from tests.conftest import copied

__all__ = ["postgres_template", "postgres_url", "sqlite_template", "sqlite_url"]


@pytest.fixture(scope="session")
def postgres_template(postgres_server_url: URL) -> Iterator[str]:
    """The name of a PostgreSQL database with the schema and nothing in it."""
    with copied(postgres_server_url, "template0") as address:
        upgrade(address)
        yield address.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing in it."""
    path = tmp_path_factory.mktemp("template") / "kuvendo.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_server_url: URL, postgres_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with its schema, for this test alone."""
    with copied(postgres_server_url, "template0" if is_bare(request) else postgres_template) as address:
        yield address


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> str:
    """The address of an SQLite file with its schema, for this test alone."""
    path = tmp_path / "kuvendo.db"
    if not is_bare(request):
        shutil.copyfile(sqlite_template, path)
        path.chmod(0o600)
    return f"sqlite+aiosqlite:///{path}"


def is_bare(request: pytest.FixtureRequest) -> bool:
    """Tell whether a test's databases come without the schema."""
    return request.node.get_closest_marker("bare") is not None
