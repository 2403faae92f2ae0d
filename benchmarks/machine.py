"""The machine: which processor runs what, how much of it a family of processes used, and how much memory it holds."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICK: Final = os.sysconf("SC_CLK_TCK")


PRESENT: Final = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
"""The processors this program may use, as it starts."""
BOTS: Final = set(PRESENT[:1])
"""Where bots run."""
REST: Final = set(PRESENT[1:2]) or BOTS
"""Where everything else runs: the generator, PostgreSQL and Redis."""


def pin(which: set[int]) -> None:
    """Keep this process, and those it starts from now on, on the processors `which`."""
    if which and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, which)


def family(root: int) -> list[int]:
    """Return a process and all its descendants that live."""
    found = [root]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def used(roots: Iterable[int]) -> float:
    """Return the seconds of processor time that these processes and their descendants, dead ones too, have used."""
    return sum(_used(each) for root in roots for each in family(root)) / TICK


def _used(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))  # user and system time, its own and that of children it has buried


def memory(root: int) -> float:
    """Return the megabytes that a process and its descendants hold, what they share counted once."""
    return sum(_memory(each) for each in family(root)) / 1024


def peak(process: int) -> float:
    """Return the most megabytes that one process has held so far, 0 when it has ended."""
    return _kilobytes(process, "status", "VmHWM:") / 1024


def _memory(process: int) -> int:
    return _kilobytes(process, "smaps_rollup", "Pss:")


def _kilobytes(process: int, file: str, name: str) -> int:
    try:
        lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


@dataclass(frozen=True, slots=True)
class Busy:
    """How long the whole machine has worked, in seconds of all processors, and when that was read."""

    seconds: float
    at: float

    @classmethod
    def now(cls) -> Busy:
        """Read it."""
        fields = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        idle = fields[3] + fields[4]
        return cls((sum(fields) - idle) / TICK, time.perf_counter())
