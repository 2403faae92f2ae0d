"""The statement that reads one chunk of what was submitted, for `storage.streaming`.

What belongs to a submission comes as text, JSON without its outer brackets; NULL where there is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, Uuid, bindparam, cast, exists, false, select, tuple_

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
    page = select(*columns).where(*mine).order_by(Submission.submitted_at, Submission.id).limit(size).subquery("page")
    told = [cast(each, Text) if each.name in _AS_TEXT else each for each in page.c]
    return select(*told, *_belonging_to(page.c, chosen, Lines(dialect))).order_by(page.c.submitted_at, page.c.id)


_AS_TEXT = {"id", "started_at", "submitted_at"}
"""What is told as the database writes it, which is quicker than values of it."""
THEMES = select(Theme.position, Theme.slug, Theme.id)


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


def _belonging_to(page: Any, chosen: Sequence[ColumnElement[bool]], lines: Lines) -> tuple[ColumnElement[Any], ...]:
    """Return the contributions, the answers and the redactions of a submission of the page."""
    coded = select(lines.all(ContributionTheme.theme_id)).where(ContributionTheme.contribution_id == Contribution.id)
    part = (Contribution.item, Contribution.position, lines.quoted(Contribution.status), lines.several(coded))
    parts = select(lines.all(lines.list(*part)))
    if chosen:
        parts = parts.join(ContributionText, isouter=True)
    slot = (lines.quoted(AnswerRow.question), AnswerRow.item, AnswerRow.revision)
    state = (lines.number(AnswerRow.skipped), lines.number(AnswerRow.dropped))
    answer = lines.list(*slot, *state, AnswerRow.chosen, AnswerRow.parts)
    words = (lines.json(AnswerRow.parts), lines.quoted(AuthorReply.text), Redaction.start, Redaction.end)
    covered = select(lines.all(lines.list(*words))).select_from(Redaction)
    return (
        parts.where(Contribution.submission_id == page.id, *chosen).scalar_subquery(),
        select(lines.all(answer)).where(AnswerRow.submission_id == page.id).scalar_subquery(),
        covered.join(AnswerRow, AnswerRow.id == Redaction.answer_id, isouter=True)
        .join(AuthorReply, AuthorReply.id == Redaction.author_reply_id, isouter=True)
        .where(Redaction.submission_id == page.id, Redaction.undone_at.is_(None))
        .scalar_subquery(),
    )
