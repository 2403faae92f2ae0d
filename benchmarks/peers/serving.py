"""An aiogram bot by webhook as its documentation has it: an aiohttp application and SimpleRequestHandler."""

from __future__ import annotations

from collections.abc import Awaitable

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from benchmarks.peers import place


def bot() -> Bot:
    """Return a bot at the benchmark's Bot API."""
    return Bot(place.TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(place.API)))


async def by_webhook(dispatcher: Dispatcher, bot: Bot) -> web.Application:
    """Return the application that takes the updates of `bot`."""

    async def on_startup(bot: Bot) -> None:
        await bot.set_webhook(place.WEBHOOK, secret_token=place.SECRET, max_connections=100)

    dispatcher.startup.register(on_startup)
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=place.SECRET).register(app, path=place.PATH)
    setup_application(app, dispatcher, bot=bot)
    return app


def run(app: Awaitable[web.Application]) -> None:
    """Serve until ended."""
    web.run_app(app, host="127.0.0.1", port=place.PORT, print=None, access_log=None)
