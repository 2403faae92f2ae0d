"""What was measured, as text: a line a run, medians with their spread, and the goals that are met."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Final

from benchmarks.dashboard import Exported, Seen
from benchmarks.goals import CEILING, GOALS, Goal, Point, Round, Spread, lost, spread
from benchmarks.growth import against_smallest
from benchmarks.running import Measured
from benchmarks.variants import VARIANTS

HEAD: Final = (
    f"{'bot':32}{'cit.':>5}{'upd/s':>8}{'bot µs':>8}{'PG µs':>7}{'Redis':>7}{'gen.':>6}"
    f"{'p50 ms':>9}{'p95':>8}{'p99':>8}{'MB':>6}{'calls':>7}{'walks':>7}{'lost':>6}{'other':>7}"
)
QUIET: Final = 0.1
"""Processors that other programs may keep busy before figures are in doubt."""


def line(run: Measured) -> str:
    """Return one run."""
    trouble = ", ".join(f"{name} {number}" for name, number in run.failed.items() if number)
    return (
        f"{VARIANTS[run.variant].title:32}{run.citizens:5}{run.rate:8.0f}{run.bot:8.0f}{run.postgres:7.0f}"
        f"{run.redis:7.0f}{run.generator:6.0f}{run.p50:9.1f}{run.p95:8.1f}{run.p99:8.1f}{run.memory:6.0f}"
        f"{run.calls:7.2f}{run.walks:7}{run.lost:6}{run.others:7.2f}  {trouble}"
    ).rstrip()


def summary(rounds: Sequence[Round]) -> str:
    """Return a Markdown table: a row for each bot and crowd, the median of all rounds with the least and the most."""
    rows = [
        "| bot | citizens | updates/s | bot CPU µs | PG µs | Redis µs | p50 ms | p95 ms | p99 ms | MB | lost |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    points = dict.fromkeys(point for found in rounds for point in found)
    rows += [_row(point, [found[point] for found in rounds if point in found]) for point in points]
    return "\n".join(rows)


def _row(point: Point, runs: Sequence[Measured]) -> str:
    rate, bot = (Spread.of(getattr(run, name) for run in runs) for name in ("rate", "bot"))
    rest = [_median(runs, name) for name in ("postgres", "redis", "p50", "p95", "p99", "memory")]
    cells = [VARIANTS[point[0]].title, str(point[1]), _three(rate), _three(bot), *rest, str(sum(r.lost for r in runs))]
    return f"| {' | '.join(cells)} |"


def _median(runs: Sequence[Measured], name: str) -> str:
    return _short(statistics.median(getattr(run, name) for run in runs))


def _three(spread: Spread) -> str:
    return f"{_short(spread.median)} ({_short(spread.least)}–{_short(spread.most)})"


def _short(value: float) -> str:
    """Return a number with three figures that count."""
    if not value or math.isnan(value):
        return "0" if not value else "–"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{places}f}"


def goals(rounds: Sequence[Round]) -> str:
    """Return a Markdown table of the goals: the median of all rounds, its spread, and whether it is met."""
    rows = ["| measure | must | aim | measured (least–most) | met |", "|---|---|---|---|---|"]
    rows += [_goal(goal, found) for goal in (*GOALS, CEILING) if (found := spread(goal, rounds))]
    gone = lost(rounds)
    rows.append(f"| updates lost, walks that stood still | 0 | 0 | {gone} | {'NOT MET' if gone else 'aim'} |")
    return "\n".join(rows)


def _goal(goal: Goal, found: Spread) -> str:
    sign = "≥" if goal.at_least else "≤"
    limits = [f"{sign} {limit:,g}{goal.unit}" for limit in (goal.must, goal.aim)]
    return f"| {goal.title} | {limits[0]} | {limits[1]} | {_three(found)}{goal.unit} | {goal.verdict(found)} |"


def growth(found: dict[int, list[Measured]]) -> str:
    """Return a Markdown table: what an update costs at each number of participants, and to the smallest of them."""
    rows = [
        "| participants | bot CPU µs | to the least | PG µs | to the least | p50 ms | p99 ms | MB, from – to | lost |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    ratios = {name: dict(against_smallest(found, name)) for name in ("bot", "postgres")}
    for size, runs in found.items():
        cells = [f"{size:,}"]
        for name, ratio in ratios.items():
            cells += [_three(Spread.of(getattr(run, name) for run in runs)), f"{_three(ratio[size])}×"]
        cells += [_median(runs, name) for name in ("p50", "p99")]
        cells += [f"{_median(runs, 'memory_before')} – {_median(runs, 'memory')}", str(sum(run.lost for run in runs))]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def dashboard(seen: Sequence[Seen], exported: Sequence[Exported]) -> str:
    """Return a Markdown table: what the secretariat waits for, and whether that is soon enough."""
    rows = ["| dashboard | must | aim | measured (least–most) | met |", "|---|---|---|---|---|"]
    for each in seen:
        goal = Goal(each.title, each.must, each.aim, lambda _: 0.0, " ms")
        rows.append(_goal(goal, Spread(each.median, each.least, each.most)))
    for file in exported:
        goal = Goal(f"export, {file.format}, {file.memory:.0f} MB", 50_000, 100_000, lambda _: 0.0, " rows/s", True)
        rows.append(_goal(goal, Spread(file.rows, file.rows, file.rows)))
    return "\n".join(rows)


def doubts(rounds: Sequence[Round]) -> str:
    """Return what speaks against the figures: other programs at work, and whatever should have been 0."""
    runs = [run for found in rounds for run in found.values()]
    busy = max((run.others for run in runs), default=0.0)
    said = [f"Other programs kept up to {busy:.1f} processors busy: measure again on a quiet machine."]
    said = said if busy > QUIET else []
    said += [
        f"{VARIANTS[run.variant].title}, {run.citizens} citizens: {name} {number}"
        for run in runs
        for name, number in run.failed.items()
        if number
    ]
    return "\n".join(said)
