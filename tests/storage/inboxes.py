"""Contributions as filing leaves them, by the hundred: for tests of what is found among them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from storage import searching
from storage.database import Database
from storage.filters import Filter
from storage.models import (
    Contribution,
    ContributionGroup,
    ContributionText,
    ContributionTheme,
    Participant,
    Submission,
    Theme,
)
from tests.admin import factories

SLUGS = (factories.DIGITAL, factories.JUSTICE)
STATUSES = ("new", "in-review", "ready", "set-aside")
VOCABULARY = ("çështje", "rruga", "rrugë", "Ujë", "digjitale", "dixhitalizim", "the", "water", "shkolla", "100%", "a_b")
ALL = Filter(scope=SLUGS)
THEMES = (901, 902, 903)
STAFF = (1, 2)


@dataclass(frozen=True)
class Made:
    """One contribution as it was written, for comparison."""

    id: uuid.UUID
    at: datetime
    consultation: str
    questionnaire: str
    language: str
    status: str
    assignee: int | None
    revised: bool
    group: int | None
    themes: tuple[int, ...]
    text: str
    withdrawn: bool


async def publish(database: Database) -> None:
    """Load what is asked, two people of staff, a few themes and a group."""
    await factories.publish(database)
    for name in ("Ana Hoxha", "Çome Leka"):
        await factories.staff(database, name)
    async with database.begin() as work:
        for number in THEMES:
            named = {"id": number, "consultation": SLUGS[0], "slug": f"t{number}", "family": "recommendation"}
            shown: dict[str, Any] = {"position": 1000 - number, "name": {}, "about": {}, "version": 0}
            await work.transaction.put(insert(Theme), {**named, **shown, "never_alone": False})
        group = {"id": 1, "consultation": SLUGS[0], "name": "", "created_at": factories.NOW, "version": 0}
        await work.transaction.put(insert(ContributionGroup), group)
        await work.commit()


def drawn(chance: random.Random, count: int) -> list[Made]:
    """Return so many contributions, all about them left to chance, several at the same moment."""
    return [_one(chance) for _ in range(count)]


def _one(chance: random.Random) -> Made:
    return Made(
        id=uuid.UUID(int=chance.getrandbits(128)),
        at=factories.NOW - timedelta(minutes=chance.randrange(20)),
        consultation=chance.choice(SLUGS),
        questionnaire=chance.choice(("key-issues", "ideas")),
        language=chance.choice(("sq", "en")),
        status=chance.choice(STATUSES),
        assignee=chance.choice((None, *STAFF)),
        revised=chance.random() < 0.3,
        group=1 if chance.random() < 0.2 else None,
        themes=tuple(sorted(chance.sample(THEMES, chance.randrange(3)))),
        text=" ".join(chance.choices(VOCABULARY, k=chance.randrange(1, 5))),
        withdrawn=chance.random() < 0.1,
    )


async def put(database: Database, made: Sequence[Made]) -> None:
    """Write them, each a submission of its own."""
    async with database.begin() as work:
        write = work.transaction.put
        await write(insert(Participant), [{"id": _person(each), "created_at": each.at} for each in made])
        await write(insert(Submission), [_submission(each) for each in made])
        await write(insert(Contribution), [_contribution(each) for each in made])
        texts = [each for each in made if not each.withdrawn]
        await write(insert(ContributionText), [_text(each) for each in texts])
        coded = [(each, theme) for each in made for theme in each.themes]
        rows = [{"contribution_id": each.id, "theme_id": theme, "at": each.at} for each, theme in coded]
        await write(insert(ContributionTheme), rows)
        await work.commit()


def _person(made: Made) -> uuid.UUID:
    return uuid.uuid5(made.id, "person")


def _submission(made: Made) -> dict[str, Any]:
    id_ = uuid.uuid5(made.id, "submission")
    asked = factories.questionnaire(made.consultation, "key-issues")
    return {
        "id": id_,
        "participant_id": _person(made),
        "draft": 1,
        "digest": asked.digest,
        "consultation": made.consultation,
        "questionnaire": made.questionnaire,
        "channel": "telegram",
        "language": made.language,
        "started_at": made.at,
        "submitted_at": made.at,
        "receipt": factories.receipt(id_) + id_.hex,
    }


def _contribution(made: Made) -> dict[str, Any]:
    return {
        "id": made.id,
        "submission_id": uuid.uuid5(made.id, "submission"),
        "item": 1,
        "position": 1,
        "status": made.status,
        "created_at": made.at,
        "filed": True,
        "consultation": made.consultation,
        "questionnaire": made.questionnaire,
        "language": made.language,
        "withdrawn": made.withdrawn,
        "revised_unseen": made.revised,
        "edited_unseen": made.revised,
        "assignee_id": made.assignee,
        "group_id": made.group,
        "version": 0,
    }


def _text(made: Made) -> dict[str, Any]:
    return {
        "contribution_id": made.id,
        "excerpt": made.text,
        "folded": searching.filed(made.text),
        "likeness": [],
    }


def said(text: str, at: datetime = factories.NOW, **other: Any) -> Made:
    """Return one contribution that says `text`, nothing else about it out of the ordinary."""
    fixed: dict[str, Any] = {"consultation": SLUGS[0], "questionnaire": "key-issues", "language": "sq", "status": "new"}
    standing: dict[str, Any] = {"assignee": None, "revised": False, "group": None, "themes": (), "withdrawn": False}
    return Made(**{"id": uuid.uuid4(), "at": at, "text": text, **fixed, **standing, **other})


def words_of(text: str) -> list[str]:
    """Return the words by which `text` is found."""
    return searching.filed(text).split()
