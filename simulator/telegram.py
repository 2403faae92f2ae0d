"""The simulated Telegram: one bot account, its citizens, its updates.

Holds the parts together and owns the one rule they share: what was done is in the store before anybody is
told. Speaks no HTTP, and starts nothing: `pusher` carries what stands in its lines, the methods are called on it.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulator.clock import Clock, SystemClock
from simulator.delivery import Deliveries
from simulator.faults import Faults
from simulator.flood import Flood, Limits
from simulator.live import Live
from simulator.queue import DAY, UpdateQueue
from simulator.records import Citizen, Json
from simulator.state import State
from simulator.store import Store

CALLBACK_SECONDS = 150.0
CALLBACK_LINE = 3 << 33
MEMBER_LINE = 5 << 33
UPDATE_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be chosen when a simulator starts.

    `limits` turns the flood limits on; `seed` makes every random choice repeatable; `press_seconds` is how
    long a button press may still be answered.
    """

    token: str = "1:TEST"  # noqa: S105 (a made-up one)
    bot_name: str = "Bot"
    bot_username: str = "simulated_bot"
    state_file: Path | None = None
    limits: Limits | None = None
    seed: int | None = None
    press_seconds: float = CALLBACK_SECONDS


@dataclass(slots=True)
class Poll:
    """What long polling remembers between two calls."""

    waiter: asyncio.Future[str | None] | None = None
    next_conflict_at: float = 0.0


@dataclass(slots=True)
class Doing:
    """Whether the bot is shutting down or logged out."""

    stopped: bool = False
    logged_out: bool = False
    actions: dict[int, tuple[str, float]] = field(default_factory=dict)


class Telegram:
    """One bot's Telegram, kept in memory and, with a state file, on disk.

    `lines` are those of updates on their way to the webhook, None where none is set; `due` says that one may go.
    """

    def __init__(self, settings: Settings | None = None, *, clock: Clock | None = None) -> None:
        self.settings = settings or Settings()
        self.clock: Clock = clock or SystemClock()
        self.chance = random.Random(self.settings.seed)  # noqa: S311 (dice and delays)
        self.state = State(Store(self.settings.state_file))
        self.queue = UpdateQueue(self.state.store, self.chance)
        self.faults = Faults()
        self.flood = Flood(self.settings.limits)
        self.live = Live()
        self.poll = Poll()
        self.doing = Doing()
        self.lines: Deliveries | None = None
        self.due = asyncio.Event()
        self._depth = 0

    def stop(self) -> None:
        """Let go of everyone who waits: long polls and live pages end at once. Safe to call twice."""
        self.doing.stopped = True
        self.wake_poll(None)
        self.live.close()

    @property
    def bot_id(self) -> int:
        """Return the bot's own number, which is the first half of its token."""
        return int(self.settings.token.partition(":")[0])

    def bot_user(self) -> Json:
        """Return the bot as a Bot API User."""
        name = self.state.profile.names.get("", self.settings.bot_name)
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": name,
            "username": self.settings.bot_username,
        }

    @contextmanager
    def change(self) -> Iterator[State]:
        """Do several things as one: they are written together when the outermost block ends."""
        self._depth += 1
        try:
            yield self.state
        finally:
            self._depth -= 1
            if self._depth == 0:
                self.state.store.commit()
                self.live.flush()

    def secret(self, size: int = 16) -> str:
        """Return an identifier nobody can guess, or a repeatable one where a seed was set."""
        if self.settings.seed is None:
            return secrets.token_urlsafe(size)
        return self.chance.randbytes(size).hex()

    def emit(self, kind: str, content: Json, queue_id: int, lifetime: float = DAY) -> None:
        """Put an update in the bot's line, where it wants this kind."""
        allowed = self.state.webhook.allowed_updates
        if kind not in (allowed or UPDATE_KINDS):
            return
        update = self.queue.push(kind, content, queue_id, lifetime, self.clock.now())
        if update is not None:
            if self.lines is not None:
                self.lines.add(update)
                self.due.set()
            self.wake_poll(None)

    def wake_poll(self, refusal: str | None) -> None:
        """Wake the waiting long poll: with nothing, to look again; with a sentence, to be refused."""
        waiter = self.poll.waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(refusal)

    def line_up(self) -> None:
        """Put what waits into fresh lines for the webhook as it is now; there are none where none is set."""
        webhook = self.state.webhook
        self.lines = Deliveries(self.queue, webhook.max_connections, self.chance) if webhook.url else None
        self.due.set()

    def set_citizen(self, citizen: Citizen, **changes: object) -> Citizen:
        """Keep a changed citizen and show it to the pages."""
        changed = self.state.save(replace(citizen, **changes))  # type: ignore[arg-type]
        self.live.tell("citizen", changed.id, changed.to_json())
        return changed
