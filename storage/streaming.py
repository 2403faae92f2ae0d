"""What was submitted, from first to last, over as many transactions as it takes: lean, for files of any length.

One statement reads a chunk of submissions, what was said in each gathered into one text by the database; no object is
made of an answer. What it yields is the same as `storage.whole` would have it, without the revisions.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from dialogs.types import Kind, Questionnaire
from storage.database import Database
from storage.filters import Filter
from storage.masking import Mask
from storage.stream_statements import THEMES, chunk
from storage.transaction import Record
from storage.written import words

CHUNK = 500
"""Submissions read in one go: what an export holds in memory at a time."""

_SLICE = 50
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
        while rows := await ahead:
            ahead = asyncio.ensure_future(reader.next())
            yield await _meanwhile(rows, reader)
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _meanwhile(rows: Sequence[Record], known: _Reader) -> list[Sent]:
    """Put rows into words, little by little: meanwhile the database is asked for the next, and gathers them."""
    made: list[Sent] = []
    shapes, themes = known.shapes, known.themes
    for start in range(0, len(rows), _SLICE):
        made += [_sent(row, shapes[row[1]], themes) for row in rows[start : start + _SLICE]]
        await asyncio.sleep(0)
    return made


class _Reader:
    """Reads chunk after chunk; `shapes` are the versions met so far, by digest, `themes` all there are, by number."""

    def __init__(self, database: Database, wanted: Filter) -> None:
        self.shapes: dict[str, _Shape] = {}
        self.themes: dict[int, _Theme] = {}
        self._database = database
        self._statement = chunk(wanted, "sqlite" if database.is_sqlite else "postgresql", CHUNK)
        self._place: dict[str, Any] | None = {"at": datetime.min.replace(tzinfo=UTC), "id": uuid.UUID(int=0)}

    async def next(self) -> Sequence[Record]:
        """Return the rows of the next chunk, none after the last."""
        if self._place is None:
            return ()
        async with self._database.reading() as work:
            rows = await work.transaction.rows(self._statement, self._place)
            for consultation in {row[2] for row in rows if row[1] not in self.shapes}:
                self.shapes.update(_shapes(await work.reading.questionnaires(consultation)))
            self.themes.update({row[2]: row for row in await work.transaction.rows(THEMES)})
        self._place = _place(rows[-1]) if len(rows) == CHUNK else None
        return rows


def _place(row: Record) -> dict[str, Any]:
    """Return where a row stands in the order of time."""
    at = datetime.fromisoformat(row[6])
    return {"at": at.replace(tzinfo=UTC) if at.tzinfo is None else at, "id": uuid.UUID(row[0])}


# --- rows into values ------------------------------------------------------------------------------------------------


def _shapes(versions: Iterable[Questionnaire]) -> dict[str, _Shape]:
    return {
        each.digest: _Shape(each.slug, each.version, _asked(each, repeated=False), _asked(each, repeated=True))
        for each in versions
    }


def _asked(version: Questionnaire, *, repeated: bool) -> tuple[tuple[str, Kind], ...]:
    sections = [section for section in version.sections if (section.repeat is not None) is repeated]
    return tuple((question.id, question.kind) for section in sections for question in section.questions)


def _sent(row: Record, shape: _Shape, themes: Mapping[int, _Theme]) -> Sent:
    id_, _, consultation, channel, language, started_at, submitted_at, parts, said, covered = row
    stands, changes = _stands(orjson.loads(f"[{said}]") if said else ())
    if covered:
        _cover(stands, orjson.loads(f"[{covered}]"))
    items: list[SentItem] = []
    found = orjson.loads(f"[{parts}]") if parts else []
    found.sort(key=_rank)
    for item, position, status, under in found:
        here = stands.get(item)
        if here:
            slugs = [slug for _, slug, _ in sorted(themes[each] for each in under)] if under else []
            items.append(SentItem(position, status, slugs, changes.get(item, 0), _answers(shape.repeated, here)))
    beside = _answers(shape.beside, stands.get(0, _NOWHERE)) if shape.beside else {}
    about = (shape.slug, shape.version, channel, language, _moment(started_at), _moment(submitted_at))
    return Sent(id_ if "-" in id_ else str(uuid.UUID(id_)), consultation, *about, beside, items)


def _moment(text: str) -> str:
    """Return a moment of UTC as either database writes it, in the form of exports."""
    return f"{text[:10]}T{text[11:19]}Z"


_rank = itemgetter(1)
_Theme = Record
"""A theme: its place in the codebook, its slug, its number."""

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


def _answers(asked: Iterable[tuple[str, Kind]], here: Mapping[str, _Said]) -> Answers:
    """Return what stands in a slot for each question."""
    return {
        question: None if (said := here.get(question)) is None or said[3] else _value(kind, said)
        for question, kind in asked
    }


def _value(kind: Kind, said: _Said) -> Value:
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
