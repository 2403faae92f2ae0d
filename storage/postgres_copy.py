"""PostgreSQL's own programs, pg_dump, pg_restore and psql: one moment of a database out, and back in whole.

Passwords go through the environment, where no list of processes shows them. Restoring is one transaction: the tables
there are dropped and those of the dump made, or everything stays as it was.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

BLOCK: Final = 1024**2
NEWER_THAN_16: Final = b"SET transaction_timeout = 0;\n"
"""What newer programs say and older servers do not know."""


class NoProgram(Exception):
    """One of PostgreSQL's programs is missing, or too old for the server."""


class Failed(Exception):
    """One of PostgreSQL's programs failed; the message is its own last line."""


def connected(url: URL) -> psycopg.Connection[Any]:
    """Open a connection of our own; raises psycopg.Error."""
    environment = _environment(url)
    return psycopg.connect(_conninfo(url), password=environment.get("PGPASSWORD"))


def program(name: str, major: int) -> str:
    """Return the path of `name` for a server of version `major`: of the same version, else of the next newer one."""
    folders = [*Path("/").glob("usr/lib/postgresql/*/bin"), *Path("/").glob("usr/pgsql-*/bin")]
    found = {_major(path): str(path) for path in (folder / name for folder in folders) if path.exists()}
    on_path = shutil.which(name)
    if on_path is not None:
        found.setdefault(_major(Path(on_path)), on_path)
    fitting = sorted(version for version in found if version >= major)
    if fitting:
        return found[fitting[0]]
    there = f"only version {max(found)} of it is here" if found else "it is not on this machine"
    raise NoProgram(f"{name} {major} is needed, and {there}: apt-get install postgresql-client-{major}")


def _major(path: Path) -> int:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.search(r"(\d+)", told)
    return int(version[1]) if version else 0


@contextmanager
def moment(url: URL) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """Give a connection that sees one moment of the database, and the name under which pg_dump sees the same."""
    with connected(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield connection, str(row[0] if row else "")
        connection.rollback()


def dump(url: URL, major: int, snapshot: str, tables: Sequence[str]) -> Iterator[bytes]:
    """Yield a dump of `tables` as they were at `snapshot`; raises NoProgram or Failed."""
    wanted = [f"--table={name}" for name in tables]
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", *wanted]
    with _running([program("pg_dump", major), *options, f"--dbname={_conninfo(url)}"], url) as process:
        assert process.stdout is not None
        while block := process.stdout.read(BLOCK):
            yield block


def restore(url: URL, major: int, dumped: Iterable[bytes], before: str, after: str) -> None:
    """Run `before`, the dump and `after` in one transaction; raises NoProgram or Failed, and then nothing changed."""
    reader = [program("pg_restore", major), "--no-owner", "--no-privileges", "--file=-"]
    writer = [program("psql", major), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with _running([*writer, "--file=-", f"--dbname={_conninfo(url)}"], url, subprocess.DEVNULL) as psql:
        assert psql.stdin is not None
        try:
            psql.stdin.write(before.encode())
            with _running(reader, url) as pg_restore:
                _pump(dumped, pg_restore, psql.stdin, major)
            psql.stdin.write(after.encode())
            psql.stdin.close()
        except BrokenPipeError:
            pass  # it says why when it ends
        except BaseException:
            psql.kill()  # the end of its input would be taken for the end of the transaction
            raise


def _pump(dumped: Iterable[bytes], pg_restore: subprocess.Popen[bytes], into: IO[bytes], major: int) -> None:
    """Put the dump into pg_restore, and what it says into `into`."""
    assert pg_restore.stdin is not None
    assert pg_restore.stdout is not None
    failure: list[BaseException] = []

    def feed(sink: IO[bytes]) -> None:
        try:
            with sink:
                for block in dumped:
                    sink.write(block)
        except BrokenPipeError:
            pass  # it says why when it ends
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread that waits
            failure.append(error)

    feeder = threading.Thread(target=feed, args=(pg_restore.stdin,))
    feeder.start()
    first = True
    while block := pg_restore.stdout.read(BLOCK):
        into.write(block.replace(NEWER_THAN_16, b"") if first and major < 17 else block)
        first = False
    feeder.join()
    if failure:
        raise failure[0]


@contextmanager
def _running(command: Sequence[str], url: URL, stdout: int = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(  # noqa: S603 - our own list of words
            command, stdin=subprocess.PIPE, stdout=stdout, stderr=told, env=_environment(url)
        )
        try:
            yield process
        except BaseException:
            process.kill()
            _end(process)
            raise
        if _end(process):
            told.seek(0)
            raise Failed(f"{Path(command[0]).name} failed: {_why(told.read().decode(errors='replace'))}")


def _end(process: subprocess.Popen[bytes]) -> int:
    """Close what leads to a program, and return how it ended."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    return process.wait()


def _why(told: str) -> str:
    """Return the line that names the error; those after it may quote rows."""
    lines = [line for line in told.splitlines() if "error:" in line.lower()]
    return lines[0] if lines else "it does not say why"


def _conninfo(url: URL) -> str:
    parts = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    more = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    return make_conninfo("", **{name: str(value) for name, value in parts.items() if value is not None}, **more)


def _environment(url: URL) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KUVENDO_")}
    password = str(url.password) if url.password else ""
    return {**kept, "PGCONNECT_TIMEOUT": "10", **({"PGPASSWORD": password} if password else {})}
