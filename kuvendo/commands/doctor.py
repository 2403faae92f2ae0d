"""`kuvendo doctor`: look at everything an installation stands on, at the same time, one line each.

A line begins with `ok`, with `wait` where nothing is wrong but something has yet to happen, or with `WRONG`; then it
says what to do. Whatever does not answer in time is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from kuvendo.settings import Settings
    from storage.staff import StaffMember

PATIENCE: Final = 10.0
"""Seconds one look may take."""
NAMED: Final = 5
"""Accounts that are named, at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one look found; with `yet` it is not there yet, which is in order before the first start."""

    words: str
    yet: bool = False


Look = Callable[["Settings"], Awaitable[Found]]


def doctor() -> None:
    """Check settings, database, Redis, token, webhook, accounts and so on; exit 1 when something is wrong."""
    from kuvendo.settings import load

    settings = load()
    import_module("bot.asking")  # now, while no look's time is running: Telegram's libraries take a second
    well = asyncio.run(_look_at_everything(settings))
    if not well:
        raise typer.Exit(1)


async def _look_at_everything(settings: Settings) -> bool:
    """Look at everything at once, and tell it in the order of the table; return whether nothing is wrong."""
    found = await asyncio.gather(*(_looked(look, settings) for look in LOOKS.values()))
    for name, (mark, words) in zip(LOOKS, found, strict=True):
        typer.echo(f"{mark:5}  {name}: {words}")
    return all(mark != "WRONG" for mark, _ in found)


async def _looked(look: Look, settings: Settings) -> tuple[str, str]:
    from kuvendo.trouble import Trouble

    try:
        found = await asyncio.wait_for(look(settings), PATIENCE)
    except Trouble as trouble:
        return "WRONG", str(trouble)
    except TimeoutError:
        return "WRONG", f"does not answer within {PATIENCE:g} seconds"
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it is the finding
        return "WRONG", f"does not work ({type(error).__name__})"
    return "wait" if found.yet else "ok", found.words


async def _settings(settings: Settings) -> Found:
    settings.keyring()
    return Found(f"data in {settings.data_dir}, HTTP at {settings.host}:{settings.port}")


async def _database(settings: Settings) -> Found:
    from kuvendo.stores import opened
    from kuvendo.trouble import Trouble
    from storage.errors import Unavailable

    try:
        async with opened(settings) as database:
            await database.check()
    except Unavailable:
        raise Trouble("does not answer: is it running, and is KUVENDO_DATABASE_URL right?") from None
    return Found("SQLite answers" if database.is_sqlite else "PostgreSQL answers")


async def _migrations(settings: Settings) -> Found:
    from kuvendo.stores import ensure_current
    from kuvendo.trouble import Trouble
    from storage.errors import Unavailable

    try:
        await asyncio.to_thread(ensure_current, settings)
    except Unavailable:
        raise Trouble("cannot be looked at while the database does not answer") from None
    return Found("up to date")


async def _redis(settings: Settings) -> Found:
    if settings.redis_url is None:
        return Found("none; one process keeps order by itself")
    from kuvendo.trouble import Trouble
    from kuvendo.wiring import Remote, order_of

    order = order_of(settings, settings.keyring())
    try:
        if isinstance(order, Remote):
            await order.check()
    except Exception as error:  # noqa: BLE001 - whatever Redis or the network says
        words = f"does not answer ({type(error).__name__}): is it running, and is KUVENDO_REDIS_URL right?"
        raise Trouble(words) from None
    finally:
        await order.close()
    return Found("answers")


async def _token(settings: Settings) -> Found:
    from bot.asking import NoAnswer, UnknownToken, identify
    from kuvendo.trouble import Trouble

    try:
        return Found(f"Telegram knows it as @{await identify(settings.token, settings.telegram_api_url)}")
    except UnknownToken:
        raise Trouble("Telegram does not know it: ask @BotFather for it, and set KUVENDO_TELEGRAM_TOKEN") from None
    except NoAnswer as error:
        raise Trouble(f"{settings.telegram_api_url} does not answer ({error}): is the way there open?") from None


async def _webhook(settings: Settings) -> Found:
    from bot.asking import NoAnswer, UnknownToken, registered
    from bot.door import Door
    from kuvendo.trouble import Trouble

    try:
        found = await registered(settings.token, settings.telegram_api_url)
    except (NoAnswer, UnknownToken):
        raise Trouble("cannot be asked for; see the line above") from None
    waiting = f"{found.pending} updates wait"
    if found.url == Door(settings.webhook_url).url:
        trouble = f"; Telegram's last trouble: {found.trouble}" if found.trouble else ""
        return Found(f"{found.base or 'none, the bot asks Telegram'}, {waiting}{trouble}")
    if not found.url:
        return Found(f"not yet; the bot tells Telegram {settings.webhook_url} when it starts, {waiting}", yet=True)
    wanted = settings.webhook_url or "none"
    raise Trouble(
        f"Telegram calls {found.base}, the settings say {wanted}: the bot changes that when it starts. "
        "If nobody of yours set it, somebody has the token: see “token stolen” in docs/OPERATIONS.md"
    )


async def _second_factors(settings: Settings) -> Found:
    readers, _ = await _readers(settings)
    without = [each.name for each in readers if not each.has_factor]
    if not without:
        return Found(f"all {len(readers)} accounts that can read opinions have one" if readers else "no accounts yet")
    return Found(
        f"{len(without)} of {len(readers)} accounts that can read opinions have none yet ({_some(without)});"
        " each sets one up at its next login",
        yet=True,
    )


async def _recovery_codes(settings: Settings) -> Found:
    readers, have_codes = await _readers(settings)
    with_phone = [each for each in readers if each.has_factor]
    without = [each.name for each in with_phone if each.id not in have_codes]
    if not with_phone:
        return Found("none yet; they are made together with the second factor")
    if len(without) < len(with_phone):
        return Found(f"{len(with_phone) - len(without)} of {len(with_phone)} accounts have some left")
    return Found(
        f"nobody has any left ({_some(without)}): whoever loses their phone cannot log in;"
        " new ones are made in the dashboard, on the page of one's own account",
        yet=True,
    )


async def _readers(settings: Settings) -> tuple[list[StaffMember], frozenset[int]]:
    """Return the open accounts that can read opinions, and the numbers of those who have recovery codes left."""
    from admin.permissions import Permission, may
    from kuvendo.stores import ensure_current, opened
    from kuvendo.trouble import Trouble
    from storage.errors import Unavailable

    try:
        await asyncio.to_thread(ensure_current, settings)
        async with opened(settings) as database, database.reading() as unit:
            members, have_codes = await unit.staff.list(), await unit.factors.who_has_codes()
    except (Trouble, Unavailable):
        raise Trouble("cannot be looked at; see the lines above") from None
    at_work = [each for each in members if not each.disabled]
    return [each for each in at_work if may(each.role, Permission.SUBMISSIONS_READ)], have_codes


def _some(names: list[str]) -> str:
    """Return names, and how many more there are."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


async def _catalogues(_settings: Settings) -> Found:
    from kuvendo.trouble import Trouble
    from locales import CatalogueError, check_installed

    try:
        check_installed()
    except CatalogueError as error:
        raise Trouble(str(error).replace("\n", "; ")) from None
    return Found("both languages are whole")


LOOKS: dict[str, Look] = {
    "settings": _settings,
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "token": _token,
    "webhook": _webhook,
    "second factors": _second_factors,
    "recovery codes": _recovery_codes,
    "catalogues": _catalogues,
}
