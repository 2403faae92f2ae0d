"""Commands in processes of their own that need not import the product again: `python -m tests.kuvendo.forked`.

One warm parent has imported what commands import, and built nothing. Each line of its input, a command in JSON, is a
child that it forks: with its own directory, environment, files as standard streams, and exit status. What a process
costs from the cold is asked in `test_startup.py`, and `test_commands.py` begins some so.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]
OFTEN = (
    *("aiosqlite", "alembic.command", "argon2", "psycopg", "yaml"),
    *("sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.aiosqlite"),
    *("kuvendo.cli", "kuvendo.catalogue", "kuvendo.restoring", "kuvendo.rotating", "kuvendo.stores"),
    *("storage.backup", "storage.notices", "storage.retention", "admin.exports", "admin.passwords", "bot.noticing"),
)
"""What most commands import when they run."""
PATIENCE = 300.0
"""Seconds until a command is given up."""


class Parent:
    """The warm parent, and one command of it at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kuvendo.forked"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._end)

    def run(self, words: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: str) -> tuple[int, str, str]:
        """Return the status of a command, what it said, and what it complained of."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock, tempfile.TemporaryDirectory(prefix="kuvendo-command-") as folder:
            files = [Path(folder, name) for name in ("in", "out", "err")]
            files[0].write_text(stdin, encoding="utf-8")
            asked = {"words": list(words), "cwd": str(cwd), "env": dict(env), "files": [str(each) for each in files]}
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            child = int(self._process.stdout.readline())
            with _killing(child):
                status = int(self._process.stdout.readline())
            out, err = (each.read_text(encoding="utf-8") for each in files[1:])
            return status, out, err

    def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@cache
def parent() -> Parent:
    """Return the parent of this process's commands, started when first asked for."""
    return Parent()


@contextlib.contextmanager
def _killing(child: int) -> Iterator[None]:
    """Kill a command that does not end; its status tells of it."""
    timer = threading.Timer(PATIENCE, os.kill, (child, signal.SIGKILL))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _live(asked: dict[str, Any]) -> NoReturn:
    """Be the command."""
    status: Any = 1
    try:
        for number, name in enumerate(asked["files"]):
            os.dup2(os.open(name, os.O_CREAT | os.O_WRONLY if number else os.O_RDONLY, 0o600), number)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False, errors="backslashreplace", buffering=1)  # noqa: SIM115
        os.chdir(asked["cwd"])
        os.environ.clear()
        os.environ.update(asked["env"])
        sys.argv = ["kuvendo", *asked["words"]]
        from kuvendo.__main__ import main

        main()
        status = 0
    except SystemExit as end:
        status = end.code or 0
    except BaseException:  # noqa: BLE001 - as the interpreter would
        sys.excepthook(*sys.exc_info())
    threading._shutdown()  # type: ignore[attr-defined]  # the threads that Python waits for
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 1)


def _warm() -> None:
    """Import what commands import; nothing is built, so that each still begins from its own environment."""
    from kuvendo.__main__ import _plainly

    _plainly()
    for name in OFTEN:
        import_module(name)
    gc.freeze()


def _serve() -> None:
    """Fork a child for each line of the input."""
    asking, telling = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    _warm()
    for line in asking:
        child = os.fork()
        if child == 0:
            asking.close()
            telling.close()
            _live(json.loads(line))
        telling.write(f"{child}\n")
        _, ended = os.waitpid(child, 0)
        telling.write(f"{os.waitstatus_to_exitcode(ended)}\n")


if __name__ == "__main__":
    _serve()
