"""What became of a person's contributions, for their own eyes: why one was set aside, and what waits for an answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, select

from dialogs.types import Past
from storage.models import Contribution, ReplyRow, Submission
from storage.reply_statements import WAITS
from storage.transaction import Transaction

_EXPLAINED = select(
    Submission.draft,
    Contribution.item,
    Contribution.reason,
    exists().where(ReplyRow.contribution_id == Contribution.id, WAITS).correlate(Contribution).label("is_asked"),
).join(Contribution, Contribution.submission_id == Submission.id)


class Explaining:
    """What is added to a person's submissions where they are listed, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def explained(self, participant_id: uuid.UUID, past: Sequence[Past]) -> tuple[Past, ...]:
        """Return a participant's submissions with the reasons and questions that their author may read."""
        rows = await self._transaction.rows(_EXPLAINED.where(Submission.participant_id == participant_id))
        why = {(row.draft, row.item): row.reason or "" for row in rows}
        return tuple(
            replace(
                each,
                reasons=tuple(why.get((each.draft, item), "") for item in each.items),
                is_asked=any(row.is_asked for row in rows if row.draft == each.draft),
            )
            for each in past
        )
