"""Misspelled words and forgotten diacritics are found; word lists have reasons and no dead wood."""

from pathlib import Path

import pytest

from locales import spelling
from locales.checks import check_all, spelling_problems
from locales.extracting import update_all
from locales.spelling import DictionaryMissing, Remembered, Speller, with_diacritics, words
from locales.texts import Text, collect, in_markdown, in_python, in_yaml
from locales.words import WordList

pytestmark = pytest.mark.xdist_group("dictionaries")  # seconds to load: one worker is enough

KNOWN = {"gjate", "gjatë", "ju", "te", "të", "përgjigjja", "shihni", "ditë", "Tiranë", "me"}


def make(tmp_path: Path, own: str = "", plain: str = "", code: str = "sq") -> Speller:
    """Make a speller with a dictionary of a few words and the two lists given."""
    (tmp_path / "own.txt").write_text(own, encoding="utf-8")
    (tmp_path / "plain.txt").write_text(plain, encoding="utf-8")
    lists = (WordList.read(tmp_path / "own.txt"), WordList.read(tmp_path / "plain.txt"))
    return Speller(code, KNOWN.__contains__, *lists)


def test_only_words_are_judged() -> None:
    text = "Shkruani <b class='x'>këtu</b>: {name}, %(n)s, /mine, K7M4, https://a.al/b, a@b.al, `x`, t’ju &nbsp;"
    assert words(text) == ["Shkruani", "këtu", "t'ju"]


def test_a_misspelled_word_is_found(tmp_path: Path) -> None:
    assert make(tmp_path).misspelled("shihni pergjigjja") == ["pergjigjja"]


def test_clitics_and_hyphens_are_taken_apart(tmp_path: Path) -> None:
    judge = make(tmp_path, own="AKSHI  # the agency")
    assert judge.misspelled("t'ju AKSHI-t ditë-ditë AKSHI") == []
    assert judge.misspelled("x'ju ditë-xx") == ["x'ju", "ditë-xx"]


def test_a_listed_word_passes_with_capitals_too(tmp_path: Path) -> None:
    judge = make(tmp_path, own="bashkia  # municipality")
    assert judge.misspelled("Bashkia bashkia") == []
    assert judge.complaints() == []


def test_a_word_without_its_diacritics_is_doubted(tmp_path: Path) -> None:
    assert make(tmp_path).doubtful("Gjate ditë te Tiranë") == [("gjate", "gjatë"), ("te", "të")]


def test_a_listed_sequence_settles_the_word_in_it_alone(tmp_path: Path) -> None:
    judge = make(tmp_path, plain='shihni te  # "see at"')
    assert judge.doubtful("Shihni te përgjigjja") == []
    assert judge.doubtful("te përgjigjja") == [("te", "të")]
    assert judge.complaints() == []


def test_only_albanian_is_doubted(tmp_path: Path) -> None:
    assert make(tmp_path, code="en").doubtful("te") == []


@pytest.mark.parametrize(
    ("own", "plain", "says"),
    [
        ("fjalë", "", "own.txt:1: give the reason"),
        ("fjalë #", "", "own.txt:1: give the reason"),
        ("fjalë # x\nfjalë # y", "", "own.txt:2: 'fjalë' is on line 1 already"),
        ("# a comment\nfjalë # why", "", "own.txt:2: 'fjalë' is needed nowhere"),
        ("ju # known anyway", "", "own.txt:1: 'ju' is needed nowhere"),
        ("", "me # no twin in the dictionary", "plain.txt:1: 'me' is needed nowhere"),
    ],
)
def test_word_lists_have_reasons_and_no_dead_wood(tmp_path: Path, own: str, plain: str, says: str) -> None:
    judge = make(tmp_path, own, plain)
    judge.misspelled("ju me")
    judge.doubtful("ju me")
    assert any(complaint.startswith(says) for complaint in judge.complaints())


def test_problems_name_the_place_the_word_and_the_cure(tmp_path: Path) -> None:
    texts = [Text("x.yaml:3", "sq", "te ditt")]
    first, second = spelling_problems(texts, {"sq": make(tmp_path)})
    assert first == "x.yaml:3: «ditt» is in no dictionary; correct it, or give words-sq.txt its reason"
    assert second == "x.yaml:3: «te» may be «të»; correct it, or give plain-sq.txt its reason"


