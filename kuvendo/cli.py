"""The command line as one table; each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import typer

from kuvendo.commands.auditing import app as audit
from kuvendo.commands.backups import backup, restore
from kuvendo.commands.consultations import app as consultations
from kuvendo.commands.database import app as database
from kuvendo.commands.doctor import doctor
from kuvendo.commands.exporting import export
from kuvendo.commands.keys import app as keys
from kuvendo.commands.moderators import app as moderators
from kuvendo.commands.notices import app as notices
from kuvendo.commands.retaining import retention
from kuvendo.commands.serving import admin, bot, demo, run, worker

app = typer.Typer(
    help="Kuvendo: public consultations by chat, in Albanian and English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("demo")(demo)
app.command("run")(run)
app.command("bot")(bot)
app.command("admin")(admin)
app.command("worker")(worker)
app.add_typer(database, name="db")
app.add_typer(moderators, name="moderator")
app.add_typer(consultations, name="consultation")
app.add_typer(notices, name="notice")
app.command("export")(export)
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")
app.command("retention")(retention)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("doctor")(doctor)
