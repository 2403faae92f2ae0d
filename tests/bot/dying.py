"""A worker that is killed again and again: `python -m tests.bot.dying`, one life a line of its input.

Importing takes seconds, so one warm parent forks a child for each life, says its number, and says when it is dead:
whoever asked for it kills it. `end` begins the last life, which goes on until the input ends. The child is the product
as it is.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

os.environ["PTB_TIMEDELTA"] = "true"

import bot.courier
import bot.noticing
import bot.relay  # noqa: F401 - warm
from kuvendo.settings import load
from kuvendo.wiring import installation


async def life() -> None:
    """Be a worker until death."""
    async with installation(load(), "worker") as house:
        await house.hand_back(earlier_lives=True)
        stopping = asyncio.Event()
        await asyncio.gather(house.relay().run(stopping), house.noticing().run(stopping))


def main() -> None:
    """Fork one child for each line, and tell when it is dead."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(2, 1)
            asyncio.run(life())
            os._exit(0)
        print(child, flush=True)
        if line.strip() == "end":
            sys.stdin.read()
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
