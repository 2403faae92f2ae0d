"""The real parts under the tests: every rung that is here starts, keeps what it must, and leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis as redis_client
from sqlalchemy.engine import make_url

from tests import servers
from tests.servers import Missing, postgres_rungs, redis_rungs, running_postgres, running_redis


def connect(url: str) -> psycopg.Connection:
    """Connect with psycopg to an address in SQLAlchemy's form."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


@pytest.mark.parametrize("binaries", postgres_rungs(), ids=str)
def test_every_postgresql_here_starts_and_survives_a_crash(binaries: Path) -> None:
    with running_postgres(binaries) as server:
        with connect(server.url()) as database:
            database.execute("CREATE TABLE kept (word text)")
            database.execute("INSERT INTO kept VALUES ('ë')")
            assert database.execute("SHOW fsync").fetchone() == ("on",)
        server.stop(signal.SIGQUIT)
        server.start()
        with connect(server.url()) as database:
            assert database.execute("SELECT word FROM kept").fetchone() == ("ë",)
    assert not server.folder.exists()


@pytest.mark.parametrize("program", redis_rungs(), ids=str)
def test_every_redis_here_starts_empty_and_loses_all(program: Path) -> None:
    with running_redis(program) as server:
        with redis_client.Redis.from_url(server.url) as client:
            client.set("word", "ë")
        server.stop()
        server.start()
        with redis_client.Redis.from_url(server.url) as client:
            assert client.dbsize() == 0
    assert not server.folder.exists()


def test_each_test_has_a_database_of_its_own(postgres_url: str) -> None:
    with connect(postgres_url) as database:
        tables = database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


def test_a_server_dies_with_the_tests_that_started_it(tmp_path: Path) -> None:
    script = (
        "import time; from tests.servers import running_redis\n"
        "with running_redis() as server: print(server.process.pid, flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": "."}
    command = [sys.executable, "-c", script]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    with started:
        assert started.stdout is not None
        server = int(started.stdout.readline())
        started.kill()
    deadline = time.monotonic() + 30
    while _alive(server) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(server)


def _alive(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_what_is_missing_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "postgres_rungs", list)
    monkeypatch.setattr(servers, "redis_rungs", list)
    with pytest.raises(Missing, match="apt-get install postgresql"), running_postgres():
        pass
    with pytest.raises(Missing, match="apt-get install redis-server"), running_redis():
        pass
