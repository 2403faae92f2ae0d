"""The methods of the Bot API, one function each, in one table.

`call` runs those that answer at once; getUpdates may wait and stands apart in `receiving`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.errors import ApiError
from simulator.methods import chats, editing, files, profile, receiving, sending
from simulator.params import Params
from simulator.telegram import Telegram

Method = Callable[[Telegram, Params], Any]

METHODS: dict[str, Method] = {
    "getme": chats.get_me,
    "logout": chats.log_out,
    "close": chats.close,
    "setwebhook": receiving.set_webhook,
    "deletewebhook": receiving.delete_webhook,
    "getwebhookinfo": receiving.get_webhook_info,
    "sendmessage": sending.send_message,
    "senddocument": sending.send_document,
    "sendphoto": sending.send_photo,
    "sendvoice": sending.send_voice,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "answercallbackquery": editing.answer_callback_query,
    "getfile": files.get_file,
    "getchat": chats.get_chat,
    "getchatmember": chats.get_chat_member,
    "leavechat": chats.leave_chat,
    **profile.METHODS,
}


def call(telegram: Telegram, name: str, params: Params) -> Any:
    """Run a method by its name, whatever the capitals, and return its result; ApiError where it refuses."""
    method = METHODS.get(name.lower())
    if method is None:
        raise ApiError(404, "Not Found")
    with telegram.change():
        return method(telegram, params)
