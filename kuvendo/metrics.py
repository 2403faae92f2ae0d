"""`/metrics`: counters of this process, and numbers of the database, read when they are asked for.

What is read is kept for a few seconds, so that nobody can make work by asking. The numbers are for this machine, or
for whoever has the token; no label leads to a person.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from storage import figures, migrate
from storage.database import Database
from storage.errors import StorageError
from storage.figures import Figures

KEPT: Final = 5.0
"""Seconds for which what was read is given again."""
PATIENCE: Final = 2.0
"""Seconds the database may take; a scrape must not wait for it."""
_FORWARDED: Final = frozenset({"forwarded", "via", "x-forwarded-for", "x-real-ip"})


class Metrics:
    """The numbers of one process of `role`."""

    def __init__(self, database: Database, clock: Callable[[], datetime], role: str, token: str | None = None) -> None:
        self._gauges = _Gauges(database, clock, role)
        self._own = CollectorRegistry()
        self._own.register(self._gauges)
        self._token = token.encode() if token else None

    def route(self) -> Route:
        """Return the route."""
        return Route("/metrics", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        if not (self._has_token(request) or _is_local(request)):
            return PlainTextResponse("forbidden\n", 403)
        await self._gauges.refresh()
        content = generate_latest(REGISTRY) + generate_latest(self._own)
        return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _has_token(self, request: Request) -> bool:
        given = [value for name, value in request.headers.raw if name == b"authorization"]
        if self._token is None or len(given) != 1:
            return False
        kind, _, token = given[0].partition(b" ")
        return kind.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._token)


def _is_local(request: Request) -> bool:
    """Tell whether the caller is on this machine, and no proxy's customer."""
    try:
        local = ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
    return local and not _FORWARDED & set(request.headers.keys())


class _Gauges(Collector):
    """What is read when somebody looks."""

    def __init__(self, database: Database, clock: Callable[[], datetime], role: str) -> None:
        self._database = database
        self._clock = clock
        self._role = role
        self._reading = asyncio.Lock()
        self._read_at = -KEPT
        self._figures: Figures | None = None

    async def refresh(self) -> None:
        """Read the numbers, unless that was done a moment ago."""
        async with self._reading:
            if time.monotonic() - self._read_at < KEPT:
                return
            try:
                async with asyncio.timeout(PATIENCE), self._database.reading() as unit:
                    self._figures = await figures.read(unit.transaction, self._clock())
            except (StorageError, TimeoutError):
                self._figures = None
            self._read_at = time.monotonic()

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers; where the database did not answer, that it is down and nothing old."""
        yield self._build()
        in_use, open_ = self._database.connections
        yield _gauge("database_connections_in_use", "Connections to the database in use", in_use)
        yield _gauge("database_connections_open", "Connections to the database open", open_)
        yield _gauge("database_up", "Whether the database answered", self._figures is not None)
        if self._figures is not None:
            yield from self._of_the_database(self._figures)

    def _of_the_database(self, read: Figures) -> Iterator[Metric]:
        now = self._clock()
        depth = _family("outbox_waiting", "Messages that wait to be sent, by kind", ["kind"])
        age = _family("outbox_oldest_seconds", "Since when the oldest of them waits, by kind", ["kind"])
        for kind in ("reply", "notice"):
            found = read.waiting.get(kind)
            depth.add_metric([kind], found.count if found else 0)
            age.add_metric([kind], (now - found.oldest).total_seconds() if found else 0)
        yield depth
        yield age
        yield _gauge("outbox_held", "Messages that are held back", read.held)
        yield _gauge("outbox_failed_last_day", "Messages given up in the last day", read.failed)
        yield _gauge("quarantined_last_day", "Updates put aside in the last day", read.quarantined)
        yield _gauge("consultations_open", "Consultations that take contributions", read.consultations)
        yield _gauge("staff_at_work", "Logins of staff used in the last half hour", read.staff)

    def _build(self) -> Metric:
        info = _family("build_info", "This program", ["version", "schema", "role"])
        info.add_metric([version(), migrate.head(), self._role], 1)
        return info


def _family(name: str, words: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"kuvendo_{name}", words, labels=labels)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"kuvendo_{name}", words, value=float(value))


@cache
def version() -> str:
    """Return this program's version, "unknown" where it was never installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("kuvendo")
    except PackageNotFoundError:
        return "unknown"
