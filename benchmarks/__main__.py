"""`python -m benchmarks`: every measurement. `python -m benchmarks load NAME …`: some bots under one load."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import dialogue as dialogue_
from benchmarks import machine, servers, tables, variants
from benchmarks.load.generator import Load
from benchmarks.measuring import report
from benchmarks.running import measure

app = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=False)

Names = Annotated[list[str] | None, typer.Argument(help="Bots, by name; without any, all of them are listed.")]
Citizens = Annotated[int, typer.Option(help="Citizens at a time.")]
Seconds = Annotated[float, typer.Option(help="Seconds that count, after three of warm-up.")]
Rounds = Annotated[int, typer.Option(help="How often each is run, in turn.")]


@app.command()
def load(names: Names = None, citizens: Citizens = 50, seconds: Seconds = 10.0, rounds: Rounds = 1) -> None:
    """Run some bots under load, in turn, and print what each came to."""
    if not names:
        for each in variants.VARIANTS.values():
            print(f"{each.name:20} {each.title}")
        return
    chosen = [variants.VARIANTS[name] for name in names]
    with prepared() as ours:
        found = [measure(each, Load(citizens, seconds), ours, tell=True) for _ in range(rounds) for each in chosen]
    print(tables.plain(found))


@app.command()
def dialogue() -> None:
    """Time single turns of the dialogue, without any bot around them."""
    for title, one, other in dialogue_.pairs():
        print(report(title, one, other))


@contextmanager
def prepared() -> Iterator[servers.Servers]:
    """Give PostgreSQL and Redis with an installation of Kuvendo as a template, all on the processor they share."""
    machine.pin(machine.REST)
    with servers.running() as ours, tempfile.TemporaryDirectory() as folder:
        with ours.connect() as connection:
            connection.execute(f"CREATE DATABASE {variants.TEMPLATE}")
        variants.prepare(ours.postgres.url(variants.TEMPLATE), Path(folder))
        yield ours


if __name__ == "__main__":
    app()
