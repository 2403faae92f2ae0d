"""Recorded dialogues: each is played again, its session through JSON between any two inputs, and reads as it did.

Where a change is meant: `python -m dialogs --again tests/dialogs/scenarios/*.txt`, then read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogs.loader import shipped
from dialogs.player import replay

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.txt"))
CATALOGUE = shipped().catalogue()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_dialogue_reads_as_it_was_recorded(path: Path) -> None:
    scenario = path.read_text("utf-8")
    assert replay(scenario, CATALOGUE) == scenario
