"""People: where they are in the conversation, and what leads to them. The only file that knows a chat's number.

A chat's number is found by a keyed hash and kept sealed; all other tables know a random participant id.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, exists, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dialogs.exchange import ConsentGiven
from dialogs.session import NOT_YET, Session, dumps, loads
from storage import holdings
from storage.among import among
from storage.audit import AuditTrail
from storage.errors import StaleSession
from storage.keys import Keyring
from storage.models import Address, Consent, OutboxRow, Participant, SessionRow
from storage.tombstones import ERASED, FORGOTTEN, Tombstones
from storage.transaction import Record, Transaction, padded

ERASED_DEED = "participant erased"
"""How the record calls it: that it happened, and of nobody in particular."""
CHAT_BYTES = 8
"""A chat's number is sealed at this size, so that the length says nothing."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who is there and where they are.

    `version` is what `save` must be given again. `is_owed` says that an earlier reply still waits to be sent, so
    that the next one must not overtake it. Whoever `is_new` must be enrolled before anything is kept of them.
    """

    participant_id: uuid.UUID
    session: Session | None
    version: int
    is_unreachable: bool
    is_owed: bool
    is_new: bool = False


_OWED = (
    exists()
    .where(OutboxRow.participant_id == Address.participant_id, OutboxRow.state == "waiting", OutboxRow.priority == 0)
    .label("is_owed")
)

# A screen, or a piece of it, that nobody sends just now, and that no earlier sending can have shown.
_UNSEEN = (
    exists()
    .where(
        OutboxRow.participant_id == Address.participant_id,
        OutboxRow.state == "waiting",
        OutboxRow.turn == SessionRow.turn,
        OutboxRow.leased_by.is_(None),
        OutboxRow.unsure.is_(False),
    )
    .label("is_unseen")
)

_THERE = select(
    Address.lookup,
    SessionRow.participant_id,
    SessionRow.state,
    SessionRow.posted,
    SessionRow.version,
    Address.unreachable_since,
    _OWED,
    _UNSEEN,
).join(Address, Address.participant_id == SessionRow.participant_id)
_ALL_THERE = among(_THERE, lookups=Address.lookup)

# The row lock makes a second update of the same person wait here and then read what the first one wrote. SQLite
# leaves it out: there, whoever writes is alone.
_ARRIVE = _ALL_THERE["sqlite"].with_for_update(of=SessionRow.__table__)

_NEXT = (
    update(SessionRow)
    .where(SessionRow.participant_id == bindparam("new_participant_id"), SessionRow.version == bindparam("seen"))
    .values(
        version=SessionRow.version + 1,
        turn=bindparam("new_turn"),
        posted=case((SessionRow.turn == bindparam("new_turn"), SessionRow.posted), else_=null()),
        state=bindparam("new_state"),
        language=bindparam("new_language"),
        updated_at=bindparam("new_updated_at"),
    )
)

_ENROL = insert(Participant)
_ADDRESS = upsert(Address).on_conflict_do_nothing(index_elements=["lookup"])
_FIRST = upsert(SessionRow).on_conflict_do_nothing(index_elements=["participant_id"])
_CONSENT = insert(Consent)
_REACH = (
    update(Address)
    .where(Address.participant_id == bindparam("person"))
    .values(unreachable_since=bindparam("since"), unreachable_why=bindparam("why"))
)

# A screen may come in several pieces: it is seen when the last one is. A copy of a piece that may have arrived before
# is not noted at all (`OutboxRow.unsure`), so the number is always that of the first copy.
POSTED = (
    update(SessionRow)
    .where(SessionRow.participant_id == bindparam("person"), SessionRow.turn == bindparam("shown"))
    .values(posted=bindparam("given"))
)


def stranger() -> Arrival:
    """Return somebody never seen before, with an id of their own."""
    return Arrival(uuid.uuid4(), None, 0, is_unreachable=False, is_owed=False, is_new=True)


def arrived(row: Record) -> Arrival:
    """Return who and where somebody is; raise ValueError, TypeError or KeyError where their session can't be read."""
    session = loads(row.state, NOT_YET if row.is_unseen else row.posted)
    return Arrival(row.participant_id, session, row.version, row.unreachable_since is not None, bool(row.is_owed))


def chat_of(keyring: Keyring, participant_id: uuid.UUID, sealed: bytes) -> int:
    """Return the number of a participant's chat; raise ValueError where none of the keys opens it."""
    return int.from_bytes(keyring.unseal(sealed, participant_id.bytes), "big", signed=True)


