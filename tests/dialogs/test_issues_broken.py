"""One file for each mistake, named after it; `broken/said.txt` holds exactly what is said of them all."""

from __future__ import annotations

import shutil
from gettext import NullTranslations
from itertools import groupby
from pathlib import Path

import pytest

import locales
from dialogs.issues import check, told

BROKEN = Path(__file__).parent / "broken"

SAID = {
    name: list(lines)
    for name, lines in groupby(
        (BROKEN / "said.txt").read_text("utf-8").splitlines(), key=lambda line: line.partition(":")[0]
    )
}


def test_every_broken_file_has_its_lines() -> None:
    assert sorted(SAID) == sorted(path.name for path in BROKEN.glob("*.yaml"))


@pytest.mark.parametrize("name", SAID)
def test_exactly_this_is_said(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(BROKEN / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert [str(issue) for issue in check([name])] == SAID[name]


@pytest.mark.parametrize("name", SAID)
def test_all_of_it_can_be_said_in_albanian(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(BROKEN / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    albanian = locales.translations(locales.DASHBOARD, "sq")
    for issue in check([name]):
        for words in (issue.message, issue.cure):
            assert told(words, NullTranslations()) == words, "English is what it was put together from"
            assert told(words, albanian) != words


def test_what_is_no_sentence_of_ours_stays_as_it_is() -> None:
    assert told("x {y}", locales.translations(locales.DASHBOARD, "sq")) == "x {y}"
