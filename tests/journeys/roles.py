"""Processes as they are in production, begun quickly: `python -m tests.journeys.roles`, one a line of its input.

A line is `port role[,role]`. Importing takes seconds, so one warm parent forks each process; the process is the
product as it is, with its own signals, sockets and log. The parent tells `began port pid` and `ended pid status`.
"""

from __future__ import annotations

import asyncio
import os
import select
import sys

os.environ["PTB_TIMEDELTA"] = "true"

from kuvendo import serving
from kuvendo.settings import load
from tests.journeys import warm

WARM = warm.LOADED


def begin(port: int, roles: tuple[str, ...], log: str) -> int:
    """Fork a process and return its number."""
    child = os.fork()
    if child:
        return child
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    os.dup2(2, 1)
    settings = load(port=port)
    serving.prepare(settings)
    asyncio.run(serving.serve(settings, roles, lambda _: None))
    os._exit(0)


def main() -> None:
    """Begin a process for each line; tell of each when it ends."""
    living: set[int] = set()
    waiting = b""
    while True:
        if select.select([0], [], [], 0.02)[0]:
            read = os.read(0, 65536)
            if not read:
                break
            *lines, waiting = (waiting + read).split(b"\n")
            for port, roles in (line.decode().split() for line in lines):
                child = begin(int(port), tuple(roles.split(",")), sys.argv[1])
                living.add(child)
                print("began", port, child, flush=True)
        for child in list(living):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                living.remove(child)
                print("ended", child, os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
