"""reply_markup: which keyboards Telegram takes and which it refuses. Returns what is kept of them; pure."""

from __future__ import annotations

from typing import Any

from simulator.errors import bad_request
from simulator.params import Params
from simulator.records import Json
from simulator.text import clean

MAX_DATA_BYTES = 64
MAX_BUTTONS = 100
_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_REQUESTS = (
    "request_contact",
    "request_location",
    "request_poll",
    "web_app",
    "request_users",
    "request_chat",
)


def read(params: Params) -> Json | None:
    """Return the keyboard of a call, checked; None where there is none. ApiError where it is refused."""
    markup = params.json("reply_markup", "reply keyboard markup")
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply(markup)
    return _other(markup)


def _other(markup: Json) -> Json | None:
    for name in ("remove_keyboard", "force_reply"):
        if markup.get(name):
            return {key: markup[key] for key in (name, "selective", "input_field_placeholder") if key in markup}
    return None


def _rows(rows: Any, kind: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request(f'field "{kind}" must be of type Array')
    for row in rows:
        if not isinstance(row, list):
            raise bad_request(f'field "{kind}" must be an Array of Arrays')
    return [row for row in rows if row]


def _inline(rows: Any) -> Json:
    checked = [[_inline_button(button) for button in row] for row in _rows(rows, "inline_keyboard")]
    if sum(len(row) for row in checked) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": checked}


def _button_text(button: Json) -> str:
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    if not clean(text):
        raise bad_request("can't parse keyboard button: text must be non-empty")
    return clean(text)


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = _button_text(button)
    actions = [name for name in _ACTIONS if button.get(name) is not None]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    _check_action(actions[0], button[actions[0]])
    return {"text": text, actions[0]: button[actions[0]]}


def _check_action(name: str, value: Any) -> None:
    if name == "callback_data" and not (isinstance(value, str) and 1 <= _bytes(value) <= MAX_DATA_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")
    if name == "url" and not _is_link(value):
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")


def _bytes(value: str) -> int:
    return len(value.encode("utf-8", "surrogatepass"))


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://", "tg://"))


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be an Object")
    return {"text": _button_text(button), **{name: button[name] for name in _REQUESTS if button.get(name)}}


def _reply(markup: Json) -> Json:
    kept = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"], "keyboard")]
    if not kept:
        raise bad_request("reply keyboard must have at least one button")
    flags = ("resize_keyboard", "one_time_keyboard", "is_persistent", "selective", "input_field_placeholder")
    return {"keyboard": kept, **{name: markup[name] for name in flags if markup.get(name)}}
