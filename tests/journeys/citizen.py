"""A citizen with a phone who reads before they write: each step waits for the words it answers.

A message that the bot repeats after a crash is read again and harms nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator import Phone

PATIENCE = 60.0
"""Seconds a citizen waits before the test is given up; nothing is asserted about them."""


@dataclass(frozen=True)
class Step:
    """When the bot's newest message says `seen`, do `then`: words, `>label` (press), or `edit: old -> new`."""

    seen: str
    then: str


class Citizen:
    """One person in the simulated Telegram."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.last_own = 0
        self.toasts: list[str] = []
        self.patience = PATIENCE
        self.glance = 0.01
        self.insists: float | None = None
        """Seconds after which a button that did nothing is pressed again: Telegram keeps a press for 150 of its own."""
        self._pressed: tuple[float, int, str] | None = None

    def heard(self) -> list[dict[str, Any]]:
        """Return the bot's messages that were posted after the citizen's last own one."""
        return [m for m in self.phone.messages() if m["from"]["is_bot"] and m["message_id"] > self.last_own]

    async def hears(self, words: str) -> dict[str, Any]:
        """Wait until the bot's newest message says `words`, and return it: the screen that can be answered."""
        return await self._said(words, lambda: self.heard()[-1:])

    async def has_heard(self, words: str) -> dict[str, Any]:
        """Wait until some message of the bot after the citizen's last own one says `words`, and return it."""
        return await self._said(words, self.heard)

    async def _said(self, words: str, among: Callable[[], list[dict[str, Any]]]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self.patience):
                while True:
                    for message in among():
                        if words in str(message.get("text", "")):
                            return message
                    await self._look_up()
        except TimeoutError as error:
            error.add_note(f"{words!r} was not heard after {self.last_own}; the chat's last messages: {self._end()}")
            raise

    async def _look_up(self) -> None:
        """Wait a moment; press again what was pressed long ago."""
        await asyncio.sleep(self.glance)
        if self.insists is not None and self._pressed is not None:
            at, message, data = self._pressed
            if time.monotonic() > at + self.insists:
                self._pressed = (time.monotonic(), message, data)
                self.phone.press(message, data)

    async def walk(self, steps: Sequence[Step]) -> None:
        """Do every step when its words are there."""
        for step in steps:
            if step.seen:
                await self.hears(step.seen)
            self.do(step.then)

    def do(self, what: str) -> str:
        """Write, press or edit; return the press, empty for anything else."""
        self._pressed = None
        if what.startswith(">"):
            return self.press(what[1:])
        if what.startswith("edit: "):
            old, new = what.removeprefix("edit: ").split(" -> ")
            self.edit(old, new)
        elif what.startswith("/start"):
            self.last_own = self.phone.start(what.removeprefix("/start").strip()).message_id
        else:
            self.last_own = self.phone.say(what)[-1].message_id
        return ""

    def press(self, label: str) -> str:
        """Press the newest button with this label; return the press."""
        for message in reversed(self.phone.messages()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label:
                        self.last_own = max(m["message_id"] for m in self.phone.messages())
                        self._pressed = (time.monotonic(), message["message_id"], button["callback_data"])
                        return self.phone.press(*self._pressed[1:])
        raise AssertionError(f"no button {label!r}")

    def answers(self, message: dict[str, Any], text: str) -> None:
        """Answer a message of the bot's by Telegram's own gesture."""
        self._pressed = None
        self.last_own = self.phone.say(text, reply_to=int(message["message_id"]))[-1].message_id

    def edit(self, old: str, new: str) -> None:
        """Edit the newest own message that reads `old`."""
        own = [m for m in self.phone.messages() if not m["from"]["is_bot"] and m.get("text") == old]
        self.last_own = max(m["message_id"] for m in self.phone.messages())
        self.phone.edit(own[-1]["message_id"], new)

    def button(self, message: dict[str, Any], label: str) -> str:
        """Return the data of a message's button."""
        rows = message["reply_markup"]["inline_keyboard"]
        return next(str(each["callback_data"]) for row in rows for each in row if each["text"] == label)

    def texts(self) -> str:
        """Return everything the chat shows."""
        return "\n".join(str(message.get("text", "")) for message in self.phone.messages())

    def _end(self) -> list[tuple[int, str, bool]]:
        """Return the chat's last messages: the number, how the text begins, whether it has buttons."""
        last = self.phone.messages()[-5:]
        return [(m["message_id"], str(m.get("text", ""))[:60], "reply_markup" in m) for m in last]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(self.patience):
            while not condition():  # noqa: ASYNC110 - what is waited for lies beyond our reach
                await asyncio.sleep(self.glance)
