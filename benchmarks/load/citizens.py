"""The crowd: so many citizens at a time, each thinking a moment before the next word, each a new chat per walk."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from typing import Protocol

from benchmarks.load import updates
from benchmarks.load.scripts import FINISHED, WRONG, Deed, Press, Say, Script, Shown, words_of
from benchmarks.load.tally import Tally


class Door(Protocol):
    """The way of an update to the bot."""

    def post(self, number: int, raw: bytes) -> None:
        """Bring update `number` to the bot."""
        ...


@dataclass(slots=True)
class Citizen:
    """One walk through the questionnaire."""

    chat: int
    posted: int = 0
    """Updates so far."""
    answers: int = 0
    """Answers given so far, one that is being thought of too."""
    confirmed: int = 0
    """Answers that the bot has replied to."""
    since: float = 0.0
    """When the update was posted that has no message after it yet; 0 when there is none."""
    waiting: bool = False
    """Whether the next question has yet to come."""

    def answer(self) -> Say:
        """Return the next answer."""
        self.answers += 1
        return Say(words_of(self.chat, self.answers - 1))


class Crowd:
    """Citizens who walk `script`, one after another in each of `places` places."""

    def __init__(self, script: Script, tally: Tally, numbers: updates.Numbers, think: tuple[float, float]) -> None:
        self._script = script
        self._tally = tally
        self._numbers = numbers
        self._think = think
        self._door: Door | None = None
        self._going = False
        self._loop = asyncio.get_running_loop()
        self.walking: dict[int, Citizen] = {}
        self.finished: list[int] = []
        """Chats that walked to the end, of the whole run."""
        self.odd: int = 0
        """Walks that took another number of updates than the script says."""

    def start(self, places: int, door: Door, *, within: float) -> None:
        """Let `places` citizens begin, spread over the first `within` seconds."""
        self._door, self._going = door, True
        for place in range(places):
            self._loop.call_later(within * place / places, self._begin)

    def stop(self) -> None:
        """Let nobody say anything further."""
        self._going = False

    @property
    def unanswered(self) -> list[Citizen]:
        """Return who still waits for the next question."""
        return [each for each in self.walking.values() if each.waiting]

    def hear(self, chat: int, shown: Shown) -> None:
        """Let the citizen in `chat` see a message of the bot."""
        citizen = self.walking.get(chat)
        if citizen is None:
            return
        if citizen.since:
            self._tally.heard(time.perf_counter() - citizen.since)
            citizen.since = 0.0
        if not citizen.waiting:
            self._tally.extra += 1
            return
        given = citizen.answers
        deed = self._script.react(citizen, shown)
        if deed is not None:
            citizen.waiting, citizen.confirmed = False, given
            self._follow(citizen, deed, shown)

    def _follow(self, citizen: Citizen, deed: Deed, shown: Shown) -> None:
        if isinstance(deed, Say | Press):
            self._loop.call_later(random.uniform(*self._think), self._do, citizen, deed, shown)
            return
        del self.walking[citizen.chat]
        if deed is WRONG:
            self._tally.wrong += 1
        else:
            assert deed is FINISHED
            self.finished.append(citizen.chat)
            self.odd += citizen.posted != self._script.updates
        self._loop.call_later(random.uniform(*self._think), self._begin)

    def _begin(self) -> None:
        if not self._going:
            return
        citizen = Citizen(self._numbers.chat())
        self.walking[citizen.chat] = citizen
        self._do(citizen, Say(self._script.begin()), None)

    def _do(self, citizen: Citizen, deed: Say | Press, shown: Shown | None) -> None:
        if not self._going or self._door is None:
            return
        number = self._numbers.update()
        if isinstance(deed, Say):
            raw = updates.text(number, self._numbers.message(), citizen.chat, deed.words)
        else:
            assert shown is not None
            raw = updates.press(number, citizen.chat, shown.raw, deed.data)
        citizen.posted += 1
        citizen.waiting = True
        citizen.since = time.perf_counter()
        self._door.post(number, raw)
