"""A bot process that dies where it is told to: `python -m tests.journeys.mortal`, one life a line of its input.

Importing takes seconds, so one warm parent forks a child for each life. The child is the product as it is, with a
SIGKILL to itself at one of `POINTS`, the n-th time it comes there; nothing is cleaned up, no buffer is flushed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

os.environ["PTB_TIMEDELTA"] = "true"

from bot import client, ledger
from bot import conversation as talk
from kuvendo.settings import load
from kuvendo.wiring import installation
from storage.unit_of_work import UnitOfWork
from tests.journeys import warm

WARM = warm.LOADED
POINTS = ("handling", "committing", "committed", "sending", "sent", "recorded", "acknowledging", "acknowledged")
"""In the order in which one update passes them; between committed and acknowledged lies what R1 is about."""

Deed = Callable[..., Awaitable[Any]]


class Death:
    """Counts how often each point is passed, and kills at the one that was named."""

    def __init__(self, point: str, times: int) -> None:
        self._point = point
        self._left = times

    def at(self, point: str) -> None:
        """Die here, if this is the place and the time."""
        if point == self._point:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def around(deed: Deed, death: Death, before: str = "", after: str = "") -> Deed:
    """Return `deed` with a point before and after it."""

    async def done(*args: Any, **kwargs: Any) -> Any:
        death.at(before)
        result = await deed(*args, **kwargs)
        death.at(after)
        return result

    return done


def put(place: object, name: str, deed: Deed) -> None:
    """Put `deed` in the place of the one called `name`."""
    setattr(place, name, deed)


def mark(death: Death) -> Deed:
    """Put the points into the product's way; return the conversation's handler with its own."""
    put(UnitOfWork, "commit", around(UnitOfWork.commit, death, before="committing"))
    put(ledger, "conclude", around(ledger.conclude, death, after="recorded"))
    call = client.LeanSession.make_request

    async def request(self: Any, bot: Any, method: Any, *rest: Any, **named: Any) -> Any:
        before, after = _CALLS.get(method.__api_method__, ("", ""))
        if before == "acknowledging" and not getattr(method, "offset", None):
            before = after = ""
        death.at(before)
        result = await call(self, bot, method, *rest, **named)
        death.at(after)
        return result

    put(client.LeanSession, "make_request", request)
    return around(talk.handle, death, before="handling", after="committed")


_CALLS = {"sendMessage": ("sending", "sent"), "getUpdates": ("acknowledging", "acknowledged")}


async def life(point: str, times: int) -> None:
    """Be the bot until death."""
    settings = load()
    handle = mark(Death(point, times))
    async with installation(settings, "bot") as house:
        put(talk, "handle", handle)
        await house.hand_back(earlier_lives=True)
        stopping = asyncio.Event()
        await asyncio.gather(house.bot().run(stopping), house.relay().run(stopping))


def main() -> None:
    """Fork one child for each line `point times`; tell how it ended."""
    for line in sys.stdin:
        point, times = line.split()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(2, 1)
            asyncio.run(life(point, int(times)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(point, "killed" if os.WIFSIGNALED(status) else f"ended {status}", flush=True)


if __name__ == "__main__":
    main()
