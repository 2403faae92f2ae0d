"""What can be checked, what a file may rely on, and that nothing in a file is ever too much for the checks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.issues import Issue, check
from dialogs.loader import Broken, load

HERE = Path(__file__).parent
SOUND = (HERE / "sound" / "questionnaire.yaml").read_text("utf-8")
SHIPPED = Path(__file__).parents[2] / "dialogs" / "consultations"

MANY_MISTAKES = """\
questionnaire: Survey!
version: first
minuts: 3
title:
  sq: Një titull që nuk hyn në buton
sections:
  - id: one
    intro:
      sq: ""
      en: Think {of_it}.
    questions:
      - id: a
        kind: single
        label: {sq: A, en: A}
        ask: {sq: 12, en: What it is}
      - id: a
        kind: text
        required: 1
        ask:
          en: Why?
"""

MANY_CURES = [
    "1: the questionnaire has no minutes; write minutes:",
    "1: “Survey!” cannot be an id; write lower-case letters, digits and single dashes, at most 30",
    "2: the questionnaire has “first” under version:; write a whole number from 1",
    "3: the questionnaire has an unknown key “minuts”; did you mean minutes?",
    "4: the questionnaire has no English text; write it under title: en:",
    "9: the section “one” has an empty Albanian text; write it under intro: sq:",
    "10: there is no gap {of_it} here; take it out",
    "12: the question “a” is a choice without options; write options: with two or more",
    "15: “12” stands where the Albanian text of the question “a” belongs; put it in quotation marks under ask: sq:",
    "16: the question “a” has no label; write label:",
    "16: “a” stands twice (first in line 12); give each its own",
    "18: the question “a” has “1” under required:; write true or false",
    "19: the question “a” has no Albanian text; write it under ask: sq:",
]


def said(*paths: str | Path) -> list[str]:
    return [str(issue) for issue in check(paths)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def copy(folder: Path) -> Path:
    """A copy of everything that is shipped."""
    shutil.copytree(SHIPPED, folder / "copy")
    return folder / "copy"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# --- what can be checked --------------------------------------------------------------------------------------------


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_lines(folder: Path) -> None:
    (folder / "many.yaml").write_text(MANY_MISTAKES, "utf-8")
    assert said("many.yaml") == [f"many.yaml:{cure}" for cure in MANY_CURES]


def test_an_issue_reads_as_file_line_mistake_and_cure() -> None:
    issue = Issue("a.yaml", 14, 9, "the question “why” has no Albanian text", "write it under ask: sq:")
    assert str(issue) == "a.yaml:14: the question “why” has no Albanian text; write it under ask: sq:"


def test_what_is_shipped_has_no_issues() -> None:
    assert check([SHIPPED]) == ()


@pytest.mark.parametrize("path", sorted(SHIPPED.iterdir()), ids=lambda path: path.stem)
def test_each_shipped_file_can_be_checked_alone(path: Path) -> None:
    assert check([path]) == ()


def test_the_sound_examples_have_no_issues() -> None:
    assert check([HERE / "sound" / "plan.yaml"]) == ()
    assert check([HERE / "sound" / "questionnaire.yaml", SHIPPED / "plan.yaml"]) == ()


def test_a_missing_file_is_told(folder: Path) -> None:
    assert said("nowhere.yaml") == ["nowhere.yaml:1: there is no such file; check the spelling of its path"]


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "knot.yaml").symlink_to("knot.yaml")
    (issue,) = check(["knot.yaml"])
    assert "cannot be read" in issue.message


def test_an_empty_folder_has_no_issues(folder: Path) -> None:
    assert check([folder]) == ()


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    shutil.copy(SHIPPED / "ideas.yaml", folder)
    (folder / "ideas.yaml").write_bytes(b"\xef\xbb\xbf" + (SHIPPED / "ideas.yaml").read_bytes())
    assert said("ideas.yaml") == []


def test_a_file_of_brackets_alone_is_told(folder: Path) -> None:
    (folder / "brackets.yaml").write_text("[" * 20_000, "utf-8")
    assert said("brackets.yaml") == [
        "brackets.yaml:1: the values stand too deep within one another; look at the brackets"
    ]


# --- what a file relies on ------------------------------------------------------------------------------------------


def test_a_template_is_checked_in_the_words_of_every_component(copy: Path) -> None:
    (copy / "published.yaml").unlink()
    edit(copy / "plan.yaml", "sq: për të forcuar luftën kundër korrupsionit", "sq: " + "për të forcuar luftën " * 9)
    (issue,) = said(copy / "key-issues.yaml")
    assert "the Albanian message with what stands before it has 40" in issue


def test_a_form_that_one_component_lacks_is_told_where_it_is_used(copy: Path) -> None:
    edit(copy / "plan.yaml", "      in_support:\n        sq: në mbështetje të aksesit në drejtësi\n", "      other:\n")
    found = said(copy / "ideas.yaml")
    missing = "the component “access-to-justice” has no form “in_support”"
    assert f"{copy}/ideas.yaml:13: {missing}; write in_support: with sq: and en: under its forms: in the plan" in found


def test_mistakes_of_the_plan_nearby_are_told_too(copy: Path) -> None:
    edit(copy / "plan.yaml", "version: 1", "version: one")
    (issue,) = said(copy / "access-to-justice.yaml")
    assert issue.startswith(f"{copy}/plan.yaml:")


def test_mistakes_of_a_template_that_a_consultation_uses_are_told_too(copy: Path) -> None:
    edit(copy / "ideas.yaml", "minutes: 4", "minutes: few")
    (issue,) = said(copy / "access-to-justice.yaml")
    assert issue.startswith(f"{copy}/ideas.yaml:6:")


def test_a_given_file_stands_before_the_one_nearby(copy: Path) -> None:
    edit(copy / "ideas.yaml", "minutes: 4", "minutes: few")
    assert said(copy / "access-to-justice.yaml", SHIPPED / "ideas.yaml") == []


def test_a_second_plan_is_told(folder: Path) -> None:
    shutil.copy(HERE / "sound" / "plan.yaml", folder / "another.yaml")
    (issue,) = said(SHIPPED / "plan.yaml", "another.yaml")
    assert issue == f"another.yaml:1: there is another plan ({SHIPPED}/plan.yaml); give one plan at a time"


def test_a_version_in_two_files_is_told(copy: Path) -> None:
    shutil.copy(copy / "ideas.yaml", copy / "ideas-again.yaml")
    found = said(copy)
    line = f"{copy}/ideas.yaml:5: {copy}/ideas-again.yaml holds the same version of “ideas”; write the next number"
    assert found == [line]


def test_a_round_that_is_held_twice_is_told(copy: Path) -> None:
    text = (copy / "access-to-justice.yaml").read_text("utf-8")
    (copy / "justice-again.yaml").write_text(
        text.replace("consultation: access-to-justice", "consultation: justice-again"), "utf-8"
    )
    other = f"{copy}/access-to-justice.yaml"
    (issue,) = said(copy)
    assert issue.endswith(f"“access-to-justice” has its round 1 in {other}; write the next number")


# --- what was published ---------------------------------------------------------------------------------------------


def test_a_published_text_does_not_change_under_its_version(copy: Path) -> None:
    edit(copy / "ideas.yaml", "Briefly describe the overall idea.", "Briefly describe your idea.")
    what = "the text of “digital-governance/ideas” was changed after its version 1 was published"
    cure = "write version: 2, or take the change back"
    assert f"{copy}/ideas.yaml:5: {what}; {cure}" in said(copy)
    assert f"{copy}/ideas.yaml:5: {what}; {cure}" in said(copy / "ideas.yaml")


def test_a_changed_text_under_a_new_version_is_well(copy: Path) -> None:
    edit(copy / "ideas.yaml", "Briefly describe the overall idea.", "Briefly describe your idea.")
    edit(copy / "ideas.yaml", "version: 1", "version: 2")
    for path in copy.glob("*.yaml"):
        text = path.read_text("utf-8")
        path.write_text(text.replace("use: ideas\n    version: 1", "use: ideas\n    version: 2"), "utf-8")
    assert said(copy) == []


def test_a_published_notice_does_not_change_under_its_version(copy: Path) -> None:
    edit(copy / "plan.yaml", "This is not a vote. If", "If")
    (issue,) = said(copy)
    assert "the text of “consent” was changed after its version 1 was published; write version: 2" in issue


# --- nothing is too much --------------------------------------------------------------------------------------------

LINES = SOUND.splitlines(keepends=True)
SNIPPETS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["{", "}", "[", "]", ":", "- ", "&a ", "*a", "!!", "\t", "'", '"', "|", ">", "%", "---\n", "\0"]),
    st.sampled_from(["null", "yes", "2020-99-99", "0o9", "1e999", "<<: x", "{n}", "{to_improve}", "? ", "=", "~"]),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sound file after some accidents: pieces put in, lines taken out, doubled or moved."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["insert", "cut", "double", "move", "replace"])):
            case "insert":
                column = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:column] + draw(SNIPPETS) + lines[at][column:]
            case "cut":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case _:
                key, colon, _ = lines[at].partition(":")
                lines[at] = f"{key}{colon} {draw(SNIPPETS)}\n"
    return "".join(lines)


@settings(deadline=None, max_examples=150)
@given(text=mutated())
def test_a_file_is_loaded_or_has_issues_and_never_more(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("mutated") / "survey.yaml"
    path.write_text(text, "utf-8")
    issues = check([path])
    assert all(issue.line >= 1 and issue.message and issue.cure for issue in issues)
    if not issues:
        load([path])
        return
    with pytest.raises(Broken) as broken:
        load([path])
    assert broken.value.issues == issues


@settings(deadline=None, max_examples=100)
@given(data=st.binary(max_size=200))
def test_whatever_bytes_a_file_holds_it_only_has_issues(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bytes") / "bytes.yaml"
    path.write_bytes(data)
    assert check([path])
