"""What must be reached and what is aimed at, each a ratio of two runs of the same round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.running import Measured

Point = tuple[str, int]
"""A variant's name and how many citizens."""
Round = Mapping[Point, Measured]


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several rounds, the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Return the spread of `values`, of which there is at least one."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])


@dataclass(frozen=True, slots=True)
class Goal:
    """One measure: what it is worked out from, what it must be, and what it should be."""

    title: str
    must: float
    aim: float
    value: Callable[[Round], float]
    unit: str = "×"
    at_least: bool = False

    def verdict(self, found: Spread) -> str:
        """Return which of the two the median reaches, and whether every round reaches one of them."""
        worst = found.least if self.at_least else found.most
        sure = self.met(found.median) == "NOT MET" or self.met(worst) != "NOT MET"
        return self.met(found.median) if sure else f"{self.met(found.median)}, not in every round"

    def met(self, value: float) -> str:
        """Return which of the two `value` reaches."""
        reaches = [value >= limit if self.at_least else value <= limit for limit in (self.aim, self.must)]
        return "aim" if reaches[0] else "must" if reaches[1] else "NOT MET"


def _ratio(what: str, one: Point, other: Point) -> Callable[[Round], float]:
    return lambda found: getattr(found[one], what) / getattr(found[other], what)


def _difference(what: str, one: Point, other: Point, factor: float = 1.0) -> Callable[[Round], float]:
    return lambda found: (getattr(found[one], what) - getattr(found[other], what)) * factor


PEER, ECHO, OURS = ("aiogram", 50), ("echo", 50), ("kuvendo", 50)
CROWD, PEER_CROWD = ("kuvendo", 500), ("aiogram", 500)

GOALS: Final = (
    Goal("updates a second, to aiogram by webhook", 3.0, 7.0, _ratio("rate", OURS, PEER), at_least=True),
    Goal("bot CPU an update, to aiogram by webhook", 0.30, 0.15, _ratio("bot", OURS, PEER)),
    Goal("bot CPU an update, to an echo without storage", 1.0, 0.6, _ratio("bot", OURS, ECHO)),
    Goal("p99 at 500 citizens, to aiogram by webhook", 0.25, 0.1, _ratio("p99", CROWD, PEER_CROWD)),
    Goal("bot CPU an update, 500 citizens to 50", 1.1, 1.0, _ratio("bot", CROWD, OURS)),
    Goal("bot CPU added by order through Redis", 100, 40, _difference("bot", OURS, ("memory", 50)), " µs"),
    Goal(
        "p50 added by order through Redis, one citizen",
        100,
        40,
        _difference("p50", ("kuvendo", 1), ("memory", 1), 1000),
        " µs",
    ),
    Goal("long polling to webhook, updates a second", 0.85, 1.0, _ratio("rate", ("polling", 50), OURS), at_least=True),
    Goal("memory at 500 citizens, to aiogram by webhook", 1.0, 0.4, _ratio("memory", CROWD, PEER_CROWD)),
    Goal("bot CPU an update, two processes to one", 1.1, 1.0, _ratio("bot", ("two", 50), OURS)),
)
CEILING: Final = Goal("updates a second, echo to aiogram", 3.5, 4.0, _ratio("rate", ECHO, PEER), at_least=True)
"""Where this is not about four, the generator measures itself."""


def _milliseconds(title: str, must: float, aim: float) -> Goal:
    return Goal(title, must, aim, lambda _: 0.0, " ms")


PAGE: Final = _milliseconds("a page of the inbox", 5, 1)
SEARCH: Final = _milliseconds("first page of a search", 100, 20)
COUNTS: Final = _milliseconds("the counts beside the filters", 200, 5)
WHOLE: Final = _milliseconds("a page of the dashboard", 100, 50)


def spread(goal: Goal, rounds: Sequence[Round]) -> Spread | None:
    """Return the goal's value over all rounds; None where no round holds what it is worked out from."""
    values = []
    for each in rounds:
        try:
            values.append(goal.value(each))
        except (KeyError, ZeroDivisionError):
            continue
    return Spread.of(values) if values else None


def lost(rounds: Iterable[Round]) -> int:
    """Return how many walks of Kuvendo's lost something, in all rounds."""
    ours = ("kuvendo", "memory", "polling", "two", "sqlite")
    return sum(run.lost + run.failed["standing"] for found in rounds for run in found.values() if run.variant in ours)
