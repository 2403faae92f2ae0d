"""A set of catalogues that is not whole is neither compiled nor served."""

from pathlib import Path

import pytest

from locales import CHAT, CODES, DOMAINS, CatalogueError, check_installed, together, translations
from locales import catalogues as module
from locales.catalogues import source_file
from locales.compiling import compile_all

HEADER = """msgid ""
msgstr ""
"Language: sq\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
GOOD = 'msgid "Skip"\nmsgstr "Kapërce"\n'


def lay(root: Path, body: str = GOOD) -> Path:
    """Lay a whole set of catalogues with `body` in each under `root`."""
    for domain in DOMAINS:
        for code in CODES:
            path = source_file(domain, code, root)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEADER + body, encoding="utf-8")
    return root


def test_the_projects_own_catalogues_compile() -> None:
    assert all(path.exists() for path in compile_all())


def test_the_projects_own_catalogues_are_whole() -> None:
    check_installed()


def test_all_languages_at_once_stand_in_the_order_of_the_list() -> None:
    assert together(CHAT).gettext("Skip") == "Kapërce\nSkip"
    assert together(CHAT, " · ").gettext("Back") == "Kthehu · Back"


def test_every_catalogue_is_compiled(tmp_path: Path) -> None:
    written = compile_all(lay(tmp_path))
    assert len(written) == len(DOMAINS) * len(CODES)
    assert not list(tmp_path.rglob("tmp*"))


def test_a_compiled_catalogue_translates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_all(lay(tmp_path))
    monkeypatch.setattr(module, "source_file", lambda domain, code: source_file(domain, code, tmp_path))
    translations.cache_clear()
    try:
        assert translations("chat", "sq").gettext("Skip") == "Kapërce"
        source_file("admin", "sq", tmp_path).with_suffix(".mo").unlink()
        with pytest.raises(CatalogueError, match="python -m locales compile"):
            check_installed()
    finally:
        translations.cache_clear()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('#, fuzzy\nmsgid "Skip"\nmsgstr "Kapërce"\n', "«Skip»: marked fuzzy"),
        ('msgid "Skip"\nmsgstr ""\n', "«Skip»: not translated"),
        ('msgid "Skip"\nmsgstr "  "\n', "«Skip»: not translated"),
        ('msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} ditë"\n', "«{n} day»"),
        ('msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} ditë"\nmsgstr[1] ""\n', "not translated"),
        ('msgctxt "button"\nmsgid "Skip"\nmsgstr ""\n', "«Skip» (button): not translated"),
        ('msgid "Skip"\nmsgstr Kapërce\n', "line 8 is not a line of a catalogue"),
        ('msgid "Skip"\nmsgstr "Kapërce\n', "line 8 is not a line of a catalogue"),
    ],
)
def test_a_bad_catalogue_is_not_compiled(tmp_path: Path, body: str, says: str) -> None:
    lay(tmp_path)
    source_file("chat", "sq", tmp_path).write_text(HEADER + body, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        compile_all(tmp_path)
    assert says in str(caught.value)
    assert not list(tmp_path.rglob("*.mo"))


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    source_file("admin", "en", lay(tmp_path)).unlink()
    with pytest.raises(CatalogueError, match=r"en/LC_MESSAGES/admin\.po"):
        compile_all(tmp_path)


@pytest.mark.parametrize(("domain", "code"), [("chat", "xx"), ("post", "sq")])
def test_what_does_not_exist_is_refused(domain: str, code: str) -> None:
    with pytest.raises(CatalogueError, match="no catalogue"):
        translations(domain, code)
