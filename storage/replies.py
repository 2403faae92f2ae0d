"""What the secretariat writes to a contribution's author, and what comes back: a question, or the reasoned response.

A reply is written here first; a moment later a worker owes it to its author, through the outbox like any other message,
and what became of it is copied back. Nothing that left is ever changed; until then it can be taken back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, select, update

from dialogs.answering import NEWEST, QUESTION, RESPONSE
from dialogs.exchange import Message, Replied
from dialogs.session import Session, loads
from dialogs.text import shortened
from dialogs.types import Asked
from storage import reply_statements as sql
from storage.errors import StorageError
from storage.filing import TOPIC
from storage.models import AuthorReply, Contribution, OutboxRow, ReplyRow, Submission
from storage.moderation import Moderation
from storage.outbox import NOTICE, UNREACHABLE, Letter, Outbox, part_of
from storage.transaction import Record, Transaction
from storage.transcript import Transcript

KINDS: Final = (QUESTION, RESPONSE)
NEWS: Final = "replies"
"""What is cast (`wake`) when something was written to an author."""

WRITTEN, OWED, DELIVERED, UNDELIVERABLE = "written", "owed", "delivered", "undeliverable"

LONGEST: Final = 8_000
"""Signs of a reply, so that it never becomes more than `PIECES` messages."""
PIECES: Final = 8
PAUSE: Final = timedelta(seconds=10)
"""How long a reply can be taken back."""
AT_MOST: Final = 100
"""Replies settled in one transaction."""

GONE: Final = "gone"
"""Why nobody can be reached whose address is no longer kept."""
LOST: Final = "lost"
"""Why nobody knows what became of a reply whose message is no longer there."""


class NobodyThere(StorageError):
    """The author can no longer be reached: nothing was written."""


@dataclass(frozen=True, slots=True)
class Author:
    """What may be known of a contribution's author: their language, and why they cannot be reached ("" where they can).

    `why` is GONE where their address is no longer kept, else a word such as blocked: they may come back.
    """

    language: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply that no worker has yet; `draft`, `digest` and `place` name what it is about.

    `session` is where its author is, None where their address is no longer kept; `why` says why nothing reaches them.
    """

    id: int
    kind: str
    text: str
    participant_id: uuid.UUID
    receipt: str
    draft: int
    digest: str
    place: int
    session: Session | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class WroteBack:
    """One message of the author; `changed` says that it is an earlier one in other words."""

    id: int
    text: str
    changed: bool
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What a moderator wrote, what became of it, and what came back. `by` is None for an account that is unknown."""

    id: int
    kind: str
    language: str
    text: str
    state: str
    error: str | None
    at: datetime
    settled_at: datetime | None
    by: str | None
    answers: tuple[WroteBack, ...] = ()


class Replies:
    """What the secretariats and the authors write to one another, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    # --- staff -------------------------------------------------------------------------------------------------------

    async def author(self, contribution: uuid.UUID) -> Author:
        """Return what may be known of a contribution's author."""
        row = await self._transaction.first(sql.AUTHOR.where(Contribution.id == contribution))
        if row is None or not row.has_address:
            return Author(row.submitted_in if row else "", GONE)
        return Author(row.language or row.submitted_in, row.unreachable_why or "")

    async def write(
        self, contribution: uuid.UUID, kind: str, text: str, *, seen: int | None, by: int, now: datetime
    ) -> int:
        """Write to a contribution's author, and return the reply's number.

        Raises Moved where somebody changed the contribution since version `seen`, NobodyThere where there is no author
        any more. Whoever writes has read what the author changed last.
        """
        author = await self.author(contribution)
        if author.why == GONE:
            raise NobodyThere("this author can no longer be reached")
        await Moderation(self._transaction).look(contribution, seen=seen, by=by, now=now)
        values = {"contribution_id": contribution, "staff_id": by, "kind": kind, "language": author.language}
        row = await self._transaction.first(sql.WRITE, {**values, "text": text, "at": now})
        assert row is not None, "what was inserted is returned"
        self._transaction.news.update((NEWS, TOPIC))
        return int(row.id)

    async def take_back(self, reply: int, contribution: uuid.UUID) -> bool:
        """Take a reply back that has not left yet; return whether it was still there to be taken."""
        mine = (ReplyRow.id == reply, ReplyRow.contribution_id == contribution, ReplyRow.state == WRITTEN)
        self._transaction.news.add(TOPIC)
        return bool(await self._transaction.changed(delete(ReplyRow).where(*mine)))

    async def of(self, contribution: uuid.UUID) -> tuple[Reply, ...]:
        """Return what was written about a contribution, oldest first, each with what came back."""
        rows = await self._transaction.rows(sql.OF.where(ReplyRow.contribution_id == contribution))
        back = await self._transaction.rows(sql.BACK.where(AuthorReply.reply_id.in_([row.id for row in rows])))
        answers: dict[int, list[WroteBack]] = {}
        for reply, *fields in back:
            answers.setdefault(reply, []).append(WroteBack(*fields))
        return tuple(replace(Reply(*row), answers=tuple(answers.get(row.id, ()))) for row in rows)

    # --- the worker --------------------------------------------------------------------------------------------------

    async def waiting(self, limit: int, now: datetime, pause: timedelta = PAUSE) -> tuple[Waiting, ...]:
        """Return replies that can no longer be taken back and that no worker has yet, the oldest first."""
        due = sql.WAITING.where(ReplyRow.state == WRITTEN, ReplyRow.at <= now - pause).limit(limit)
        return tuple(map(_waiting, await self._transaction.rows(due)))

    async def owe(self, waiting: Waiting, message: Message, letters: Sequence[Letter], now: datetime) -> bool:
        """Owe a reply to its author, as `letters`, and keep it in the conversation; return whether it was still there.

        However many workers do this, and however often they die, the author is owed it once.
        """
        assert waiting.session is not None, "nothing is owed to somebody who is gone"
        if not await self._moved(waiting.id, WRITTEN, OWED):
            return False
        key = _key(waiting.id)
        await Outbox(self._transaction).enqueue(waiting.participant_id, letters, key, now, priority=NOTICE)
        said = [(sql.STAFF, message, part_of(key, len(letters) - 1))]
        await Transcript(self._transaction).said(waiting.participant_id, waiting.session, said, now, waiting.draft)
        self._transaction.news.add(TOPIC)
        return True

    async def undeliverable(self, waiting: Waiting, why: str, now: datetime) -> bool:
        """Note that a reply was never owed to its author, who cannot be reached; return whether it was still there."""
        if not await self._moved(waiting.id, WRITTEN, UNDELIVERABLE, error=UNREACHABLE + why, settled_at=now):
            return False
        await self._concluded([waiting.id], now)
        return True

    async def has_outcomes(self) -> bool:
        """Return whether there is something to settle, without writing anything."""
        return await self._transaction.first(sql.DONE, {"at_most": 1}) is not None

    async def settle(self, now: datetime) -> int:
        """Copy what became of replies that were owed, and return of how many; before the outbox forgets it."""
        done = [row.id for row in await self._transaction.rows(sql.DONE, {"at_most": AT_MOST})]
        keys = {part_of(_key(reply), place): reply for reply in done for place in range(PIECES)}
        letters: dict[int, list[Record]] = {reply: [] for reply in done}
        for row in await self._transaction.rows(sql.LETTERS.where(OutboxRow.key.in_(list(keys)))):
            letters[keys[row.key]].append(row)
        settled = [reply for reply in done if await self._settled(reply, letters[reply], now)]
        await self._concluded(settled, now)
        return len(settled)

    async def _settled(self, reply: int, letters: Sequence[Record], now: datetime) -> bool:
        """Settle one reply by its messages; return whether it is."""
        if any(letter.state in ("waiting", "held") for letter in letters):
            return False
        failed = next((letter.error or LOST for letter in letters if letter.state == "failed"), None)
        error = failed if letters else LOST
        at = max((letter.done_at for letter in letters if letter.done_at), default=now)
        state = DELIVERED if error is None else UNDELIVERABLE
        return await self._moved(reply, OWED, state, error=error, settled_at=at)

    async def _moved(self, reply: int, before: str, after: str, **values: object) -> bool:
        statement = update(ReplyRow).where(ReplyRow.id == reply, ReplyRow.state == before)
        return bool(await self._transaction.changed(statement.values(state=after, **values)))

    async def _concluded(self, replies: Sequence[int], now: datetime) -> None:
        """Make contributions answered whose response was delivered, or never will be."""
        if not replies:
            return
        self._transaction.news.add(TOPIC)
        responses = select(ReplyRow.contribution_id).where(ReplyRow.id.in_(replies), ReplyRow.kind == RESPONSE)
        for row in await self._transaction.rows(responses.distinct()):
            await Moderation(self._transaction).settle_answered(row.contribution_id, now)

    # --- the author --------------------------------------------------------------------------------------------------

    async def asked(self, participant_id: uuid.UUID, number: int) -> Asked | None:
        """Return the question with this number that was put to a participant, or with NEWEST the last that waits.

        Where none waits for an answer NEWEST is the last of all. A question to somebody else is None like one that
        never was.
        """
        theirs = sql.ASKED.where(Submission.participant_id == participant_id)
        return await self._asked(theirs if number == NEWEST else theirs.where(ReplyRow.id == number))

    async def written_to(self, participant_id: uuid.UUID, number: int) -> Asked | None:
        """Return what was written to a participant with this number, a question or a response; None for any other."""
        mine = (Submission.participant_id == participant_id, ReplyRow.id == number)
        return await self._asked(sql.TO_AUTHOR.where(*mine))

    async def of_message(self, participant_id: uuid.UUID, message: int, text: str) -> int | None:
        """Return the number of the reply that a participant read as message `message`, which reads `text`.

        A long reply comes in several messages, of which one number is kept, and a message can be answered before its
        number is: then the words tell. None where the message is none of the secretariat's.
        """
        rows = await self._transaction.rows(sql.SAID_IN_CHAT, {"person": participant_id, "given": message})
        exact = [row for row in rows if row.number == message]
        found = exact or [row for row in rows if text.strip() and text.strip() in row.text]
        letter = found[0].letter if found and found[0].kind == sql.STAFF else None
        return _reply_of(letter) if letter else None

    async def waiting_for(self, participant_id: uuid.UUID) -> Asked | None:
        """Return the one question that waits for a participant's answer, None where there is none or several."""
        rows = await self._transaction.rows(sql.WAITING_FOR.where(Submission.participant_id == participant_id))
        return _put_to(rows[0]) if len(rows) == 1 else None

    async def _asked(self, statement: Select[int, str | None, int, str]) -> Asked | None:
        row = await self._transaction.first(statement)
        return _put_to(row) if row else None

    async def answered(self, replied: Replied, language: str, now: datetime) -> None:
        """Keep what an author wrote back, and point it out to whoever works on the contribution."""
        values = {"reply_id": replied.question, "text": replied.text, "changed": replied.changed}
        await self._transaction.put(sql.ANSWER, {**values, "language": language, "at": now})
        await self._transaction.put(sql.POINTED_OUT, {"question": replied.question})
        self._transaction.news.add(TOPIC)


def _put_to(row: Record) -> Asked:
    return Asked(row.id, row.receipt or "", row.draft, shortened(row.text))


def _key(reply: int) -> str:
    return f"reply:{reply}"


def _reply_of(letter: str) -> int:
    """Return the number of the reply that a letter is a piece of."""
    return int(letter.removeprefix("reply:").partition("/")[0])


def _waiting(row: Record) -> Waiting:
    known = row.state is not None and row.has_address
    session = loads(row.state) if known else None
    why = (row.unreachable_why or "") if known else GONE
    receipt = row.receipt or ""
    return Waiting(
        row.id, row.kind, row.text, row.participant_id, receipt, row.draft, row.digest, row.position, session, why
    )
