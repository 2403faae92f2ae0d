"""PostgreSQL and Redis of the run's own, on the processor that the bot is not on; the tests start theirs the same way.

PostgreSQL keeps fsync on and is given memory as a server of its own would have; Redis keeps nothing on disk.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg

from tests import servers

SIZES = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "30min", "max_connections": "300"}


class Postgres(servers.Postgres):
    """The tests' PostgreSQL with a larger share of the machine."""

    def start(self) -> None:
        """Run the server and wait until it accepts connections."""
        data = self.folder / "data"
        settings = {**SIZES, "listen_addresses": "", "unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = servers._spawn([str(self.binaries / "postgres"), "-D", str(data), *options], self.log, self.user)
        servers._wait_until(self._ready, self.process, self.log)


@dataclass
class Servers:
    """Both servers, and databases on the one."""

    postgres: servers.Postgres
    redis: servers.Redis
    _number: Iterator[int]

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Return a connection to `database`, each statement its own transaction."""
        return psycopg.connect(host=str(self.postgres.folder), user="postgres", dbname=database, autocommit=True)

    def create(self, template: str = "template1") -> str:
        """Make a database like `template` and return its name."""
        name = f"bench{next(self._number)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            connection.execute("CHECKPOINT")
        return name

    def drop(self, database: str) -> None:
        """Remove `database`, whoever is still connected."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def megabytes(self, database: str) -> float:
        """Return the size of `database`."""
        with self.connect() as connection:
            rows = connection.execute("SELECT pg_database_size(%s)", (database,)).fetchall()
        return int(rows[0][0]) / 1e6

    @property
    def pids(self) -> dict[str, int]:
        """Return the processes: postgres, redis."""
        assert self.postgres.process and self.redis.process
        return {"postgres": self.postgres.process.pid, "redis": self.redis.process.pid}


@contextmanager
def running() -> Iterator[Servers]:
    """Give both servers, gone afterwards; raises tests.servers.Missing where there is none."""
    rungs = servers.postgres_rungs()
    if not rungs:
        raise servers.Missing("The measurements need PostgreSQL: apt-get install postgresql.")
    user = servers.unprivileged_user()
    postgres = Postgres(rungs[0], user, servers._private_folder("pg", user))
    try:
        postgres.create()
        postgres.start()
        with servers.running_redis() as redis:
            yield Servers(postgres, redis, count(1))
    finally:
        postgres.stop()
        shutil.rmtree(postgres.folder, ignore_errors=True)
