"""From one raw update to what a person did. Pure: no network, no clock, no database.

An update is first trimmed to the few fields we use and only then read with aiogram's types, so that nothing
strange in a field nobody needs (a forward, a rich text, a name) can keep an answer from being taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from aiogram.types import CallbackQuery, ChatMemberUpdated, InaccessibleMessage, Message
from pydantic import BaseModel, ValidationError

from bot.kinds import ALLOWED_UPDATES, CAPTIONED, CHATTER, CONTENT, MEDIA, META
from bot.trim import clean, trim
from bot.world import Arrival, Happening, Ignored, Intrusion, Malformed, Pressed, Quoted, Reachable
from dialogs.answering import question_of
from dialogs.exchange import Chosen, Command, Edited, Input, Media, Typed, Unsupported

COMMANDS = {
    "start": "start",
    "fillo": "start",
    "continue": "continue",
    "vazhdo": "continue",
    "language": "language",
    "gjuha": "language",
    "help": "help",
    "ndihme": "help",
    "cancel": "cancel",
    "anulo": "cancel",
    "mine": "mine",
    "te_miat": "mine",
    "answer": "answer",
    "pergjigju": "answer",
    "privacy": "privacy",
    "privatesia": "privacy",
    "mydata": "mydata",
    "te_dhenat": "mydata",
    "delete": "delete",
    "fshi": "delete",
}
"""Each command and its Albanian twin, folded, to the name the dialogue knows."""

Told = TypeVar("Told", bound=BaseModel)

LARGEST = 2**63 - 1
STALE = Chosen(turn=0, option="")
"""A press whose data is not ours, or not of this version: turn 0 is never the present one."""

_COMMAND = re.compile(r"/(\w{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)
_DATA = re.compile(r"([0-9]{1,18}):([!-~]{1,40})")


def read(raw: Any, username: str = "") -> tuple[int, Happening]:
    """Return the number of the update `raw` and what it means.

    `username` is the bot's own, so that a command addressed to another bot is a text like any other. Raises
    Malformed when the update has no number or lacks what is needed to act on it.
    """
    number = update_id(raw)
    trimmed = trim(raw)
    if trimmed.get("message") is not None:
        return number, _message(_validated(Message, trimmed, "message"), raw["message"], username)
    if trimmed.get("edited_message") is not None:
        return number, _edit(_validated(Message, trimmed, "edited_message"), _kind(raw["edited_message"]))
    if trimmed.get("callback_query") is not None:
        return number, _press(_validated(CallbackQuery, trimmed, "callback_query"))
    if trimmed.get("my_chat_member") is not None:
        return number, _membership(_validated(ChatMemberUpdated, trimmed, "my_chat_member"))
    return number, Ignored("not an update we ask for")


def update_id(raw: Any) -> int:
    """Return the number of `raw`; raises Malformed when there is none that a database could hold."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if type(number) is not int or abs(number) > LARGEST:
        raise Malformed("update_id")
    return number


def known_id(raw: Any) -> int | None:
    """Return the number of `raw`, None where it has none to go by."""
    try:
        return update_id(raw)
    except Malformed:
        return None


def chat_of(raw: Any) -> object:
    """Return what keeps updates of one person together, as far as an update not read yet can tell."""
    for kind in ALLOWED_UPDATES:
        body = raw.get(kind) if isinstance(raw, dict) else None
        if isinstance(body, dict):
            place = body.get("chat") or body.get("from")
            return str(place.get("id")) if isinstance(place, dict) else None
    return None


def _validated(model: type[Told], trimmed: dict[str, Any], name: str) -> Told:
    """Return what an update holds under `name`; to read the update around it would cost as much again."""
    try:
        return model.model_validate(trimmed[name])
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        place = [name, *(str(step) for step in first["loc"] if isinstance(step, str))]
        raise Malformed(".".join(place)[:120]) from None


def _message(message: Message, raw: Mapping[str, Any], username: str) -> Happening:
    kind = _kind(raw)
    is_chatter = message.text is None and kind == "service"
    if message.chat.type in ("group", "supergroup"):
        return Ignored("a group's business") if is_chatter else Intrusion(message.chat.id, speak=True)
    if message.chat.type != "private":
        return Ignored("not a private chat")
    if message.from_user is not None and message.from_user.is_bot:
        return Ignored("a bot")
    if is_chatter:
        return Ignored("a service message")
    input = _input(message, kind, username)
    word = {Typed: "text", Command: "command"}.get(type(input), "media")
    return Arrival(
        chat_id=_bounded(message.chat.id, "chat"),
        input=input,
        kind=word,
        text=message.text or message.caption or "",
        language_code=message.from_user.language_code if message.from_user else None,
        quoted=_quoted(raw["reply_to_message"]) if "reply_to_message" in raw else None,
    )


