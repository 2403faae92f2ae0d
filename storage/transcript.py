"""The conversation as the person saw it, from their consent on.

What was said before consent is nobody's to keep: these verbs then write nothing, whoever calls them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, update

from dialogs.exchange import Message
from dialogs.session import Session
from storage.models import TranscriptRow
from storage.submissions import submission_id
from storage.transaction import Transaction

_INSERT = insert(TranscriptRow)
_INSERT_IN_ORDER = insert(TranscriptRow).returning(TranscriptRow.id, sort_by_parameter_order=True)

NUMBER = update(TranscriptRow).where(TranscriptRow.id == bindparam("row")).values(number=bindparam("given"))


class Transcript:
    """What was heard and what was said."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def heard(
        self,
        participant_id: uuid.UUID,
        session: Session,
        kind: str,
        text: str,
        number: int | None,
        now: datetime,
        draft: int | None = None,
    ) -> bool:
        """Write down what came from the person, once they have consented; return whether it was written.

        `kind` is text, press, command, edit or media; `draft` the draft it belongs to where that is not the one now
        in hand.
        """
        if not session.consent:
            return False
        row = {**_common(participant_id, session, now, draft), "direction": "in", "kind": kind}
        row.update(number=number, text=text, marks=[], menu=[])
        await self._transaction.execute(_INSERT, row)
        return True

    async def said(
        self,
        participant_id: uuid.UUID,
        session: Session,
        messages: Sequence[tuple[str, Message]],
        now: datetime,
        draft: int | None = None,
    ) -> tuple[int | None, ...]:
        """Write down what the bot says, each message with its kind; return the rows' ids in the same order.

        Before consent nothing is written, and every id is None.
        """
        if not session.consent or not messages:
            return (None,) * len(messages)
        common = {**_common(participant_id, session, now, draft), "direction": "out", "number": None}
        rows = [
            {
                **common,
                "kind": kind,
                "text": message.text,
                "marks": [[mark.style, mark.start, mark.end] for mark in message.marks],
                "menu": [[choice.label for choice in row] for row in message.menu],
            }
            for kind, message in messages
        ]
        return tuple(row[0] for row in (await self._transaction.execute(_INSERT_IN_ORDER, rows)).all())

    async def numbered(self, row: int, number: int) -> None:
        """Note Telegram's number of something the bot said, now that it is sent."""
        await self._transaction.execute(NUMBER, {"row": row, "given": number})


def _common(participant_id: uuid.UUID, session: Session, now: datetime, draft: int | None) -> dict[str, object]:
    if draft is None and session.draft is not None:
        draft = session.draft.id
    return {
        "participant_id": participant_id,
        "submission_id": None if draft is None else submission_id(participant_id, draft),
        "language": session.language,
        "at": now,
    }
