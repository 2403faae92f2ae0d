"""Filing: a contribution that came in, or was changed by its author, made ready to be found.

The bot writes what was said and nothing else, so that it is quick. A moment later somebody files it: what it says is
folded for the search, and its first words are kept for lists.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final, Protocol

from sqlalchemy import Boolean, ColumnElement, bindparam, delete, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage import likeness, searching, tallies
from storage.masking import OMITTED
from storage.models import Contribution, ContributionText, LikenessBand
from storage.reading import Reading
from storage.submitted import Contributed, Submitted
from storage.transaction import Transaction, Values

TOPIC = "contributions"
"""What is cast (`wake`) when a contribution came in, was changed by its author, or was filed."""

EXCERPT = 400
"""Signs of a contribution that lists show at most."""
WAITS: Final[ColumnElement[bool]] = literal_column("NOT contributions.filed", Boolean())
"""A contribution is not filed, said as the index has it: neither database finds `filed IS false` or `= 0` there."""


class Unit(Protocol):
    """As much of a unit of work as filing needs; the whole one has repositories that file again."""

    @property
    def transaction(self) -> Transaction:
        """What everything is done in."""

    @property
    def reading(self) -> Reading:
        """What the secretariat reads."""


async def file_some(unit: Unit, limit: int) -> int:
    """File up to `limit` contributions that wait for it, the oldest first, and return how many that were.

    Two processes that do this at the same time file different ones.
    """
    transaction = unit.transaction
    waiting = await transaction.rows(
        select(Contribution.id, Contribution.submission_id)
        .where(WAITS)
        .order_by(Contribution.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if not waiting:
        return 0
    submissions = await unit.reading.several(list({row.submission_id for row in waiting}))
    wanted = {row.id for row in waiting}
    found = [(each, part) for each in submissions for part in (*each.contributions, *each.withdrawn)]
    ready = [pair for pair in found if pair[1].id in wanted]
    await _keep(transaction, ready)
    if ready:
        await tallies.settle(transaction)
        transaction.news.add(TOPIC)
    return len(ready)


async def anything_waits(unit: Unit) -> bool:
    """Tell whether a contribution waits to be filed; this changes nothing, and nobody waits for it."""
    statement = select(Contribution.id).where(WAITS).limit(1)
    return await unit.transaction.first(statement) is not None


async def file_submission(transaction: Transaction, submission: uuid.UUID) -> None:
    """File every contribution of a submission at once: what may be read of it has changed."""
    # Locked before they are read: what their author changes meanwhile comes after, and has them filed once more.
    mine = select(Contribution.id).where(Contribution.submission_id == submission)
    await transaction.rows(mine.order_by(Contribution.id).with_for_update())
    found = await Reading(transaction).several([submission])
    await _keep(transaction, [(each, part) for each in found for part in (*each.contributions, *each.withdrawn)])
    transaction.news.add(TOPIC)


async def _keep(transaction: Transaction, found: Sequence[tuple[Submitted, Contributed]]) -> None:
    if not found:
        return
    await transaction.put(_FILED, [_row(submitted, contributed) for submitted, contributed in found])
    gone = [part.id for _, part in found if part.withdrawn]
    if gone:
        await transaction.execute(delete(ContributionText).where(ContributionText.contribution_id.in_(gone)))
    texts = [_text(part) for _, part in found if not part.withdrawn]
    await _keep_bands(transaction, found, texts)
    if texts:
        dialect = sqlite if transaction.dialect == "sqlite" else postgresql
        insert = dialect.insert(ContributionText)
        anew = {name: insert.excluded[name] for name in ("excerpt", "folded", "likeness")}
        await transaction.execute(
            insert.on_conflict_do_update(index_elements=[ContributionText.contribution_id], set_=anew), texts
        )


async def _keep_bands(
    transaction: Transaction, found: Sequence[tuple[Submitted, Contributed]], texts: Sequence[Values]
) -> None:
    """Keep the bands of likeness by which what is alike is found, in the place of those that were."""
    ids = [part.id for _, part in found]
    await transaction.execute(delete(LikenessBand).where(LikenessBand.contribution_id.in_(ids)))
    places = {part.id: submitted.consultation for submitted, part in found}
    rows = [
        {"band": band, "contribution_id": text["contribution_id"]}
        for text in texts
        for band in likeness.bands(places[text["contribution_id"]], text["likeness"])
    ]
    await transaction.put(insert(LikenessBand), rows)


def _row(submitted: Submitted, contributed: Contributed) -> Values:
    return {
        "which": contributed.id,
        "of": submitted.consultation,
        "asked": submitted.questionnaire.slug,
        "spoken": submitted.language,
        "gone": contributed.withdrawn,
    }


def _text(contributed: Contributed) -> Values:
    said = contributed.texts
    told = "\n".join(said).replace(OMITTED, " ")
    return {
        "contribution_id": contributed.id,
        "excerpt": _cut(said[0] if said else ""),
        "folded": searching.filed(told),
        "likeness": likeness.signature(told),
    }


def _cut(text: str) -> str:
    """Return the first signs of a text, on one line, cut between words where that is possible."""
    line = " ".join(text.replace("\0", " ").split())  # which no column of PostgreSQL takes
    if len(line) <= EXCERPT:
        return line
    return line[:EXCERPT].rsplit(" ", 1)[0] + "…"


_FILED = (
    update(Contribution)
    .where(Contribution.id == bindparam("which"))
    .values(
        filed=True,
        consultation=bindparam("of"),
        questionnaire=bindparam("asked"),
        language=bindparam("spoken"),
        withdrawn=bindparam("gone"),
    )
)
