"""What the documents say people are told is what they are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from dialogs.loader import shipped
from kuvendo.cli import app
from kuvendo.periods import PeriodSettings

ROOT = Path(__file__).parent.parent
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def quoted() -> list[str]:
    """Return what SECURITY.md quotes in its table."""
    rows = [line for line in SECURITY.splitlines() if line.startswith("|")]
    return [words for row in rows for words in re.findall('"([^"]+)"', row)]


def test_what_is_said_honestly_is_said_in_the_chat() -> None:
    """Word for word, in the text on privacy or on consent."""
    catalogue = shipped().catalogue()
    said = catalogue.privacy.text["en"] + catalogue.consent.text["en"]
    assert len(quoted()) >= 5
    assert [words for words in quoted() if words not in said] == []


@pytest.mark.parametrize(
    "name", ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/PRIVACY.md", "docs/PROMISES.md"]
)
def test_the_commands_that_the_documents_name_are_there(name: str) -> None:
    """By their first word."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    named = re.findall(r"(?:`|bin/)kuvendo ([a-z]+)", (ROOT / name).read_text(encoding="utf-8"))
    assert set(named) <= set(commands)


def test_each_proof_that_the_document_on_privacy_names_is_there() -> None:
    """Its file, and in it the test."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "PRIVACY.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    missing = [(file, test) for file, test in named if f"def {test}" not in (ROOT / file).read_text(encoding="utf-8")]
    assert missing == []


def test_the_document_on_privacy_names_every_period_that_holds() -> None:
    """As the settings have it where nothing else is set."""
    periods = {name for name in PeriodSettings.model_fields if name.startswith("retention_")}
    text = (ROOT / "docs" / "PRIVACY.md").read_text(encoding="utf-8")
    assert {name for name in periods if name.removeprefix("retention").upper() not in text} == set()
    assert f"{PeriodSettings().retention_backups + 1} days: a day longer than backups" in text


def test_each_proof_that_the_promises_name_is_there() -> None:
    """Each file, and where one is named a test that its word selects."""
    text = (ROOT / "docs" / "PROMISES.md").read_text(encoding="utf-8")
    for command in re.findall(r"`PYTEST ([^`]+)`", text.replace("\n", " ")):
        files = [ROOT / word for word in command.split() if word.startswith("tests/")]
        assert files
        assert all(file.exists() for file in files), command
        word = re.search(r"-k (\w+)", command)
        source = "".join(file.read_text(encoding="utf-8") for file in files)
        assert word is None or re.search(rf"def test_\w*{word[1]}", source), command
