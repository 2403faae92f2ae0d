"""What pages and tests are told as it happens.

Events are numbered and the last ones kept, so that a page that was away catches up, or learns that it must
read everything again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from simulator.records import Json

KEPT = 2000
HEARTBEAT = 15.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something a page shows: a kind, the chat it belongs to and its content."""

    number: int
    kind: str
    chat_id: int
    content: Json

    def to_json(self) -> Json:
        """Return the event as a page reads it."""
        return {"number": self.number, "kind": self.kind, "chat": self.chat_id, "content": self.content}


class Live:
    """The events so far and those who wait for the next."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._held: list[Event] = []
        self._number = 0
        self._closed = False
        self._news = asyncio.Event()

    @property
    def number(self) -> int:
        """Return the number of the last event."""
        return self._number

    def past(self) -> tuple[Event, ...]:
        """Return the events that are still kept, oldest first."""
        return tuple(self._events)

    def tell(self, kind: str, chat_id: int, content: Json) -> None:
        """Note an event; it goes out when the change it belongs to is written."""
        self._number += 1
        self._held.append(Event(self._number, kind, chat_id, content))

    def flush(self) -> None:
        """Let out what was held back."""
        if self._held:
            self._events.extend(self._held)
            self._held.clear()
            self._ring()

    def _ring(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def close(self) -> None:
        """End every page's stream."""
        self._closed = True
        self._ring()

    def since(self, number: int) -> list[Event] | None:
        """Return the events after a number; None where some of them are no longer kept."""
        if number > self._number or (self._events and number < self._events[0].number - 1):
            return None
        return [event for event in self._events if event.number > number]

    async def follow(self, number: int) -> AsyncIterator[Event | None]:
        """Yield each event after a number as it comes, and None now and then where nothing does."""
        while not self._closed:
            news = self._news
            events = self.since(number)
            if events is None:
                events = [Event(self._number, "reset", 0, {})]
            for event in events:
                yield event
                number = event.number
            if not events:
                await self._wait(news)
                yield None

    async def _wait(self, news: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(HEARTBEAT):
                await news.wait()
        except TimeoutError:
            pass
