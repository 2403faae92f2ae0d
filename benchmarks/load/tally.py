"""What is counted while citizens walk, and what it comes to."""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counters of one run; times and updates count only between `begin` and `end`."""

    latencies: array[float] = field(default_factory=lambda: array("d"))
    """Seconds from posting an update, the wait for a connection included, to the bot's first message after it."""
    answered: int = 0
    """Updates of the window that the bot answered with a message."""
    calls: int = 0
    """Calls of the Bot API within the window."""
    errors: int = 0
    """Webhook responses other than 2xx, and connections that broke with an update on them, in the whole run."""
    extra: int = 0
    """Questions to somebody who had not said anything since the last, in the whole run."""
    wrong: int = 0
    """Questions that the script does not expect at that place, in the whole run."""
    counting: bool = False
    seconds: float = 0.0
    _began: float = 0.0

    def begin(self) -> None:
        """Begin the window."""
        self._began, self.counting = time.perf_counter(), True

    def end(self) -> None:
        """End the window."""
        self.seconds, self.counting = time.perf_counter() - self._began, False

    def heard(self, seconds: float) -> None:
        """Count one update answered after `seconds`."""
        if self.counting:
            self.answered += 1
            self.latencies.append(seconds)

    def called(self) -> None:
        """Count one call of the Bot API."""
        if self.counting:
            self.calls += 1

    @property
    def rate(self) -> float:
        """Updates a second."""
        return self.answered / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Return the latency in milliseconds below which `share` (0 to 1) of the updates lie; nan without any."""
        ordered = sorted(self.latencies)
        if not ordered:
            return float("nan")
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000
