"""In a group the bot says one thing, where it can be found, and goes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.calls import call
from bot.outbound import from_body
from bot.world import Intrusion
from locales import CHAT, CODES, DEFAULT, translations

log = structlog.get_logger("bot.farewell")

REMEMBERED: Final = 1024


class Farewell:
    """Leaves groups and channels, with a word in a group and in silence elsewhere."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._left: OrderedDict[int, None] = OrderedDict()

    async def say(self, intrusion: Intrusion, username: str) -> None:
        """Leave the chat: each time the bot is put in, else once, where what is written there shows that it is in."""
        if intrusion.chat_id in self._left and not intrusion.is_added:
            return
        self._remember(intrusion.chat_id)
        try:
            if intrusion.speak:
                words = text(intrusion.language_code, username)
                await call(self._bot, from_body({"text": words}, intrusion.chat_id))
            await self._bot.leave_chat(intrusion.chat_id)
        except AiogramError as error:
            log.info("could not leave a group", error=type(error).__name__)

    def _remember(self, chat_id: int) -> None:
        self._left[chat_id] = None
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)


def text(language_code: str | None, username: str) -> str:
    """Return what is said in a group: our words in the language of whoever brought us, and a link."""
    code = (language_code or "").lower().split("-")[0]
    t = translations(CHAT, code if code in CODES else DEFAULT)
    words = t.gettext("Hello! I speak with everybody alone, so that nobody reads along. You can find me here: {link}")
    return words.format(link=f"https://t.me/{username}" if username else "https://t.me")
