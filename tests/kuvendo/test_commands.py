"""The command line as people meet it: real processes, their words and their exit status.

`kuvendo()` forks a parent that has imported the product already; `from_the_cold()` begins as a shell would.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import Settings, Telegram, create_app
from simulator.records import Webhook
from tests.kuvendo.forked import parent
from tests.simulator.harness import serve

Finished = subprocess.CompletedProcess[str]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A directory with an installation of its own."""
    return tmp_path


def _environment(house: Path, settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KUVENDO_")}
    return {**kept, "PYTHONPATH": str(ROOT), "KUVENDO_DATA_DIR": str(house / "data"), **settings}


def kuvendo(house: Path, *words: str, stdin: str = "", **settings: str) -> Finished:
    """Run a command in a process of its own."""
    done = parent().run(words, house, _environment(house, settings), stdin)
    return subprocess.CompletedProcess(["kuvendo", *words], *done)


def from_the_cold(house: Path, *words: str) -> Finished:
    """Run a command as a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "kuvendo", *words],
        cwd=house,
        env=_environment(house, {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def failed(done: Finished, *words: str) -> None:
    """Assert that a command failed with one line, and no traceback."""
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_every_command_has_help(house: Path) -> None:
    for words in (
        (), ("demo",), ("run",), ("bot",), ("admin",), ("worker",), ("db", "upgrade"), ("db", "current"),
        ("moderator", "add"), ("moderator", "list"), ("moderator", "disable"), ("moderator", "reset-password"),
        ("moderator", "reset-totp"), ("audit", "verify"), ("audit", "head"),
        ("consultation", "check"), ("consultation", "load"), ("consultation", "list"), ("consultation", "open"),
        ("consultation", "close"), ("export",), ("doctor",),
        ("keys", "rotate"), ("retention",), ("backup",), ("restore",),
    ):  # fmt: skip
        done = kuvendo(house, *words, "--help")
        assert done.returncode == 0, done.stderr
        assert "Usage: kuvendo" in done.stdout


@pytest.mark.parametrize("words", [("nonsense",), ("demo", "--port", "x"), ("export",), ("moderator", "add", "x")])
def test_wrong_usage_is_status_two(house: Path, words: tuple[str, ...]) -> None:
    assert from_the_cold(house, *words).returncode == 2


def test_from_an_empty_directory_to_an_export(house: Path) -> None:
    failed(from_the_cold(house, "consultation", "list"), "kuvendo db upgrade")
    assert "empty" in kuvendo(house, "db", "current").stdout
    assert from_the_cold(house, "db", "upgrade").returncode == 0
    assert kuvendo(house, "db", "upgrade").returncode == 0
    assert "the newest" in kuvendo(house, "db", "current").stdout

    shipped = str(ROOT / "dialogs" / "consultations")
    assert kuvendo(house, "consultation", "check", shipped).returncode == 0
    loaded = from_the_cold(house, "consultation", "load", shipped)
    assert loaded.returncode == 0, loaded.stderr
    listed = kuvendo(house, "consultation", "list").stdout
    assert "digital-governance\tdraft" in listed
    assert kuvendo(house, "consultation", "open", "digital-governance").returncode == 0
    assert "digital-governance\topen" in kuvendo(house, "consultation", "list").stdout
    assert kuvendo(house, "consultation", "close", "digital-governance").returncode == 0
    assert "digital-governance\tclosed" in kuvendo(house, "consultation", "list").stdout
    failed(kuvendo(house, "consultation", "open", "nobody"), "nobody")
    failed(kuvendo(house, "consultation", "open", "digital-governance", "--until", "2020-01-01"), "2020-01-01 is over")
    until = kuvendo(house, "consultation", "open", "digital-governance", "--until", "2099-12-31")
    assert until.stdout == "digital-governance is open until the end of 2099-12-31.\n"
    assert "digital-governance\topen\tuntil 2099-12-31" in kuvendo(house, "consultation", "list").stdout

    for format_ in ("jsonl", "csv", "xlsx"):
        out = house / f"export.{format_}"
        done = kuvendo(
            house, "export", "--consultation", "digital-governance", "--format", format_, "--output", str(out)
        )
        assert done.returncode == 0, done.stderr
        assert out.exists()
        assert out.stat().st_mode & 0o077 == 0
    failed(kuvendo(house, "export", "--consultation", "nobody", "--format", "csv"), "nobody")


def test_accounts(house: Path) -> None:
    kuvendo(house, "db", "upgrade")
    password = "një fjalëkalim i gjatë"
    added = kuvendo(
        house, "moderator", "add", "drita", "--role", "moderator", "--password-stdin", stdin=f"{password}\n"
    )
    assert added.returncode == 0, added.stderr
    again = kuvendo(house, "moderator", "add", "drita", "--role", "viewer", "--password-stdin", stdin=f"{password}\n")
    failed(again, "drita")
    failed(kuvendo(house, "moderator", "add", "agim", "--role", "viewer", "--password-stdin", stdin="short\n"), "12")
    failed(kuvendo(house, "moderator", "add", "agim", "--role", "viewer"), "--password-stdin")
    assert kuvendo(house, "moderator", "list").stdout.startswith("drita\tmoderator\teverything")
    reset = kuvendo(house, "moderator", "reset-password", "drita", "--password-stdin", stdin=f"{password}!\n")
    assert reset.returncode == 0, reset.stderr
    assert "next login" in kuvendo(house, "moderator", "reset-totp", "drita").stdout
    assert kuvendo(house, "moderator", "disable", "drita").returncode == 0
    assert "disabled" in kuvendo(house, "moderator", "list").stdout
    failed(kuvendo(house, "moderator", "disable", "nobody"), "nobody")
    head = kuvendo(house, "audit", "head").stdout.strip()
    assert kuvendo(house, "audit", "verify", "--against", head).stdout == "4 rows, every one sound.\n"
    failed(kuvendo(house, "audit", "verify", "--against", f"4 {'0' * 64}"), "Row 4 is wrong")
    failed(kuvendo(house, "audit", "verify", "--against", "nonsense"), "64 hexadecimal digits")


def test_mistakes_in_files_are_told_with_their_place(house: Path) -> None:
    (house / "wrong.yaml").write_text("consultation: x\nnonsense: [\n")
    done = kuvendo(house, "consultation", "check", "wrong.yaml")
    assert done.returncode == 1
    assert "wrong.yaml" in done.stderr
    assert "Traceback" not in done.stderr
    kuvendo(house, "db", "upgrade")
    loading = kuvendo(house, "consultation", "load", "wrong.yaml")
    assert loading.returncode == 1
    assert "Nothing was loaded" in loading.stderr
    failed(kuvendo(house, "consultation", "check", "absent.yaml"), "absent.yaml")


def test_what_is_missing_is_told_in_one_line(house: Path) -> None:
    kuvendo(house, "db", "upgrade")
    failed(kuvendo(house, "bot"), "KUVENDO_TELEGRAM_TOKEN")
    failed(kuvendo(house, "run", KUVENDO_PORT="x"), "KUVENDO_PORT")
    failed(kuvendo(house, "db", "upgrade", KUVENDO_DATABASE_URL="mysql://ZQX@x/y", KUVENDO_SECRET_KEY="x"), "KUVENDO")
    nobody = {"KUVENDO_DATABASE_URL": "postgresql://ZQX:ZQX@127.0.0.1:9/x", "KUVENDO_SECRET_KEY": "A" * 43 + "="}
    done = kuvendo(house, "consultation", "list", **nobody)
    failed(done)
    assert "ZQX" not in done.stderr


def test_the_doctor_looks_at_everything(house: Path) -> None:
    nobody = {"KUVENDO_TELEGRAM_API_URL": "http://127.0.0.1:9", "KUVENDO_REDIS_URL": "redis://:ZQXZQX@127.0.0.1:9"}
    done = kuvendo(house, "doctor", KUVENDO_TELEGRAM_TOKEN="1:ZQXZQX", **nobody)
    assert done.returncode == 1
    names = [line[7:].partition(":")[0] for line in done.stdout.splitlines()]
    assert names == [
        "settings",
        "database",
        "migrations",
        "redis",
        "token",
        "webhook",
        "second factors",
        "recovery codes",
        "catalogues",
    ]
    assert "WRONG  second factors: cannot be looked at; see the lines above" in done.stdout
    assert "WRONG  migrations" in done.stdout
    assert "kuvendo db upgrade" in done.stdout
    assert "WRONG  redis" in done.stdout
    assert "KUVENDO_REDIS_URL" in done.stdout
    assert "WRONG  token" in done.stdout
    assert "ok     database" in done.stdout
    assert "ZQXZQX" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_says_of_a_database_that_does_not_answer_what_to_do(house: Path) -> None:
    nobody = {"KUVENDO_DATABASE_URL": "postgresql://ZQX:ZQX@127.0.0.1:9/x", "KUVENDO_SECRET_KEY": "A" * 43 + "="}
    done = kuvendo(house, "doctor", KUVENDO_TELEGRAM_API_URL="http://127.0.0.1:9", **nobody)
    assert done.returncode == 1
    assert "WRONG  database: does not answer: is it running, and is KUVENDO_DATABASE_URL right?" in done.stdout
    assert "WRONG  migrations: cannot be looked at" in done.stdout
    assert "WRONG  token: No bot token" in done.stdout
    assert "WRONG  recovery codes: cannot be looked at" in done.stdout
    assert "ZQX" not in done.stdout + done.stderr


async def test_the_doctor_before_the_first_start_and_after_a_theft(house: Path) -> None:
    telegram = Telegram(Settings(token="4242:TEST-token_for-tests"))
    async with serve(create_app(telegram), telegram.stop) as api:
        settings = {
            "KUVENDO_TELEGRAM_TOKEN": "4242:TEST-token_for-tests",
            "KUVENDO_TELEGRAM_API_URL": api,
            "KUVENDO_WEBHOOK_URL": "https://consult.example",
        }
        await asyncio.to_thread(kuvendo, house, "db", "upgrade")
        before = await asyncio.to_thread(kuvendo, house, "doctor", **settings)
        telegram.state.save(Webhook("https://thief.example/x"))
        after = await asyncio.to_thread(kuvendo, house, "doctor", **settings)
        telegram.state.save(Webhook("https://consult.example/telegram/webhook"))
        well = await asyncio.to_thread(kuvendo, house, "doctor", **settings)
    assert before.returncode == 0, before.stdout
    assert "wait   webhook: not yet; the bot tells Telegram https://consult.example when it starts" in before.stdout
    assert after.returncode == 1
    assert "WRONG  webhook: Telegram calls https://thief.example/x" in after.stdout
    assert well.returncode == 0
    assert "ok     webhook: https://consult.example, 0 updates wait" in well.stdout
    assert "ok     token: Telegram knows it as @" in well.stdout


def test_an_export_is_json_lines(house: Path) -> None:
    kuvendo(house, "db", "upgrade")
    kuvendo(house, "consultation", "load", str(ROOT / "dialogs" / "consultations"))
    done = kuvendo(house, "export", "--consultation", "digital-governance", "--format", "jsonl")
    assert [json.loads(line) for line in done.stdout.splitlines()] == []
