"""Methods that put something new into a chat."""

from __future__ import annotations

from simulator import compose, keyboards
from simulator.errors import bad_request, forbidden
from simulator.methods.files import keep_from_call
from simulator.params import Params
from simulator.records import Citizen, Group, Json
from simulator.state import State
from simulator.telegram import Telegram
from simulator.text import units

ACTION_SECONDS = 5.0
_ACTION_NAMES = """
typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker
find_location record_video_note upload_video_note
"""
_ACTIONS = frozenset(_ACTION_NAMES.split())
_GROUP_REFUSALS = {
    "kicked": "bot was kicked from the supergroup chat",
    "left": "bot is not a member of the supergroup chat",
}


def find_chat(state: State, params: Params) -> Citizen | Group:
    """Return the chat a call names; ApiError where it is missing or unknown to the bot."""
    text = params.text("chat_id").strip()
    if not text:
        raise bad_request("chat_id is empty")
    place = state.chat(int(text)) if text.lstrip("-").isdecimal() else None
    if place is None or (isinstance(place, Citizen) and not place.started):
        raise bad_request("chat not found")
    return place


def writable_chat(telegram: Telegram, params: Params) -> Citizen | Group:
    """Return the chat a call names; ApiError 403 where the bot may not write to it."""
    place = find_chat(telegram.state, params)
    if isinstance(place, Group):
        if place.status in _GROUP_REFUSALS:
            raise forbidden(_GROUP_REFUSALS[place.status])
    elif place.deactivated:
        raise forbidden("user is deactivated")
    elif place.blocked:
        raise forbidden("bot was blocked by the user")
    return place


def _reply(telegram: Telegram, params: Params, chat_id: int) -> Json:
    """Read which message is answered, in the new form or the old."""
    stated = params.json("reply_parameters", "reply parameters")
    options = stated if isinstance(stated, dict) else {}
    message_id = Params(options).integer("message_id") or params.integer("reply_to_message_id")
    if not message_id:
        return {}
    part = compose.reply_to(telegram, chat_id, message_id)
    lenient = bool(options.get("allow_sending_without_reply")) or params.flag("allow_sending_without_reply")
    if not part and not lenient:
        raise bad_request("message to be replied not found")
    return part


def _send(telegram: Telegram, params: Params, content: Json) -> Json:
    """Post a bot's message with its keyboard and return it as the Bot API does."""
    place = writable_chat(telegram, params)
    markup = keyboards.read(params)
    content |= _reply(telegram, params, place.id)
    if params.flag("protect_content"):
        content["has_protected_content"] = True
    if markup and "inline_keyboard" in markup and markup["inline_keyboard"]:
        content["reply_markup"] = markup
    telegram.flood.check(place.id, telegram.clock.now(), units(content.get("text", "")))
    _turn_keyboard(telegram, place, markup)
    telegram.doing.actions.pop(place.id, None)
    return compose.post(telegram, place, telegram.bot_user(), content).payload


def _turn_keyboard(telegram: Telegram, place: Citizen | Group, markup: Json | None) -> None:
    """Show, change or take away the keyboard under a person's text field."""
    if not isinstance(place, Citizen) or not markup or "inline_keyboard" in markup:
        return
    telegram.set_citizen(place, keyboard=None if "remove_keyboard" in markup else markup)


def send_message(telegram: Telegram, params: Params) -> Json:
    """Send a text."""
    if not params.text("text"):
        raise bad_request("message text is empty")
    text, marks = compose.formatted(params, "text", "entities")
    return _send(telegram, params, compose.text_content(text, marks))


def _send_media(telegram: Telegram, params: Params, media: str) -> Json:
    writable_chat(telegram, params)
    text, marks = compose.formatted(params, "caption", "caption_entities")
    caption = compose.caption_content(text, marks)
    file = keep_from_call(telegram, params, media)
    return _send(telegram, params, compose.media_content(file) | caption)


def send_document(telegram: Telegram, params: Params) -> Json:
    """Send a file."""
    return _send_media(telegram, params, "document")


def send_photo(telegram: Telegram, params: Params) -> Json:
    """Send a picture."""
    return _send_media(telegram, params, "photo")


def send_voice(telegram: Telegram, params: Params) -> Json:
    """Send a voice message."""
    return _send_media(telegram, params, "voice")


def send_chat_action(telegram: Telegram, params: Params) -> bool:
    """Show for five seconds what the bot is doing."""
    place = writable_chat(telegram, params)
    action = params.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    until = telegram.clock.now() + ACTION_SECONDS
    telegram.doing.actions[place.id] = (action, until)
    telegram.live.tell("action", place.id, {"action": action, "seconds": ACTION_SECONDS})
    return True
