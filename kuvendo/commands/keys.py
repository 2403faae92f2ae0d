"""`kuvendo keys`: the installation's secret key."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

app = typer.Typer(help="The secret key.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Keep `rotate` a word of its own."""


@app.command()
def rotate() -> None:
    """Put everything under the newest key, while Kuvendo runs; then the old one may be taken out."""
    import asyncio

    from kuvendo.rotating import rotate as rotated
    from kuvendo.settings import load
    from kuvendo.stores import ensure_current

    settings = load()
    ensure_current(settings)
    typer.echo(asyncio.run(rotated(settings, lambda: datetime.now(UTC))))
