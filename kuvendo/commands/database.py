"""`kuvendo db`: bring the database to this version, and say where it stands."""

from __future__ import annotations

import typer

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the database to this version of Kuvendo."""
    from kuvendo.settings import load
    from kuvendo.stores import upgraded

    typer.echo(f"The database is at {upgraded(load())}.")


@app.command()
def current() -> None:
    """Say which version the database is at, and whether that is the newest."""
    from kuvendo.settings import load
    from kuvendo.trouble import Trouble
    from storage import migrate

    try:
        there, newest = migrate.current(load().database_address), migrate.head()
    except ValueError as error:
        raise Trouble(str(error)) from None
    note = "the newest" if there == newest else f"the newest is {newest}: kuvendo db upgrade"
    typer.echo(f"{there or 'empty'} ({note})")
