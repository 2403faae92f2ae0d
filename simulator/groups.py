"""Group chats: making one and putting the bot in or out."""

from __future__ import annotations

from dataclasses import replace

from simulator import compose
from simulator.phone import Phone, tell_membership
from simulator.records import Group
from simulator.telegram import Telegram
from simulator.text import clean

_OFFSET = 1_000_000_000_000


def add_group(telegram: Telegram, title: str, members: list[Phone], *, with_bot: bool = True) -> Group:
    """Make a group of people; the first of them adds the bot."""
    with telegram.change() as state:
        number = -(_OFFSET + state.count("group"))
        group = state.save(Group(number, clean(title)[:128] or "?", [phone.id for phone in members]))
        telegram.live.tell("group", number, group.to_json())
        return set_bot(telegram, group.id, members[0], "member") if with_bot else group


def set_bot(telegram: Telegram, group_id: int, actor: Phone, status: str) -> Group:
    """Let a person add the bot to a group (`member`) or throw it out (`kicked`, `left`)."""
    with telegram.change() as state:
        group = state.groups[group_id]
        changed = state.save(replace(group, status=status))
        tell_membership(telegram, changed, actor.citizen, group.status, status)
        if status == "member":
            _announce(telegram, changed, actor)
        telegram.live.tell("group", group_id, changed.to_json())
        return state.groups[group_id]


def _announce(telegram: Telegram, group: Group, actor: Phone) -> None:
    """Post the line that says the bot has come; bots see such lines."""
    content = {"new_chat_members": [telegram.bot_user()]}
    message = compose.post(telegram, group, compose.citizen_user(actor.citizen), content)
    telegram.emit("message", message.payload, group.id)
