"""How fast a bot may send: thirty a second in all, one a second to a person, twenty a minute to a group.

The real limits are soft and unpublished; these are the published advice, made hard so that a bot can be
tested against it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from simulator.errors import too_many_requests

LONG = 500


@dataclass(slots=True)
class Bucket:
    """Sends that may still go at once; it fills again at `rate` a second."""

    rate: float
    size: float
    level: float
    at: float

    def refill(self, now: float) -> None:
        """Add what has come back since the last look."""
        self.level = min(self.size, self.level + (now - self.at) * self.rate)
        self.at = now

    def wait(self) -> float:
        """Return the seconds until one more may go; 0 where one may go now."""
        return max(0.0, (1.0 - self.level) / self.rate)


@dataclass(frozen=True, slots=True)
class Limits:
    """Sends a second and how many may go in one burst."""

    overall: tuple[float, float] = (30.0, 30.0)
    private: tuple[float, float] = (1.0, 5.0)
    group: tuple[float, float] = (20.0 / 60.0, 20.0)


@dataclass(slots=True)
class Flood:
    """The buckets of one bot; without limits everything passes."""

    limits: Limits | None = None
    _buckets: dict[int, Bucket] = field(default_factory=dict)

    def _bucket(self, key: int, rate: tuple[float, float], now: float) -> Bucket:
        bucket = self._buckets.setdefault(key, Bucket(rate[0], rate[1], rate[1], now))
        bucket.refill(now)
        return bucket

    def check(self, chat_id: int, now: float, length: int = 0) -> None:
        """Count one send of so many UTF-16 units; ApiError 429 where it comes too soon. Long texts count double."""
        if self.limits is None:
            return
        own = self.limits.group if chat_id < 0 else self.limits.private
        buckets = [self._bucket(0, self.limits.overall, now), self._bucket(chat_id, own, now)]
        wait = max(bucket.wait() for bucket in buckets)
        if wait > 0:
            raise too_many_requests(math.ceil(wait))
        for bucket in buckets:
            bucket.level -= 2.0 if length > LONG else 1.0
