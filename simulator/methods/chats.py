"""Methods about the bot itself, chats and their members."""

from __future__ import annotations

from dataclasses import replace

from simulator import compose
from simulator.errors import bad_request
from simulator.methods.sending import find_chat
from simulator.params import Params
from simulator.records import Citizen, Group, Json
from simulator.telegram import Telegram

_GIFTS = {
    "unlimited_gifts": True,
    "limited_gifts": True,
    "unique_gifts": True,
    "premium_subscription": True,
    "gifts_from_channels": True,
}


def get_me(telegram: Telegram, params: Params) -> Json:
    """Return the bot."""
    return {
        **telegram.bot_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def log_out(telegram: Telegram, params: Params) -> bool:
    """Leave this server; every later call is refused."""
    telegram.doing.logged_out = True
    return True


def close(telegram: Telegram, params: Params) -> bool:
    """Let go of the bot; here there is nothing to let go of."""
    return True


def get_chat(telegram: Telegram, params: Params) -> Json:
    """Return all about a chat."""
    place = find_chat(telegram.state, params)
    return {
        **compose.chat_object(place),
        "accent_color_id": abs(place.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": _GIFTS,
    }


def member(status: str, user: Json) -> Json:
    """Return a Bot API ChatMember with a status."""
    if status == "kicked":
        return {"status": status, "user": user, "until_date": 0}
    return {"status": status, "user": user}


def _status(place: Citizen | Group, user_id: int, bot_id: int) -> str:
    if isinstance(place, Citizen):
        return "kicked" if place.blocked and user_id == bot_id else "member"
    if user_id == bot_id:
        return place.status
    return "member" if user_id in place.members else "left"


def get_chat_member(telegram: Telegram, params: Params) -> Json:
    """Return a person's place in a chat."""
    place = find_chat(telegram.state, params)
    user_id = params.integer("user_id")
    citizen = telegram.state.citizens.get(user_id)
    if citizen is None and user_id != telegram.bot_id:
        raise bad_request("user not found")
    user = telegram.bot_user() if citizen is None else compose.citizen_user(citizen)
    return member(_status(place, user_id, telegram.bot_id), user)


def leave_chat(telegram: Telegram, params: Params) -> bool:
    """Leave a group."""
    place = find_chat(telegram.state, params)
    if isinstance(place, Citizen):
        raise bad_request("chat member status can't be changed in private chats")
    telegram.state.save(replace(place, status="left"))
    telegram.live.tell("group", place.id, {"status": "left"})
    return True
