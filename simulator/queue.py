"""The line of updates that wait for the bot: numbering, expiry, size limits, confirmation.

Rules from TQueue.cpp of the Bot API server. Knows nothing of what an update says or how it travels.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from simulator.records import Json
from simulator.store import Store

DAY = 86_400.0
WEEK = 7 * DAY
MAX_UPDATES = 100_000
MAX_UPDATE_BYTES = 512 * 1024
MAX_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Queued:
    """An update that waits. `body` never changes, so every delivery has the same bytes."""

    update_id: int
    queue_id: int
    kind: str
    expires_at: float
    body: str


class UpdateQueue:
    """Updates in the order of their numbers."""

    def __init__(self, store: Store, chance: random.Random) -> None:
        self._store = store
        self._chance = chance
        self._waiting: dict[int, Queued] = {}
        self._bytes = 0
        self._last_id = 0
        self._last_at = 0.0
        for value in store.load("queue"):
            self._last_id, self._last_at = int(value["last_id"]), float(value["last_at"])
        for entry in sorted((Queued(**value) for value in store.load("update")), key=lambda one: one.update_id):
            self._keep(entry)

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, update_id: int) -> bool:
        return update_id in self._waiting

    def _keep(self, entry: Queued) -> None:
        self._waiting[entry.update_id] = entry
        self._bytes += len(entry.body)

    def _next_id(self, now: float) -> int:
        silent = not self._waiting and now - self._last_at > WEEK
        return self._chance.randrange(100_000_000, 1_000_000_000) if silent else self._last_id + 1

    def push(self, kind: str, content: Json, queue_id: int, lifetime: float, now: float) -> Queued | None:
        """Add an update; None where it is too large or the line is full, as the real server drops it.

        `lifetime` is in seconds; `queue_id` names the line inside which order is kept.
        """
        update_id = self._next_id(now)
        body = json.dumps({"update_id": update_id, kind: content}, ensure_ascii=True, separators=(",", ":"))
        if len(body) > MAX_UPDATE_BYTES or len(self._waiting) >= MAX_UPDATES or self._bytes > MAX_BYTES:
            return None
        entry = Queued(update_id, queue_id, kind, now + lifetime, body)
        self._keep(entry)
        self._last_id, self._last_at = update_id, now
        self._store.put("queue", "last", {"last_id": update_id, "last_at": now})
        self._store.put("update", update_id, asdict(entry))
        return entry

    def forget(self, update_id: int) -> None:
        """Take an update out of the line; nothing happens where it is gone already."""
        entry = self._waiting.pop(update_id, None)
        if entry is not None:
            self._bytes -= len(entry.body)
            self._store.drop("update", update_id)

    def expire(self, now: float) -> None:
        """Drop what nobody fetched in time."""
        for update_id in [one.update_id for one in self._waiting.values() if one.expires_at < now]:
            self.forget(update_id)

    def confirm(self, offset: int) -> None:
        """Drop every update before `offset`: the bot has them.

        An offset from the far future confirms nothing.
        """
        if offset > self._last_id + 11:
            return
        for update_id in [number for number in self._waiting if number < offset]:
            self.forget(update_id)

    def confirm_all_but(self, count: int) -> None:
        """Drop all but the last `count` updates, which a negative offset asks for."""
        for update_id in sorted(self._waiting)[: -count or None]:
            self.forget(update_id)

    def clear(self) -> None:
        """Drop everything that waits."""
        for update_id in list(self._waiting):
            self.forget(update_id)

    def __iter__(self) -> Iterator[Queued]:
        return iter(list(self._waiting.values()))
