"""The statement that reads one chunk of what was submitted, for `storage.streaming`.

Everything comes as texts of JSON, one for each table: of what a chunk costs, most would be rows otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Uuid, bindparam, exists, false, func, select, tuple_

from storage.filters import Filter, conditions, matches
from storage.gathering import Lines
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
from storage.types import UtcDateTime


def chunk(wanted: Filter, dialect: str, size: int) -> Select[*tuple[Any, ...]]:
    """Return the reading of the next chunk after the place `at`, `id`: one row of five lists.

    These are the submissions, their contributions, the themes of these, their answers and what is redacted in them;
    each begins with the number of its submission in the chunk, from 1. The chunk is found first and what belongs to it
    is then looked up: joined at once, each chunk would cost more than the one before.
    """
    chosen, lines = _chosen(wanted, dialect), Lines(dialect)
    page = _page(wanted, chosen, size)
    about = (lines.quoted(page.c.consultation), lines.quoted(page.c.channel), lines.quoted(page.c.language))
    placed = (lines.plain(page.c.started_at), lines.plain(page.c.submitted_at))
    submission = (page.c.n, lines.plain(page.c.id), lines.plain(page.c.digest), *about, *placed)
    told = (select(lines.all(*submission)).select_from(page), *_belonging_to(page, chosen, lines))
    return select(*(each.scalar_subquery() for each in told))


def _page(wanted: Filter, chosen: Sequence[ColumnElement[bool]], size: int) -> CTE:
    """Return the submissions of the chunk, numbered in the order of time."""
    there = tuple_(bindparam("at", type_=UtcDateTime()), bindparam("id", type_=Uuid()))
    place = tuple_(Submission.submitted_at, Submission.id)
    mine = [Submission.submitted_at.is_not(None), there < place, *_of_submission(wanted)]
    if chosen:
        parts = select(1).select_from(Contribution).join(ContributionText, isouter=True)
        mine.append(exists(parts.where(Contribution.submission_id == Submission.id, *chosen)))
    columns = [Submission.id, Submission.digest, Submission.consultation, Submission.channel, Submission.language]
    columns += [Submission.started_at, Submission.submitted_at]
    found = select(*columns).where(*mine).order_by(Submission.submitted_at, Submission.id).limit(size).subquery()
    number = func.row_number().over(order_by=(found.c.submitted_at, found.c.id))
    return select(found, number.label("n")).cte("page")


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


def _belonging_to(
    page: CTE, chosen: Sequence[ColumnElement[bool]], lines: Lines
) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Return the contributions of the page's submissions, their themes, the answers and the redactions."""
    n, id_ = page.c.n, page.c.id
    parts = select(lines.all(n, Contribution.item, Contribution.position, lines.quoted(Contribution.status)))
    parts = parts.select_from(page).join(Contribution, Contribution.submission_id == id_)
    if chosen:
        parts = parts.join(ContributionText, isouter=True).where(*chosen)
    coded = select(lines.all(n, Contribution.item, Theme.position, lines.quoted(Theme.slug))).select_from(page)
    slot = (lines.quoted(AnswerRow.question), AnswerRow.item, AnswerRow.revision)
    state = (lines.number(AnswerRow.skipped), lines.number(AnswerRow.dropped))
    said = select(lines.all(n, *slot, *state, AnswerRow.chosen, AnswerRow.parts)).select_from(page)
    words = (lines.optional(AnswerRow.parts), lines.optional(lines.quoted(AuthorReply.text)))
    covered = select(lines.all(n, *words, Redaction.start, Redaction.end)).select_from(page)
    return (
        parts,
        coded.join(Contribution, Contribution.submission_id == id_).join(ContributionTheme).join(Theme),
        said.join(AnswerRow, AnswerRow.submission_id == id_),
        covered.join(Redaction, (Redaction.submission_id == id_) & Redaction.undone_at.is_(None))
        .join(AnswerRow, AnswerRow.id == Redaction.answer_id, isouter=True)
        .join(AuthorReply, AuthorReply.id == Redaction.author_reply_id, isouter=True),
    )