def _quoted(raw: Any) -> Quoted | None:
    """Return the message of ours that is answered by Telegram's own gesture, None where it is none of ours."""
    sender, number = (raw.get("from"), raw.get("message_id")) if isinstance(raw, dict) else (None, None)
    if not isinstance(sender, dict) or sender.get("is_bot") is not True:
        return None
    if type(number) is not int or not 0 < number <= LARGEST:
        return None
    text = raw.get("text")
    return Quoted(number, clean(text) if isinstance(text, str) else "", _question_asked(raw.get("reply_markup")))


def _question_asked(markup: Any) -> int | None:
    """Return the number of the question of the secretariat among the buttons of a message, None where there is none."""
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    buttons = (each for row in _listed(rows) for each in _listed(row) if isinstance(each, dict))
    asked = (question_of(press(str(each.get("callback_data")))) for each in buttons)
    return next((number for number in asked if number is not None), None)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _input(message: Message, kind: str, username: str) -> Input:
    number = _bounded(message.message_id, "message_id")
    if message.text is not None:
        return command(message.text, number, username) or Typed(number, message.text)
    what = Media if kind in MEDIA else Unsupported
    return what(kind, number, message.media_group_id or "", message.caption or "")


def command(text: str, number: int, username: str = "") -> Command | None:
    """Return the command that `text` gives, or None when it is a text like any other.

    An unknown word after the stroke is a command only where nothing follows it: what somebody wrote is rather
    taken as an answer than lost.
    """
    if not text.startswith("/"):
        return None
    found = _COMMAND.fullmatch(unicodedata.normalize("NFC", text.rstrip()))
    if found is None:
        return None
    word, addressed, argument = _folded(found[1]), found[2], (found[3] or "").strip()
    if addressed and username and addressed.casefold() != username.casefold():
        return None
    if word in COMMANDS:
        return Command(COMMANDS[word], argument, number)
    return None if argument else Command(word, "", number)


def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _edit(message: Message, kind: str) -> Happening:
    """Return the words as they read now, beneath a picture too: none where its caption was taken away."""
    text = message.caption or "" if message.text is None and kind in CAPTIONED else message.text
    if message.chat.type != "private" or text is None:
        return Ignored("not an edited text of a private chat")
    if message.from_user is not None and message.from_user.is_bot:
        return Ignored("a bot")
    return Arrival(
        chat_id=_bounded(message.chat.id, "chat"),
        input=Edited(_bounded(message.message_id, "message_id"), text),
        kind="edit",
        text=text,
        language_code=message.from_user.language_code if message.from_user else None,
    )


def _press(query: CallbackQuery) -> Happening:
    message = query.message
    if message is not None and message.chat.type != "private":
        return Ignored("a button outside a private chat", query.id)
    if query.from_user.is_bot:
        return Ignored("a bot", query.id)
    return Arrival(
        chat_id=_bounded(message.chat.id if message else query.from_user.id, "chat"),
        input=press(query.data or ""),
        kind="press",
        language_code=query.from_user.language_code,
        callback_id=query.id,
        pressed=_pressed(message) if message else None,
    )


def press(data: str) -> Chosen:
    """Return the choice that callback data `turn:option` stands for, a stale one for any other."""
    found = _DATA.fullmatch(data)
    return Chosen(int(found[1]), found[2]) if found else STALE


def _pressed(message: Message | InaccessibleMessage) -> Pressed:
    """Return the pressed message, its number alone where Telegram shows no more of it."""
    if isinstance(message, InaccessibleMessage):
        return Pressed(message.message_id)
    marks = tuple({"type": e.type, "offset": e.offset, "length": e.length} for e in message.entities or ())
    return Pressed(message.message_id, message.text or "", marks)


def _membership(change: ChatMemberUpdated) -> Happening:
    chat, is_member = change.chat, change.new_chat_member.status == "member"
    if chat.type == "private":
        return Reachable(_bounded(chat.id, "chat"), is_member)
    if not is_member:
        return Ignored("already outside")
    is_added = change.old_chat_member.status != "member"
    return Intrusion(chat.id, chat.type in ("group", "supergroup"), change.from_user.language_code, is_added)


def _bounded(number: int, what: str) -> int:
    if abs(number) > LARGEST:
        raise Malformed(what)
    return number


def _kind(raw: Mapping[str, Any]) -> str:
    """Return what a message holds by the names of its fields: a known kind, "service" or "unknown"."""
    for kind in CONTENT:
        if kind in raw:
            return kind
    return "unknown" if raw.keys() - META - CHATTER else "service"
