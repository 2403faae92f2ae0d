"""What was submitted, from first to last, over as many transactions as it takes: lean, for files of any length.

One statement reads a chunk of submissions, what was said in each gathered into JSON by the database; no object is made
of an answer. What it yields is the same as `storage.whole` would have it, without the revisions.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Select, Uuid, bindparam, exists, false, select, tuple_

from dialogs.types import Kind, Questionnaire
from storage.database import Database
from storage.filters import Filter, conditions, matches
from storage.gathering import Json
from storage.masking import Mask
from storage.models import (
    AnswerRow,
    AuthorReply,
    Contribution,
    ContributionText,
    ContributionTheme,
    Redaction,
    Submission,
    Theme,
)
from storage.transaction import Record
from storage.types import UtcDateTime
from storage.written import words

CHUNK = 500
"""Submissions read in one go: what an export holds in memory at a time."""

_SLICE = 25
"""Of these so many are put into words before others have a turn."""

Value = str | list[str] | None
"""A text, the id of an option, several of them, or nothing where it was skipped or not asked."""
Answers = dict[str, Value]


class SentItem(NamedTuple):
    """One contribution: its rank, how it stands, its themes, how often it was changed after it was first said."""

    position: int
    status: str
    themes: list[str]
    revisions: int
    answers: Answers


class Sent(NamedTuple):
    """One submission; `answers` is what belongs to no contribution."""

    id: str
    consultation: str
    questionnaire: str
    version: int
    channel: str
    language: str
    started_at: datetime
    submitted_at: datetime
    answers: Answers
    contributions: list[SentItem]


class _Shape(NamedTuple):
    """What one version of a questionnaire asks: outside of what is repeated, and within it."""

    slug: str
    version: int
    beside: tuple[tuple[str, Kind], ...]
    repeated: tuple[tuple[str, Kind], ...]


async def stream(database: Database, wanted: Filter) -> AsyncIterator[list[Sent]]:
    """Yield what is wanted, a chunk of submissions at a time, oldest first, in constant memory.

    Where contributions are chosen by more than their consultation, questionnaire and language, only those chosen are in
    their submissions. Each chunk is a transaction of its own, so whoever downloads slowly holds nothing up.
    """
    reader = _Reader(database, wanted)
    ahead = asyncio.ensure_future(reader.next())
    try:
        while rows := await ahead:
            ahead = asyncio.ensure_future(reader.next())
            yield await _meanwhile(rows, reader.shapes)
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _meanwhile(rows: Sequence[Record], shapes: Mapping[str, _Shape]) -> list[Sent]:
    """Put rows into words, little by little: meanwhile the database is asked for the next, and gathers them."""
    made: list[Sent] = []
    for start in range(0, len(rows), _SLICE):
        made += [_sent(row, shapes[row[1]]) for row in rows[start : start + _SLICE]]
        await asyncio.sleep(0)
    return made


class _Reader:
    """Reads chunk after chunk; `shapes` are the versions met so far, by digest."""

    def __init__(self, database: Database, wanted: Filter) -> None:
        self.shapes: dict[str, _Shape] = {}
        self._database = database
        self._statement = _statement(wanted, "sqlite" if database.is_sqlite else "postgresql")
        self._place: dict[str, Any] | None = {"at": datetime.min.replace(tzinfo=UTC), "id": uuid.UUID(int=0)}

    async def next(self) -> Sequence[Record]:
        """Return the rows of the next chunk, none after the last."""
        if self._place is None:
            return ()
        async with self._database.reading() as work:
            rows = await work.transaction.rows(self._statement, self._place)
            for consultation in {row[2] for row in rows if row[1] not in self.shapes}:
                self.shapes.update(_shapes(await work.reading.questionnaires(consultation)))
        self._place = {"at": rows[-1][6], "id": rows[-1][0]} if len(rows) == CHUNK else None
        return rows


# --- rows into values ------------------------------------------------------------------------------------------------


def _shapes(versions: Iterable[Questionnaire]) -> dict[str, _Shape]:
    return {
        each.digest: _Shape(each.slug, each.version, _asked(each, repeated=False), _asked(each, repeated=True))
        for each in versions
    }


def _asked(version: Questionnaire, *, repeated: bool) -> tuple[tuple[str, Kind], ...]:
    sections = [section for section in version.sections if (section.repeat is not None) is repeated]
    return tuple((question.id, question.kind) for section in sections for question in section.questions)


def _sent(row: Record, shape: _Shape) -> Sent:
    id_, _, consultation, channel, language, started_at, submitted_at, parts, said, covered = row
    stands, changes = _stands(orjson.loads(said) if said else ())
    if covered and covered != "[]":
        _cover(stands, orjson.loads(covered))
    items: list[SentItem] = []
    found = orjson.loads(parts) if parts else []
    found.sort(key=_rank)
    for item, position, status, themes in found:
        here = stands.get(item)
        if here:
            slugs = [slug for _, _, slug in sorted(themes)] if themes else []
            answers = {question: _value(kind, here.get(question)) for question, kind in shape.repeated}
            items.append(SentItem(position, status, slugs, changes.get(item, 0), answers))
    here = stands.get(0, _NOWHERE)
    beside = {question: _value(kind, here.get(question)) for question, kind in shape.beside} if shape.beside else {}
    return Sent(
        str(id_), consultation, shape.slug, shape.version, channel, language, started_at, submitted_at, beside, items
    )


_rank = itemgetter(1)

_Said = list[Any]
"""An answer's revision: question, item, revision, whether skipped, dropped; chosen, parts."""
_Stands = dict[int, dict[str, _Said]]
_NOWHERE: dict[str, _Said] = {}


