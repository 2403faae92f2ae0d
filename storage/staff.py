"""The people of the secretariats: their accounts, logins, the counters that slow guessing down, and what they did.

Nothing here knows a participant. Passwords come in as hashes and session numbers as hashes of cookies, so a
copy of these tables logs nobody in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, delete, insert, not_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.audit import AuditTrail, Deed
from storage.errors import StorageError
from storage.models import Staff, StaffSession, Throttle
from storage.transaction import Record, Transaction

ONCE = "once:"
"""Stands before what is kept of a password that somebody else chose: it is good for choosing another one."""


class NameTaken(StorageError):
    """Somebody of that name has an account already."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of a secretariat. `components` are what they may see, empty for everything.

    `has_factor` says that a code of their telephone is asked of them, `has_own_password` that nobody else chose theirs.
    """

    id: int
    name: str
    role: str
    components: tuple[str, ...]
    language: str
    disabled: bool
    created_at: datetime
    has_factor: bool = False
    has_own_password: bool = True


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against."""

    id: int
    password_hash: str
    disabled: bool
    language: str


@dataclass(frozen=True, slots=True)
class StaffLogin:
    """A session that stands: who, the token of its forms, and when it was last used, to the minute.

    Until it is `proven` by whatever is asked besides the password, it is good for that and nothing else.
    """

    id: bytes
    staff: StaffMember
    csrf: str
    seen_at: datetime
    proven: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of somebody's sessions, for the list that they end them from."""

    id: bytes
    browser: str
    created_at: datetime
    seen_at: datetime


_MEMBER = (
    Staff.id,
    Staff.name,
    Staff.role,
    Staff.components,
    Staff.language,
    Staff.disabled_at,
    Staff.created_at,
    Staff.totp_sealed.is_not(None),
    not_(Staff.password_hash.startswith(ONCE)),
)


