"""Which update goes to the webhook next, and when it is tried again.

One line per person and kind, in order inside a line, at most twice as many lines at once as there are
connections. Rules from WebhookActor.cpp; pure but for the queue it empties, and the present moment is always
handed in.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field

from simulator.queue import Queued, UpdateQueue

MAX_RETRY_AFTER = 3600
MAX_RESEND = 60
TIMEOUT = 60.0
GONE_SECONDS = 23 * 3600.0


@dataclass(slots=True)
class Attempt:
    """An update on its way: when it may go and how often it failed."""

    update: Queued
    wakeup_at: float
    delay: int = 1
    failures: int = 0
    travelling: bool = False


@dataclass(slots=True)
class Deliveries:
    """The loaded lines of updates."""

    queue: UpdateQueue
    max_connections: int
    chance: random.Random
    _lines: dict[int, deque[Attempt]] = field(default_factory=dict)
    _loaded: dict[int, Attempt] = field(default_factory=dict)
    _unloaded: deque[Queued] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._unloaded.extend(self.queue)

    def add(self, update: Queued) -> None:
        """Take note of an update that has just joined the line."""
        self._unloaded.append(update)

    def load(self, now: float) -> None:
        """Load waiting updates until twice as many lines are open as there are connections."""
        while self._unloaded and len(self._lines) < self.max_connections * 2:
            update = self._unloaded.popleft()
            if update.expires_at < now:
                self.queue.forget(update.update_id)
            elif update.update_id in self.queue:
                attempt = Attempt(update, now)
                self._loaded[update.update_id] = attempt
                self._lines.setdefault(update.queue_id, deque()).append(attempt)

    def _heads(self) -> list[Attempt]:
        return [line[0] for line in self._lines.values() if not line[0].travelling]

    def travelling(self) -> int:
        """Return how many connections are in use."""
        return sum(1 for line in self._lines.values() if line[0].travelling)

    def take(self, now: float) -> Queued | None:
        """Return the next update to send, marked as travelling.

        None where none is ready or no connection free.
        """
        self.load(now)
        if self.travelling() >= self.max_connections:
            return None
        ready = [head for head in self._heads() if head.wakeup_at <= now]
        if not ready:
            return None
        attempt = min(ready, key=lambda head: (head.wakeup_at, head.update.update_id))
        attempt.travelling = True
        return attempt.update

    def next_wakeup(self) -> float | None:
        """Return the moment when the next waiting line may be tried; None where nothing waits."""
        return min((head.wakeup_at for head in self._heads()), default=None)

    def _drop(self, update_id: int) -> None:
        attempt = self._loaded.pop(update_id)
        line = self._lines[attempt.update.queue_id]
        line.popleft()
        if not line:
            del self._lines[attempt.update.queue_id]
        self.queue.forget(update_id)

    def succeed(self, update_id: int) -> None:
        """Forget an update that the bot took."""
        if update_id in self._loaded:
            self._drop(update_id)

    def fail(self, update_id: int, retry_after: int, now: float) -> None:
        """Plan the next try: at once, then after 2, 4, 8 seconds, later after a random 60 to 120.

        A Retry-After between 1 and 3600 seconds goes before all that. What would come too late is dropped.
        """
        attempt = self._loaded.get(update_id)
        if attempt is None:
            return
        wait = min(max(retry_after, 0), MAX_RETRY_AFTER)
        if wait == 0 and attempt.failures > 0:
            attempt.delay = min(self.chance.randint(MAX_RESEND, MAX_RESEND * 2), attempt.delay * 2)
            wait = attempt.delay
        if now + wait > attempt.update.expires_at:
            self._drop(update_id)
            return
        attempt.wakeup_at = now + wait
        attempt.failures += 1
        attempt.travelling = False
