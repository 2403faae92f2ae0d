"""From .po to .mo, at build time and by `python -m locales compile`.

A catalogue that is not whole is not compiled. Only Babel and the standard library may come in: the build of a
wheel runs this with nothing else installed.
"""

import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from locales.catalogues import DOMAINS, ROOT, CatalogueError, source_file
from locales.languages import CODES

_LINE = re.compile(r'#.*|(?:msg(?:ctxt|id|id_plural|str(?:\[\d\])?)\s+)?"(?:[^"\\]|\\.)*"')


def read(path: Path, code: str) -> Catalog:
    """Read one .po file; raise CatalogueError when it is missing or malformed."""
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_malformed_lines(text)
        return read_po(io.StringIO(text), locale=code, abort_invalid=True)
    except (OSError, PoFileError, UnicodeError, ValueError) as error:
        raise CatalogueError(f"{path}: cannot be read: {error}") from error


def _refuse_malformed_lines(text: str) -> None:
    """Raise ValueError at a line whose quotes do not pair; Babel would cut a letter off in silence."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not _LINE.fullmatch(line.strip()):
            raise ValueError(f"line {number} is not a line of a catalogue: {line}")


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages of a catalogue without its header."""
    return (message for message in catalogue if message.id)


def forms(message: Message) -> tuple[str, ...]:
    """Return the translated forms: one, or one for each plural."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def gaps(catalogue: Catalog) -> Iterator[str]:
    """Yield a sentence for each message that is fuzzy, or lacks a form."""
    for message in messages(catalogue):
        if message.fuzzy:
            yield f"{name(message)}: marked fuzzy; check it and remove the mark"
        wanted = catalogue.num_plurals if message.pluralizable else 1
        if len(forms(message)) != wanted:
            yield f"{name(message)}: {len(forms(message))} forms instead of {wanted}"
        elif not all(form.strip() for form in forms(message)):
            yield f"{name(message)}: not translated"


def name(message: Message) -> str:
    """Return how a message is called in a report: its source text, with its context where it has one."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"«{text}»" + (f" ({message.context})" if message.context else "")


def _write(catalogue: Catalog, target: Path) -> None:
    """Write the compiled file in one step: a reader meanwhile sees the old or the new one, never half."""
    handle, scratch = tempfile.mkstemp(dir=target.parent, suffix=".mo")
    with os.fdopen(handle, "wb") as stream:
        write_mo(stream, catalogue)
    Path(scratch).chmod(0o644)
    Path(scratch).replace(target)


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile every catalogue of every language under `root`; return the files written.

    Raise CatalogueError with everything that is missing, fuzzy or malformed, and write nothing then.
    """
    wrong: list[str] = []
    ready: list[tuple[Catalog, Path]] = []
    for path, code in ((source_file(domain, code, root), code) for domain in DOMAINS for code in CODES):
        try:
            catalogue = read(path, code)
        except CatalogueError as error:
            wrong.append(str(error))
            continue
        wrong += (f"{path}: {gap}" for gap in gaps(catalogue))
        ready.append((catalogue, path.with_suffix(".mo")))
    if wrong:
        raise CatalogueError("\n".join(wrong))
    for catalogue, target in ready:
        _write(catalogue, target)
    return [target for _, target in ready]
