"""Updates as Telegram sends them, for the tests to bend."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ANA = 1001


def person(id: int = ANA, **more: Any) -> Json:
    return {"id": id, "is_bot": False, "first_name": "Ana", "language_code": "sq", **more}


def chat(id: int = ANA, kind: str = "private") -> Json:
    return {"id": id, "type": kind, "first_name": "Ana"}


def message(number: int = 1, *, message_id: int = 10, **content: Any) -> Json:
    body = {"message_id": message_id, "date": 1_780_000_000, "chat": chat(), "from": person(), **content}
    return {"update_id": number, "message": body}


def said(text: str, number: int = 1, **more: Any) -> Json:
    return message(number, text=text, **more)


def sent_by(sender: Any, text: str = "x") -> Json:
    update = said(text)
    update["message"]["from"] = sender
    return update


def holding(**content: Any) -> Json:
    update = message()
    update["message"] |= content
    return update


def edited(text: str | None, number: int = 1, message_id: int = 10) -> Json:
    update = message(number, message_id=message_id)
    update["edited_message"] = update.pop("message") | {"edit_date": 1_780_000_100}
    if text is not None:
        update["edited_message"]["text"] = text
    return update


def pressed(data: str | None, number: int = 1, **more: Any) -> Json:
    shown = message(message_id=9, text="Pyetja?")["message"]
    query: Json = {"id": "77", "from": person(), "chat_instance": "1", "message": shown, **more}
    if data is not None:
        query["data"] = data
    return {"update_id": number, "callback_query": query}


def membership(status: str, number: int = 1, *, place: Json | None = None) -> Json:
    bot = {"id": 1, "is_bot": True, "first_name": "Kuvendo"}
    change = {
        "chat": place or chat(),
        "from": person(),
        "date": 1_780_000_000,
        "old_chat_member": {"status": "left", "user": bot},
        "new_chat_member": {"status": status, "user": bot, "until_date": 0},
    }
    return {"update_id": number, "my_chat_member": change}
