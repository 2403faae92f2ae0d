"""The command `python -m locales` says in sentences what it did, and exits as other programs expect."""

import pytest

from locales import CatalogueError, __main__, checks
from locales.__main__ import main
from locales.spelling import DictionaryMissing


def run(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> int:
    """Run the check with `found` as its result."""
    monkeypatch.setattr(checks, "check_all", lambda: found)
    return main(["check"])


def test_all_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, []) == 0
    assert capsys.readouterr().out == "Catalogues and texts: all well.\n"


def test_everything_wrong_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, ["one", "two"]) == 1
    assert capsys.readouterr().out == "one\ntwo\n"


def test_a_missing_dictionary_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def missing() -> list[str]:
        raise DictionaryMissing("please run: apt-get install myspell-sq")

    monkeypatch.setattr(checks, "check_all", missing)
    assert main(["check"]) == 1
    assert "apt-get install myspell-sq" in capsys.readouterr().out


def test_a_bad_catalogue_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise CatalogueError("chat.po: «Skip»: not translated")

    monkeypatch.setattr(__main__, "compile_all", refuse)
    assert main(["compile"]) == 1
    assert capsys.readouterr().err == "chat.po: «Skip»: not translated\n"


def test_texts_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract"]) == 0
    assert 'msgid "' in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["check", "twice"]])
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage: python -m locales" in capsys.readouterr().err