def test_long_words_do_not_explode() -> None:
    assert set(with_diacritics("cep")) == {"çep", "cëp", "çëp"}
    assert len(list(with_diacritics("e" * 30))) == 30 + 30 * 29 // 2


# ------------------------------------------------------------------------------------- the real dictionaries


def test_the_albanian_dictionary_knows_words_and_twins() -> None:
    assert spelling.misspelled("Faleminderit shumë! Kontributi juaj u dërgua.", "sq") == []
    assert spelling.misspelled("Kontribbuti juej", "sq") == ["Kontribbuti", "juej"]
    assert ("gjate", "gjatë") in spelling.doubtful("gjate ditës")


def test_the_english_dictionary_is_british_with_either_ending() -> None:
    assert spelling.misspelled("The organisation will prioritize the programme.", "en") == []
    assert spelling.misspelled("Your anser", "en") == ["anser"]


def test_answers_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Remembered("sq", tmp_path)
    assert first("ditë")
    assert not first("ditt")
    first.save()
    monkeypatch.setattr(spelling, "_spylls", None)
    second = Remembered("sq", tmp_path)
    assert second("ditë")
    assert not second("ditt")


def test_a_missing_dictionary_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spelling, "FOLDERS", (tmp_path,))
    with pytest.raises(DictionaryMissing, match="apt-get install myspell-sq"):
        Remembered("sq")


# ------------------------------------------------------------------------------------- where texts are found


def test_texts_are_found_in_yaml() -> None:
    source = "title:\n  sq: Një titull\n  en: A title\nslug: not-a-text\nhints:\n  sq: [një, dy]\n"
    found = [(2, "sq", "Një titull"), (3, "en", "A title"), (6, "sq", "një"), (6, "sq", "dy")]
    assert list(in_yaml(source)) == found


def test_the_names_of_languages_are_in_the_language_around_them() -> None:
    found = [(1, "sq", "Shqip"), (1, "sq", "Anglisht")]
    assert list(in_yaml('{"sq": {"sq": "Shqip", "en": "Anglisht"}}')) == found


def test_a_file_that_does_not_parse_is_left_to_its_own_checks() -> None:
    assert list(in_yaml("sq: [")) == []
    assert list(in_yaml("")) == []


def test_texts_are_found_in_python() -> None:
    source = 'LABELS = {"sq": ("Një fjalë",), "en": "One word"}\nsay(sq="Dy fjalë")\ncode = {"sq": "code"}\n'
    found = [(1, "sq", "Një fjalë"), (1, "en", "One word"), (2, "sq", "Dy fjalë")]
    assert list(in_python(source)) == found


def test_texts_are_found_in_markdown() -> None:
    assert list(in_markdown("# T\n<!-- sq -->\nTungjatjeta\n<!-- /sq -->\n")) == [(2, "sq", "\nTungjatjeta\n")]


def test_texts_of_a_project_are_named_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "dialogs").mkdir()
    (tmp_path / "dialogs/a.yaml").write_text("sq: Një titull\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("<!-- en -->Hello<!-- /en -->", encoding="utf-8")
    assert list(collect(tmp_path)) == [
        Text("dialogs/a.yaml:1", "sq", "Një titull"),
        Text("README.md:1", "en", "Hello"),
    ]


# --------------------------------------------------------------------------------------- all checks together


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay a small project in which all is well."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot/replies.py").write_text('t.gettext("Thank you!")\n', encoding="utf-8")
    list(update_all(tmp_path, tmp_path / "locales"))
    albanian = tmp_path / "locales/sq/LC_MESSAGES/chat.po"
    text = albanian.read_text(encoding="utf-8")
    albanian.write_text(text.replace('"Thank you!"\nmsgstr ""', '"Thank you!"\nmsgstr "Faleminderit!"'), "utf-8")
    return tmp_path


def test_a_project_in_which_all_is_well(project: Path) -> None:
    assert check_all(project) == []


def test_everything_that_is_wrong_is_told_at_once(project: Path) -> None:
    (project / "locales/en/LC_MESSAGES/admin.po").unlink()
    (project / "bot/more.py").write_text('t.gettext("Bye!")\nx = {"sq": "Gjate “ditss”"}\n', encoding="utf-8")
    (project / "locales/words-en.txt").write_text("unneeded # why\n", encoding="utf-8")
    told = "\n".join(check_all(project))
    for what in ("admin.po: cannot be read", "«Bye!»: is in the code", "„…”", "«ditss»", "«gjate»", "'unneeded'"):
        assert what in told
