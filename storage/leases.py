"""Duties that one process has at a time: receiving updates by polling, periodic work.

A lease that is not renewed runs out, so a process that died holds nobody up for long.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.models import Lease
from storage.transaction import Transaction

_INSERT = upsert(Lease)

_TAKE = _INSERT.on_conflict_do_update(
    index_elements=["name"],
    set_={"holder": _INSERT.excluded.holder, "until": _INSERT.excluded.until},
    where=or_(Lease.until <= bindparam("now", type_=Lease.until.type), Lease.holder == _INSERT.excluded.holder),
)

_ANNOUNCE = _INSERT.on_conflict_do_update(
    index_elements=["name"], set_={"holder": _INSERT.excluded.holder, "until": _INSERT.excluded.until}
)

_RENEW = (
    update(Lease)
    .where(Lease.name == bindparam("duty"), Lease.holder == bindparam("mine"))
    .values(until=bindparam("new_until"))
)


class Leases:
    """Who has which duty, and until when."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def take(self, name: str, holder: str, until: datetime, now: datetime) -> bool:
        """Take the duty `name` until `until` where it is free, run out or held already; return whether it is ours."""
        values = {"name": name, "holder": holder, "until": until, "now": now}
        return bool(await self._transaction.changed(_TAKE, values))

    async def renew(self, name: str, holder: str, until: datetime) -> bool:
        """Hold on to a duty; return False when somebody else has it by now."""
        values = {"duty": name, "mine": holder, "new_until": until}
        return bool(await self._transaction.changed(_RENEW, values))

    async def announce(self, name: str, holder: str, until: datetime) -> None:
        """Say something about ourselves under a `name` that is nobody else's."""
        await self._transaction.execute(_ANNOUNCE, {"name": name, "holder": holder, "until": until})

    async def standing(self, prefix: str, now: datetime) -> dict[str, str]:
        """Return who holds each lease whose name begins with `prefix` and that has not run out."""
        mine = (Lease.name.startswith(prefix, autoescape=True), Lease.until > now)
        rows = await self._transaction.rows(select(Lease.name, Lease.holder).where(*mine))
        return {row.name: row.holder for row in rows}

    async def prune(self, before: datetime) -> int:
        """Drop leases that ran out before `before`; return how many."""
        return await self._transaction.changed(delete(Lease).where(Lease.until < before))

    async def give_up(self, name: str, holder: str) -> None:
        """Let go of a duty at once."""
        await self._transaction.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
