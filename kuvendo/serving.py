"""Processes by role: which rooms and duties each has, started from its settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog
from starlette.routing import BaseRoute

from kuvendo import logs
from kuvendo.keyholding import holding
from kuvendo.process import Duty, Process, listen, run
from kuvendo.redaction import install
from kuvendo.server import Check, Health, create_app
from kuvendo.settings import Settings
from kuvendo.stores import ensure_current
from kuvendo.wiring import Installation, Remote, installation, now, telling

log = structlog.get_logger("kuvendo")

BOT, ADMIN, WORKER = "bot", "admin", "worker"
EVERYTHING = (BOT, ADMIN, WORKER)


def prepare(settings: Settings) -> None:
    """Set up logs that hold no secret; the key stands from here on."""
    logs.set_up(settings.keyring().derive("logs"), settings.log_level)
    install(settings.secrets)


async def serve(settings: Settings, roles: Sequence[str], tell: Callable[[str], None]) -> None:
    """Run a process of `roles` until it is told to stop; raises Trouble where it cannot."""
    ensure_current(settings)
    if BOT in roles or WORKER in roles:
        settings.token  # noqa: B018 - says what is missing before anything is opened
    listener = listen(settings.host, settings.port)
    async with installation(settings, "-".join(roles), alone=roles != (ADMIN,)) as house:
        routes, duties = _rooms(house, roles)
        routes.append(house.metrics().route())
        health = Health(checks(house))
        dashboard = house.dashboard() if ADMIN in roles else None
        app = create_app(health, routes, dashboard=dashboard)
        address = f"http://{settings.host}:{listener.getsockname()[1]}"
        process = Process(
            app,
            duties,
            listener=listener,
            stopping=health.stopping,
            on_stop=[dashboard.state.streams.end] if dashboard is not None else [],
            on_ready=lambda: tell(f"Kuvendo is at {address}"),
        )
        await work(house, process)


async def work(house: Installation, process: Process) -> None:
    """Run the process, and hand back what it had taken on before and after."""
    async with holding(house.database, now, house.name, house.settings.keyring):
        await house.hand_back(earlier_lives=True)
        try:
            await process.run()
        finally:
            await house.hand_back(earlier_lives=False)


def _rooms(house: Installation, roles: Sequence[str]) -> tuple[list[BaseRoute], list[Duty]]:
    routes: list[BaseRoute] = []
    duties: list[Duty] = [house.catalogue.run]
    if BOT in roles:
        service = house.bot()
        route = service.route()
        routes += [route] if route is not None else []
        duties.append(telling(service.run))
    if WORKER in roles:
        duties += [house.relay().run, house.noticing().run, house.answering().run, house.filing().run]
        duties.append(house.housekeeping().run)
    return routes, duties


def checks(house: Installation) -> dict[str, Check]:
    """Return what readiness looks at."""
    found: dict[str, Check] = {"database": house.database.check}
    if isinstance(house.order, Remote):
        found["redis"] = house.order.check
    return found


def run_process(settings: Settings, roles: Sequence[str], tell: Callable[[str], None]) -> None:
    """Run a process of `roles` on the quick event loop."""
    prepare(settings)
    run(lambda: serve(settings, roles, tell))
