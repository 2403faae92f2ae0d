"""`python -m benchmarks`: every measurement. `python -m benchmarks load NAME …`: some bots under one load."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import dashboard as dashboard_
from benchmarks import dialogue as dialogue_
from benchmarks import growth as growth_
from benchmarks import inbox as inbox_
from benchmarks import machine, servers, suite, tables, variants
from benchmarks.load.generator import Load
from benchmarks.measuring import report
from benchmarks.running import measure

SUBMISSIONS = 100_000

app = typer.Typer(help=__doc__, add_completion=False)

Names = Annotated[list[str] | None, typer.Argument(help="Bots, by name; without any, all of them are listed.")]
Citizens = Annotated[int, typer.Option(help="Citizens at a time.")]
Seconds = Annotated[float, typer.Option(help="Seconds that count, after the warm-up.")]
Rounds = Annotated[int, typer.Option(help="How often each is run, in turn.")]
Quick = Annotated[bool, typer.Option("--quick", help="Only what the goals are worked out from, and shortly.")]
Some = Annotated[int | None, typer.Option("--rounds", help="How often each is run; 3, quick 2.")]
Submissions = Annotated[int, typer.Option(help="How many there are.")]
Contributions = Annotated[int, typer.Option(help="How many there are at most.")]
Million = Annotated[bool, typer.Option("--million", help="A million participants too: takes long, and some 40 GB.")]
Out = Annotated[Path | None, typer.Option(help="A file for every run of every round, as JSON.")]


@app.callback(invoke_without_command=True)
def everything(context: typer.Context, quick: Quick = False, rounds: Some = None, out: Out = None) -> None:
    """Run every measurement, or those that a command names."""
    if context.invoked_subcommand is not None:
        return
    chosen = suite.QUICK if quick else suite.WHOLE
    times = rounds or chosen.rounds
    with prepared() as ours:
        found = suite.run(replace(chosen, rounds=times), ours, _tell)
        if out is not None:
            suite.keep(found, out)
        for part in (tables.summary(found), tables.goals(found), tables.doubts(found)):
            _tell(f"\n{part}")
        if not quick:
            _tell(_growth(growth_.SIZES, times, chosen.seconds, ours))
            _tell(_inbox(SUBMISSIONS, ours))
            _tell(_dashboard(SUBMISSIONS, ours))
    if not quick:
        dialogue()


@app.command()
def load(names: Names = None, citizens: Citizens = 50, seconds: Seconds = 10.0, rounds: Rounds = 1) -> None:
    """Run some bots under load, in turn, and print what each came to."""
    if not names:
        for each in variants.VARIANTS.values():
            _tell(f"{each.name:20} {each.title}")
        return
    chosen = [variants.VARIANTS[name] for name in names]
    with prepared() as ours:
        found = [measure(each, Load(citizens, seconds), ours, tell=True) for _ in range(rounds) for each in chosen]
    _tell("\n".join([tables.HEAD, *map(tables.line, found)]))


@app.command()
def growth(rounds: Rounds = 3, seconds: Seconds = 12.0, million: Million = False) -> None:
    """Measure an update among few and among many participants."""
    sizes = (*growth_.SIZES, growth_.LARGEST) if million else growth_.SIZES
    with prepared() as ours:
        _tell(_growth(sizes, rounds, seconds, ours))


def _growth(sizes: Sequence[int], rounds: int, seconds: float, ours: servers.Servers) -> str:
    return "\n" + tables.growth(growth_.run(sizes, rounds, Load(seconds=seconds), ours, _tell))


@app.command()
def dashboard(submissions: Submissions = SUBMISSIONS) -> None:
    """Time what the secretariat waits for."""
    with prepared() as ours:
        _tell(_inbox(submissions, ours))
        _tell(_dashboard(submissions, ours))


def _dashboard(submissions: int, ours: servers.Servers) -> str:
    return "\n" + tables.dashboard(*dashboard_.run(submissions, ours, _tell))


@app.command()
def inbox(contributions: Contributions = inbox_.SIZES[-1]) -> None:
    """Time queries of the inbox and whole pages of the dashboard, and how they grow with what is in it."""
    with prepared() as ours:
        _tell(_inbox(contributions, ours))


def _inbox(contributions: int, ours: servers.Servers) -> str:
    sizes = [*(size for size in inbox_.SIZES if size < contributions), contributions]
    return "\n" + inbox_.table(inbox_.run(sizes, min(contributions, inbox_.SMALL), ours, _tell))


@app.command()
def dialogue() -> None:
    """Time single turns of the dialogue, without any bot around them."""
    for title, one, other in dialogue_.pairs():
        _tell(report(title, one, other))


def _tell(line: str) -> None:
    print(line, flush=True)


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
