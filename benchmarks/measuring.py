"""Two pieces of work timed in turn, A B A B …, so that a drifting machine favours neither."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

ROUNDS = 15
WARM_UP = 3
WORTH = 0.05
"""Seconds one round of the slower work should last at least."""


def report(title: str, one: Callable[[], object], other: Callable[[], object]) -> str:
    """Return a line with the median ratio of `one` to `other`, its spread, and one call's microseconds."""
    times = _times(one)
    pairs = [(_timed(one, times), _timed(other, times)) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    ratios = sorted(a / b for a, b in pairs)
    micros = statistics.median(a for a, _ in pairs) / times * 1e6
    middle = statistics.median(ratios)
    return f"{title}: {middle:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}), {micros:.0f} µs of processor time a call"


def _times(work: Callable[[], object]) -> int:
    started = time.process_time()
    for _ in range(20):
        work()
    each = (time.process_time() - started) / 20
    return max(20, int(WORTH / max(each, 1e-7)))


def _timed(work: Callable[[], object], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return time.process_time() - started
