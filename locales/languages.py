"""The one list of languages. To add one, add it here and run `make strings`; nothing else lists languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the product: its ISO 639-1 code, its own name, the region whose dates it writes."""

    code: str
    name: str
    region: str


LANGUAGES = (Language("sq", "Shqip", "sq_AL"), Language("en", "English", "en_GB"))
"""In the order in which they are offered."""

CODES = tuple(known.code for known in LANGUAGES)
DEFAULT = CODES[0]


def language(code: str) -> Language:
    """Return the language with this code; raise LookupError, naming the known codes, when there is none."""
    for known in LANGUAGES:
        if known.code == code:
            return known
    raise LookupError(f"no language {code!r}: there are {', '.join(CODES)}")
