"""What must hold for the catalogues and for every other text of the product, all of it reported at once.

One small function a rule: a rule takes a message and a language and yields sentences about what is wrong.
Whether words are spelled right is asked of locales/spelling.py. For development only.
"""

import ast
import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from locales.catalogues import DOMAINS, CatalogueError, source_file
from locales.compiling import forms, gaps, messages, name, read
from locales.extracting import KEYWORDS, PROJECT, extract, python_sources
from locales.languages import CODES
from locales.spelling import Speller, speller
from locales.texts import Text, collect

Rule = Callable[[Message, str], Iterator[str]]

_PERCENT = re.compile(r"%\((\w+)\)[sd]")
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_QUOTES = {
    "sq": (re.compile(r'["“«»]'), "write „…” in Albanian"),
    "en": (re.compile(r'["„«»]'), "write “…” in English"),
}


def _sources(message: Message) -> tuple[str, ...]:
    """Return the texts in the code: one, or singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


# ------------------------------------------------------------------------------------------------- the rules


def placeholders(text: str) -> Counter[str]:
    """Return the named places of a text, `{name}` and `%(name)s`, with how often each stands there."""
    try:
        named = [part[1] for part in string.Formatter().parse(text) if part[1]]
    except ValueError:  # a brace that stands for itself
        named = []
    return Counter([*named, *_PERCENT.findall(text)])


def same_placeholders(message: Message, _code: str) -> Iterator[str]:
    """Each form names the places that the text in the code names; a singular may leave its number out."""
    sources = _sources(message)
    for form in forms(message):
        allowed = [placeholders(source) for source in sources]
        if placeholders(form) not in allowed:
            yield f"other placeholders in «{form}»"


def same_tags(message: Message, _code: str) -> Iterator[str]:
    """Each form has the same markup as the text in the code."""
    wanted = [Counter(_TAG.findall(source)) for source in _sources(message)]
    for form in forms(message):
        if Counter(_TAG.findall(form)) not in wanted:
            yield f"other markup in «{form}»"


def same_edges(message: Message, _code: str) -> Iterator[str]:
    """White space at the beginning and the end is as in the code."""
    source = _sources(message)[0]
    for form in forms(message):
        if (_edges(form)) != _edges(source):
            yield f"other white space around «{form}»"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def right_quotes(message: Message, code: str) -> Iterator[str]:
    """Quotation marks are those of the language; marks inside tags do not count."""
    for form in forms(message):
        yield from quotes(form, code)


def quotes(text: str, code: str) -> Iterator[str]:
    """Yield a sentence when `text` has quotation marks of another language or of a typewriter."""
    wrong, cure = _QUOTES[code]
    if wrong.search(_TAG.sub("", text)):
        yield f"quotation marks: {cure}: «{text}»"


RULES: tuple[Rule, ...] = (same_placeholders, same_tags, same_edges, right_quotes)


# -------------------------------------------------------------------------------------------- the catalogues


def _keys(catalogue: Catalog) -> dict[tuple[object, str | None], Message]:
    return {(tuple(_sources(message)), message.context): message for message in messages(catalogue)}


def stale(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """Yield a sentence for each text that only the code or only the catalogue has."""
    there, wanted = _keys(catalogue), _keys(template)
    for key in wanted.keys() - there.keys():
        yield f"{name(wanted[key])}: is in the code but not here; run: make strings"
    for key in there.keys() - wanted.keys():
        yield f"{name(there[key])}: is in no code any more; run: make strings"


def catalogue_problems(catalogue: Catalog, template: Catalog, code: str) -> Iterator[str]:
    """Yield everything that is wrong with one catalogue, spelling left aside."""
    yield from sorted(stale(catalogue, template))
    yield from gaps(catalogue)
    for message in messages(catalogue):
        if any(forms(message)):
            for rule in RULES:
                yield from (f"{name(message)}: {what}" for what in rule(message, code))


def spelling_problems(texts: Iterable[Text], spellers: dict[str, Speller]) -> Iterator[str]:
    """Yield each word that is misspelled or may lack its diacritics."""
    for where, code, text in texts:
        judge = spellers[code]
        for word in judge.misspelled(text):
            yield f"{where}: «{word}» is in no dictionary; correct it, or give words-{code}.txt its reason"
        for word, other in judge.doubtful(text):
            yield f"{where}: «{word}» may be «{other}»; correct it, or give plain-{code}.txt its reason"


def texts_of(catalogue: Catalog, where: str, code: str) -> Iterator[Text]:
    """Yield the translated texts of a catalogue, named by what they translate."""
    for message in messages(catalogue):
        yield from (Text(f"{where}: {name(message)}", code, form) for form in forms(message))


# ------------------------------------------------------------------------------------------------- the sources


def hidden_texts(project: Path = PROJECT) -> Iterator[str]:
    """Yield a sentence for each text that is asked for inside an f-string, where Babel does not look for it."""
    for path in sorted(python_sources(project)):
        shown = path.relative_to(project)
        for line, text in in_f_strings(path.read_text(encoding="utf-8")):
            yield f"{shown}:{line}: «{text}» is asked for inside an f-string, where it is not found; ask before it"


def in_f_strings(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each text to be translated that stands inside an f-string of a Python file."""
    calls = {node for each in ast.walk(ast.parse(source)) if isinstance(each, ast.JoinedStr) for node in ast.walk(each)}
    for call in calls:
        if isinstance(call, ast.Call) and _called(call) in KEYWORDS:
            first = call.args[0] if call.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield call.lineno, first.value


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


# ------------------------------------------------------------------------------------------------ everything


def check_all(project: Path = PROJECT) -> list[str]:
    """Return everything that is wrong with the texts of the project; empty when all is well.

    Raise DictionaryMissing when the words cannot be checked on this machine.
    """
    wrong = list(hidden_texts(project))
    texts: list[Text] = []
    for domain in DOMAINS:
        template = extract(domain, project)
        for code in CODES:
            path = source_file(domain, code, project / "locales")
            shown = str(path.relative_to(project))
            try:
                catalogue = read(path, code)
            except CatalogueError as error:
                wrong.append(str(error))
                continue
            wrong += (f"{shown}: {what}" for what in catalogue_problems(catalogue, template, code))
            texts += texts_of(catalogue, shown, code)
    spellers = {code: speller(code, project / "locales") for code in CODES}
    return wrong + _words([*texts, *collect(project)], spellers)


def _words(texts: list[Text], spellers: dict[str, Speller]) -> list[str]:
    """Return what is wrong with the words and quotation marks of all texts, and with the word lists."""
    wrong = [f"{where}: {what}" for where, code, text in texts for what in quotes(text, code)]
    wrong += spelling_problems(texts, spellers)
    for judge in spellers.values():
        wrong += judge.complaints()
        judge.remember()
    return list(dict.fromkeys(wrong))
