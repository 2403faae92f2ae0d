"""`kuvendo retention`: let go of what was kept long enough."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.database import Database
    from storage.retention import Finding

NAMES = {
    "addresses": "chat addresses, with conversations and drafts",
    "quarantine": "updates set aside",
    "updates": "numbers of updates",
    "outbox": "messages sent or given up",
    "logins": "logins of the secretariat",
    "audit": "what staff did",
    "tombstones": "hashes of who was erased",
}


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due, and change nothing.")] = False,
) -> None:
    """Delete what was kept long enough; housekeeping does the same every night."""
    from kuvendo.settings import load
    from kuvendo.stores import with_database
    from storage.retention import carry_out, survey
    from storage.sweeping import sweep

    settings = load()
    now = datetime.now(UTC)

    async def work(database: Database) -> tuple[Finding, ...]:
        if dry_run:
            return await survey(database, settings.periods(), now)
        found = await carry_out(database, settings.periods(), now)
        await sweep(database, now)
        return found

    _tell(with_database(work), dry_run=dry_run)
    typer.echo(f"Backups are yours to delete after {settings.retention_backups} days.")


def _tell(found: Iterable[Finding], *, dry_run: bool) -> None:
    typer.echo(f"{'due' if dry_run else 'gone':>8}  {'from before':<17}  what")
    for each in found:
        typer.echo(f"{each.count:>8}  {each.before:%Y-%m-%d %H:%M}   {NAMES[each.what]}")
