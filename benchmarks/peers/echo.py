"""Peer 5: a bare aiogram bot by webhook that says back what it hears and stores nothing."""

from __future__ import annotations

from aiogram import Dispatcher, Router
from aiogram.types import Message
from aiohttp import web

from benchmarks.peers import serving

router = Router()


@router.message()
async def echo(message: Message) -> None:
    """Say it back."""
    await message.answer(message.text or "")


async def application() -> web.Application:
    """Return the application."""
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    return await serving.by_webhook(dispatcher, serving.bot())


if __name__ == "__main__":
    serving.run(application())
