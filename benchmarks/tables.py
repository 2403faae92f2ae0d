"""What was measured, as text: a line a run, medians with their spread, and the goals that are met."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.running import Measured
from benchmarks.variants import VARIANTS

_HEAD = (
    f"{'bot':34}{'cit.':>6}{'upd/s':>8}{'bot µs':>8}{'PG µs':>7}{'Redis':>7}{'gen.':>6}"
    f"{'p50 ms':>9}{'p95':>8}{'p99':>8}{'MB':>7}{'calls':>7}{'walks':>7}{'lost':>6}{'other':>7}  not 0"
)


def plain(found: Sequence[Measured]) -> str:
    """Return a line for each run."""
    return "\n".join([_HEAD, *map(_line, found)])


def _line(run: Measured) -> str:
    trouble = ", ".join(f"{name} {number}" for name, number in run.failed.items() if number)
    return (
        f"{VARIANTS[run.variant].title:34}{run.citizens:6}{run.rate:8.0f}{run.bot:8.0f}{run.postgres:7.0f}"
        f"{run.redis:7.0f}{run.generator:6.0f}{run.p50:9.1f}{run.p95:8.1f}{run.p99:8.1f}{run.memory:7.0f}"
        f"{run.calls:7.2f}{run.walks:7}{run.lost:6}{run.others:7.2f}  {trouble}"
    )
