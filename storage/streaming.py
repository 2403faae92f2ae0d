"""What was submitted, from first to last, over as many transactions as it takes: lean, for files of any length.

One statement reads a chunk of submissions, each table of it gathered into one text by the database; no object is
made of an answer. What it yields is the same as `storage.whole` would have it, without the revisions.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from dialogs.types import Kind, Questionnaire
from storage.database import Database
from storage.filters import Filter
from storage.masking import Mask
from storage.stream_statements import chunk
from storage.written import words

CHUNK = 1000
"""Submissions read in one go: what an export holds in memory at a time."""

_SLICE = 50
"""Of these so many are put into words before others have a turn."""

Value = str | list[str] | None
"""A text, the id of an option, several of them, or nothing where it was skipped or not asked."""
Answers = dict[str, Value]
Told = list[Any]
"""A row as JSON has it, the number of its submission in the chunk first."""


class SentItem(NamedTuple):
    """One contribution: its rank, how it stands, its themes, how often it was changed after it was first said."""

    position: int
    status: str
    themes: list[str]
    revisions: int
    answers: Answers


class Sent(NamedTuple):
    """One submission; `answers` is what belongs to no contribution.

    Moments are UTC, to the second, such as "2026-11-23T13:05:00Z".
    """

    id: str
    consultation: str
    questionnaire: str
    version: int
    channel: str
    language: str
    started_at: str
    submitted_at: str
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
        while chunk := await ahead:
            ahead = asyncio.ensure_future(reader.next())
            yield await _meanwhile(chunk, reader.shapes)
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _meanwhile(chunk: _Chunk, shapes: Mapping[str, _Shape]) -> list[Sent]:
    """Put rows into words, little by little: meanwhile the database is asked for the next, and gathers them."""
    made: list[Sent] = []
    belonging = [_by_submission(text, len(chunk.submissions)) for text in chunk.belonging]
    each = zip(chunk.submissions, *belonging, strict=True)
    while some := [_sent(row, shapes[row[2]], *rest) for row, *rest in islice(each, _SLICE)]:
        made += some
        await asyncio.sleep(0)
    return made


class _Chunk(NamedTuple):
    """The rows of some submissions, in their order, and JSON of what belongs to them, a text for each table."""

    submissions: list[Told]
    belonging: Sequence[str]


class _Reader:
    """Reads chunk after chunk; `shapes` are the versions met so far, by digest."""

    def __init__(self, database: Database, wanted: Filter) -> None:
        self.shapes: dict[str, _Shape] = {}
        self._database = database
        self._statement = chunk(wanted, "sqlite" if database.is_sqlite else "postgresql", CHUNK)
        self._place: dict[str, Any] | None = {"at": datetime.min.replace(tzinfo=UTC), "id": uuid.UUID(int=0)}

    async def next(self) -> _Chunk | None:
        """Return the next chunk, None after the last."""
        if self._place is None:
            return None
        async with self._database.reading() as work:
            [(told, *belonging)] = await work.transaction.rows(self._statement, self._place)
            submissions: list[Told] = sorted(orjson.loads(told), key=_number)
            for consultation in {row[3] for row in submissions if row[2] not in self.shapes}:
                self.shapes.update(_shapes(await work.reading.questionnaires(consultation)))
        self._place = _place(submissions[-1]) if len(submissions) == CHUNK else None
        return _Chunk(submissions, belonging) if submissions else None


def _place(row: Told) -> dict[str, Any]:
    """Return where a row stands in the order of time."""
    at = datetime.fromisoformat(row[7])
    return {"at": at.replace(tzinfo=UTC) if at.tzinfo is None else at, "id": uuid.UUID(row[1])}


def _by_submission(text: str, many: int) -> Iterator[list[Told]]:
    """Return the rows of a table that belong to each of so many submissions, in the order of these."""
    found: list[list[Told]] = [[] for _ in range(many + 1)]
    for row in orjson.loads(text):
        found[row[0]].append(row)
    return islice(found, 1, None)


# --- rows into values ------------------------------------------------------------------------------------------------


def _shapes(versions: Iterable[Questionnaire]) -> dict[str, _Shape]:
    return {
        each.digest: _Shape(each.slug, each.version, _asked(each, repeated=False), _asked(each, repeated=True))
        for each in versions
    }


def _asked(version: Questionnaire, *, repeated: bool) -> tuple[tuple[str, Kind], ...]:
    sections = [section for section in version.sections if (section.repeat is not None) is repeated]
    return tuple((question.id, question.kind) for section in sections for question in section.questions)


def _sent(
    row: Told, shape: _Shape, parts: list[Told], coded: list[Told], said: list[Told], covered: list[Told]
) -> Sent:
    _, id_, _, consultation, channel, language, started_at, submitted_at = row
    stands, changes = _stands(said)
    if covered:
        _cover(stands, covered)
    items: list[SentItem] = []
    parts.sort(key=_rank)
    for _, item, position, status in parts:
        here = stands.get(item)
        if here:
            slugs = [slug for _, its, _, slug in sorted(coded) if its == item] if coded else []
            items.append(SentItem(position, status, slugs, changes.get(item, 0), _answers(shape.repeated, here)))
    beside = _answers(shape.beside, stands.get(0, _NOWHERE)) if shape.beside else {}
    about = (shape.slug, shape.version, channel, language, _moment(started_at), _moment(submitted_at))
    return Sent(id_ if "-" in id_ else str(uuid.UUID(id_)), consultation, *about, beside, items)


def _moment(text: str) -> str:
    """Return a moment of UTC as either database writes it, in the form of exports."""
    return f"{text[:10]}T{text[11:19]}Z"


_number = itemgetter(0)
_rank = itemgetter(2)

_Said = Told
"""An answer's revision: its submission, question, item, revision, whether skipped, dropped; chosen, parts."""
_Stands = dict[int, dict[str, _Said]]
_NOWHERE: dict[str, _Said] = {}


def _stands(said: Iterable[_Said]) -> tuple[_Stands, Mapping[int, int]]:
    """Return what stands in each slot now, by item and question, and how often each item was changed."""
    newest: _Stands = {}
    changes: dict[int, int] = {}
    gone: list[_Said] = []
    for each in said:
        _, question, item, revision, _, dropped, _, _ = each
        here = newest.get(item)
        if here is None:
            newest[item] = {question: each}
        elif question not in here or here[question][3] < revision:
            here[question] = each
        if dropped:
            gone.append(each)
        elif revision:
            changes[item] = changes.get(item, 0) + 1
    for each in gone:
        if newest[each[2]].get(each[1]) is each:
            del newest[each[2]][each[1]]
    return newest, changes


def _answers(asked: Iterable[tuple[str, Kind]], here: Mapping[str, _Said]) -> Answers:
    """Return what stands in a slot for each question."""
    return {
        question: None if (said := here.get(question)) is None or said[4] else _value(kind, said)
        for question, kind in asked
    }


def _value(kind: Kind, said: _Said) -> Value:
    if kind is Kind.TEXT:
        parts = said[7]
        if len(parts) == 1:
            text: str = parts[0][1]
            return text
        return "\n".join([part[1] for part in parts]) if parts else None
    return said[6] if kind is Kind.MULTI else next(iter(said[6]), None)


def _cover(stands: _Stands, covered: Iterable[Sequence[Any]]) -> None:
    """Leave out of every text what is redacted in the submission."""
    mask = Mask(tuple(words(parts, text, start, end) for _, parts, text, start, end in covered))
    for said in (each for here in stands.values() for each in here.values()):
        if said[7]:
            said[7] = [[0, mask.over("\n".join(part[1] for part in said[7]))]]
