"""A raw update cut down to the few fields that decide what it means, fit for any database. Pure.

Names are left out here, so that none ever enters the process's own values. Whatever is of a wrong type stays
as it is: saying so is the reader's part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MEMBERS = ("creator", "administrator", "member", "restricted")
_MARKS = ("bold", "italic", "code")
_LONGEST_CODE = 35  # characters of a BCP 47 tag that anybody uses


def trim(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return `raw` with nothing but the fields that decide what it means, names left out."""
    trimmed: dict[str, Any] = {"update_id": raw["update_id"]}
    for name in ("message", "edited_message"):
        if name in raw:
            trimmed[name] = _trim_message(raw[name])
    if "callback_query" in raw:
        trimmed["callback_query"] = _trim_press(raw["callback_query"])
    if "my_chat_member" in raw:
        trimmed["my_chat_member"] = _trim_membership(raw["my_chat_member"])
    return trimmed


def _trim_message(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    trimmed = {"message_id": raw["message_id"]} if "message_id" in raw else {}
    trimmed |= {"date": 1, "chat": _trim_chat(raw.get("chat"))}
    if "from" in raw:
        trimmed["from"] = _trim_sender(raw["from"])
    for key in ("text", "caption", "media_group_id"):
        if key in raw:
            trimmed[key] = clean(raw[key])
    return trimmed


def _trim_chat(raw: Any) -> Any:
    return {key: raw[key] for key in ("id", "type") if key in raw} if isinstance(raw, dict) else raw


def _trim_sender(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    language = raw.get("language_code")
    known = language if isinstance(language, str) and len(language) <= _LONGEST_CODE else None
    return {
        "id": raw.get("id"),
        "is_bot": raw.get("is_bot") is True,
        "first_name": "",
        "language_code": clean(known),
    }


def _trim_press(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    trimmed = {
        "id": clean(raw.get("id")),
        "chat_instance": "",
        "from": _trim_sender(raw.get("from")),
    }
    data, message = raw.get("data"), raw.get("message")
    if isinstance(data, str):
        trimmed["data"] = clean(data)
    if isinstance(message, dict):
        trimmed["message"] = _trim_pressed(message)
    return trimmed


def _trim_pressed(raw: dict[str, Any]) -> dict[str, Any]:
    gone = raw.get("date") == 0
    text, entities = raw.get("text"), raw.get("entities")
    trimmed = {
        "message_id": raw.get("message_id"),
        "date": 0 if gone else 1,
        "chat": _trim_chat(raw.get("chat")),
    }
    if isinstance(text, str) and not gone:
        trimmed["text"] = clean(text)
        if isinstance(entities, list):
            trimmed["entities"] = [each for each in map(_trim_entity, entities) if each]
    return trimmed


def _trim_entity(raw: Any) -> dict[str, Any] | None:
    """Return one stretch of a text that we ourselves may have marked, None for any other."""
    if not isinstance(raw, dict) or raw.get("type") not in _MARKS:
        return None
    offset, length = raw.get("offset"), raw.get("length")
    if type(offset) is not int or type(length) is not int or not 0 <= offset < 2**16 or not 0 < length < 2**16:
        return None
    return {"type": raw["type"], "offset": offset, "length": length}


def _trim_membership(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    return {
        "chat": _trim_chat(raw.get("chat")),
        "from": _trim_sender(raw.get("from")),
        "date": 1,
        "old_chat_member": _member(raw.get("old_chat_member")),
        "new_chat_member": _member(raw.get("new_chat_member")),
    }


def _member(raw: Any) -> dict[str, Any]:
    status = raw.get("status") if isinstance(raw, dict) else None
    shown = "member" if status in _MEMBERS else "left"
    return {"status": shown, "user": {"id": 0, "is_bot": True, "first_name": ""}}


def clean(text: Any) -> Any:
    """Return a text that every database can hold: no half surrogates, no NUL; anything else as it is."""
    if not isinstance(text, str):
        return text
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", " ")
