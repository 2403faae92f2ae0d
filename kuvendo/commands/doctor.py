"""`kuvendo doctor`: look at everything an installation stands on, one line each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from kuvendo.settings import Settings

Look = Callable[["Settings"], Awaitable[str]]


def doctor() -> None:
    """Check settings, database, migrations, Redis, token, webhook and catalogues; exit 1 when something is wrong."""
    from kuvendo.settings import load

    settings = load()
    well = asyncio.run(_look_at_everything(settings))
    if not well:
        raise typer.Exit(1)


async def _look_at_everything(settings: Settings) -> bool:
    well = True
    for name, look in LOOKS.items():
        found, fine = await _looked(look, settings)
        well = well and fine
        typer.echo(f"{'ok   ' if fine else 'WRONG'}  {name}: {found}")
    return well


async def _looked(look: Look, settings: Settings) -> tuple[str, bool]:
    from kuvendo.trouble import Trouble

    try:
        return await look(settings), True
    except Trouble as trouble:
        return str(trouble), False
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it is the finding
        return f"does not work ({type(error).__name__})", False


async def _settings(settings: Settings) -> str:
    settings.keyring()
    return f"data in {settings.data_dir}, HTTP at {settings.host}:{settings.port}"


async def _database(settings: Settings) -> str:
    from kuvendo.stores import opened

    async with opened(settings) as database:
        await database.check()
        return "SQLite answers" if database.is_sqlite else "PostgreSQL answers"


async def _migrations(settings: Settings) -> str:
    from kuvendo.stores import ensure_current

    await asyncio.to_thread(ensure_current, settings)
    return "up to date"


async def _redis(settings: Settings) -> str:
    if settings.redis_url is None:
        return "none; one process keeps order by itself"
    from kuvendo.wiring import Remote, order_of

    order = order_of(settings, settings.keyring())
    try:
        if isinstance(order, Remote):
            await order.check()
    finally:
        await order.close()
    return "answers"


async def _token(settings: Settings) -> str:
    from bot.service import identify
    from kuvendo.trouble import Trouble

    try:
        return f"Telegram knows it as @{await identify(settings.token, settings.telegram_api_url)}"
    except Trouble:
        raise
    except Exception as error:  # noqa: BLE001 - whatever Telegram or the network says
        raise Trouble(f"{settings.telegram_api_url} does not accept it ({type(error).__name__})") from None


async def _webhook(settings: Settings) -> str:
    from bot.service import registered
    from kuvendo.trouble import Trouble

    found = await registered(settings.token, settings.telegram_api_url)
    if found.url != settings.webhook_url:
        wanted = settings.webhook_url or "none"
        raise Trouble(f"Telegram calls {found.url or 'nobody'}, the settings say {wanted}; start the bot once")
    trouble = f", last trouble: {found.trouble}" if found.trouble else ""
    return f"{found.url or 'none, we ask Telegram'}, {found.pending} updates wait{trouble}"


async def _catalogues(_settings: Settings) -> str:
    from kuvendo.trouble import Trouble
    from locales import CatalogueError, check_installed

    try:
        check_installed()
    except CatalogueError as error:
        raise Trouble(str(error).replace("\n", "; ")) from None
    return "both languages are whole"


LOOKS: dict[str, Look] = {
    "settings": _settings,
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "token": _token,
    "webhook": _webhook,
    "catalogues": _catalogues,
}
