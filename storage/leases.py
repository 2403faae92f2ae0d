"""Duties that one process has at a time: receiving updates by polling, periodic work.

A lease that is not renewed runs out, so a process that died holds nobody up for long.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.models import Lease
from storage.transaction import Transaction

_INSERT = upsert(Lease)

_TAKE = _INSERT.on_conflict_do_update(
    index_elements=["name"],
    set_={"holder": _INSERT.excluded.holder, "until": _INSERT.excluded.until},
    where=or_(Lease.until <= bindparam("now", type_=Lease.until.type), Lease.holder == _INSERT.excluded.holder),
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

    async def give_up(self, name: str, holder: str) -> None:
        """Let go of a duty at once."""
        await self._transaction.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
