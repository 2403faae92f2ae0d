"""`kuvendo demo`, `run`, `bot`, `admin` and `worker`: processes that stay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Host = Annotated[str | None, typer.Option(help="Where HTTP is served; KUVENDO_HOST, else 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(help="The port; KUVENDO_PORT, else 8000.", min=0, max=65535)]
DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept; KUVENDO_DATA_DIR, else var.")]


def demo(host: Host = None, port: Port = None, data_dir: DataDir = None) -> None:
    """Run everything on this machine with a local Telegram: no token, no server, no network."""
    from kuvendo.demo import demo as work
    from kuvendo.process import run as run_loop

    run_loop(lambda: work(host, port, data_dir, typer.echo))


def run() -> None:
    """Run the whole system in one process, with a real token."""
    _run("bot", "admin", "worker")


def bot() -> None:
    """Run the bot: receive what people write, and answer."""
    _run("bot")


def admin() -> None:
    """Run the secretariat's dashboard."""
    _run("admin")


def worker() -> None:
    """Run the worker: send notices and what could not be sent at once, and tidy up."""
    _run("worker")


def _run(*roles: str) -> None:
    from kuvendo.serving import run_process
    from kuvendo.settings import load

    run_process(load(), roles, typer.echo)
