"""What an operator counts of the bot. Numbers alone, without a label that leads to a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

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
IN_WORK = Gauge("kuvendo_updates_in_work", "Updates being handled at this moment")
