"""Everything that stands under an older key put under the newest: addresses, and whatever else is sealed.

Row by row and in small transactions, each of which changes nothing but the wrapping; whoever reads with all the keys
finds everything at every moment. It may be stopped anywhere and begun again: what is done is passed over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from storage import factors
from storage.database import Database
from storage.models import Address, Quarantine, Staff
from storage.participants import chat_of
from storage.transaction import Record
from storage.unit_of_work import UnitOfWork

AT_ONCE: Final = 200
"""Rows in one transaction."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was put under the newest key, and what could not be.

    `twice` are addresses already filed under the newest key for somebody else, `lost` what none of the keys opens.
    """

    addresses: int = 0
    sealed: int = 0
    twice: int = 0
    lost: int = 0

    def __add__(self, other: Rotated) -> Rotated:
        return Rotated(
            self.addresses + other.addresses,
            self.sealed + other.sealed,
            self.twice + other.twice,
            self.lost + other.lost,
        )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of something sealed, beside the key of its table, and the context in which a row's value opens."""

    table: Any
    key: Any
    column: Any
    context: Callable[[Any], bytes]


SEALED = (
    Sealed(Quarantine, Quarantine.id, Quarantine.sealed, lambda _id: b""),
    Sealed(Staff, Staff.id, Staff.totp_sealed, factors.context),
    Sealed(Staff, Staff.id, Staff.totp_new_sealed, factors.context),
)
"""Whatever is sealed apart from addresses. A column added later is named here, or the build fails."""


async def rotate(database: Database) -> Rotated:
    """Put everything under the newest key; return what that was."""
    done = await _through(database, _ADDRESSES, Address.participant_id, _refile)
    for each in SEALED:
        statement = select(each.key, each.column).where(each.column.is_not(None))

        async def reseal(unit: UnitOfWork, rows: Sequence[Record], each: Sealed = each) -> Rotated:
            return await _reseal(unit, rows, each)

        done += await _through(database, statement, each.key, reseal)
    return done


async def _through(
    database: Database,
    statement: Any,
    key: Any,
    work: Callable[[UnitOfWork, Sequence[Record]], Awaitable[Rotated]],
) -> Rotated:
    """Do `work` for the rows of `statement`, in the order of `key`, a few in each transaction."""
    done, after = Rotated(), None
    while True:
        async with database.begin() as unit:
            beyond = statement if after is None else statement.where(key > after)
            rows = await unit.transaction.rows(beyond.order_by(key).limit(AT_ONCE))
            done += await work(unit, rows)
            await unit.commit()
        if len(rows) < AT_ONCE:
            return done
        after = rows[-1][0]


_ADDRESSES = select(Address.participant_id, Address.lookup, Address.sealed)

_REFILE = (
    update(Address)
    .where(Address.participant_id == bindparam("person"), Address.lookup == bindparam("filed"))
    .values(lookup=bindparam("new_lookup"), sealed=bindparam("new_sealed"))
)


async def _refile(unit: UnitOfWork, rows: Sequence[Record]) -> Rotated:
    """File addresses under the newest key."""
    keyring, changes, lost = unit.transaction.keyring, [], 0
    for person, filed, sealed in rows:
        try:
            anew = keyring.resealed(sealed, person.bytes)
            lookup = keyring.lookup(chat_of(keyring, person, sealed))
        except ValueError:
            lost += 1
            continue
        if lookup != filed or anew is not None:
            values = {"person": person, "filed": filed, "new_lookup": lookup, "new_sealed": anew or sealed}
            changes.append(values)
    taken = await _taken(unit, changes)
    free = [each for each in changes if each["new_lookup"] == each["filed"] or each["new_lookup"] not in taken]
    await unit.transaction.put(_REFILE, free)
    return Rotated(addresses=len(free), twice=len(changes) - len(free), lost=lost)


async def _taken(unit: UnitOfWork, changes: Sequence[dict[str, Any]]) -> set[bytes]:
    """Return which of the new hashes somebody is filed under already."""
    wanted = [each["new_lookup"] for each in changes]
    rows = await unit.transaction.rows(select(Address.lookup).where(Address.lookup.in_(wanted))) if wanted else ()
    return {bytes(row[0]) for row in rows}


async def _reseal(unit: UnitOfWork, rows: Sequence[Record], each: Sealed) -> Rotated:
    keyring, changes, lost = unit.transaction.keyring, [], 0
    for key, sealed in rows:
        try:
            anew = keyring.resealed(sealed, each.context(key))
        except ValueError:
            lost += 1
            continue
        if anew is not None:
            changes.append({"row": key, "anew": anew})
    statement = update(each.table).where(each.key == bindparam("row")).values({each.column: bindparam("anew")})
    await unit.transaction.put(statement, changes)
    return Rotated(sealed=len(changes), lost=lost)
