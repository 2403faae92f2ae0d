"""Each rule about texts finds the mistake it is there for, and leaves a good text alone."""

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from locales.checks import catalogue_problems, hidden_texts, in_f_strings, quotes
from tests.locales.test_catalogues import HEADER


def catalogue(body: str) -> Catalog:
    """Read a small Albanian catalogue."""
    return read_po(io.BytesIO((HEADER + body).encode()), locale="sq")


def found(body: str, *wanted: str | tuple[str, str]) -> list[str]:
    """Return what is wrong with a catalogue when the code asks for `wanted`."""
    template = Catalog()
    for text in wanted:
        template.add(text)
    return list(catalogue_problems(catalogue(body), template, "sq"))


def test_a_good_catalogue_has_no_problems() -> None:
    body = 'msgid "Hello <b>{name}</b>"\nmsgstr "Tungjatjeta, <b>{name}</b>"\n'
    assert found(body, "Hello <b>{name}</b>") == []


def test_a_singular_may_leave_its_number_out() -> None:
    body = 'msgid "One day"\nmsgid_plural "{n} days"\nmsgstr[0] "Një ditë"\nmsgstr[1] "{n} ditë"\n'
    assert found(body, ("One day", "{n} days")) == []


def test_a_text_that_only_the_code_has_is_found() -> None:
    assert found("", "Back") == ["«Back»: is in the code but not here; run: make strings"]


def test_a_text_that_only_the_catalogue_has_is_found() -> None:
    assert found('msgid "Back"\nmsgstr "Kthehu"\n') == ["«Back»: is in no code any more; run: make strings"]


@pytest.mark.parametrize(
    ("source", "translation", "says"),
    [
        ("Issue {n} of {total}", "Çështja {n} nga {gjithsej}", "placeholders"),
        ("Issue {n} of {total}", "Çështja {n}", "placeholders"),
        ("%(count)s left", "Mbeten %(numri)s", "placeholders"),
        ("Hello <b>you</b>", "Tungjatjeta <b>ju<b>", "markup"),
        ("Receipt: ", "Kodi:", "white space"),
        ("Receipt", " Kodi", "white space"),
        ("Say yes", 'Thoni \\"po\\"', "„…”"),
        ("Say yes", "Thoni “po”", "„…”"),
        ("Say yes", "", "not translated"),
    ],
)
def test_a_bad_translation_is_found(source: str, translation: str, says: str) -> None:
    problems = found(f'msgid "{source}"\nmsgstr "{translation}"\n', source)
    assert len(problems) == 1
    assert says in problems[0]


def test_a_fuzzy_translation_is_found() -> None:
    assert "fuzzy" in found('#, fuzzy\nmsgid "Back"\nmsgstr "Kthehu"\n', "Back")[0]


def test_quotation_marks_inside_a_tag_do_not_count() -> None:
    assert list(quotes('<a href="/admin/">„Hyni”</a>', "sq")) == []
    assert list(quotes('<a href="/admin/">“Log in”</a>', "en")) == []


def test_albanian_quotation_marks_do_not_belong_in_english() -> None:
    assert list(quotes("„Log in”", "en")) == ["quotation marks: write “…” in English: «„Log in”»"]


@pytest.mark.parametrize(
    "source",
    [
        """f"<p>{t.gettext('Nothing.')}</p>\"""",
        """f"<p>{escape(telling.t.gettext('Nothing.'))}</p>\"""",
        """f"{translatable('Nothing.')}\"""",
        """f"{a}{'b' + _('Nothing.')}\"""",
    ],
)
def test_a_text_asked_for_inside_an_f_string_is_found(source: str) -> None:
    assert list(in_f_strings(f"x = 1\ny = {source}\n")) == [(2, "Nothing.")]


@pytest.mark.parametrize(
    "source",
    [
        """f"{t.gettext(HEADINGS[name])}\"""",
        """f"{t.gettext()} {escape('Nothing.')} {calls[0]('x')}\"""",
        """t.gettext('Nothing.')""",
    ],
)
def test_what_is_found_elsewhere_may_be_shown_there(source: str) -> None:
    assert list(in_f_strings(f"y = {source}\n")) == []


def test_a_file_with_a_hidden_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "page.py").write_text("""x = f"{t.gettext('Nothing.')}\"""", encoding="utf-8")
    (wrong,) = hidden_texts(tmp_path)
    assert wrong.startswith("bot/page.py:1: «Nothing.» is asked for inside an f-string")
