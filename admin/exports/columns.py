"""The columns of a table: their codes, which programs rely on, and their titles for readers of either language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import locales
from dialogs.types import Question, Questionnaire
from locales import translatable
from storage.database import Database
from storage.filters import Filter

FIXED: Final = (
    "id",
    "consultation",
    "questionnaire",
    "version",
    "channel",
    "language",
    "started_at",
    "submitted_at",
    "contribution",
    "status",
    "themes",
    "revisions",
)
"""The columns that every table has; `contribution` is its rank within the submission."""

TITLES: Final = {
    "id": translatable("Submission"),
    "consultation": translatable("Consultation"),
    "questionnaire": translatable("Questionnaire"),
    "version": translatable("Version"),
    "channel": translatable("Channel"),
    "language": translatable("Language"),
    "started_at": translatable("Begun"),
    "submitted_at": translatable("Sent"),
    "contribution": translatable("Number"),
    "status": translatable("Status"),
    "themes": translatable("Themes"),
    "revisions": translatable("Changes"),
}

ABOUT: Final = {
    "id": translatable("A number made by chance; rows with the same one were sent together. It leads to nobody."),
    "consultation": translatable("The consultation's short name, as in addresses."),
    "questionnaire": translatable("The questionnaire's short name; its questions stand below."),
    "version": translatable("Which version of the questionnaire was answered."),
    "channel": translatable("Where it was said."),
    "language": translatable("The language that its author had chosen: sq or en."),
    "started_at": translatable("When the first question was shown."),
    "submitted_at": translatable("When it was sent."),
    "contribution": translatable("Which one it is within its submission, counted from 1."),
    "status": translatable("Where the secretariat's work on it stands; the codes are below."),
    "themes": translatable("The codes of its themes, in the codebook's order; the codes are below."),
    "revisions": translatable("How often its author changed an answer after first giving it."),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table: the questions, in their order, and the title of every column."""

    questions: tuple[str, ...]
    titles: tuple[str, ...]


async def columns(database: Database, wanted: Filter, language: str = "") -> Columns:
    """Return the columns for every question that any version of the questionnaires wanted asks.

    Titles are codes, or words of `language` where one is named.
    """
    asked = _newest(await versions(database, wanted))
    titles = _words(asked, language) if language else _codes(asked)
    return Columns(tuple(asked), tuple(titles))


async def versions(database: Database, wanted: Filter) -> tuple[Questionnaire, ...]:
    """Return every version of the questionnaires wanted, in the order they are offered."""
    found: list[Questionnaire] = []
    async with database.reading() as work:
        for slug in (each for each in wanted.scope if wanted.consultation in {"", each}):
            found += await work.reading.questionnaires(slug)
    return tuple(each for each in found if wanted.questionnaire in {"", each.slug})


def _newest(versions: Iterable[Questionnaire]) -> dict[str, Question]:
    """Return each question by its id, as its newest version words it."""
    found: dict[str, Question] = {}
    for version in versions:
        for section in version.sections:
            found.update({question.id: question for question in section.questions})
    return found


def _codes(asked: Iterable[str]) -> list[str]:
    """Return codes; a question called like a fixed column says that it is a question."""
    return [*FIXED, *(f"answer {each}" if each in FIXED else each for each in asked)]


def _words(asked: dict[str, Question], language: str) -> list[str]:
    """Return titles in words; where two would read alike, the code is added."""
    t = locales.translations(locales.DASHBOARD, language)
    fixed = [t.gettext(TITLES[each]) for each in FIXED]
    labels = {id_: question.label[language] for id_, question in asked.items()}
    count = Counter([*fixed, *labels.values()])
    return [*fixed, *(label if count[label] == 1 else f"{label} ({id_})" for id_, label in labels.items())]
