"""What an operator counts of the bot. Numbers alone, without a label that leads to a person."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from functools import cache

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

UPDATES = Counter("kuvendo_updates_total", "Updates by what became of them", ["outcome"])
HANDLING = Histogram(
    "kuvendo_update_seconds",
    "From the moment an update was read until it was committed",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
REPLYING = Histogram(
    "kuvendo_first_reply_seconds",
    "From the moment an update was read until Telegram had the first message of the reply",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 20),
)
SENDS = Counter("kuvendo_sends_total", "Messages by the way they went and what became of them", ["way", "verdict"])
sends = cache(SENDS.labels)
"""The counter of one way and one verdict, found once."""
updates = cache(UPDATES.labels)
"""The counter of one outcome, found once."""
IN_WORK = Gauge("kuvendo_updates_in_work", "Updates being handled at this moment")
REFUSED = Counter("kuvendo_webhook_refused_total", "Calls of the webhook that were refused, by status", ["status"])
POLLING = Counter("kuvendo_polling_errors_total", "Askings for updates that failed, by what was wrong", ["error"])
LED_ASTRAY = Counter(
    "kuvendo_webhook_changed_total", "Times somebody else changed where or how updates come, by what", ["what"]
)


class Telegram(Collector):
    """Telegram's own numbers, in the process that asks for them; elsewhere there are none, rather than old ones."""

    def __init__(self) -> None:
        self._answers: bool | None = None
        self._pending = 0
        self._troubled_at: datetime | None = None

    def note(self, pending: int, troubled_at: datetime | None) -> None:
        """Keep what Telegram said."""
        self._answers, self._pending, self._troubled_at = True, pending, troubled_at

    def silent(self) -> None:
        """Keep that Telegram said nothing."""
        self._answers = False

    def forget(self) -> None:
        """Leave it to another process."""
        self._answers = None

    def collect(self) -> Iterator[Metric]:
        """Yield what is known at this moment."""
        if self._answers is None:
            return
        yield GaugeMetricFamily("kuvendo_telegram_up", "Whether Telegram answers", value=float(self._answers))
        if not self._answers:
            return
        yield GaugeMetricFamily("kuvendo_telegram_pending_updates", "Updates that wait at Telegram", self._pending)
        if self._troubled_at is not None:
            age = max(0.0, time.time() - self._troubled_at.timestamp())
            words = "Since Telegram last failed to bring an update"
            yield GaugeMetricFamily("kuvendo_telegram_last_error_age_seconds", words, age)


TELEGRAM = Telegram()
REGISTRY.register(TELEGRAM)
