"""Texts are found in code and templates, and the catalogues follow them without noise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from locales.catalogues import source_file
from locales.compiling import messages, read
from locales.extracting import extract, update, update_all


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay a small project that has a text of every kind."""
    files = {
        "dialogs/lobby.py": 't.gettext("Start")\nt.ngettext("{n} day", "{n} days", n)\n',
        "dialogs/labels.py": 'LABELS = (translatable("Later"),)\n',
        "bot/replies.py": '# Translators: a button\nt.pgettext("button", "Open")\n',
        "admin/views.py": '_("Saved")\n',
        "admin/pages/list.html": "<p>{% trans %}\n  Nothing\n  here\n{% endtrans %}</p>{{ _('Log out') }}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def ids(project: Path, domain: str) -> list[object]:
    """Return the texts found for a domain."""
    return [message.id for message in messages(extract(domain, project))]


def test_texts_of_the_chat_are_found_in_python(project: Path) -> None:
    assert set(ids(project, "chat")) == {"Start", ("{n} day", "{n} days"), "Later", "Open"}


def test_texts_of_the_dashboard_are_found_in_python_and_templates(project: Path) -> None:
    assert set(ids(project, "admin")) == {"Saved", "Nothing here", "Log out"}


@pytest.fixture
def refresh(project: Path) -> Callable[[str], str]:
    """Bring the chat's catalogue of a language in step and return its text."""

    def run(code: str) -> str:
        update("chat", code, project, project / "locales")
        return source_file("chat", code, project / "locales").read_text(encoding="utf-8")

    return run


def test_english_repeats_the_code(refresh: Callable[[str], str]) -> None:
    text = refresh("en")
    assert 'msgid "Start"\nmsgstr "Start"' in text
    assert 'msgstr[0] "{n} day"\nmsgstr[1] "{n} days"' in text


def test_albanian_waits_for_its_translator(refresh: Callable[[str], str]) -> None:
    assert '#. Translators: a button\nmsgctxt "button"\nmsgid "Open"\nmsgstr ""' in refresh("sq")


def test_better_english_words_are_kept(project: Path, refresh: Callable[[str], str]) -> None:
    path = source_file("chat", "en", project / "locales")
    path.parent.mkdir(parents=True)
    path.write_text(refresh("en").replace('msgstr "Later"', 'msgstr "Not now"'), encoding="utf-8")
    assert 'msgid "Later"\nmsgstr "Not now"' in refresh("en")


def test_a_second_update_changes_nothing(project: Path) -> None:
    assert len(list(update_all(project, project / "locales"))) == 4
    assert list(update_all(project, project / "locales")) == []


def test_nothing_in_the_file_changes_by_itself(refresh: Callable[[str], str]) -> None:
    text = refresh("sq")
    assert "Date" not in text
    assert "lobby.py" not in text


def test_a_text_that_is_gone_goes_away(project: Path, refresh: Callable[[str], str]) -> None:
    refresh("sq")
    (project / "bot/replies.py").write_text("", encoding="utf-8")
    assert "Open" not in refresh("sq")


def test_a_reworded_text_keeps_its_translation_as_fuzzy(project: Path, refresh: Callable[[str], str]) -> None:
    path = source_file("chat", "sq", project / "locales")
    text = refresh("sq").replace('msgid "Start"\nmsgstr ""', 'msgid "Start"\nmsgstr "Fillo"')
    path.write_text(text, encoding="utf-8")
    lobby = project / "dialogs/lobby.py"
    lobby.write_text(lobby.read_text(encoding="utf-8").replace("Start", "Start!"), encoding="utf-8")
    refresh("sq")
    reworded = next(found for found in messages(read(path, "sq")) if found.id == "Start!")
    assert reworded.fuzzy
    assert reworded.string == "Fillo"
