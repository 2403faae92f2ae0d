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
    language: Annotated[str, typer.Option(help="Titles of tables in words, sq or en; codes without this.")] = "",
) -> None:
    """Write what was submitted to a consultation; nothing in it leads to who wrote."""
    import locales
    from kuvendo.stores import with_database
    from kuvendo.trouble import Trouble

    if language not in {"", *locales.CODES}:
        raise Trouble(f"There is no language {language}: choose one of {', '.join(locales.CODES)}")

    async def work(database: Database) -> bool:
        async with database.reading() as unit:
            if consultation not in {each.slug for each in await unit.consultations.list()}:
                return False
        await _write(database, consultation, format.value, output, language)
        return True

    if not with_database(work):
        raise Trouble(f"There is no consultation {consultation}: kuvendo consultation list")


async def _write(database: Database, consultation: str, name: str, output: Path | None, language: str) -> None:
    """Write the file beside its place and move it there whole, so that half an export is never taken for one."""
    from admin.exports import export as pieces
    from kuvendo.memory import settle
    from storage.filters import Filter

    settle()
    wanted = Filter(scope=(consultation,))
    if output is None:
        await _copy(pieces(database, wanted, name, language), sys.stdout.buffer)
        return
    part = output.with_name(f".{output.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            await _copy(pieces(database, wanted, name, language), file)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


async def _copy(source: object, target: BinaryIO) -> None:
    async for piece in source:  # type: ignore[attr-defined]
        target.write(piece)
    target.flush()
