"""What Telegram itself shows of the bot: its commands, name, descriptions and menu button, in both languages.

Told to Telegram at start, and only what differs from what it shows already. Where Telegram has no words for a
person's language it falls back on ours for everybody, which are the default language's.
"""

from __future__ import annotations

import gettext
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, MenuButtonCommands

from locales import CHAT, CODES, DEFAULT, translations

log = structlog.get_logger("bot.profile")

PRIVATE = BotCommandScopeAllPrivateChats()
NAME_LIMIT, SHORT_LIMIT, LONG_LIMIT = 64, 120, 512


@dataclass(frozen=True, slots=True)
class Profile:
    """The bot as Telegram shows it to people of one language; `code` is empty for everybody else."""

    code: str
    name: str
    short: str
    long: str
    commands: tuple[tuple[str, str], ...]


def profile(code: str) -> Profile:
    """Return the profile for people whose Telegram is set to `code`, "" for all whose language we lack."""
    t = translations(CHAT, code or DEFAULT)
    return Profile(code, t.gettext("Kuvendo · public consultations"), _short(t), _long(t), _commands(t))


def _short(t: gettext.NullTranslations) -> str:
    return t.gettext("Tell the government what should change, in a few minutes and in your own words.")


def _long(t: gettext.NullTranslations) -> str:
    return t.gettext(
        "Public consultations on Albania's National Action Plan for open government. Choose a subject, answer in your "
        "own words, change your answer when you like. Every contribution is read and gets a reasoned response."
    )


def _commands(t: gettext.NullTranslations) -> tuple[tuple[str, str], ...]:
    return (
        ("start", t.gettext("start, or begin anew")),
        ("continue", t.gettext("ask me the present question again")),
        ("mine", t.gettext("my contributions and what became of them")),
        ("language", t.gettext("shqip or English")),
        ("help", t.gettext("help")),
        ("cancel", t.gettext("leave; what I wrote is kept")),
        ("privacy", t.gettext("what is stored about me, and why")),
        ("mydata", t.gettext("send me everything stored about me")),
        ("delete", t.gettext("erase everything about me")),
    )


async def register(bot: Bot) -> int:
    """Tell Telegram what it does not show yet; return how many things were told.

    A refusal is logged and goes by: the bot works with an old description too.
    """
    told = 0
    for code in ("", *CODES):
        for step in (_tell_commands, _tell_name, _tell_short, _tell_long):
            told += await _quietly(step, bot, profile(code))
    return told + await _quietly(_tell_menu, bot, None)


async def _quietly(step: Callable[[Bot, Any], Awaitable[bool]], bot: Bot, wanted: Profile | None) -> bool:
    try:
        return await step(bot, wanted)
    except TelegramAPIError as error:
        log.warning("profile not updated", method=step.__name__, error=type(error).__name__)
        return False


async def _tell_commands(bot: Bot, wanted: Profile) -> bool:
    language = wanted.code or None
    shown = await bot.get_my_commands(scope=PRIVATE, language_code=language)
    if [(each.command, each.description) for each in shown] == list(wanted.commands):
        return False
    commands = [BotCommand(command=name, description=words) for name, words in wanted.commands]
    return await bot.set_my_commands(commands, scope=PRIVATE, language_code=language)


async def _tell_name(bot: Bot, wanted: Profile) -> bool:
    language = wanted.code or None
    if (await bot.get_my_name(language_code=language)).name == wanted.name:
        return False
    return await bot.set_my_name(name=wanted.name, language_code=language)


async def _tell_short(bot: Bot, wanted: Profile) -> bool:
    language = wanted.code or None
    if (await bot.get_my_short_description(language_code=language)).short_description == wanted.short:
        return False
    return await bot.set_my_short_description(short_description=wanted.short, language_code=language)


async def _tell_long(bot: Bot, wanted: Profile) -> bool:
    language = wanted.code or None
    if (await bot.get_my_description(language_code=language)).description == wanted.long:
        return False
    return await bot.set_my_description(description=wanted.long, language_code=language)


async def _tell_menu(bot: Bot, _wanted: None) -> bool:
    if (await bot.get_chat_menu_button()).type == "commands":
        return False
    return await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
