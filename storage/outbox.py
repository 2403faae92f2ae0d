"""What is owed to people: every message is a row here before it is sent, and leaves through one lease.

A row's body is whatever the bot needs to send it, as JSON; nothing here looks inside. Within a person's chat replies
go before notices, and both in the order they were enqueued, whoever sends them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from storage import outbox_statements as sql
from storage.models import OutboxRow
from storage.participants import POSTED
from storage.transaction import Record, Transaction
from storage.transcript import NUMBER

REPLY, NOTICE = 0, 1
"""Priorities: an answer to what somebody just did; what nobody asked for at that moment."""

UNREACHABLE = "unreachable: "
"""What the reason begins with where a message was given up because nobody is there."""

TOPIC = "outbox"
"""What is cast (`wake`) when something is owed that a relay has to send."""

LEASE = timedelta(seconds=60)
"""How long a message is one sender's alone: longer than any sending takes."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to send: its body, and the turn whose screen it is or is a piece of.

    What is said beside a screen has no turn, and is owed even when a later screen is there.
    """

    body: Mapping[str, Any]
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A message leased to whoever holds this value; `created_at` is when it was first owed.

    `unsure` says that an earlier sending may have arrived, `unanswered` how many of them left and got no answer.
    """

    key: str
    participant_id: uuid.UUID
    body: Mapping[str, Any]
    turn: int | None
    priority: int
    attempts: int
    created_at: datetime
    unsure: bool = False
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits; `oldest` is since when the longest-waiting message is owed."""

    replies: int
    notices: int
    failed: int
    oldest: datetime | None


class Outbox:
    """Everything owed."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def enqueue(
        self,
        participant_id: uuid.UUID,
        letters: Sequence[Letter],
        key: str,
        now: datetime,
        *,
        priority: int = REPLY,
        worker: str | None = None,
        lease: timedelta = LEASE,
    ) -> tuple[Owed, ...]:
        """Owe `letters` to a participant, in this order, and return those that `worker` may send now.

        `key` names what they answer (an update, a decision); the same key twice is one letter. Name a worker only
        where no earlier reply waits (`Arrival.is_owed`): its letters are then leased to it, and no relay takes them
        before the lease runs out; the same key twice is then a Conflict. Without one, nothing is returned and the
        relay sends.
        """
        common = {
            "participant_id": participant_id,
            "priority": priority,
            "not_before": now,
            "created_at": now,
            "leased_by": worker,
            "leased_until": now + lease if worker else None,
        }
        named = [(part_of(key, place), letter) for place, letter in enumerate(letters)]
        rows = [common | {"key": name, "body": letter.body, "turn": letter.turn} for name, letter in named]
        await self._transaction.put(_ENQUEUE if worker else _ENQUEUE_ONCE, rows)
        if worker is None:
            self._transaction.news.add(TOPIC)
            return ()
        return tuple(Owed(name, participant_id, each.body, each.turn, priority, 0, now) for name, each in named)

    async def claim(
        self,
        limit: int,
        lease: timedelta,
        now: datetime,
        worker: str,
        only: uuid.UUID | None = None,
        *,
        priority: int | None = None,
    ) -> tuple[Owed, ...]:
        """Lease due messages to `worker`, up to twice `limit`, and return them in order.

        `only` names one person; with a `priority` it is messages of that priority alone.

        For each participant these are the first of all that wait, without a gap, so that sending them in this order
        keeps the chat's order. A participant whose first message is leased or not due is left alone.
        """
        until = {"now": now, "new_worker": worker, "new_until": now + lease, "rank": priority, "at_most": limit}
        heads = await self._transaction.rows(sql.heads(only, priority), {**until, "only": only})
        if not heads:
            return ()
        people = [row.participant_id for row in heads]
        rest = await self._transaction.rows(sql.rest(priority), {**until, "people": people})
        return tuple(map(_owed, sorted((*heads, *rest), key=lambda row: (row.priority, row.id))))

    async def sent(self, owed: Owed, number: int | None, now: datetime) -> None:
        """Note that a message was sent and which number Telegram gave it; its body is dropped."""
        await self.sent_many([(owed, number)], now)

    async def sent_many(self, sent: Sequence[tuple[Owed, int | None]], now: datetime) -> None:
        """Note that several messages were sent, each with the number Telegram gave it (None where it gives none).

        A screen's number, that of its last piece, is kept with the session too, while that is still in the same turn,
        unless the person may have seen an earlier copy of it.
        """
        # Sessions first and in one order: everybody who locks several rows here takes them like that.
        numbered = sorted(((o, n) for o, n in sent if n is not None), key=lambda pair: pair[0].participant_id.bytes)
        shown = [
            {"person": owed.participant_id, "shown": owed.turn, "given": number}
            for owed, number in numbered
            if owed.turn is not None and not owed.unsure
        ]
        said = [{"letter_key": owed.key, "given": number} for owed, number in numbered]
        await self._transaction.put(POSTED, shown)
        await self._transaction.put(sql.DONE, [{"letter_key": owed.key, "now": now} for owed, _ in sent])
        await self._transaction.put(NUMBER, said)

    async def retry(self, owed: Owed, not_before: datetime, error: str, *, unsure: bool = False) -> None:
        """Put a message back until `not_before`, and whatever was leased with it to follow it in its chat.

        `unsure` says that it may have arrived all the same. The caller must not send those that follow any more:
        they go when it has gone.
        """
        await self._transaction.put(
            sql.AGAIN, {"letter_key": owed.key, "new_time": not_before, "new_error": error, "maybe_sent": unsure}
        )
        place = {"letter_key": owed.key, "person": owed.participant_id, "rank": owed.priority}
        await self._transaction.put(sql.FOLLOWERS_FREE, place)

    async def failed(self, owed: Owed, reason: str, now: datetime) -> None:
        """Give a message up for good; what follows it in its chat is free again."""
        await self._transaction.put(sql.FAILED, {"letter_key": owed.key, "now": now, "new_error": reason})

    async def give_up(self, participant_id: uuid.UUID, reason: str, now: datetime, worker: str = "") -> None:
        """Give up everything that waits for a participant, unless another than `worker` is sending it just now."""
        values = {"person": participant_id, "new_error": reason, "now": now, "mine": worker}
        await self._transaction.put(sql.GIVEN_UP, values)

    async def obsolete(self, participant_id: uuid.UUID, turn: int, now: datetime) -> None:
        """Give up a participant's waiting screens older than `turn`, whole, unless somebody sends them just now.

        Only worth a thought where `Arrival.is_owed`. What is said beside a screen, such as a receipt, stays owed.
        """
        await self._transaction.put(sql.OBSOLETE, {"person": participant_id, "present": turn, "now": now})

    async def free(self, key: str, worker: str) -> int:
        """Free what was enqueued under `key` and leased to `worker`, which surely did not begin to send it."""
        return await self._transaction.changed(sql.FREE, {"beginning": f"{key}/", "worker": worker})

    async def release(self, worker: str) -> int:
        """Free what is leased to `worker`, which stops and will not send it; return how many messages that were."""
        return await self._transaction.changed(sql.RELEASE, {"worker": worker})

    async def reclaim(self, worker: str) -> int:
        """Free what an earlier life of `worker` had leased: `name/1` has the lives of `name/2` before it."""
        values = {"lives": f"{worker.rpartition('/')[0]}/", "worker": worker}
        return await self._transaction.changed(sql.RECLAIM, values)

    async def prune(self, before: datetime) -> int:
        """Delete what was sent or given up before `before`, and return how much that was."""
        return await self._transaction.changed(sql.PRUNE, {"before": before})

    async def depth(self) -> Depth:
        """Return how much waits."""
        row = await self._transaction.first(sql.DEPTH)
        assert row is not None, "an aggregate always has its one row"
        return Depth(row.replies or 0, row.notices or 0, row.failed or 0, row.oldest)


_ENQUEUE = insert(OutboxRow)
_ENQUEUE_ONCE = upsert(OutboxRow).on_conflict_do_nothing(index_elements=["key"])


def part_of(key: str, place: int) -> str:
    """Return the key of the letter at `place` (from 0) of those enqueued under `key`."""
    return f"{key}/{place}"


def _owed(row: Record) -> Owed:
    _id, *fields = row
    return Owed(*fields)
