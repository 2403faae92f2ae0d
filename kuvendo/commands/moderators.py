"""`kuvendo moderator`: the accounts of the secretariats."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from storage.database import Database
    from storage.staff import StaffMember
    from storage.unit_of_work import UnitOfWork

    Change = Callable[[UnitOfWork, StaffMember, datetime], Awaitable[None]]

Result = TypeVar("Result")

app = typer.Typer(help="Accounts of the dashboard.", no_args_is_help=True)


class Role(StrEnum):
    """What somebody does in a secretariat; the dashboard knows what each may do."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    MODERATOR = "moderator"
    VIEWER = "viewer"


Name = Annotated[str, typer.Argument(help="The name to log in with.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")]


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What this person does.")],
    component: Annotated[
        list[str] | None, typer.Option(help="A component or consultation they see; every one without this.")
    ] = None,
    password_stdin: FromInput = False,
) -> None:
    """Open an account."""
    kept = _hashed(password_stdin, name)
    slugs = component or []

    async def work(database: Database) -> None:
        from kuvendo.trouble import Trouble
        from storage.staff import NameTaken

        now = datetime.now(UTC)
        async with database.begin() as unit:
            await _known(unit, slugs)
            try:
                member = await unit.staff.add(name.strip(), kept, role.value, slugs, "sq", now)
            except NameTaken as error:
                raise Trouble(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
            detail = f"{role.value}, {' '.join(slugs) or 'everything'}"
            await unit.audit.add(None, "staff.add", f"{member.id} {detail}", now)
            await unit.commit()

    _run(work)
    typer.echo(f"{name.strip()} may log in as {role.value}.")


@app.command("list")
def list_() -> None:
    """List everybody who has an account."""

    async def work(database: Database) -> tuple[StaffMember, ...]:
        async with database.reading() as unit:
            return await unit.staff.list()

    for member in _run(work):
        seen = ", ".join(member.components) or "everything"
        phone = "phone connected" if member.has_factor else "no phone"
        line = (member.name, member.role, seen, phone, *(["disabled"] if member.disabled else []))
        typer.echo("\t".join(line))


@app.command()
def disable(name: Name) -> None:
    """Close an account and end its sessions."""

    async def change(unit: UnitOfWork, member: StaffMember, now: datetime) -> None:
        await unit.staff.disable(member.id, now)
        await unit.staff.audit(None, "staff.disable", str(member.id), now)

    _change(name, change)
    typer.echo(f"{name} can no longer log in.")


@app.command("reset-totp")
def reset_totp(name: Name) -> None:
    """Forget an account's phone and recovery codes and end its sessions: the next login connects another phone."""

    async def change(unit: UnitOfWork, member: StaffMember, now: datetime) -> None:
        await unit.factors.reset(member.id)
        await unit.staff.end_sessions(member.id, now)
        await unit.audit.add(None, "staff.reset-second-factor", str(member.id), now)

    _change(name, change)
    typer.echo(f"{name} connects a phone at the next login.")


@app.command("reset-password")
def reset_password(name: Name, password_stdin: FromInput = False) -> None:
    """Give an account another password and end its sessions."""
    kept = _hashed(password_stdin, name)

    async def change(unit: UnitOfWork, member: StaffMember, now: datetime) -> None:
        await unit.staff.set_password(member.id, kept, now)
        await unit.staff.audit(None, "staff.reset-password", str(member.id), now)

    _change(name, change)
    typer.echo(f"{name} has another password.")


def _hashed(from_input: bool, name: str) -> str:
    """Ask for `name`'s password, where nobody can read along, and return what is kept of it."""
    from admin.passwords import WeakPassword, hash_password
    from kuvendo.trouble import Trouble

    if from_input:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        raise Trouble("There is no terminal to ask for the password: use --password-stdin.")
    try:
        return hash_password(password, name)
    except WeakPassword as error:
        raise Trouble(str(error)) from None


async def _known(unit: UnitOfWork, slugs: list[str]) -> None:
    """Raise Trouble where a component is none of the database's; before anything is loaded all are believed."""
    from kuvendo.trouble import Trouble

    consultations = await unit.reading.consultations()
    known = {each.slug for each in consultations} | {each.component for each in consultations}
    unknown = [slug for slug in slugs if known and slug not in known]
    if unknown:
        raise Trouble(f"There is no component {', '.join(unknown)}; there are {', '.join(sorted(known))}.")


def _change(name: str, change: Change) -> None:
    async def work(database: Database) -> None:
        from kuvendo.trouble import Trouble

        async with database.begin() as unit:
            member = await unit.staff.by_name(name)
            if member is None:
                raise Trouble(f"Nobody called {name} has an account: kuvendo moderator list")
            await change(unit, member, datetime.now(UTC))
            await unit.commit()

    _run(work)


def _run(work: Callable[[Database], Awaitable[Result]]) -> Result:
    from kuvendo.stores import with_database

    return with_database(work)
