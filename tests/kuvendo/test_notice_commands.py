"""`kuvendo notice` as an administrator meets it: what it says, what it refuses, and what it leaves to the worker."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kuvendo.commands.notices import BAR, report, send
from kuvendo.settings import load
from kuvendo.stores import opened
from locales import CODES
from storage.notices import Notice, Progress
from tests.kuvendo.test_commands import failed, kuvendo
from tests.storage.test_notices import citizen

TEXTS = {"sq": "Konsultimi mbyllet nesër: ë, ç.\n", "en": "The consultation closes tomorrow.\n"}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An installation with three people, whom nobody bothers yet, and the two texts."""
    assert kuvendo(tmp_path, "db", "upgrade").returncode == 0
    for code, text in TEXTS.items():
        (tmp_path / f"{code}.txt").write_text(text, encoding="utf-8")

    async def enrol() -> None:
        async with opened(load(data_dir=tmp_path / "data")) as database:
            for number in range(3):
                await citizen(database, number, datetime.now(UTC))

    asyncio.run(enrol())
    return tmp_path


def said(house: Path, *words: str, **more: Any) -> str:
    done = kuvendo(house, "notice", *words, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_notice_from_its_texts_to_its_end(house: Path) -> None:
    send = ("send", "--to", "all", "--sq", "sq.txt", "--en", "en.txt")
    asked = kuvendo(house, "notice", *send, stdin="n\n")
    assert asked.returncode == 1
    assert "This goes to 3 people and takes about 1 s." in asked.stdout
    assert "mbyllet nesër: ë, ç." in asked.stdout
    assert "closes tomorrow" in asked.stdout
    assert said(house, "list") == ""

    assert "Notice 1 is on its way" in said(house, *send, stdin="y\n")
    assert "Notice 2 is on its way" in said(house, *send, "--yes")
    shown = said(house, "show", "1")
    assert "running" in shown
    assert f"[{'.' * BAR}] 0% of 3 people" in shown
    assert "sent 0, failed 0, unreachable 0, waiting 3" in shown
    assert "left" in shown

    said(house, "pause", "1")
    failed(kuvendo(house, "notice", "pause", "1"), "paused")
    said(house, "resume", "1")
    failed(kuvendo(house, "notice", "resume", "1"), "running")
    said(house, "cancel", "1")
    failed(kuvendo(house, "notice", "cancel", "1"), "cancelled")
    listed = said(house, "list").splitlines()
    assert [line.split("\t")[:3] for line in listed] == [["2", "running", "all"], ["1", "cancelled", "all"]]
    failed(kuvendo(house, "notice", "show", "9"), "kuvendo notice list")


def test_what_cannot_be_sent_is_said_before_anything_is(house: Path) -> None:
    def sending(to: str = "all", sq: str = "sq.txt") -> Any:
        return kuvendo(house, "notice", "send", "--to", to, "--sq", sq, "--en", "en.txt", "--yes")

    for name, content, why in (
        ("long.txt", "ç" * 4097, "4,097"),
        ("wide.txt", "😀" * 2049, "4,098"),
        ("empty.txt", " \n ", "empty"),
        ("odd.txt", "a\x07b", "U+0007"),
    ):
        (house / name).write_text(content, encoding="utf-8")
        failed(sending(sq=name), name, why)
    (house / "latin.txt").write_bytes("ë".encode("latin-1"))
    failed(sending(sq="latin.txt"), "UTF-8")
    failed(sending(sq="missing.txt"), "missing.txt")
    failed(sending(to="no-such"), "kuvendo consultation list")
    assert kuvendo(house, "notice", "send", "--to", "all", "--sq", "sq.txt").returncode == 2, "both languages"
    assert said(house, "list") == ""


def test_every_language_has_its_option() -> None:
    assert {name for name in send.__annotations__ if len(name) == 2 and name != "to"} == set(CODES)


def test_a_report_in_the_middle_says_how_long_it_takes() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    begun = now - timedelta(minutes=10)
    notice = Notice(7, "all", TEXTS, "running", 100_000, False, begun, begun, None)
    lines = report(Progress(notice, 14_000, 100, 900, 500, 1_500), now, 25.0).splitlines()
    assert lines[1] == "[####..........................] 15% of 100,000 people"
    assert lines[2] == "sent 14,000, failed 100, unreachable 900, waiting 85,000"
    assert lines[3] == "25.0 a second over the last minute, about 57 min left"
    slow = report(Progress(notice, 0, 0, 0, 500, 0), now, 10.0)
    assert "0.0 a second over the last minute, about 2 h 47 min left" in slow
