"""Methods that change or take away what stands in a chat, and the answer to a button press."""

from __future__ import annotations

from dataclasses import replace

from simulator import compose, keyboards
from simulator.errors import NOT_MODIFIED, QUERY_TOO_OLD, bad_request
from simulator.methods.sending import writable_chat
from simulator.params import Params
from simulator.records import Json, Message
from simulator.telegram import Telegram
from simulator.text import units

EDIT_SECONDS = 48 * 3600.0
MAX_ANSWER = 200


def _message(telegram: Telegram, params: Params, purpose: str) -> Message:
    """Return the message a call names; ApiError where it is gone. `purpose` stands in the refusal."""
    place = writable_chat(telegram, params)
    message_id = params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    message = telegram.state.messages.get((place.id, message_id))
    if message is None or message.deleted:
        raise bad_request(f"message to {purpose} not found")
    return message


def _editable(telegram: Telegram, params: Params) -> Message:
    message = _message(telegram, params, "edit")
    if not message.outgoing:
        raise bad_request("message can't be edited")
    return message


def _change(telegram: Telegram, message: Message, payload: Json) -> Json:
    """Keep a message's new form; ApiError where nothing would change."""
    same = {key: value for key, value in message.payload.items() if key != "edit_date"}
    if payload == same:
        raise bad_request(NOT_MODIFIED)
    if {**payload, "reply_markup": None} != {**same, "reply_markup": None}:
        payload["edit_date"] = int(telegram.clock.now())
    elif "edit_date" in message.payload:
        payload["edit_date"] = message.payload["edit_date"]
    changed = telegram.state.save(replace(message, payload=payload))
    telegram.live.tell("edited", message.chat_id, compose.shown(changed))
    return payload


def _without(payload: Json, *names: str) -> Json:
    return {key: value for key, value in payload.items() if key not in (*names, "edit_date", "reply_markup")}


def _inline(params: Params) -> Json:
    markup = keyboards.read(params)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return {"reply_markup": markup} if markup and markup["inline_keyboard"] else {}


def edit_message_text(telegram: Telegram, params: Params) -> Json:
    """Replace the text of a bot's own message; its keyboard goes unless a new one is given."""
    if not params.text("text"):
        raise bad_request("message text is empty")
    text, marks = compose.formatted(params, "text", "entities")
    content = compose.text_content(text, marks)
    message = _editable(telegram, params)
    if "text" not in message.payload:
        raise bad_request("there is no text in the message to edit")
    payload = _without(message.payload, "text", "entities") | content | _inline(params)
    return _change(telegram, message, payload)


def edit_message_reply_markup(telegram: Telegram, params: Params) -> Json:
    """Replace the inline keyboard of a bot's own message, or take it away."""
    message = _editable(telegram, params)
    return _change(telegram, message, _without(message.payload) | _inline(params))


def delete_message(telegram: Telegram, params: Params) -> bool:
    """Take a message away for everyone; only within 48 hours."""
    message = _message(telegram, params, "delete")
    age = telegram.clock.now() - message.payload["date"]
    if age > EDIT_SECONDS or (message.chat_id < 0 and not message.outgoing):
        raise bad_request("message can't be deleted for everyone")
    telegram.state.save(replace(message, deleted=True))
    telegram.live.tell("deleted", message.chat_id, {"message_id": message.message_id})
    return True


def answer_callback_query(telegram: Telegram, params: Params) -> bool:
    """Answer a button press, once and in time."""
    press = telegram.state.presses.get(params.text("callback_query_id"))
    late = press is not None and telegram.clock.now() - press.at > telegram.settings.press_seconds
    if press is None or press.answered or late:
        raise bad_request(QUERY_TOO_OLD)
    text = params.text("text")
    if units(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    telegram.state.save(replace(press, answered=True))
    answer = {"press": press.id, "message_id": press.message_id, "text": text, "url": params.text("url")}
    telegram.live.tell(
        "answer", press.chat_id, {**answer, "citizen": press.citizen_id, "alert": params.flag("show_alert")}
    )
    return True
