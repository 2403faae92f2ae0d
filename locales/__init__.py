"""Languages: the one list of them, the catalogues of interface text, how dates and numbers are written.

What the institution asks is content and lives in dialogs/consultations; what the product says around it lives
here. Nothing in this package knows Telegram, a database or a page. The modules that extract and check texts
(`extracting`, `checks`, `spelling`, `texts`, `words`) are for development and are not imported at run time.
"""

from locales.catalogues import (
    CHAT,
    DASHBOARD,
    DOMAINS,
    CatalogueError,
    check_installed,
    together,
    translatable,
    translations,
)
from locales.folding import fold, sort_key
from locales.formats import clock, day_month, full_date, in_albania, long_date, midnight, number, today
from locales.languages import CODES, DEFAULT, LANGUAGES, Language, language

__all__ = [
    "CHAT",
    "CODES",
    "DASHBOARD",
    "DEFAULT",
    "DOMAINS",
    "LANGUAGES",
    "CatalogueError",
    "Language",
    "check_installed",
    "clock",
    "day_month",
    "fold",
    "full_date",
    "in_albania",
    "language",
    "long_date",
    "midnight",
    "number",
    "sort_key",
    "today",
    "together",
    "translatable",
    "translations",
]
