"""Where the catalogues are, and how a running program gets one.

Reads compiled files only, and never falls back in silence: a set that is not whole is an error at start-up.
"""

import gettext
from functools import cache
from pathlib import Path

from locales.languages import CODES

ROOT = Path(__file__).parent

CHAT = "chat"
"""What the bot says: from dialogs/ and bot/."""
DASHBOARD = "admin"
"""What the secretariat reads: from admin/, Python and templates."""
DOMAINS = (CHAT, DASHBOARD)


def translatable(message: str) -> str:
    """Return `message` as it is, and mark it for the catalogues: for texts in tables, translated when shown."""
    return message


class CatalogueError(Exception):
    """The set of catalogues is not whole; the message lists everything that is wrong, one thing a line."""


def source_file(domain: str, code: str, root: Path = ROOT) -> Path:
    """Return where the catalogue that people edit lies."""
    return root / code / "LC_MESSAGES" / f"{domain}.po"


@cache
def translations(domain: str, code: str) -> gettext.NullTranslations:
    """Return the catalogue of `domain` in the language `code`, read once.

    Raise CatalogueError when the domain, the language or the compiled file does not exist.
    """
    if domain not in DOMAINS or code not in CODES:
        raise CatalogueError(f"no catalogue {domain!r} in {code!r}: there are {DOMAINS} in {CODES}")
    compiled = source_file(domain, code).with_suffix(".mo")
    try:
        with compiled.open("rb") as stream:
            return gettext.GNUTranslations(stream)
    except (OSError, ValueError, UnicodeError) as error:
        raise CatalogueError(
            f"{compiled} cannot be read ({error}); write it with: python -m locales compile"
        ) from error


class _Together(gettext.NullTranslations):
    """Every language at once."""

    def __init__(self, domain: str, between: str) -> None:
        super().__init__()
        self._domain, self._between = domain, between

    def gettext(self, message: str) -> str:
        return self._between.join(translations(self._domain, code).gettext(message) for code in CODES)


@cache
def together(domain: str, between: str = "\n") -> gettext.NullTranslations:
    """Return the catalogue of `domain` in every language at once: for somebody whose language is not known yet.

    The languages stand in the order of the one list, with `between` between them.
    """
    return _Together(domain, between)


def check_installed() -> None:
    """Read every catalogue, before a program serves; raise CatalogueError with all that is missing."""
    wrong: list[str] = []
    for domain in DOMAINS:
        for code in CODES:
            try:
                translations(domain, code)
            except CatalogueError as error:
                wrong.append(str(error))
    if wrong:
        raise CatalogueError("\n".join(wrong))
