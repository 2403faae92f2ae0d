"""A tiny bot for the tests of the page: asks, answers presses, repeats what it is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2

KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Po", "callback_data": "po"}, {"text": "Jo", "callback_data": "jo"}],
        [{"text": "Shpjegim", "callback_data": "alert"}],
    ]
}
WORDS = "Mirë se vini! <b>Një</b> pyetje: shkruani <i>lirisht</i> ose /help. <tg-spoiler>fshehtas</tg-spoiler>"


class Echo:
    """The bot; `heard` is every update it got."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self.heard: list[dict[str, Any]] = []

    async def call(self, method: str, **arguments: Any) -> Any:
        answer = await self._client.post(method, json=arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def run(self) -> None:
        """Poll and answer until cancelled."""
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=30):
                offset = update["update_id"] + 1
                self.heard.append(update)
                await self._answer(update)

    async def _answer(self, update: dict[str, Any]) -> None:
        if query := update.get("callback_query"):
            await self._pressed(query)
        elif message := update.get("message"):
            await self._said(message["chat"]["id"], message)

    async def _said(self, chat: int, message: dict[str, Any]) -> None:
        text = message.get("text", "")
        if text.startswith("/start"):
            await self.call("sendMessage", chat_id=chat, text=WORDS, parse_mode="HTML", reply_markup=KEYBOARD)
        elif text == "butona":
            rows = {"keyboard": [["Tirana", "Shkodra"]], "input_field_placeholder": "Zgjidhni qytetin"}
            await self.call("sendMessage", chat_id=chat, text="Ku jetoni?", reply_markup=rows)
        else:
            await self.call("sendMessage", chat_id=chat, text=f"E lexova: {text or 'pa tekst'}")

    async def _pressed(self, query: dict[str, Any]) -> None:
        alert = query["data"] == "alert"
        text = "Kjo është një shpjegim." if alert else f"✓ {query['data']}"
        await self.call("answerCallbackQuery", callback_query_id=query["id"], text=text, show_alert=alert)
        if not alert:
            place = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
            await self.call("editMessageText", text=f"Zgjodhët: {query['data']}", **place)


@contextlib.asynccontextmanager
async def echo(address: str, token: str) -> AsyncIterator[Echo]:
    """Run the bot against a simulator."""
    async with httpx2.AsyncClient(base_url=f"{address}/bot{token}/", verify=False, timeout=60) as client:
        bot = Echo(client)
        task = asyncio.create_task(bot.run())
        try:
            yield bot
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
