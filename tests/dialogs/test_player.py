"""Playing in the terminal: what is typed, what is seen, and that what was recorded plays again."""

from __future__ import annotations

import runpy
import sys
from io import StringIO
from pathlib import Path

import pytest

from dialogs import loader
from dialogs.__main__ import main
from dialogs.exchange import Mark, Message
from dialogs.loader import shipped
from dialogs.player import marked, play, replay
from tests.dialogs.people import CATALOGUE as WITH_SURVEY

CONSULTATIONS = Path(loader.__file__).parent / "consultations"
CATALOGUE = shipped().catalogue()

WHOLE = """1
1
2
1
rruget e keqija

[Kapërce]
kapërce
1
/mine
"""


def played(lines: str, *, telegram: str = "sq", start: str = "/start") -> tuple[str, str]:
    """Return what the screen showed and the scenario recorded."""
    screen = StringIO()
    scenario = play(CATALOGUE, StringIO(lines), screen, telegram=telegram, start=start)
    return screen.getvalue(), scenario


def test_a_questionnaire_is_walked_by_numbers_words_and_buttons() -> None:
    shown, scenario = played(WHOLE)
    assert "  1  Pajtohem\n  2  Nuk pajtohem\n" in shown
    assert "  [Kapërce]\n  [Kthehu]\n" in shown, "at an open question a number is an answer"
    assert "kept> draft 1, issue 1: 'rruget e keqija'" in scenario
    assert "kept> draft 1 submitted: 1" in scenario
    assert "_u mor, por ende nuk është lexuar_" in shown


def test_what_was_played_plays_again() -> None:
    _, scenario = played(WHOLE)
    assert replay(scenario, CATALOGUE) == scenario


def test_a_button_that_is_not_there_is_told_and_not_recorded() -> None:
    shown, scenario = played("[Dërgo]\n")
    assert "(there is no button [Dërgo])" in shown
    assert "[Dërgo]" not in scenario


def test_what_a_scenario_can_do_can_be_done_in_the_terminal() -> None:
    lines = "1\n1\n(old) [Pajtohem]\n(sends) sticker\nnje ide\n(late) dhe nje tjeter\n(edits 3) nje ide e mire\n"
    shown, scenario = played(lines, start="/start digital-governance-ideas")
    assert "> (" in shown
    assert replay(scenario, CATALOGUE) == scenario
    assert "draft 1, idea 1 now: 'nje ide e mire\\ndhe nje tjeter'" in scenario


def test_text_that_is_no_line_is_still_words() -> None:
    _, scenario = played("1\n1\n(pse jo?)\n", start="/start digital-governance-ideas")
    assert "kept> draft 1, idea 1: '(pse jo?)'" in scenario


def test_a_link_goes_straight_to_a_questionnaire() -> None:
    shown, _ = played("2\n1\n", telegram="en", start="/start fiscal-transparency-ideas")
    assert "to support fiscal transparency efforts" in shown


def test_choices_of_a_choice_question_have_numbers() -> None:
    screen = StringIO()
    lines = StringIO("2\n1\n2\n")
    scenario = play(WITH_SURVEY, lines, screen, telegram="en", start="/start digital-governance-survey")
    assert "  1  City\n  2  Village\n" in screen.getvalue()
    assert "kept> draft 1, place: village" in scenario


def test_a_press_that_leads_nowhere_shows_its_notice() -> None:
    _, scenario = played("[Fillo]\n")
    again = scenario + "\nyou (old)> [Fillo]\n"
    assert "\nover the button> " in replay(again, CATALOGUE)


def test_several_lines_are_one_message() -> None:
    scenario = "telegram> sq\n\n" + "\n\n".join(
        f"you> {line}"
        for line in ("/start digital-governance-ideas", "[Fillo]", "[Pajtohem]", "one line\n     and another")
    )
    assert "kept> draft 1, idea 1: 'one line\\nand another'" in replay(scenario + "\n", CATALOGUE)


def test_without_inputs_only_the_head_is_left() -> None:
    assert replay("# Nothing happens.\n", CATALOGUE) == "# Nothing happens.\n"


def test_a_scenario_that_presses_what_is_not_shown_fails() -> None:
    with pytest.raises(LookupError, match=r"there is no button \[Submit\]"):
        replay("telegram> en\n\nyou> /start\n\nyou> [Submit]\n", CATALOGUE)


def test_marks_are_written_out() -> None:
    marks = (Mark("bold", 0, 3), Mark("italic", 3, 6), Mark("code", 7, 8))
    assert marked(Message("1. Why x", marks)) == "*1.* _Why_ `x`"


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_plays_and_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("1\n"))
    assert main(["--record", str(tmp_path / "scenario.txt"), "--link", "digital-governance-ideas"]) == 0
    assert "Para se të fillojmë" in capsys.readouterr().out
    scenario = (tmp_path / "scenario.txt").read_text("utf-8")
    assert scenario.startswith("telegram> sq\n\nyou> /start digital-governance-ideas\n")
    (tmp_path / "scenario.txt").write_text("telegram> sq\n\nyou> /start digital-governance-ideas\n\nyou> 1\n", "utf-8")
    assert main(["--again", str(tmp_path / "scenario.txt")]) == 0
    assert (tmp_path / "scenario.txt").read_text("utf-8") == scenario


def test_the_command_plays_a_consultation_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("1\n1\n"))
    assert main([str(CONSULTATIONS / "fiscal-transparency.yaml")]) == 0
    shown = capsys.readouterr().out
    assert "Si doni të kontribuoni?" in shown, "with a single consultation nobody is asked which"


def test_the_command_tells_what_is_wrong_with_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere.yaml")]) == 1
    assert "there is no such file" in capsys.readouterr().err


def test_the_package_can_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["python -m dialogs", "--again"])
    monkeypatch.delitem(sys.modules, "dialogs.__main__")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("dialogs", run_name="__main__")
    assert ended.value.code == 0
