"""From source code to catalogues: find every text to be translated, keep the .po files in step with it.

Files are written so that a diff shows changed texts and nothing else: sorted, unwrapped, no line numbers, no
dates. For development only.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import write_po

from locales.catalogues import CHAT, DASHBOARD, DOMAINS, ROOT, source_file
from locales.compiling import forms, messages, read
from locales.languages import CODES

PROJECT = ROOT.parent
SOURCE_LANGUAGE = "en"
"""The language of the texts in the code; its catalogue repeats them unless somebody chose better words."""

SOURCES = {
    CHAT: (("dialogs", "*.py", "python"), ("bot", "*.py", "python")),
    DASHBOARD: (
        ("admin", "*.py", "python"),
        ("admin", "*.html", "jinja2.ext:babel_extract"),
        ("dialogs", "*.py", "worded"),
    ),
}
"""For each domain: folder, files in it at any depth, and Babel's way of reading them.

`worded` stands for what is wrong with a file that somebody brings: Python, and the texts within `worded(…)` alone.
"""

KEYWORDS = {**DEFAULT_KEYWORDS, "translatable": None}
WORDED = {"worded": None}
_OPTIONS = {"trimmed": "true", "silent": "false", "encoding": "utf-8"}
_TITLES = {CHAT: "What the bot says", DASHBOARD: "What the secretariat reads"}


def extract(domain: str, project: Path = PROJECT) -> Catalog:
    """Return a catalogue of all texts that the sources of `domain` ask for."""
    template = Catalog(charset="utf-8")
    for folder, pattern, method in SOURCES[domain]:
        for path in sorted((project / folder).rglob(pattern)):
            _extract_file(template, path, method)
    return template


def python_sources(project: Path = PROJECT) -> set[Path]:
    """Return the Python files that any domain's texts stand in."""
    places = {(folder, pattern) for each in SOURCES.values() for folder, pattern, way in each if way == "python"}
    return {path for folder, pattern in places for path in (project / folder).rglob(pattern)}


def _extract_file(template: Catalog, path: Path, method: str) -> None:
    """Add the texts of one file, with the comments that begin with `Translators:`."""
    options = _OPTIONS if method.startswith("jinja2") else {}
    way, keywords = ("python", WORDED) if method == "worded" else (method, KEYWORDS)
    found = extract_from_file(way, path, keywords=keywords, comment_tags=("Translators:",), options=options)
    for _line, text, comments, context in found:
        template.add(text, auto_comments=comments, context=context)


def update(domain: str, code: str, project: Path = PROJECT, root: Path = ROOT) -> bool:
    """Bring one catalogue in step with the sources; return whether its file changed.

    New texts come in empty (in the source language: as they are); texts that no source has go away; a text
    that was reworded keeps its old translation, marked fuzzy.
    """
    path = source_file(domain, code, root)
    catalogue = read(path, code) if path.exists() else Catalog(locale=code, charset="utf-8")
    is_source = code == SOURCE_LANGUAGE
    catalogue.update(extract(domain, project), no_fuzzy_matching=is_source, update_header_comment=False)
    if is_source:
        _repeat_source(catalogue)
    return _save(path, render(catalogue, domain))


def _repeat_source(catalogue: Catalog) -> None:
    """Give each message without a text of its own the words of the code."""
    for message in messages(catalogue):
        if not any(forms(message)):
            message.string = message.id


def render(catalogue: Catalog, domain: str) -> str:
    """Return the text of the .po file, with a header that never changes by itself."""
    body = io.BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    header = [
        f"# {_TITLES[domain]}. `make strings` keeps it in step with the sources; translations go here.",
        'msgid ""',
        'msgstr ""',
        f'"Language: {catalogue.locale_identifier}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        f'"Plural-Forms: {catalogue.plural_forms}\\n"',
    ]
    text = body.getvalue().decode()
    return "\n".join(header) + "\n" + (f"\n{text.strip()}\n" if text.strip() else "")


def _save(path: Path, text: str) -> bool:
    """Write `text` where it differs from what is there."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def update_all(project: Path = PROJECT, root: Path = ROOT) -> Iterator[Path]:
    """Bring every catalogue in step; yield the files that changed."""
    for domain in DOMAINS:
        for code in CODES:
            if update(domain, code, project, root):
                yield source_file(domain, code, root)
