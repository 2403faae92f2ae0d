"""Bots that live and die behind one address: `python -m tests.journeys.replicas`, one life a line of its input.

A line is `port steps between mutation`. One warm parent forks a child for each: `kuvendo bot` and `kuvendo worker` in
one, as they are in production, on an event loop that counts. After the first update it handles the child has `steps`
more steps to live, a step being what runs between two awaits, then it kills itself with SIGKILL, wherever that is.
With `between` 1 only those steps count at which an update is kept and Telegram does not know it yet. With 0 steps it
lives until it is killed from outside.

A mutation breaks one promise on purpose, to show that the tests would see it.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import select
import signal
import struct
from collections.abc import Callable
from typing import Any

os.environ["PTB_TIMEDELTA"] = "true"

from starlette.responses import Response

from bot import conversation, webhook
from bot.gate import Gate, Outcome
from bot.on_demand import build
from bot.service import USED
from kuvendo import serving
from kuvendo.settings import load
from storage import inbox
from tests.journeys import warm

WARM = warm.LOADED
NUMBERS = struct.Struct("qqq")
"""What a life leaves behind: updates handled, of these not yet confirmed to Telegram, and kept."""


class Ledger:
    """Counts in memory that outlives its process."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, NUMBERS.size)

    def read(self) -> tuple[int, int, int]:
        """Return the numbers."""
        handled, open_, kept = NUMBERS.unpack(self.memory[:])
        return handled, open_, kept

    def add(self, handled: int = 0, open_: int = 0, kept: int = 0) -> None:
        """Count on."""
        now = self.read()
        self.memory[:] = NUMBERS.pack(now[0] + handled, now[1] + open_, now[2] + kept)


def doomed(steps: int, between: bool, ledger: Ledger) -> None:
    """Let this process die `steps` steps after its first update; of some kind alone where `between` is true."""
    left = steps
    run = asyncio.events.Handle._run

    def step(handle: asyncio.Handle) -> None:
        nonlocal left
        handled, unconfirmed, _ = ledger.read()
        if unconfirmed if between else handled:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        run(handle)

    setattr(asyncio.events.Handle, "_run", step)  # noqa: B010


def watched(ledger: Ledger) -> None:
    """Count what is handled, kept, and confirmed."""
    handle, answer = conversation.handle, webhook._answer

    async def handled(*args: Any) -> Any:
        ledger.add(handled=1)
        reply = await handle(*args)
        ledger.add(open_=1, kept=1)
        return reply

    def answered(outcome: Outcome) -> Response:
        response = answer(outcome)
        told = response.__call__

        class Told(Response):
            async def __call__(self, *args: Any) -> None:
                await told(*args)
                ledger.add(open_=-1)

        return Told()

    setattr(conversation, "handle", handled)  # noqa: B010
    setattr(webhook, "_answer", answered)  # noqa: B010


# --- promises broken on purpose ---------------------------------------------------------------------------


def acknowledge_first() -> None:
    """Confirm before anything is kept, as aiogram's own webhook handler does by default."""
    take = Gate.take

    async def at_once(self: Gate, raw: dict[str, Any]) -> Outcome:
        self._go(take(self, raw))  # type: ignore[arg-type]
        return Outcome(accepted=True)

    setattr(Gate, "take", at_once)  # noqa: B010


def skip_the_inbox() -> None:
    """Forget which updates were taken."""

    async def nothing(*_args: Any) -> Any:
        return set()

    setattr(inbox.Inbox, "take", nothing)  # noqa: B010
    setattr(inbox.Inbox, "taken", nothing)  # noqa: B010


MUTATIONS: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "acknowledge-first": acknowledge_first,
    "skip-the-inbox": skip_the_inbox,
}


# --- lives ------------------------------------------------------------------------------------------------


async def life(port: int) -> None:
    """Be a bot and a worker on `port`."""
    settings = load(port=port)
    await serving.serve(settings, ("bot", "worker"), lambda _: None)


def begin(port: int, steps: int, between: bool, mutation: str, ledger: Ledger) -> int:
    """Fork a life and return its number."""
    child = os.fork()
    if child:
        return child
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    MUTATIONS[mutation]()
    watched(ledger)
    if steps:
        doomed(steps, between, ledger)
    asyncio.run(life(port))
    os._exit(0)


def main() -> None:
    """Begin a life for each line; tell of each when it ends: port, how, and what it left behind."""
    build(*USED)
    living: dict[int, tuple[int, Ledger]] = {}
    waiting = b""
    while True:
        if select.select([0], [], [], 0.02)[0]:
            read = os.read(0, 65536)
            if not read:  # whoever gave the lives is gone
                os.killpg(0, signal.SIGKILL)
            *lines, waiting = (waiting + read).split(b"\n")
            for port, steps, between, mutation in (line.decode().split() for line in lines):
                ledger = Ledger()
                child = begin(int(port), int(steps), between == "1", mutation, ledger)
                living[child] = (int(port), ledger)
        for child in list(living):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                port_, ledger = living.pop(child)
                how = "killed" if os.WIFSIGNALED(status) else f"ended-{status}"
                print(port_, how, *ledger.read(), flush=True)


if __name__ == "__main__":
    main()
