"""Methods about how the bot presents itself.

Name, descriptions, commands per scope and language, menu button.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.errors import bad_request
from simulator.params import Params
from simulator.records import Json
from simulator.telegram import Telegram
from simulator.text import clean, units

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")
_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators", *_CHAT_SCOPES)
_TEXTS = {
    "name": ("names", "name", 64),
    "description": ("descriptions", "description", 512),
    "shortdescription": ("short_descriptions", "short_description", 120),
}


def _language(params: Params) -> str:
    code = params.text("language_code")
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _scope(params: Params) -> str:
    """Return a scope as a key: its type and, where it has one, its chat and member."""
    scope = params.json("scope", "BotCommandScope")
    if scope is None:
        return "default"
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    parts = [str(scope["type"])]
    if parts[0] in _CHAT_SCOPES:
        if not scope.get("chat_id"):
            raise bad_request("can't parse BotCommandScope: Can't find field \"chat_id\"")
        parts += [str(scope[name]) for name in ("chat_id", "user_id") if name in scope]
    return ":".join(parts)


def commands_key(scope: str, language: str) -> str:
    """Return where the commands of a scope and language are kept."""
    return f"{scope}|{language}"


def _command(stated: Any) -> Json:
    if not isinstance(stated, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command = str(stated.get("command", "")).removeprefix("/")
    description = clean(str(stated.get("description", "")))
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= units(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


def _keep_commands(telegram: Telegram, params: Params, commands: list[Json]) -> bool:
    profile = telegram.state.profile
    key = commands_key(_scope(params), _language(params))
    kept = {name: value for name, value in profile.commands.items() if name != key}
    if commands:
        kept[key] = commands
    telegram.state.save(replace(profile, commands=kept))
    telegram.live.tell("bot", 0, {})
    return True


def set_my_commands(telegram: Telegram, params: Params) -> bool:
    """Replace the commands of a scope and language."""
    stated = params.json("commands", "commands")
    if not isinstance(stated, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(stated) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return _keep_commands(telegram, params, [_command(one) for one in stated])


def delete_my_commands(telegram: Telegram, params: Params) -> bool:
    """Take away the commands of a scope and language."""
    return _keep_commands(telegram, params, [])


def get_my_commands(telegram: Telegram, params: Params) -> list[Json]:
    """Return the commands of exactly this scope and language."""
    return telegram.state.profile.commands.get(commands_key(_scope(params), _language(params)), [])


def commands_for(telegram: Telegram, chat_id: int, language: str) -> list[Json]:
    """Return the commands a person sees: the narrowest scope first, their language first."""
    kept = telegram.state.profile.commands
    for scope in (f"chat:{chat_id}", "all_private_chats", "default"):
        for code in (language[:2], ""):
            if commands := kept.get(commands_key(scope, code)):
                return commands
    return []


def text_for(telegram: Telegram, table: str, language: str) -> str:
    """Return a text of the profile in a language, else the common one."""
    kept: dict[str, str] = getattr(telegram.state.profile, table)
    default = telegram.settings.bot_name if table == "names" else ""
    return kept.get(language[:2]) or kept.get("") or default


def _setter(table: str, field: str, limit: int) -> Callable[[Telegram, Params], bool]:
    def set_text(telegram: Telegram, params: Params) -> bool:
        """Replace one text of the profile in one language; an empty one takes it away."""
        language, text = _language(params), clean(params.text(field))
        if units(text) > limit:
            raise bad_request(f"bot {field.replace('_', ' ')} is too long")
        kept = {code: value for code, value in getattr(telegram.state.profile, table).items() if code != language}
        if text:
            kept[language] = text
        telegram.state.save(replace(telegram.state.profile, **{table: kept}))
        telegram.live.tell("bot", 0, {})
        return True

    return set_text


def _getter(table: str, field: str) -> Callable[[Telegram, Params], Json]:
    def get_text(telegram: Telegram, params: Params) -> Json:
        """Return one text of the profile as people of a language see it."""
        return {field: text_for(telegram, table, _language(params))}

    return get_text


def _button_key(params: Params) -> str:
    return str(params.integer("chat_id")) if "chat_id" in params else ""


def set_chat_menu_button(telegram: Telegram, params: Params) -> bool:
    """Replace the button beside the text field, for one chat or for all."""
    button = params.json("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: unsupported type specified")
    profile = telegram.state.profile
    kept = {**profile.menu_buttons, _button_key(params): button}
    telegram.state.save(replace(profile, menu_buttons=kept))
    return True


def get_chat_menu_button(telegram: Telegram, params: Params) -> Json:
    """Return the button beside the text field."""
    buttons = telegram.state.profile.menu_buttons
    return buttons.get(_button_key(params)) or buttons.get("") or {"type": "commands"}


METHODS: dict[str, Callable[[Telegram, Params], Any]] = {
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setchatmenubutton": set_chat_menu_button,
    "getchatmenubutton": get_chat_menu_button,
    **{f"setmy{name}": _setter(*spec) for name, spec in _TEXTS.items()},
    **{f"getmy{name}": _getter(*spec[:2]) for name, spec in _TEXTS.items()},
}
