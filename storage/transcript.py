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

NUMBER = update(TranscriptRow).where(TranscriptRow.letter == bindparam("letter_key")).values(number=bindparam("given"))


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
        row.update(number=number, text=text, marks=[], menu=[], letter=None)
        await self._transaction.put(_INSERT, row)
        return True

    async def said(
        self,
        participant_id: uuid.UUID,
        session: Session,
        messages: Sequence[tuple[str, Message, str | None]],
        now: datetime,
        draft: int | None = None,
    ) -> bool:
        """Write down what the bot says, each message with its kind and the key of its last letter in the outbox.

        Before consent nothing is written; return whether it was.
        """
        if not session.consent:
            return False
        common = {**_common(participant_id, session, now, draft), "direction": "out", "number": None}
        rows = [
            {
                **common,
                "kind": kind,
                "text": message.text,
                "marks": [[mark.style, mark.start, mark.end] for mark in message.marks],
                "menu": [[choice.label for choice in row] for row in message.menu],
                "letter": letter,
            }
            for kind, message, letter in messages
        ]
        await self._transaction.put(_INSERT, rows)
        return True


def _common(participant_id: uuid.UUID, session: Session, now: datetime, draft: int | None) -> dict[str, object]:
    if draft is None and session.draft is not None:
        draft = session.draft.id
    return {
        "participant_id": participant_id,
        "submission_id": None if draft is None else submission_id(participant_id, draft),
        "language": session.language,
        "at": now,
    }
