"""The command line as one table; each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import typer

from kuvendo.commands import consultations, database, doctor, exporting, moderators, serving

app = typer.Typer(
    help="Kuvendo: public consultations by chat, in Albanian and English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("demo")(serving.demo)
app.command("run")(serving.run)
app.command("bot")(serving.bot)
app.command("admin")(serving.admin)
app.command("worker")(serving.worker)
app.add_typer(database.app, name="db")
app.add_typer(moderators.app, name="moderator")
app.add_typer(consultations.app, name="consultation")
app.command("export")(exporting.export)
app.command("doctor")(doctor.doctor)
