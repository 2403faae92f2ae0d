"""What staff prove themselves by besides a password: the secret of their telephone's codes, and recovery codes.

Secrets are sealed, recovery codes kept as hashes. Which codes a secret gives, and when, is the dashboard's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update

from storage.models import RecoveryCode, Staff
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Factor:
    """Somebody's second factor: the secret in use, and one that waits for its first code; None for none."""

    secret: bytes | None = field(repr=False)
    waiting: bytes | None = field(repr=False)


def context(staff_id: int) -> bytes:
    """Return the context in which somebody's secret opens, and nobody else's."""
    return b"totp:%d" % staff_id


class SecondFactors:
    """Secrets and recovery codes, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, staff_id: int) -> Factor:
        """Return somebody's second factor; raise ValueError where none of the keys opens it."""
        columns = (Staff.totp_sealed, Staff.totp_new_sealed)
        row = await self._transaction.first(select(*columns).where(Staff.id == staff_id))
        sealed, waiting = row or (None, None)
        return Factor(self._opened(staff_id, sealed), self._opened(staff_id, waiting))

    async def mark(self, staff_id: int) -> str:
        """Return what is another as soon as somebody's password or telephone is; it tells nothing of either."""
        row = await self._transaction.first(select(Staff.password_hash, Staff.totp_sealed).where(Staff.id == staff_id))
        password, sealed = row or ("", None)
        return hashlib.sha256(password.encode() + b" " + bytes(sealed or b"")).hexdigest()[:16]

    async def prepare(self, staff_id: int, secret: bytes) -> None:
        """Set a secret aside until a first code proves that a telephone has it."""
        sealed = self._transaction.keyring.seal(secret, context(staff_id))
        await self._transaction.execute(update(Staff).where(Staff.id == staff_id).values(totp_new_sealed=sealed))

    async def confirm(self, staff_id: int, step: int) -> bool:
        """Use the secret that waits from now on; `step` is the code's that proved it. False where none waits."""
        statement = update(Staff).where(Staff.id == staff_id, Staff.totp_new_sealed.is_not(None))
        values = {"totp_sealed": Staff.totp_new_sealed, "totp_new_sealed": None, "totp_step": step}
        return bool(await self._transaction.changed(statement.values(values)))

    async def take(self, staff_id: int, step: int) -> bool:
        """Take the code of a time step; False where that one, or a later one, was taken before."""
        unused = or_(Staff.totp_step.is_(None), Staff.totp_step < step)
        statement = update(Staff).where(Staff.id == staff_id, unused)
        return bool(await self._transaction.changed(statement.values(totp_step=step)))

    async def reset(self, staff_id: int) -> None:
        """Forget secret and recovery codes: the next login sets up another."""
        nothing = {"totp_sealed": None, "totp_new_sealed": None, "totp_step": None}
        await self._transaction.execute(update(Staff).where(Staff.id == staff_id).values(nothing))
        await self._transaction.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))

    # --- recovery codes ----------------------------------------------------------------------------------------------

    async def put_codes(self, staff_id: int, hashes: Sequence[bytes]) -> None:
        """Give somebody these recovery codes; the earlier ones are worth nothing any more."""
        await self._transaction.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
        await self._transaction.execute(
            insert(RecoveryCode), [{"hash": each, "staff_id": staff_id, "used_at": None} for each in hashes]
        )

    async def use_code(self, staff_id: int, code_hash: bytes, now: datetime) -> bool:
        """Take a recovery code; False where it is none of theirs or was used before."""
        mine = (RecoveryCode.staff_id == staff_id, RecoveryCode.hash == code_hash, RecoveryCode.used_at.is_(None))
        return bool(await self._transaction.changed(update(RecoveryCode).where(*mine).values(used_at=now)))

    async def codes_left(self, staff_id: int) -> int:
        """Return how many of somebody's recovery codes can still be used."""
        unused = (RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
        row = await self._transaction.first(select(func.count()).select_from(RecoveryCode).where(*unused))
        return int(row[0]) if row else 0

    async def who_has_codes(self) -> frozenset[int]:
        """Return who has a recovery code left, by number."""
        statement = select(RecoveryCode.staff_id).where(RecoveryCode.used_at.is_(None)).distinct()
        return frozenset([row[0] for row in await self._transaction.rows(statement)])

    def _opened(self, staff_id: int, sealed: bytes | None) -> bytes | None:
        return self._transaction.keyring.unseal(bytes(sealed), context(staff_id)) if sealed else None
