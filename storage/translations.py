"""Translations by a person, beside an answer and never in its place.

One for each answer and language. Whoever writes one says which version they had before them; where somebody was faster
nothing is kept. A translation of what the author said before is kept, and known to be out of date.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import StorageError
from storage.models import Staff, Translation
from storage.transaction import Transaction

NONE = -1
"""The version of a translation that nobody has written yet."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation of one answer: into which language, of which revision, by whom (None: unknown), when."""

    question: str
    language: str
    text: str
    revision: int
    by: str | None
    at: datetime
    version: int


class TranslationMoved(StorageError):
    """Somebody else was faster: nothing was kept. `now` is what stands, None where it was taken away."""

    def __init__(self, now: Translated | None) -> None:
        self.now = now
        super().__init__("somebody else translated this")


class Translations:
    """Translations of contributions, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, contribution: uuid.UUID) -> tuple[Translated, ...]:
        """Return the translations beside a contribution, in the order of its answers' names and of languages."""
        statement = _SELECT.where(Translation.contribution_id == contribution)
        rows = await self._transaction.rows(statement.order_by(Translation.question, Translation.language))
        return tuple(Translated(*row) for row in rows)

    async def one(self, contribution: uuid.UUID, question: str, language: str) -> Translated | None:
        """Return the translation of one answer into one language, or None."""
        row = await self._transaction.first(_SELECT.where(*_which(contribution, question, language)))
        return Translated(*row) if row else None

    async def write(
        self,
        contribution: uuid.UUID,
        question: str,
        language: str,
        text: str,
        *,
        revision: int,
        seen: int,
        by: int | None,
        now: datetime,
    ) -> None:
        """Keep a translation of the answer's `revision`, for the version `seen` (`NONE` for none); empty takes it away.

        Raises TranslationMoved where another version stands.
        """
        stands = await self.one(contribution, question, language)
        if (stands.version if stands else NONE) != seen:
            raise TranslationMoved(stands)
        which = _which(contribution, question, language)
        values = {"text": text.strip(), "revision": revision, "staff_id": by, "at": now, "version": seen + 1}
        mine = Translation.version == seen
        if not text.strip():
            done = await self._transaction.changed(delete(Translation).where(*which, mine)) if stands else 1
        elif stands:
            done = await self._transaction.changed(update(Translation).where(*which, mine).values(**values))
        else:
            key = {"contribution_id": contribution, "question": question, "language": language}
            dialect: Any = sqlite if self._transaction.dialect == "sqlite" else postgresql
            done = await self._transaction.changed(
                dialect.insert(Translation).values(**key, **values).on_conflict_do_nothing()
            )
        if not done:
            raise TranslationMoved(await self.one(contribution, question, language))


def _which(contribution: uuid.UUID, question: str, language: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Translation.contribution_id == contribution,
        Translation.question == question,
        Translation.language == language,
    )


_SELECT = select(
    Translation.question,
    Translation.language,
    Translation.text,
    Translation.revision,
    Staff.name,
    Translation.at,
    Translation.version,
).join(Staff, Staff.id == Translation.staff_id, isouter=True)
