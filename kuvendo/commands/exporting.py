"""`kuvendo export`: everything that was submitted to a consultation, as a file."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from storage.database import Database


class Format(StrEnum):
    """A format of exports."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


def export(
    consultation: Annotated[str, typer.Option(help="The consultation.")],
    format: Annotated[Format, typer.Option(help="The format.")],  # noqa: A002 - the option's name
    output: Annotated[Path | None, typer.Option(help="The file to write; standard output without this.")] = None,
) -> None:
    """Write what was submitted to a consultation; nothing in it leads to who wrote."""
    from kuvendo.stores import with_database
    from kuvendo.trouble import Trouble

    async def work(database: Database) -> bool:
        async with database.reading() as unit:
            if consultation not in {each.slug for each in await unit.consultations.list()}:
                return False
        await _write(database, consultation, format.value, output)
        return True

    if not with_database(work):
        raise Trouble(f"There is no consultation {consultation}: kuvendo consultation list")


async def _write(database: Database, consultation: str, name: str, output: Path | None) -> None:
    """Write the file beside its place and move it there whole, so that half an export is never taken for one."""
    from admin.exports import export as pieces

    if output is None:
        await _copy(pieces(database, consultation, name), sys.stdout.buffer)
        return
    part = output.with_name(f".{output.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            await _copy(pieces(database, consultation, name), file)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


async def _copy(source: object, target: BinaryIO) -> None:
    async for piece in source:  # type: ignore[attr-defined]
        target.write(piece)
    target.flush()
