"""The same submissions as a table: one row a contribution, the union of all questions as columns.

A spreadsheet runs what looks like a formula. `harmless` takes that away with a leading apostrophe, which is why a
table is not exact to the character and JSON Lines is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from admin.exports.json_lines import timestamp
from dialogs.types import Questionnaire
from storage.database import Database
from storage.submitted import Answered, Contributed, Submitted

Cell = str | int | None

FIXED = (
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

_RUNS = frozenset("=+-@")
_RUNS_AT_ONCE = frozenset("\t\r\n\0")


async def questions(database: Database, consultation: str) -> tuple[str, ...]:
    """Return every question that any version of a consultation's questionnaires asks, in their order."""
    async with database.reading() as work:
        versions = await work.reading.questionnaires(consultation)
    return tuple(dict.fromkeys(_ids(versions)))


def _ids(versions: Iterable[Questionnaire]) -> Iterator[str]:
    for version in versions:
        for section in version.sections:
            yield from (question.id for question in section.questions)


def header(columns: Sequence[str]) -> list[str]:
    """Return the titles of all columns; a question called like a fixed column says that it is a question."""
    return [*FIXED, *(f"answer {each}" if each in FIXED else each for each in columns)]


def rows(submitted: Submitted, columns: Sequence[str]) -> Iterator[list[Cell]]:
    """Yield a row for each contribution, and one where there is none."""
    common: list[Cell] = [
        str(submitted.id),
        submitted.consultation,
        submitted.questionnaire.slug,
        submitted.questionnaire.version,
        submitted.channel,
        submitted.language,
        timestamp(submitted.started_at),
        timestamp(submitted.submitted_at),
    ]
    for contributed in submitted.contributions or (None,):
        own = contributed.answers if contributed else ()
        said = {answer.question.id: _cell(answer) for answer in (*submitted.answers, *own)}
        cells = [*common, *_moderation(contributed), *(said.get(each) for each in columns)]
        yield [harmless(cell) if isinstance(cell, str) else cell for cell in cells]


def _moderation(contributed: Contributed | None) -> list[Cell]:
    if contributed is None:
        return [None, None, None, None]
    return [contributed.position, contributed.status, "", contributed.revisions]


def _cell(answer: Answered) -> str | None:
    value = answer.value
    return "; ".join(value) if isinstance(value, list) else value


def harmless(text: str) -> str:
    """Return `text` with a leading apostrophe where a spreadsheet might run it.

    That is where it begins with = + - @ in any width, also behind blanks and invisible signs, or with a tab, a line
    break or a NUL (OWASP ASVS V1.2.10).
    """
    visible = next((letter for letter in text if not _is_blank(letter)), "")
    runs = text[:1] in _RUNS_AT_ONCE or (visible and unicodedata.normalize("NFKC", visible)[0] in _RUNS)
    return f"'{text}" if text and runs else text


def _is_blank(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in {"Cc", "Cf"} or letter in "\u2800\u3164"
