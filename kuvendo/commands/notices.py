"""`kuvendo notice`: tell many people something, see how far it is, pause it, call it off.

The worker sends; a command only writes down what is to be done, so it may end, and the worker may die, at any moment.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.database import Database
    from storage.notices import Notice, Progress

app = typer.Typer(help="Tell many people something.", no_args_is_help=True)

BAR = 30
"""Signs of a progress bar."""

Number = Annotated[int, typer.Argument(help="The notice's number, as `kuvendo notice list` names it.")]
To = Annotated[str, typer.Option("--to", help="A consultation, for whoever contributes to it, or all.")]
Albanian = Annotated[Path, typer.Option("--sq", help="A file with the text in Albanian.")]
English = Annotated[Path, typer.Option("--en", help="A file with the text in English.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Watch = Annotated[bool, typer.Option("--watch", help="Show it anew every second until it is over.")]


@app.command()
def send(to: To, sq: Albanian, en: English, yes: Yes = False) -> None:
    """Send a notice to everybody who agreed to take part, each in their language."""
    from kuvendo.settings import load
    from kuvendo.stores import with_database

    texts = _texts({"sq": sq, "en": en})
    people = with_database(lambda database: _people(database, to))
    seconds = people / load().send_rate
    typer.echo(f"This goes to {people:,} {'person' if people == 1 else 'people'} and takes about {_spell(seconds)}.")
    if not people:
        return
    if not yes:
        for code, text in texts.items():
            typer.echo(f"\n--- {code}\n{text}")
        typer.confirm("\nSend it?", abort=True)
    notice = with_database(lambda database: _begin(database, to, texts))
    typer.echo(f"Notice {notice} is on its way: kuvendo notice show {notice} --watch")


@app.command("list")
def list_() -> None:
    """List the notices, the newest first."""
    from kuvendo.stores import with_database

    async def work(database: Database) -> tuple[Notice, ...]:
        async with database.reading() as unit:
            return await unit.notices.list()

    for each in with_database(work):
        began = each.started_at or each.created_at
        typer.echo(f"{each.id}\t{each.state}\t{each.audience}\t{each.people:,} people\t{began:%Y-%m-%d %H:%M} UTC")


@app.command()
def show(notice: Number, watch: Watch = False) -> None:
    """Show how far a notice has come, how fast it goes, and when it will be over."""
    while True:
        progress = _progress(notice)
        typer.echo(report(progress, datetime.now(UTC), _rate()))
        if not watch or progress.notice.finished_at is not None:
            return
        time.sleep(1)
        typer.echo()


@app.command()
def pause(notice: Number) -> None:
    """Send no more of a notice for now; what is on its way this second still arrives."""
    _turn(notice, "pause", "is not running")
    typer.echo(f"Notice {notice} is paused: kuvendo notice resume {notice}")


@app.command()
def resume(notice: Number) -> None:
    """Go on with a notice that was paused."""
    _turn(notice, "resume", "is not paused")
    typer.echo(f"Notice {notice} goes on.")


@app.command()
def cancel(notice: Number) -> None:
    """Call off what was not sent of a notice yet."""
    _turn(notice, "cancel", "is over already")
    typer.echo(f"Notice {notice} is cancelled.")


def report(progress: Progress, now: datetime, planned: float) -> str:
    """Return how a notice stands, for a terminal; `planned` is the rate a second where none is measured yet."""
    notice, whole = progress.notice, max(progress.notice.people, 1)
    part = min(progress.done / whole, 1.0) if notice.people else float(notice.state == "done")
    bar, waiting = "#" * int(part * BAR), f"waiting {progress.waiting:,}"
    lines = [
        f"Notice {notice.id} to {notice.audience}: {notice.state}",
        f"[{bar.ljust(BAR, '.')}] {part:.0%} of {notice.people:,} people",
        f"sent {progress.sent:,}, failed {progress.failed:,}, unreachable {progress.unreachable:,}, {waiting}",
    ]
    if notice.state == "running":
        rate = progress.rate(now)
        left = _spell(progress.waiting / (rate or planned))
        lines.append(f"{rate:.1f} a second over the last minute, about {left} left")
    return "\n".join(lines)


def _texts(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the text of each language; raise Trouble for one that cannot be read or sent."""
    from bot.noticing import what_is_wrong
    from kuvendo.trouble import Trouble

    texts = {}
    for code, path in files.items():
        try:
            texts[code] = path.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise Trouble(f"{path} cannot be read: {why}.") from None
        if wrong := what_is_wrong(texts[code]):
            raise Trouble(f"{path} cannot be sent: {wrong}.")
    return texts


async def _people(database: Database, audience: str) -> int:
    from kuvendo.trouble import Trouble
    from storage.notices import EVERYBODY

    async with database.reading() as unit:
        known = {each.slug for each in await unit.consultations.list()}
        if audience != EVERYBODY and audience not in known:
            raise Trouble(f"There is no consultation {audience}: kuvendo consultation list (or write all)")
        return await unit.notices.people(audience, datetime.now(UTC))


async def _begin(database: Database, audience: str, texts: Mapping[str, str]) -> int:
    now = datetime.now(UTC)
    async with database.begin() as unit:
        notice = await unit.notices.create(audience, texts, now)
        await unit.notices.start(notice, now)
        await unit.staff.audit(None, "notice.send", str(notice), now)
        await unit.commit()
    return notice


def _progress(notice: int) -> Progress:
    from kuvendo.stores import with_database
    from kuvendo.trouble import Trouble

    async def work(database: Database) -> Progress | None:
        async with database.reading() as unit:
            return await unit.notices.progress(notice, datetime.now(UTC))

    progress = with_database(work)
    if progress is None:
        raise Trouble(f"There is no notice {notice}: kuvendo notice list")
    return progress


def _turn(notice: int, verb: str, otherwise: str) -> None:
    from kuvendo.stores import with_database
    from kuvendo.trouble import Trouble

    async def work(database: Database) -> bool:
        now = datetime.now(UTC)
        async with database.begin() as unit:
            change = {"pause": unit.notices.pause, "resume": unit.notices.resume, "cancel": unit.notices.cancel}[verb]
            done = await change(notice, now)
            if done:
                await unit.staff.audit(None, f"notice.{verb}", str(notice), now)
                await unit.commit()
            return done

    if not with_database(work):
        state = _progress(notice).notice.state
        raise Trouble(f"Notice {notice} {otherwise}: it is {state}.")


def _rate() -> float:
    from kuvendo.settings import load

    return load().send_rate


def _spell(seconds: float) -> str:
    """Return a length of time in words, rounded up to what matters."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
