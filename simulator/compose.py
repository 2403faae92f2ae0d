"""Builds what stands in a Bot API Message: chats, users, text, captions, media.

Used for both directions, so that a person's message and a bot's are made by the same hand.
"""

from __future__ import annotations

from simulator import entities, html, markdown
from simulator.errors import bad_request
from simulator.params import Params
from simulator.records import Citizen, File, Group, Json, Message
from simulator.telegram import Telegram
from simulator.text import MAX_BYTES, MAX_CAPTION, MAX_TEXT, is_blank, units

_PARSERS = {"html": html.parse, "markdownv2": markdown.parse}


def citizen_user(citizen: Citizen) -> Json:
    """Return a person as a Bot API User."""
    user: Json = {"id": citizen.id, "is_bot": False, "first_name": citizen.first_name}
    for name in ("last_name", "username", "language_code"):
        if value := getattr(citizen, name):
            user[name] = value
    return user


def chat_object(place: Citizen | Group) -> Json:
    """Return a conversation as a Bot API Chat."""
    if isinstance(place, Group):
        return {"id": place.id, "type": "supergroup", "title": place.title}
    chat: Json = {"id": place.id, "type": "private", "first_name": place.first_name}
    for name in ("last_name", "username"):
        if value := getattr(place, name):
            chat[name] = value
    return chat


def formatted(params: Params, name: str, entities_name: str) -> tuple[str, list[Json]]:
    """Return the text of a call and its entities, from markup or stated; ApiError where they do not fit."""
    source = params.text(name)
    mode = params.text("parse_mode").lower()
    if mode and mode not in _PARSERS:
        raise bad_request("unsupported parse_mode")
    if mode:
        text, marks = _PARSERS[mode](source)
    else:
        stated = params.json(entities_name, "entities")
        text, marks = source, entities.stated(source, stated) if stated else []
    return entities.settle(text, marks)


def text_content(text: str, marks: list[Json]) -> Json:
    """Return the part of a message that a text makes; ApiError where it is empty or too long."""
    if is_blank(text):
        raise bad_request("message text is empty")
    if units(text) > MAX_TEXT or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise bad_request("message is too long")
    return {"text": text, **({"entities": marks} if marks else {})}


def caption_content(text: str, marks: list[Json]) -> Json:
    """Return the part of a message that a caption makes, nothing where it is blank."""
    if units(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    if is_blank(text):
        return {}
    return {"caption": text, **({"caption_entities": marks} if marks else {})}


def media_content(file: File) -> Json:
    """Return the part of a message that a file makes."""
    base: Json = {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size}
    if file.media == "photo":
        return {"photo": [{**base, **file.extra}]}
    if file.media == "voice":
        return {"voice": {**base, "mime_type": file.mime, **file.extra}}
    if file.media == "sticker":
        return {"sticker": {**base, **file.extra}}
    return {"document": {**base, "file_name": file.name, "mime_type": file.mime}}


def reply_to(telegram: Telegram, chat_id: int, message_id: int) -> Json:
    """Return the part that says which message is answered; a reply never nests another."""
    answered = telegram.state.payload(chat_id, message_id)
    if answered is None:
        return {}
    return {"reply_to_message": {key: value for key, value in answered.items() if key != "reply_to_message"}}


def post(telegram: Telegram, place: Citizen | Group, sender: Json, content: Json) -> Message:
    """Give a message its number, keep it and show it to the pages."""
    with telegram.change() as state:
        message_id = state.next_message_id(place.id)
        payload = {
            "message_id": message_id,
            "from": sender,
            "chat": chat_object(place),
            "date": int(telegram.clock.now()),
            **content,
        }
        message = state.save(Message(place.id, message_id, payload, bool(sender["is_bot"])))
        telegram.live.tell("message", place.id, shown(message))
    return message


def shown(message: Message) -> Json:
    """Return a message as a page shows it."""
    return {**message.payload, "outgoing": message.outgoing, "hidden": message.hidden}
