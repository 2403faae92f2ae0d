"""Outages of minutes, hours and more than a day: whoever was in the middle of a conversation ends it all the same.

Telegram keeps a message for a day and a press for 150 seconds. What it kept is answered when the bot is back; of what
it did not keep, one more try is enough: nobody has to begin again, and nobody is stranded.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kuvendo import wiring
from simulator import Phone
from simulator.clock import SystemClock
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import exported, working
from tests.journeys.town import ALBANIAN_WITHOUT_DIACRITICS, ITS_CONTRIBUTIONS, Town, town

PATH = ALBANIAN_WITHOUT_DIACRITICS
MOMENTS = tuple(place for place, step in enumerate(PATH) if place and not step.then.startswith("edit"))
"""Where somebody may stand when the bot goes: at each step but the first, and but the edit, which is not done twice."""
MINUTE, HOUR = 60.0, 3600.0


class Skipping(SystemClock):
    """Everybody's clock: the machine's, with what was skipped."""

    skipped = 0.0

    def now(self) -> float:
        """Return the present moment."""
        return super().now() + self.skipped

    def today(self) -> datetime:
        """Return the present moment as the bot has it."""
        return datetime.now(UTC) + timedelta(seconds=self.skipped)


@dataclass
class Interrupted:
    """Somebody whom the outage meets at the step `at`."""

    citizen: Citizen
    at: int
    extra: int = 0

    @property
    def next_words(self) -> str:
        """What the bot says to what they did last."""
        return PATH[self.at + 1].seen if self.at + 1 < len(PATH) else "Thank you very much!"

    def is_answered(self) -> bool:
        """Whether it said so."""
        return any(self.next_words in str(message.get("text", "")) for message in self.citizen.heard())

    async def end(self) -> None:
        """Go on to the thanks; what got no answer is done once more."""
        if not self.is_answered():
            self.extra += 1
            self.citizen.do(PATH[self.at].then)
        await self.citizen.walk(PATH[self.at + 1 :])
        await self.citizen.has_heard("Thank you very much!")


async def idle(place: Town, people: Sequence[Phone]) -> None:
    """Wait until Telegram has nothing more for the bot, and the bot nothing more to say."""
    messages, quiet = -1, 0
    async with asyncio.timeout(600):
        while quiet < 10:
            await asyncio.sleep(0.05)
            now = sum(len(each.messages()) for each in people)
            quiet = quiet + 1 if not len(place.telegram.queue) and now == messages else 0
            messages = now


async def interrupted(place: Town, moments: Sequence[int]) -> list[Interrupted]:
    """Bring somebody to each of these steps."""
    people = [Interrupted(place.citizen(f"Ana {at}"), at) for at in moments]
    await asyncio.gather(*(each.citizen.walk(PATH[: each.at]) for each in people))
    await asyncio.gather(*(each.citizen.hears(PATH[each.at].seen) for each in people))
    return people


@pytest.mark.parametrize("seconds", [3 * MINUTE, 6 * HOUR, 25 * HOUR], ids=["3 minutes", "6 hours", "25 hours"])
async def test_an_outage_ends_well(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    clock = Skipping()
    monkeypatch.setattr(wiring, "now", clock.today)
    async with town(database_url, tmp_path, clock) as place:
        async with working(place.settings):
            people = await interrupted(place, MOMENTS)
        for each in people:
            each.citizen.do(PATH[each.at].then)
        clock.skipped = seconds
        async with working(place.settings):
            await idle(place, [each.citizen.phone for each in people])
            kept = [each for each in people if each.is_answered()]
            await asyncio.gather(*(each.end() for each in people))
        submissions = await exported(place.settings)
    tries = Counter(each.extra for each in people)
    print(
        f"\n{seconds / HOUR:g} h: {len(people)} interrupted, {len(kept)} answered without asking, tries {dict(tries)}"
    )
    said = [[each["answers"] for each in submission["contributions"]] for submission in submissions]
    assert said == [ITS_CONTRIBUTIONS] * len(people)
    written = [each for each in people if not PATH[each.at].then.startswith(">")]
    if seconds < 24 * HOUR:
        assert all(each in kept for each in written), "a message is kept for a day"
    else:
        assert not kept, "or the test would not show what it says"


async def drained(place: Town, people: int, messages: int) -> float:
    """Let many people write much while the bot is away; return the seconds in which it takes all of it."""
    async with working(place.settings):
        crowd = [place.citizen(f"Ana {number}") for number in range(people)]
        for each in crowd:
            each.glance = 0.5
        await asyncio.gather(*(each.walk(PATH[:6]) for each in crowd))
        await idle(place, [each.phone for each in crowd])
    for number in range(messages):
        for each in crowd:
            each.phone.say(f"fjala {number}")
    assert len(place.telegram.queue) == people * messages
    begun = time.monotonic()
    async with working(place.settings):
        while len(place.telegram.queue):  # noqa: ASYNC110 - Telegram tells nobody
            await asyncio.sleep(0.1)
        took = time.monotonic() - begun
        await idle(place, [each.phone for each in crowd])
    print(f"\n{people * messages} updates taken in {took:.1f} s")
    return took


async def test_a_backlog_is_taken_whole(database_url: str, tmp_path: Path) -> None:
    async with town(database_url, tmp_path) as place:
        await drained(place, 10, 20)


@pytest.mark.soak
async def test_a_backlog_of_twenty_thousand(database_url: str, tmp_path: Path) -> None:
    async with town(database_url, tmp_path) as place:
        assert await drained(place, 200, 100) <= 600
