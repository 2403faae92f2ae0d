"""Peer 1: aiogram by webhook, states and order in Redis, SQLAlchemy's ORM on PostgreSQL."""

from __future__ import annotations

from aiohttp import web

from benchmarks.peers import aiogram_form, serving


async def application() -> web.Application:
    """Return the application."""
    return await serving.by_webhook(await aiogram_form.dispatcher(), serving.bot())


if __name__ == "__main__":
    serving.run(application())
