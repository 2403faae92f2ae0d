"""`kuvendo audit`: the record of what staff did, checked, and the line that proves it later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.audit import Mark, Verdict
    from storage.database import Database

app = typer.Typer(help="The record of what staff did.", no_args_is_help=True)

Against = Annotated[
    str, typer.Option(metavar='"ROW HASH"', help="A line that `kuvendo audit head` printed earlier: is it still true?")
]

WHY = {
    "changed": "it is not what was written, or rows stand in another order",
    "missing": "it was taken out",
    "unchained": "its hash was taken away",
    "beyond": "it was added past the head",
    "before": "it should have been let go of",
    "published": "it is not the row that was published",
    "marks": "what says where the chain begins and ends was changed",
}


@app.command()
def verify(against: Against = "") -> None:
    """Look along the whole chain; exit 1 and name the first row that is wrong where one is."""
    from kuvendo.stores import with_database
    from kuvendo.trouble import Trouble

    published = _published(against)

    async def work(database: Database) -> Verdict:
        async with database.reading() as unit:
            return await unit.audit.verify(published)

    found = with_database(work)
    if not found.is_sound:
        row = "The chain" if found.row is None else f"Row {found.row}"
        raise Trouble(f"{row} is wrong: {WHY[found.why]}. {found.checked} rows before it are sound.")
    typer.echo(f"{found.checked} rows, every one sound.")


@app.command()
def head() -> None:
    """Print the chain's last row and its hash, to be published or kept elsewhere."""
    from kuvendo.stores import with_database

    async def work(database: Database) -> Mark | None:
        async with database.reading() as unit:
            return await unit.audit.head()

    found = with_database(work)
    typer.echo(f"{found.row} {found.hash.hex()}" if found else "0 " + "0" * 64)


def _published(text: str) -> tuple[int, bytes] | None:
    """Return the row and hash of a line that was published; raise Trouble where it is none."""
    from kuvendo.trouble import Trouble

    if not text.strip():
        return None
    row, _, kept = text.strip().partition(" ")
    try:
        told = int(row), bytes.fromhex(kept)
    except ValueError:
        told = 0, b""
    if len(told[1]) != 32:
        raise Trouble("A published line is a row's number, a blank and 64 hexadecimal digits.")
    return told
