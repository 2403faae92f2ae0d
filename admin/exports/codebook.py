"""What explains an export: its columns, the codes of statuses and themes, and how every question was worded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import locales
from admin.choices import STATUS_LABELS
from admin.exports.columns import ABOUT, FIXED, TITLES, versions
from admin.exports.flat import harmless
from dialogs.types import Localized, Question, Questionnaire
from storage.codebook import ThemeEntry
from storage.database import Database
from storage.filters import Filter

Line = tuple[str, str, str, str, str]
"""What it is, its code, how it reads in Albanian and in English, and a remark in the reader's language."""


async def rows(database: Database, wanted: Filter, language: str = "") -> list[Line]:
    """Return the codebook as rows, its titles first."""
    t = locales.translations(locales.DASHBOARD, language or "en").gettext
    titles = (t("What it is"), t("Code"), t("Albanian"), t("English"), t("Explanation"))
    columns = [(t("Column"), code, *_both(TITLES[code]), t(ABOUT[code])) for code in FIXED]
    statuses = [(t("Status"), code, *_both(text), "") for code, text in STATUS_LABELS.items()]
    asked = _asked(await versions(database, wanted), t("Question"), t("Choice"), language or "en")
    themes = [(t("Theme"), *each) for each in await _themes(database, wanted, language or "en")]
    return [titles, *(_safe(each) for each in (*columns, *statuses, *themes, *asked))]


def _safe(line: Line) -> Line:
    kind, code, albanian, english, about = line
    return kind, harmless(code), harmless(albanian), harmless(english), harmless(about)


def _both(text: str) -> tuple[str, str]:
    albanian, english = (locales.translations(locales.DASHBOARD, code).gettext(text) for code in ("sq", "en"))
    return albanian, english


async def _themes(database: Database, wanted: Filter, language: str) -> list[tuple[str, str, str, str]]:
    """Return each theme once: consultations that have the same one in the same words share a row."""
    async with database.reading() as work:
        found = await work.codebook.themes(
            [each for each in wanted.scope if wanted.consultation in {"", each}], retired=True
        )
    return list(
        dict.fromkeys((each.slug, _in(each.name, "sq"), _in(each.name, "en"), _about(each, language)) for each in found)
    )


def _about(theme: ThemeEntry, language: str) -> str:
    """Return what belongs under a theme; of one that a secretariat added, whose it is."""
    own = theme.family == "other"
    return f"{_in(theme.about, language)} ({theme.consultation})".strip() if own else _in(theme.about, language)


def _in(text: Localized, language: str) -> str:
    return str(text.get(language, ""))


def _asked(versions: Iterable[Questionnaire], question: str, choice: str, language: str) -> Iterator[Line]:
    """Yield every question of every version, each followed by its choices."""
    for version in versions:
        for each in (each for section in version.sections for each in section.questions):
            yield (question, each.id, each.ask["sq"], each.ask["en"], _where(version, each, language))
            for option in each.options:
                yield (choice, option.id, option.label["sq"], option.label["en"], f"{each.id}")


def _where(version: Questionnaire, question: Question, language: str) -> str:
    t = locales.translations(locales.DASHBOARD, language).gettext
    place = t("{questionnaire}, version {version}").format(
        questionnaire=version.title[language], version=version.version
    )
    return f"{place} ({version.consultation})"
