"""`kuvendo backup` and `kuvendo restore`: one sealed file out, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; one that is there is replaced.")],
) -> None:
    """Write everything into one encrypted file, while Kuvendo runs; the key is not in it."""
    from kuvendo.restoring import MEDIA
    from kuvendo.settings import load
    from kuvendo.stores import ensure_current
    from kuvendo.trouble import Trouble
    from storage.backup import failures, make
    from storage.postgres_copy import Failed, NoProgram

    settings = load()
    ensure_current(settings)
    try:
        made = make(settings.database_address, settings.keyring(), settings.data_dir / MEDIA, file, datetime.now(UTC))
    except (NoProgram, Failed) as error:
        raise Trouble(str(error)) from None
    except failures() as error:
        raise Trouble(f"The database cannot be copied ({type(error).__name__}).") from None
    size = file.stat().st_size / 1024**2
    counts = ", ".join(f"{count} {name}" for name, count in made.counts.items())
    typer.echo(f"{file}: {size:.1f} MiB, revision {made.revision}, {counts}.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `kuvendo backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace a database that is not empty.")] = False,
    erasures: Annotated[
        list[Path] | None,
        typer.Option(help="A list of erasures (erasures.jsonl) from where the backup was made, beside our own."),
    ] = None,
    older: Annotated[
        bool, typer.Option("--older", help="Restore a backup older than erasures are known; people may come back.")
    ] = False,
) -> None:
    """Put a backup back; whoever was erased since it was made stays erased."""
    from kuvendo.restoring import restore as put_back
    from kuvendo.settings import load

    typer.echo(put_back(load(), file, erasures or [], datetime.now(UTC), replace=replace, older=older))