def account_name(text: str) -> str:
    """Return a name as accounts are filed under it: composed letters, no blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


class StaffRepository:
    """Accounts, sessions, counters and the audit trail, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    # --- accounts ----------------------------------------------------------------------------------------------------

    async def add(
        self, name: str, password_hash: str, role: str, components: Sequence[str], language: str, now: datetime
    ) -> StaffMember:
        """Open an account and return it; raise NameTaken where the name has one, disabled or not."""
        name = account_name(name)
        if await self.by_name(name) is not None:
            raise NameTaken(f"somebody called {name} has an account already")
        values = {
            "name": name,
            "password_hash": password_hash,
            "role": role,
            "components": list(components),
            "language": language,
            "created_at": now,
        }
        await self._transaction.execute(insert(Staff), values)
        found = await self.by_name(name)
        assert found is not None
        return found

    async def list(self) -> tuple[StaffMember, ...]:
        """Return everybody, disabled accounts too, in the order of their names."""
        rows = await self._transaction.rows(select(*_MEMBER).order_by(Staff.name))
        return tuple(_member(row) for row in rows)

    async def by_name(self, name: str) -> StaffMember | None:
        """Return the account of exactly this name, or None."""
        row = await self._transaction.first(select(*_MEMBER).where(Staff.name == name))
        return _member(row) if row else None

    async def by_id(self, staff_id: int) -> StaffMember | None:
        """Return an account, or None."""
        row = await self._transaction.first(select(*_MEMBER).where(Staff.id == staff_id))
        return _member(row) if row else None

    async def hold_administrators(self) -> tuple[StaffMember, ...]:
        """Return the administrators who can log in; nobody else changes any of them before this is committed."""
        mine = select(*_MEMBER).where(Staff.role == "administrator", Staff.disabled_at.is_(None))
        rows = await self._transaction.rows(mine.order_by(Staff.id).with_for_update(key_share=True))
        return tuple(_member(row) for row in rows)

    async def credentials(self, name: str) -> Credentials | None:
        """Return what a password for `name` is checked against, or None."""
        columns = (Staff.id, Staff.password_hash, Staff.disabled_at, Staff.language)
        row = await self._transaction.first(select(*columns).where(Staff.name == name))
        return Credentials(row[0], row[1], row[2] is not None, row[3]) if row else None

    async def disable(self, staff_id: int, now: datetime) -> None:
        """Close an account and end all of its sessions, from this moment."""
        mine = update(Staff).where(Staff.id == staff_id, Staff.disabled_at.is_(None))
        await self._transaction.execute(mine.values(disabled_at=now))
        await self.end_sessions(staff_id, now)

    async def enable(self, staff_id: int) -> None:
        """Open a closed account again; its password and its second factor are what they were."""
        await self._transaction.execute(update(Staff).where(Staff.id == staff_id).values(disabled_at=None))

    async def set_role(self, staff_id: int, role: str, components: Sequence[str], now: datetime) -> None:
        """Give somebody another role, or other components, and end all of their sessions."""
        values = {"role": role, "components": list(components)}
        await self._transaction.execute(update(Staff).where(Staff.id == staff_id).values(values))
        await self.end_sessions(staff_id, now)

    async def set_password(self, staff_id: int, password_hash: str, now: datetime) -> None:
        """Give an account another password and end all of its sessions; a disabled account stays disabled."""
        statement = update(Staff).where(Staff.id == staff_id)
        await self._transaction.execute(statement.values(password_hash=password_hash))
        await self.end_sessions(staff_id, now)

    async def set_language(self, staff_id: int, language: str) -> None:
        """Keep the language that somebody reads the dashboard in."""
        await self._transaction.execute(update(Staff).where(Staff.id == staff_id).values(language=language))

    # --- sessions ----------------------------------------------------------------------------------------------------

    async def open_session(
        self, id: bytes, staff_id: int, csrf: str, now: datetime, *, proven: bool = True, browser: str = ""
    ) -> None:
        """Begin a session; `id` is the SHA-256 of the cookie's value. One not `proven` waits for a second factor."""
        values = {"id": id, "staff_id": staff_id, "csrf": csrf, "created_at": now, "seen_at": now}
        await self._transaction.execute(insert(StaffSession), {**values, "proven": proven, "browser": browser})

    async def login(self, id: bytes, *, idle_since: datetime, opened_since: datetime) -> StaffLogin | None:
        """Return the session `id` where it stands.

        It does not when it was ended, was not used after `idle_since`, was begun before `opened_since`, or
        when the account is disabled.
        """
        statement = (
            select(StaffSession.csrf, StaffSession.seen_at, StaffSession.proven, *_MEMBER)
            .join(Staff, Staff.id == StaffSession.staff_id)
            .where(
                StaffSession.id == id,
                StaffSession.ended_at.is_(None),
                StaffSession.seen_at > idle_since,
                StaffSession.created_at > opened_since,
                Staff.disabled_at.is_(None),
            )
        )
        row = await self._transaction.first(statement)
        return StaffLogin(id, _member(row[3:]), *row[:3]) if row else None

    async def sessions(self, staff_id: int, *, idle_since: datetime, opened_since: datetime) -> tuple[OpenSession, ...]:
        """Return somebody's sessions that stand, the one used last first."""
        columns = (StaffSession.id, StaffSession.browser, StaffSession.created_at, StaffSession.seen_at)
        standing = (
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffSession.proven.is_(True),
            StaffSession.seen_at > idle_since,
            StaffSession.created_at > opened_since,
        )
        rows = await self._transaction.rows(select(*columns).where(*standing).order_by(StaffSession.seen_at.desc()))
        return tuple(OpenSession(bytes(row[0]), *row[1:]) for row in rows)

    async def touch(self, id: bytes, now: datetime) -> None:
        """Write down that a session was used now."""
        await self._transaction.execute(update(StaffSession).where(StaffSession.id == id).values(seen_at=now))

    async def end_session(self, id: bytes, now: datetime) -> None:
        """End one session."""
        await self._end(StaffSession.id == id, now)

    async def end_sessions(self, staff_id: int, now: datetime) -> None:
        """End every session of an account."""
        await self._end(StaffSession.staff_id == staff_id, now)

    async def end_other_sessions(self, staff_id: int, kept: bytes, now: datetime) -> None:
        """End every session of an account but the one called `kept`."""
        await self._end(and_(StaffSession.staff_id == staff_id, StaffSession.id != kept), now)

    async def end_unproven(self, staff_id: int, now: datetime) -> None:
        """End every session of an account that still waits for a second factor."""
        await self._end(and_(StaffSession.staff_id == staff_id, StaffSession.proven.is_(False)), now)

    async def _end(self, which: Any, now: datetime) -> None:
        statement = update(StaffSession).where(which, StaffSession.ended_at.is_(None))
        await self._transaction.execute(statement.values(ended_at=now))

    # --- counters ----------------------------------------------------------------------------------------------------

    async def count(self, key: str, now: datetime, since: datetime) -> int:
        """Add one to a counter and return it; one that was begun at or before `since` begins anew.

        One statement, so that attempts made at the same time are all counted.
        """
        counted = _COUNTED[self._transaction.dialect]
        row = await self._transaction.first(counted, {"counter": key, "moment": now, "long_ago": since})
        return int(row[0]) if row else 0

    async def prune(self, before: datetime) -> None:
        """Drop counters of logins that began before `before`: nobody asks for them again."""
        await self._transaction.execute(
            delete(Throttle).where(Throttle.since < before, Throttle.key.startswith("login:"))
        )

    # --- audit -------------------------------------------------------------------------------------------------------

    async def audit(self, staff_id: int | None, action: str, subject: str, now: datetime) -> None:
        """Write down what somebody did (`AuditTrail.add`)."""
        await AuditTrail(self._transaction).add(staff_id, action, subject, now)

    async def deeds(self, limit: int) -> tuple[Deed, ...]:
        """Return what was done last, newest first."""
        return await AuditTrail(self._transaction).deeds(limit)


def _member(row: Record | Sequence[Any]) -> StaffMember:
    id_, name, role, components, language, disabled_at, created_at, *flags = row
    return StaffMember(
        id_, name, role, tuple(components), language, disabled_at is not None, created_at, *map(bool, flags)
    )


def _counting(dialect: Any) -> Any:
    """Return the statement that adds one to a counter."""
    moment = bindparam("moment", type_=Throttle.since.type)
    is_old = Throttle.since <= bindparam("long_ago", type_=Throttle.since.type)
    anew = {
        "count": case((is_old, 1), else_=Throttle.count + 1),
        "since": case((is_old, moment), else_=Throttle.since),
    }
    first = dialect.insert(Throttle).values(key=bindparam("counter"), count=1, since=moment)
    return first.on_conflict_do_update(index_elements=[Throttle.key], set_=anew).returning(Throttle.count)


_COUNTED: Final = {"sqlite": _counting(sqlite), "postgresql": _counting(postgresql)}
"""Made once: an attempt to log in costs what the database takes for it, and no more."""