def _stands(said: Iterable[_Said]) -> tuple[_Stands, Mapping[int, int]]:
    """Return what stands in each slot now, by item and question, and how often each item was changed."""
    newest: _Stands = {}
    changes: dict[int, int] = {}
    gone: list[_Said] = []
    for each in said:
        question, item, revision, _, dropped, _, _ = each
        here = newest.get(item)
        if here is None:
            newest[item] = {question: each}
        elif question not in here or here[question][2] < revision:
            here[question] = each
        if dropped:
            gone.append(each)
        elif revision:
            changes[item] = changes.get(item, 0) + 1
    for each in gone:
        if newest[each[1]].get(each[0]) is each:
            del newest[each[1]][each[0]]
    return newest, changes


def _value(kind: Kind, said: _Said | None) -> Value:
    if said is None or said[3]:
        return None
    if kind is Kind.TEXT:
        parts = said[6]
        if len(parts) == 1:
            text: str = parts[0][1]
            return text
        return "\n".join([part[1] for part in parts]) if parts else None
    return said[5] if kind is Kind.MULTI else next(iter(said[5]), None)


def _cover(stands: _Stands, covered: Iterable[Sequence[Any]]) -> None:
    """Leave out of every text what is redacted in the submission."""
    mask = Mask(tuple(words(parts, text, start, end) for parts, text, start, end in covered))
    for said in (each for here in stands.values() for each in here.values()):
        if said[6]:
            said[6] = [[0, mask.over("\n".join(part[1] for part in said[6]))]]


# --- the statement ---------------------------------------------------------------------------------------------------


def _statement(wanted: Filter, dialect: str) -> Select[*tuple[Any, ...]]:
    """Return the reading of the next chunk after the place `at`, `id`.

    The chunk is found first and what belongs to it is then looked up: joined at once, each chunk would cost more than
    the one before.
    """
    chosen = _chosen(wanted, dialect)
    there = tuple_(bindparam("at", type_=UtcDateTime()), bindparam("id", type_=Uuid()))
    place = tuple_(Submission.submitted_at, Submission.id)
    mine = [Submission.submitted_at.is_not(None), there < place, *_of_submission(wanted)]
    if chosen:
        parts = select(1).select_from(Contribution).join(ContributionText, isouter=True)
        mine.append(exists(parts.where(Contribution.submission_id == Submission.id, *chosen)))
    columns = [Submission.id, Submission.digest, Submission.consultation, Submission.channel, Submission.language]
    columns += [Submission.started_at, Submission.submitted_at]
    page = select(*columns).where(*mine).order_by(Submission.submitted_at, Submission.id).limit(CHUNK).subquery("page")
    return select(page, *_belonging_to(page.c, chosen, Json(dialect))).order_by(page.c.submitted_at, page.c.id)


def _of_submission(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what must hold of a submission whatever is in it."""
    slugs = [slug for slug in wanted.scope if wanted.consultation in {"", slug}]
    found: list[ColumnElement[bool]] = [Submission.consultation.in_(slugs) if slugs else false()]
    if wanted.questionnaire:
        found.append(Submission.questionnaire == wanted.questionnaire)
    if wanted.languages:
        found.append(Submission.language.in_(wanted.languages))
    return found


def _chosen(wanted: Filter, dialect: str) -> list[ColumnElement[bool]]:
    """Return what must hold of each contribution; nothing where all of a submission are wanted."""
    of_all = Filter(wanted.scope, wanted.consultation, questionnaire=wanted.questionnaire, languages=wanted.languages)
    if replace(wanted, words=" ".join(wanted.folded)) == of_all:
        return []
    return [*conditions(wanted), *matches(wanted.folded, dialect)] if wanted.folded else conditions(wanted)


def _belonging_to(page: Any, chosen: Sequence[ColumnElement[bool]], json: Json) -> tuple[ColumnElement[Any], ...]:
    """Return the contributions, the answers and the redactions of a submission of the page."""
    coded = select(json.all(Theme.position, Theme.id, Theme.slug)).join(ContributionTheme)
    themes = coded.where(ContributionTheme.contribution_id == Contribution.id).scalar_subquery()
    parts = select(json.all(Contribution.item, Contribution.position, Contribution.status, json.inner(themes)))
    if chosen:
        parts = parts.join(ContributionText, isouter=True)
    told = (AnswerRow.question, AnswerRow.item, AnswerRow.revision, AnswerRow.skipped, AnswerRow.dropped)
    said = select(json.all(*told, json.inner(AnswerRow.chosen), json.inner(AnswerRow.parts)))
    covered = select(json.all(json.inner(AnswerRow.parts), AuthorReply.text, Redaction.start, Redaction.end))
    return (
        json.text(parts.where(Contribution.submission_id == page.id, *chosen)),
        json.text(said.where(AnswerRow.submission_id == page.id)),
        json.text(
            covered.select_from(Redaction)
            .join(AnswerRow, AnswerRow.id == Redaction.answer_id, isouter=True)
            .join(AuthorReply, AuthorReply.id == Redaction.author_reply_id, isouter=True)
            .where(Redaction.submission_id == page.id, Redaction.undone_at.is_(None))
        ),
    )
