"""The measurements as a whole: which bots under which load, in turn, for several rounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from benchmarks import tables
from benchmarks.goals import Point, Round
from benchmarks.load.generator import Load
from benchmarks.running import Measured, measure
from benchmarks.servers import Servers
from benchmarks.variants import VARIANTS


@dataclass(frozen=True, slots=True)
class Suite:
    """What is run: points in turn, how often, and how long each counts and warms up, in seconds."""

    points: tuple[Point, ...]
    rounds: int
    seconds: float
    warm_up: float


GOALS_ALONE: Final = (
    ("aiogram", 50),
    ("kuvendo", 50),
    ("echo", 50),
    ("memory", 50),
    ("polling", 50),
    ("two", 50),
    ("aiogram", 500),
    ("kuvendo", 500),
    ("kuvendo", 1),
    ("memory", 1),
)
OTHERS: Final = (
    ("null", 50),
    ("aiogram-polling", 50),
    ("ptb", 50),
    ("dialog", 50),
    ("raw", 50),
    ("sqlite", 50),
    ("null", 500),
    ("aiogram-polling", 500),
    ("ptb", 500),
    ("dialog", 500),
    ("echo", 500),
    ("raw", 500),
    ("sqlite", 500),
    ("aiogram", 1),
)
QUICK: Final = Suite(GOALS_ALONE, rounds=2, seconds=4.0, warm_up=1.5)
WHOLE: Final = Suite((*GOALS_ALONE, *OTHERS), rounds=3, seconds=12.0, warm_up=3.0)


def run(suite: Suite, servers: Servers, tell: Callable[[str], None]) -> list[Round]:
    """Run every point of `suite` in turn, round after round, and return what each round found."""
    tell(tables.HEAD)
    rounds: list[Round] = []
    for _ in range(suite.rounds):
        found: dict[Point, Measured] = {}
        rounds.append(found)
        for point in suite.points:
            name, citizens = point
            found[point] = measure(VARIANTS[name], Load(citizens, suite.seconds, suite.warm_up), servers)
            tell(tables.line(found[point]))
    return rounds


def keep(rounds: Sequence[Round], path: Path) -> None:
    """Write every run of every round to `path`, as JSON."""
    plain = [[asdict(run) for run in found.values()] for found in rounds]
    path.write_text(json.dumps(plain, indent=1) + "\n")
