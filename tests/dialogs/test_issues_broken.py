"""One file for each mistake, named after it; `broken/said.txt` holds exactly what is said of them all."""

from __future__ import annotations

import shutil
from itertools import groupby
from pathlib import Path

import pytest

from dialogs.issues import check

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