class Participants:
    """Everybody who ever spoke with the bot and has not asked to be forgotten."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def arrive(self, chat_id: int, now: datetime) -> Arrival:
        """Return who speaks in the chat, and where they are; somebody never seen before is enrolled.

        Raises StaleSession when two first messages of the same chat meet.
        """
        lookups = self._transaction.keyring.lookups(chat_id)
        row = await self._transaction.first(_ARRIVE, {"lookups": lookups})
        if row is not None:
            return arrived(row)
        found = stranger()
        await self.enrol(found.participant_id, chat_id, now)
        return found

    async def there(self, chat_ids: Sequence[int]) -> dict[int, Record]:
        """Return what `arrived` reads, for each of the chats in which somebody is known."""
        lookups = {lookup: chat for chat in chat_ids for lookup in self._transaction.keyring.lookups(chat)}
        statement = _ALL_THERE[self._transaction.dialect]
        rows = await self._transaction.rows(statement, {"lookups": padded(tuple(lookups))})
        return {lookups[bytes(row.lookup)]: row for row in rows}

    async def find(self, chat_id: int) -> uuid.UUID | None:
        """Return the participant of a chat, or None."""
        known = Address.lookup.in_(self._transaction.keyring.lookups(chat_id))
        row = await self._transaction.first(select(Address.participant_id).where(known))
        return row[0] if row else None

    async def enrol(self, person: uuid.UUID, chat_id: int, now: datetime) -> None:
        """Make `person` the participant of a chat that has none; raise StaleSession where somebody else just did."""
        keyring = self._transaction.keyring
        address = {
            "participant_id": person,
            "channel": "telegram",
            "lookup": keyring.lookup(chat_id),
            "sealed": keyring.seal(chat_id.to_bytes(CHAT_BYTES, "big", signed=True), person.bytes),
        }
        await self._transaction.put(_ENROL, {"id": person, "created_at": now})
        await self._transaction.put(_ADDRESS, address, must=StaleSession)

    async def save(self, participant_id: uuid.UUID, session: Session, seen: int, now: datetime) -> None:
        """Keep the session in place of version `seen` (0 where there was none).

        Raises StaleSession when another one has taken its place in the meantime.
        """
        values = {
            "participant_id": participant_id,
            "turn": session.turn,
            "state": dumps(session),
            "language": session.language,
            "updated_at": now,
        }
        if seen == 0:
            await self._transaction.put(_FIRST, {**values, "version": 1}, must=StaleSession)
        else:
            changes = {f"new_{name}": value for name, value in values.items()}
            await self._transaction.put(_NEXT, {**changes, "seen": seen}, must=StaleSession)

    async def posted(self, participant_id: uuid.UUID, turn: int, number: int) -> None:
        """Note the number of the message that showed turn `turn`, while the session is still there."""
        await self._transaction.put(POSTED, {"person": participant_id, "shown": turn, "given": number})

    async def consented(self, participant_id: uuid.UUID, consent: ConsentGiven, now: datetime) -> None:
        """Note that a person agreed to a version of the consent text, or that they did not."""
        values = {
            "participant_id": participant_id,
            "text_version": consent.version,
            "text_digest": consent.digest,
            "language": consent.language,
            "given": consent.given,
            "at": now,
        }
        await self._transaction.put(_CONSENT, values)

    async def address(self, participant_id: uuid.UUID) -> int | None:
        """Return a participant's chat, or None where nobody is there any more."""
        return (await self.addresses([participant_id])).get(participant_id)

    async def addresses(self, participant_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
        """Return the chats of several participants; those who are gone are left out."""
        wanted = Address.participant_id.in_(tuple(participant_ids))
        rows = await self._transaction.rows(select(Address.participant_id, Address.sealed).where(wanted))
        return {person: chat_of(self._transaction.keyring, person, sealed) for person, sealed in rows}

    async def unreachable(self, participant_id: uuid.UUID, why: str, now: datetime) -> None:
        """Note that messages no longer reach a participant; `why` is a word such as blocked."""
        await self._reach(participant_id, now, why)

    async def reachable(self, participant_id: uuid.UUID) -> None:
        """Note that messages reach a participant again."""
        await self._reach(participant_id, None, None)

    async def erase(self, participant_id: uuid.UUID, now: datetime) -> None:
        """Delete everything about a participant, in every table, and note that somebody is gone.

        `Database.after_erasure` follows the commit.
        """
        await Tombstones(self._transaction).bury(participant_id, ERASED, now)
        await holdings.erase(self._transaction, participant_id)
        await AuditTrail(self._transaction).add(None, ERASED_DEED, "", now)

    async def forget(self, participant_id: uuid.UUID, now: datetime) -> None:
        """Delete all about a participant but what was submitted, which is nobody's from then on.

        Somebody who never submitted anything is erased. Like `erase` it may write into the record, which everybody
        else waits for until the commit: of several people each goes in a transaction of their own.
        """
        if await holdings.has_submitted(self._transaction, participant_id):
            await Tombstones(self._transaction).bury(participant_id, FORGOTTEN, now)
            await holdings.forget(self._transaction, participant_id)
        else:
            await self.erase(participant_id, now)

    async def everything(self, participant_id: uuid.UUID) -> dict[str, list[dict[str, Any]]]:
        """Return every row held about a participant, table by table, as JSON's own values."""
        return await holdings.everything(self._transaction, participant_id)

    async def _reach(self, participant_id: uuid.UUID, since: datetime | None, why: str | None) -> None:
        await self._transaction.put(_REACH, {"person": participant_id, "since": since, "why": why})
