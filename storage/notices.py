"""Notices to many people: for whom they are, how far each has come, and what may be done with it.

Each person of the audience is owed the notice in the language they use at that moment, once: the place in the audience
moves on in the same transaction. Only so many copies wait in the outbox at a time, so that a notice can be paused, and
a single message to somebody never queues behind a hundred thousand others.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select, update

from storage import notice_statements as sql
from storage.models import NoticeRow
from storage.outbox import NOTICE, TOPIC, UNREACHABLE
from storage.transaction import Record, Transaction

EVERYBODY: Final = "all"
NEWS: Final = "notices"
"""What is cast (`wake`) when a notice is begun, paused, resumed or cancelled."""
LATELY: Final = timedelta(seconds=60)
"""The time over which the rate is measured."""
SETTLED_AFTER: Final = timedelta(seconds=120)
"""When copies that were sent leave the outbox: once the rate does not need them."""
NOBODY: Final = uuid.UUID(int=0)

Bodies = Mapping[str, Mapping[str, Any]]
"""What the outbox is given, by the code of the language."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as it stands: its audience (`all` or a consultation), texts by language, state and times."""

    id: int
    audience: str
    texts: Mapping[str, str]
    state: str
    people: int
    all_owed: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a notice has come; `in_hand` is how many copies the outbox holds, `lately` those sent in a minute."""

    notice: Notice
    sent: int
    failed: int
    unreachable: int
    in_hand: int
    lately: int

    @property
    def done(self) -> int:
        """How many people need no further thought."""
        return self.sent + self.failed + self.unreachable

    @property
    def waiting(self) -> int:
        """How many people are still to come; nobody once it is done or cancelled."""
        over = self.notice.finished_at is not None
        return 0 if over else max(self.notice.people - self.done, self.in_hand)

    def rate(self, now: datetime) -> float:
        """Return how many a second were sent over the last minute, or since it was started."""
        begun = self.notice.started_at or now
        seconds = min(LATELY.total_seconds(), (now - begun).total_seconds())
        return self.lately / max(seconds, 1.0)


class Notices:
    """Every notice to many people."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def people(self, audience: str, now: datetime) -> int:
        """Return how many people an audience has now: who consented, and is not known to be unreachable."""
        row = await self._transaction.first(sql.people(audience == EVERYBODY), {"audience": audience, "started": now})
        return int(row[0]) if row else 0

    async def create(self, audience: str, texts: Mapping[str, str], now: datetime) -> int:
        """Keep the draft of a notice to an audience (`all` or the slug of a consultation), and return its number."""
        statement = insert(NoticeRow).returning(NoticeRow.id)
        row = await self._transaction.first(statement, {"audience": audience, "texts": dict(texts), "created_at": now})
        assert row is not None, "what is put in has a number"
        return int(row[0])

    async def start(self, notice: int, now: datetime) -> bool:
        """Begin to send a draft to whoever is in its audience now; return whether it was one."""
        row = await self._locked(notice)
        if row is None or row.state != "draft":
            return False
        people = await self.people(row.audience, now)
        await self._set(notice, state="running", started_at=now, people=people)
        return True

    async def pause(self, notice: int, now: datetime) -> bool:
        """Send no more of it for now; return whether it was running."""
        return await self._turn(notice, ("running",), "paused", sql.HOLD, now)

    async def resume(self, notice: int, now: datetime) -> bool:
        """Go on with a notice; return whether it was paused."""
        return await self._turn(notice, ("paused",), "running", sql.LET_GO, now)

    async def cancel(self, notice: int, now: datetime) -> bool:
        """Send no more of it for good; return whether it was not over yet."""
        return await self._turn(notice, ("draft", "running", "paused"), "cancelled", sql.DROP, now)

    async def list(self) -> tuple[Notice, ...]:
        """Return every notice, the newest first."""
        rows = await self._transaction.rows(select(*_NOTICE).order_by(NoticeRow.id.desc()))
        return tuple(map(_notice, rows))

    async def progress(self, notice: int, now: datetime) -> Progress | None:
        """Return how far a notice has come, None where there is none of this number."""
        counted = (*_NOTICE, NoticeRow.sent, NoticeRow.failed, NoticeRow.unreachable)
        row = await self._transaction.first(select(*counted).where(NoticeRow.id == notice))
        if row is None:
            return None
        there = await self._how_it_stands(notice, now)
        sums = (row.sent + there.sent, row.failed + there.failed, row.unreachable + there.unreachable)
        return Progress(_notice(row), *sums, there.waiting, there.lately)

    # --- for whoever has the duty -------------------------------------------------------------------------

    async def at_work(self) -> tuple[int, ...]:
        """Return the notices that are running or paused, or of which copies are still in the outbox."""
        return tuple(row.id for row in await self._transaction.rows(sql.AT_WORK))

    async def texts(self, notice: int) -> Mapping[str, str]:
        """Return what a notice says, by the code of the language."""
        row = await self._transaction.first(select(NoticeRow.texts).where(NoticeRow.id == notice))
        return dict(row.texts) if row else {}

    async def owe_next(self, notice: int, at_most: int, window: int, bodies: Bodies, now: datetime) -> int:
        """Owe a running notice to the next people of its audience, and return how many those are.

        At most `at_most`, and none while `window` copies wait. `bodies` has each language's; who uses another one is
        passed over. Whoever pauses, or owes at the same time, waits for this, and sees what it did.
        """
        row = await self._locked(notice)
        if row is None or row.state != "running" or row.all_owed:
            return 0
        if (await self._how_it_stands(notice, now)).waiting >= window:
            return 0
        place = {"started": row.started_at, "reached": row.reached or NOBODY, "at_most": at_most}
        statement = sql.following(row.audience == EVERYBODY)
        found = await self._transaction.rows(statement, {**place, "audience": row.audience})
        if not found:
            await self._set(notice, all_owed=True)
            return 0
        await self._transaction.put(sql.OWE, _copies(notice, found, bodies, now))
        await self._set(notice, reached=found[-1].id)
        self._transaction.news.add(TOPIC)
        return len(found)

    async def settle(self, notice: int, now: datetime, after: timedelta = SETTLED_AFTER) -> None:
        """Count copies that were sent or given up, and take them out of the outbox; note where that was the last.

        Copies that were on their way while the notice was paused or cancelled, and came back, are held or dropped.
        """
        row = await self._locked(notice)
        if row is None:
            return
        if row.state in _STRAYS:
            await self._transaction.execute(_STRAYS[row.state], {"notice": notice, "now": now})
        gone = await self._transaction.rows(sql.SETTLED, {"notice": notice, "before": now - after})
        sums = _counted(row, gone)
        ends: dict[str, Any] = {}
        if row.finished_at is None and (row.all_owed or row.state == "cancelled") and row.state != "paused":
            ends = await self._end(notice, sums, row.state, now)
        if gone or ends:
            await self._set(notice, **sums, **ends)

    async def _end(self, notice: int, sums: Mapping[str, int], state: str, now: datetime) -> dict[str, Any]:
        there = await self._how_it_stands(notice, now)
        if there.waiting:
            return {}
        if state == "cancelled":
            return {"finished_at": now}
        people = sum(sums.values()) + there.sent + there.failed + there.unreachable
        return {"finished_at": now, "state": "done", "people": people}

    async def _how_it_stands(self, notice: int, now: datetime) -> Record:
        row = await self._transaction.first(sql.HOW_IT_STANDS, {"notice": notice, "since": now - LATELY})
        assert row is not None, "an aggregate always has its one row"
        return row

    async def _turn(self, notice: int, from_: Sequence[str], to: str, copies: Any, now: datetime) -> bool:
        row = await self._locked(notice)
        if row is None or row.state not in from_:
            return False
        await self._set(notice, state=to)
        await self._transaction.execute(copies, {"notice": notice, "now": now})
        self._transaction.news.add(TOPIC)
        return True

    async def _locked(self, notice: int) -> Record | None:
        return await self._transaction.first(sql.LOCKED, {"notice": notice})

    async def _set(self, notice: int, **values: Any) -> None:
        await self._transaction.execute(update(NoticeRow).where(NoticeRow.id == notice).values(**values))
        if "state" in values:
            self._transaction.news.add(NEWS)


_STRAYS = {"paused": sql.HOLD, "cancelled": sql.DROP}

_NOTICE = (
    NoticeRow.id,
    NoticeRow.audience,
    NoticeRow.texts,
    NoticeRow.state,
    NoticeRow.people,
    NoticeRow.all_owed,
    NoticeRow.created_at,
    NoticeRow.started_at,
    NoticeRow.finished_at,
)


def _notice(row: Record) -> Notice:
    return Notice(*row[: len(_NOTICE)])


def _copies(notice: int, people: Sequence[Record], bodies: Bodies, now: datetime) -> list[dict[str, Any]]:
    common = {"notice_id": notice, "priority": NOTICE, "not_before": now, "created_at": now}
    return [
        common | {"participant_id": each.id, "key": f"notice:{notice}:{each.id}", "body": bodies[each.language]}
        for each in people
        if each.language in bodies
    ]


def _counted(row: Record, gone: Sequence[Record]) -> dict[str, int]:
    sums = {"sent": row.sent, "failed": row.failed, "unreachable": row.unreachable}
    for each in gone:
        away = (each.error or "").startswith(UNREACHABLE)
        sums["sent" if each.state == "sent" else "unreachable" if away else "failed"] += 1
    return sums
