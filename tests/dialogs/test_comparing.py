"""What two versions of a questionnaire differ in, question by question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dialogs import comparing, loader
from dialogs.codebook import FAMILIES, shipped_themes
from dialogs.comparing import Fate
from dialogs.definitions.documents import shipped_directory
from dialogs.types import Kind, Question, Questionnaire, Section, ShowIf

SECTION, OTHER = (Section(id_, ()) for id_ in ("one", "other"))


def question(id_: str, **more: object) -> Question:
    made = Question(id_, Kind.TEXT, {"sq": id_, "en": id_}, {"sq": id_, "en": id_})
    return replace(made, **more)  # type: ignore[arg-type]


def version(*sections: Section) -> Questionnaire:
    return Questionnaire("digital-governance", "key-issues", 1, {"sq": "x", "en": "x"}, 3, sections)


def found(before: Questionnaire, after: Questionnaire) -> dict[str, comparing.Difference]:
    return {each.question: each for each in comparing.compare(before, after)}


def test_each_rule_of_a_question_is_named() -> None:
    before = version(replace(SECTION, questions=(question("a"), question("b"))), OTHER)
    changed = question("b", required=False, kind=Kind.MULTI, show_if=ShowIf("a", ("x",)))
    after = version(replace(SECTION, questions=(question("a"),)), replace(OTHER, questions=(changed,)))
    differences = found(before, after)
    assert differences["b"].fate is Fate.CHANGED
    assert differences["b"].rules == ("optional", "kind", "shown", "section")
    assert differences["a"].fate is Fate.SAME
    assert found(after, before)["b"].rules[0] == "required"


def test_what_stands_elsewhere_is_moved_and_what_is_gone_is_removed() -> None:
    before = version(replace(SECTION, questions=(question("a"), question("b"), question("c"))))
    after = version(replace(SECTION, questions=(question("b"), question("a"), question("d"))))
    fates = {name: each.fate for name, each in found(before, after).items()}
    assert fates == {"a": Fate.MOVED, "b": Fate.MOVED, "c": Fate.REMOVED, "d": Fate.ADDED}


def test_sections_open_with_words_or_without_and_repeat_or_do_not() -> None:
    repeated = next(iter(loader.shipped().questionnaires.values()))
    sections = tuple(replace(each, repeat=None, intro=None) for each in repeated.sections)
    plain = replace(repeated, sections=sections)
    assert "limits" in found(repeated, plain)[""].rules
    assert {each.part for each in found(plain, repeated)[""].wordings} >= {"intro", "repeat"}


def test_a_first_version_is_all_new() -> None:
    after = version(replace(SECTION, questions=(question("a"),)))
    assert [each.fate for each in comparing.compare(None, after)] == [Fate.ADDED]


def test_a_text_is_changed_in_one_language_alone() -> None:
    before = version(replace(SECTION, questions=(question("a"),)))
    after = version(replace(SECTION, questions=(question("a", ask={"sq": "a", "en": "other"}),)))
    [wording] = found(before, after)["a"].wordings
    assert (wording.changed("sq"), wording.changed("en")) == (False, True)


def test_a_file_of_one_questionnaire_is_read_as_its_consultation_asks_it(tmp_path: Path) -> None:
    consultation = loader.shipped().consultations[0]
    shipped = Path(str(shipped_directory()))
    asked = loader.version(shipped / "key-issues.yaml", consultation)
    assert (asked.consultation, asked.slug) == (consultation.slug, "key-issues")
    for name in ("plan.yaml", "digital-governance.yaml"):
        path = tmp_path / f"another-{name}"
        path.write_text((shipped / name).read_text(encoding="utf-8"), encoding="utf-8")
        with pytest.raises(loader.Broken) as broken:
            loader.version(path, consultation)
        assert broken.value.issues


def test_the_codebook_that_ships_says_what_stands_alone_and_what_does_not() -> None:
    everywhere = [theme.slug for theme in shipped_themes("no-such-component")]
    assert everywhere == ["v1", "v2", "v3", "v4"]
    themes = shipped_themes("digital-governance")
    assert [theme.slug for theme in themes if theme.never_alone] == ["v4"]
    assert {theme.family for theme in themes} <= set(FAMILIES)
    assert all(theme.name.keys() == {"sq", "en"} for theme in themes)
