"""From what a person is to read to what is asked of Telegram. Pure.

One outbox row is one Telegram message: `to_bodies` makes the JSON of the rows, `from_body` the call. A body holds
the parameters of the method by Telegram's own names, without the chat, so that either library reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile

from bot.calls import Ready
from bot.pieces import LIMIT, pieces, shorten, units
from bot.world import Body, Pressed
from dialogs.exchange import Mark, Menu, Message

TOAST_LIMIT = 200
CAPTION_LIMIT = 1024
NO_PREVIEW = {"is_disabled": True}

# --- the outbox's JSON --------------------------------------------------------------------------------


def to_bodies(message: Message) -> tuple[Body, ...]:
    """Return the bodies of the rows that say `message`, in order; the last carries the menu."""
    return tuple(_body(piece) for piece in pieces(message))


def document_body(name: str, content: str, caption: str = "") -> Body:
    """Return the body of a row that sends `content` as a text file called `name`."""
    return {"document": {"name": name, "text": content}, "caption": shorten(caption, CAPTION_LIMIT)}


def from_body(body: Body, chat_id: int) -> Ready | SendDocument:
    """Return the method that sends `body` to `chat_id`."""
    if "document" in body:
        return _document(body, chat_id)
    return Ready("sendMessage", {**body, "chat_id": chat_id, "link_preview_options": NO_PREVIEW})


def _body(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"text": message.text}
    if message.marks:
        body["entities"] = _entities(message.text, message.marks)
    if message.menu:
        body["reply_markup"] = {"inline_keyboard": _rows(message.menu, message.turn)}
    return body


def _entities(text: str, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """Return marks as Telegram's entities, which count UTF-16 units."""
    return [{"type": m.style, "offset": units(text[: m.start]), "length": units(text[m.start : m.end])} for m in marks]


def _rows(menu: Menu, turn: int) -> list[list[dict[str, str]]]:
    return [[{"text": choice.label, "callback_data": data(turn, choice.option)} for choice in row] for row in menu]


def data(turn: int, option: str) -> str:
    """Return the callback data of a button: the turn it belongs to, and its option.

    Raises ValueError where Telegram would refuse it or we could not read it again.
    """
    if not (option.isascii() and option.isprintable() and 0 < len(option) <= 40) or " " in option:
        raise ValueError(f"not an option a button can carry: {option!r}")
    return f"{turn}:{option}"


def _document(body: Body, chat_id: int) -> SendDocument:
    document = body["document"]
    return SendDocument(
        chat_id=chat_id,
        document=BufferedInputFile(document["text"].encode(), document["name"]),
        caption=body.get("caption") or None,
        parse_mode=None,
    )


# --- what follows a press -----------------------------------------------------------------------------


def answer(callback_id: str, toast: str = "") -> Ready:
    """Return the answer to a press; without words it only ends the button's waiting."""
    words = {"text": shorten(toast, TOAST_LIMIT)} if toast else {}
    return Ready("answerCallbackQuery", {"callback_query_id": callback_id, **words})


def settle(chat_id: int, pressed: Pressed | None, label: str) -> Ready | None:
    """Return the edit that takes a pressed message's buttons away and writes beneath what was chosen.

    The message keeps its text and marks. Where no room is left, or Telegram no longer shows the text, only the
    buttons go; of a message without a number there is nothing to edit.
    """
    if pressed is None:
        return None
    chosen = f"✓ {label}"
    text = f"{pressed.text}\n\n{chosen}"
    if not pressed.text or units(text) > LIMIT:
        return Ready("editMessageReplyMarkup", {"chat_id": chat_id, "message_id": pressed.number})
    below = {"type": "bold", "offset": units(pressed.text) + 2, "length": units(chosen)}
    values = {"text": text, "entities": [*pressed.entities, below], "link_preview_options": NO_PREVIEW}
    return Ready("editMessageText", {"chat_id": chat_id, "message_id": pressed.number, **values})


def redraw(chat_id: int, pressed: Pressed | None, menu: Menu, turn: int) -> Ready | None:
    """Return the edit that draws the choices of a pressed message anew."""
    if pressed is None:
        return None
    keyboard = {"inline_keyboard": _rows(menu, turn)}
    return Ready("editMessageReplyMarkup", {"chat_id": chat_id, "message_id": pressed.number, "reply_markup": keyboard})
