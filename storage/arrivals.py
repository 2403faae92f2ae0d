"""Who speaks and where they are, looked up for many at once.

What is read here may be old by the time it is used: keeping a turn decides (`together`), by the update's number and
the session's version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from storage.batches import Batches
from storage.inbox import Inbox
from storage.keys import Keyring
from storage.participants import Arrival, Participants, arrived, stranger
from storage.transaction import Record, Transaction

AT_MOST = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """One update of one chat."""

    bot_id: int
    update_id: int
    chat_id: int


class Arrivals:
    """Looks people up; `opening` opens one transaction that reads."""

    def __init__(self, opening: Callable[[], AbstractAsyncContextManager[Transaction]], keyring: Keyring) -> None:
        self._open = opening
        self._keyring = keyring
        self._batches: Batches[Wanted, Arrival | None] = Batches(self._found, AT_MOST)

    def find(self, bot_id: int, update_id: int, chat_id: int) -> asyncio.Future[Arrival | None]:
        """Begin to look up who speaks in the chat: the future is who, or None where the update was taken before.

        Somebody never seen gets an id of their own, which stands for nobody until they are enrolled.
        """
        return self._batches.begin(Wanted(bot_id, update_id, chat_id))

    async def _found(self, wanted: Sequence[Wanted]) -> Sequence[Arrival | Exception | None]:
        async with self._open() as transaction:
            taken = await Inbox(transaction).taken([(each.bot_id, each.update_id) for each in wanted])
            there = await Participants(transaction).there([each.chat_id for each in wanted])
        return [_arrival(each, taken, there) for each in wanted]


def _arrival(
    wanted: Wanted, taken: AbstractSet[tuple[int, int]], there: Mapping[int, Record]
) -> Arrival | Exception | None:
    if (wanted.bot_id, wanted.update_id) in taken:
        return None
    row = there.get(wanted.chat_id)
    try:
        return stranger() if row is None else arrived(row)
    except (ValueError, TypeError, KeyError) as error:  # one person's session that can't be read is theirs alone
        return error
