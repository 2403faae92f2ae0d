"""Peer 2: the same bot by long polling."""

from __future__ import annotations

import asyncio

from benchmarks.peers import aiogram_form, serving


async def main() -> None:
    """Poll until ended."""
    dispatcher = await aiogram_form.dispatcher()
    await dispatcher.start_polling(serving.bot())


if __name__ == "__main__":
    asyncio.run(main())
