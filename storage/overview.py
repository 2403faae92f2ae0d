"""How the work goes: what waits today, how far people come in a questionnaire, and numbers for charts.

Counts alone; nothing here reads what anybody said. What takes a while to count is counted once and kept as it was at
that moment (`snapshots`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, literal, select, text, union_all

from storage.filters import HAS_NEWS
from storage.models import (
    AnswerRow,
    AuthorReply,
    Contribution,
    ContributionTheme,
    ReplyRow,
    Submission,
    Theme,
)
from storage.transaction import Transaction
from storage.types import UtcDateTime

WAITING: Final = ("new", "in-review", "on-hold", "ready")
"""Statuses of what somebody still has to do something about."""
MANY: Final = 1000
"""Beyond this, what waits today is not counted any further."""
LATELY: Final = timedelta(days=31)
"""How far back days are counted."""
AGES: Final = tuple(timedelta(days=days) for days in (1, 3, 7, 14, 30))
"""The bounds between the ages of what waits."""


@dataclass(frozen=True, slots=True)
class Today:
    """What somebody finds to be done; each number is at most MANY + 1, which means more."""

    new: int
    mine: int
    answers: int
    """Contributions whose author answered a question since staff last did anything about them."""
    oldest: datetime | None
    """When the oldest contribution that waits came in."""


class Overview:
    """Numbers of consultations, by their slugs, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def today(self, consultations: Sequence[str], staff_id: int) -> Today:
        """Return what there is to do in some consultations, for one person of the staff."""
        of_these = (Contribution.consultation.in_(list(consultations)), Contribution.withdrawn.is_(False))
        answered = (
            select(ReplyRow.contribution_id)
            .distinct()
            .join(AuthorReply, AuthorReply.reply_id == ReplyRow.id)
            .join(Contribution, Contribution.id == ReplyRow.contribution_id)
            .where(*of_these, AuthorReply.at > func.coalesce(Contribution.changed_at, Contribution.created_at))
        )
        some = select(literal(1)).select_from(Contribution)
        return Today(
            new=await self._up_to_many(some.where(*of_these, Contribution.status == "new")),
            mine=await self._up_to_many(
                some.where(*of_these, Contribution.assignee_id == staff_id, Contribution.status.in_(WAITING))
            ),
            answers=await self._up_to_many(answered),
            oldest=await self._oldest(consultations),
        )

    async def begun(self, consultations: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return how many drafts of each consultation may still be sent, and how many were; each has its index."""
        drafts = await self._each(consultations, Submission.submitted_at.is_(None), Submission.discarded_at.is_(None))
        sent = await self._each(consultations, Submission.submitted_at.is_not(None))
        return {slug: (drafts.get(slug, 0), sent.get(slug, 0)) for slug in consultations}

    async def _each(self, consultations: Sequence[str], *such: ColumnElement[bool]) -> dict[str, int]:
        """Return how many such submissions of each consultation there are, where there are any."""
        mine = (Submission.consultation.in_(list(consultations)), *such)
        counted = select(Submission.consultation, func.count()).where(*mine).group_by(Submission.consultation)
        return {row[0]: int(row[1]) for row in await self._transaction.rows(counted)}

    async def figures(self, consultation: str, now: datetime) -> dict[str, Any]:
        """Count everything that charts show of one consultation, as JSON's values."""
        mine = (Contribution.consultation == consultation, Contribution.withdrawn.is_(False))
        rows = self._listed
        begun = (func.count(), func.count(Submission.submitted_at))
        key = (Submission.questionnaire, Submission.language)
        return {
            "begun": await rows(select(*key, *begun).where(Submission.consultation == consultation).group_by(*key)),
            "past": await rows(_past(consultation)),
            "hours": await rows(self._hours(mine, now - LATELY)),
            "statuses": await rows(
                select(Contribution.status, func.count()).where(*mine).group_by(Contribution.status)
            ),
            "asked": await rows(
                select(Contribution.questionnaire, Contribution.language, func.count())
                .where(*mine)
                .group_by(Contribution.questionnaire, Contribution.language)
            ),
            "themes": await rows(_coded(mine)),
            "ages": await rows(_aged(mine, now)),
            "latest": await self._latest(consultation),
            "revised": await rows(select(func.count()).where(*mine, HAS_NEWS)),
        }

    async def _latest(self, consultation: str) -> str | None:
        """Return when a submission came in last, as ISO has it."""
        latest = select(func.max(Submission.submitted_at, type_=UtcDateTime()))
        row = await self._transaction.first(latest.where(Submission.consultation == consultation))
        return row[0].isoformat() if row and row[0] else None

    async def _listed(self, statement: Select[*tuple[Any, ...]]) -> list[list[Any]]:
        return [list(row) for row in await self._transaction.rows(statement)]

    async def _up_to_many(self, statement: Select[*tuple[Any, ...]]) -> int:
        row = await self._transaction.first(select(func.count()).select_from(statement.limit(MANY + 1).subquery()))
        return int(row[0]) if row else 0

    async def _oldest(self, consultations: Sequence[str]) -> datetime | None:
        """Return when the oldest of those that wait came in; each status of each consultation has it at hand."""
        firsts = [
            select(func.min(Contribution.created_at, type_=UtcDateTime()).label("at")).where(
                Contribution.consultation == slug,
                Contribution.status == status,
                Contribution.withdrawn.is_(False),
            )
            for slug in consultations
            for status in WAITING
        ]
        if not firsts:
            return None
        each = union_all(*firsts).subquery()
        row = await self._transaction.first(select(func.min(each.c.at, type_=UtcDateTime())))
        return row[0] if row else None

    def _hours(self, mine: Sequence[ColumnElement[bool]], since: datetime) -> Select[*tuple[Any, ...]]:
        """Return how many came in each hour; days begin in Albania at another hour than in UTC, winter and summer."""
        if self._transaction.dialect == "sqlite":
            hour: ColumnElement[str] = func.strftime("%Y-%m-%dT%H:00:00+00:00", Contribution.created_at)
        else:
            utc = func.timezone("UTC", Contribution.created_at)
            hour = func.to_char(utc, 'YYYY-MM-DD"T"HH24:00:00+00:00')
        counted = select(hour.label("hour"), func.count()).where(*mine, Contribution.created_at >= since)
        return counted.group_by(text("hour")).order_by(text("hour"))


def _past(consultation: str) -> Select[*tuple[Any, ...]]:
    """Return how many answered or skipped each question; of what is repeated, the first time it was asked."""
    key = (Submission.questionnaire, Submission.language, AnswerRow.question)
    return (
        select(*key, func.count())
        .join(Submission, Submission.id == AnswerRow.submission_id)
        .where(Submission.consultation == consultation, AnswerRow.revision == 0, AnswerRow.item <= 1)
        .group_by(*key)
    )


def _coded(mine: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    return (
        select(Theme.slug, func.count())
        .join(ContributionTheme, ContributionTheme.theme_id == Theme.id)
        .join(Contribution, Contribution.id == ContributionTheme.contribution_id)
        .where(*mine)
        .group_by(Theme.slug)
    )


def _aged(mine: Sequence[ColumnElement[bool]], now: datetime) -> Select[*tuple[Any, ...]]:
    """Return how many wait, by the number of bounds of AGES that they are beyond."""
    bounds = [(Contribution.created_at > now - age, place) for place, age in enumerate(AGES)]
    age = case(*bounds, else_=len(AGES)).label("age")
    return select(age, func.count()).where(*mine, Contribution.status.in_(WAITING)).group_by(text("age"))
