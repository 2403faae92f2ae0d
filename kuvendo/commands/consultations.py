"""`kuvendo consultation`: check questionnaire files, load them, open and close consultations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.consultations import Listed
    from storage.database import Database

app = typer.Typer(help="What is asked.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="YAML files, or folders of them.")]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day, such as 2026-12-31.", show_default=False)
]
Slug = Annotated[str, typer.Argument(help="The consultation, as `kuvendo consultation list` names it.")]


@app.command()
def check(files: Files) -> None:
    """Check questionnaire files; tell every mistake with its file, line and cure."""
    from dialogs.issues import check as found_in

    _present(files)
    issues = found_in(files)
    for issue in issues:
        typer.echo(str(issue), err=True)
    if issues:
        raise typer.Exit(1)
    typer.echo("No mistakes found.")


@app.command()
def load(files: Files) -> None:
    """Load consultations; new ones are opened with `kuvendo consultation open`."""
    from dialogs.loader import Broken
    from dialogs.loader import load as loaded_from
    from kuvendo.catalogue import publish
    from kuvendo.stores import with_database
    from kuvendo.trouble import Trouble
    from storage.errors import FrozenVersion

    _present(files)
    try:
        loaded = loaded_from(files)
        new = with_database(lambda database: publish(database, loaded))
    except Broken as broken:
        for issue in broken.issues:
            typer.echo(str(issue), err=True)
        raise Trouble("Nothing was loaded: correct the mistakes above.") from None
    except FrozenVersion as error:
        raise Trouble(str(error)) from None
    typer.echo(f"{len(loaded.consultations)} consultations loaded, {new} versions of questionnaires new.")


@app.command("list")
def list_() -> None:
    """List the consultations and whether they are open."""
    from kuvendo.stores import with_database

    async def work(database: Database) -> tuple[Listed, ...]:
        async with database.reading() as unit:
            return await unit.consultations.list()

    now = datetime.now(UTC)
    for each in with_database(work):
        until = f"\tuntil {each.closes_on.isoformat()}" if each.closes_on else ""
        typer.echo(f"{each.slug}\t{each.state_at(now)}{until}")


@app.command("open")
def open_(slug: Slug, until: Until = None) -> None:
    """Let a consultation take contributions; at the end of its last day in Albania it closes by itself."""
    from kuvendo.trouble import Trouble
    from locales import today

    last_day = until.date() if until else None
    if last_day is not None and last_day < today(datetime.now(UTC)):
        raise Trouble(f"{last_day} is over: name today or a later day.")
    _set(slug, opened=True, last_day=last_day)
    typer.echo(f"{slug} is open{f' until the end of {last_day}' if last_day else ''}.")


@app.command()
def close(slug: Slug) -> None:
    """Let a consultation take nothing further."""
    _set(slug, opened=False)
    typer.echo(f"{slug} is closed.")


def _set(slug: str, *, opened: bool, last_day: date | None = None) -> None:
    from kuvendo.stores import with_database
    from kuvendo.trouble import Trouble

    async def work(database: Database) -> bool:
        now = datetime.now(UTC)
        async with database.begin() as unit:
            if opened:
                found = await unit.consultations.open(slug, now, last_day)
            else:
                found = await unit.consultations.close(slug, now)
            subject = f"{slug} until {last_day}" if last_day else slug
            await unit.staff.audit(None, f"consultation.{'open' if opened else 'close'}", subject, now)
            if found:
                await unit.commit()
            return found

    if not with_database(work):
        raise Trouble(f"There is no consultation {slug}: kuvendo consultation list")


def _present(files: Sequence[Path]) -> None:
    from kuvendo.trouble import Trouble

    missing = [str(path) for path in files if not path.exists()]
    if missing:
        raise Trouble(f"There is no {', '.join(missing)}.")
