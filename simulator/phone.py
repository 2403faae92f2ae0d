"""A citizen's phone: what a person can do in the chat with the bot, and the updates that come of it.

The bot's side of the same chat is in `methods`.
"""

from __future__ import annotations

from dataclasses import replace

from simulator import compose, entities
from simulator.errors import bad_request
from simulator.methods.chats import member
from simulator.methods.editing import EDIT_SECONDS
from simulator.records import Citizen, Group, Json, Message, Press
from simulator.telegram import CALLBACK_LINE, CALLBACK_SECONDS, MEMBER_LINE, Telegram
from simulator.text import clean, split

COLOURS = ("teal", "indigo", "rose", "amber", "violet", "green", "sky", "slate")


def add_citizen(
    telegram: Telegram,
    first_name: str,
    *,
    last_name: str = "",
    username: str = "",
    language_code: str = "",
    colour: str = "",
) -> Phone:
    """Give a new person a phone.

    `language_code` is what their Telegram is set to, empty where it tells nothing.
    """
    with telegram.change() as state:
        number = state.count("citizen")
        colour = colour if colour in COLOURS else COLOURS[number % len(COLOURS)]
        name = clean(first_name)[:64] or "?"
        citizen = Citizen(number, name, clean(last_name)[:64], username, language_code, colour)
        telegram.set_citizen(citizen)
    return Phone(telegram, number)


class Phone:
    """One person's phone with the one chat that matters here."""

    def __init__(self, telegram: Telegram, citizen_id: int) -> None:
        if citizen_id not in telegram.state.citizens:
            raise bad_request("citizen not found")
        self.telegram = telegram
        self.id = citizen_id

    @property
    def citizen(self) -> Citizen:
        """Return the person as they are now."""
        return self.telegram.state.citizens[self.id]

    def messages(self) -> list[Json]:
        """Return what the chat shows this person, oldest first."""
        found = self.telegram.state.chat_messages(self.id)
        return [message.payload for message in found if not message.hidden]

    def _place(self, group_id: int = 0) -> Citizen | Group:
        place = self.telegram.state.groups.get(group_id) if group_id else self.citizen
        if place is None or (isinstance(place, Group) and self.id not in place.members):
            raise bad_request("group not found")
        return place

    def _reaches_bot(self, place: Citizen | Group, content: Json) -> bool:
        """Tell whether the bot sees a message: in a group only commands, mentions and answers to it."""
        if isinstance(place, Citizen):
            return not place.blocked
        if place.status not in ("member", "administrator"):
            return False
        text = str(content.get("text") or content.get("caption") or "")
        answered = content.get("reply_to_message", {}).get("from", {})
        mention = f"@{self.telegram.settings.bot_username}".lower()
        return text.startswith("/") or mention in text.lower() or bool(answered.get("is_bot"))

    def send(self, content: Json, group_id: int = 0) -> Message:
        """Put a message with any content into the chat, and before the bot where the bot sees it."""
        with self.telegram.change():
            place = self._place(group_id)
            if isinstance(place, Citizen) and place.blocked:
                raise bad_request("the bot is blocked")
            message = compose.post(self.telegram, place, compose.citizen_user(self.citizen), content)
            if isinstance(place, Citizen) and not place.started:
                place = self.telegram.set_citizen(self.citizen, started=True)
            self._put_keyboard_away()
            if self._reaches_bot(place, content):
                self.telegram.emit("message", message.payload, place.id)
        return message

    def _put_keyboard_away(self) -> None:
        """Hide a reply keyboard that was meant for one answer."""
        keyboard = self.citizen.keyboard
        if keyboard and (keyboard.get("one_time_keyboard") or keyboard.get("force_reply")):
            self.telegram.set_citizen(self.citizen, keyboard=None)

    def say(self, text: str, *, reply_to: int = 0, group_id: int = 0) -> list[Message]:
        """Send a text, in several messages where it is longer than one may be."""
        parts = split(text)
        if not parts:
            raise bad_request("message text is empty")
        chat_id = group_id or self.id
        with self.telegram.change():
            answered = compose.reply_to(self.telegram, chat_id, reply_to) if reply_to else {}
            return [self.send(self._text(part) | answered, group_id) for part in parts]

    @staticmethod
    def _text(text: str) -> Json:
        cleaned, marks = entities.settle(text, [])
        return compose.text_content(cleaned, marks)

    def start(self, payload: str = "") -> Message:
        """Press START, as a link with a payload does too; a blocked bot is let in again first."""
        with self.telegram.change():
            if self.citizen.blocked:
                self.unblock()
            return self.say(f"/start {payload}".strip())[0]

    def _own(self, message_id: int) -> Message:
        message = self.telegram.state.messages.get((self.id, message_id))
        if message is None or message.deleted or message.hidden:
            raise bad_request("message not found")
        return message

    def edit(self, message_id: int, text: str) -> Message:
        """Change an own text or caption, within 48 hours."""
        message = self._own(message_id)
        if message.outgoing or self.telegram.clock.now() - message.payload["date"] > EDIT_SECONDS:
            raise bad_request("message can't be edited")
        cleaned, marks = entities.settle(text, [])
        with self.telegram.change() as state:
            payload = self._edited(message.payload, cleaned, marks)
            if payload is None:
                return message
            payload["edit_date"] = int(self.telegram.clock.now())
            changed = state.save(replace(message, payload=payload))
            self.telegram.live.tell("edited", self.id, compose.shown(changed))
            if not self.citizen.blocked:
                self.telegram.emit("edited_message", payload, self.id)
        return changed

    def touch(self, message_id: int) -> Message:
        """Let a message change in a way the bot cannot see; it is told of an edit all the same."""
        message = self._own(message_id)
        with self.telegram.change() as state:
            payload = message.payload | {"edit_date": int(self.telegram.clock.now())}
            changed = state.save(replace(message, payload=payload))
            self.telegram.emit("edited_message", payload, self.id)
        return changed

    @staticmethod
    def _edited(payload: Json, text: str, marks: list[Json]) -> Json | None:
        """Return a message with its words changed; None where they stay as they are."""
        names = ("text", "entities") if "text" in payload else ("caption", "caption_entities")
        if payload.get(names[0], "") == text:
            return None
        kept = {key: value for key, value in payload.items() if key not in names}
        make = compose.text_content if names[0] == "text" else compose.caption_content
        return kept | make(text, marks)

    def hide(self, message_id: int) -> None:
        """Delete a message on the own side only; the bot never learns."""
        with self.telegram.change() as state:
            state.save(replace(self._own(message_id), hidden=True))
            self.telegram.live.tell("deleted", self.id, {"message_id": message_id})

    def press(self, message_id: int, data: str) -> str:
        """Press an inline button by its data and return the query's identifier."""
        with self.telegram.change() as state:
            message = state.messages.get((self.id, message_id))
            if message is None or self.citizen.blocked:
                raise bad_request("message not found")
            now = self.telegram.clock.now()
            identifier = str(state.count("press"))
            state.save(Press(identifier, self.id, self.id, message_id, data, now))
            self.telegram.emit(
                "callback_query",
                self._query(identifier, message, data),
                self.id + CALLBACK_LINE,
                CALLBACK_SECONDS,
            )
        return identifier

    def _query(self, identifier: str, message: Message, data: str) -> Json:
        return {
            "id": identifier,
            "from": compose.citizen_user(self.citizen),
            "message": self._accessible(message),
            "chat_instance": str(-self.id * 1_000_003),
            "data": data,
        }

    def _accessible(self, message: Message) -> Json:
        """Return the pressed message, or its bare shell where it is gone or older than 48 hours."""
        old = self.telegram.clock.now() - message.payload["date"] > EDIT_SECONDS
        if message.deleted or old:
            return {"chat": message.payload["chat"], "message_id": message.message_id, "date": 0}
        return message.payload

    def press_text(self, text: str, message_id: int = 0) -> str:
        """Press the newest inline button with this label (of one message, where given)."""
        for payload in reversed(self.messages()):
            rows = payload.get("reply_markup", {}).get("inline_keyboard", [])
            for button in (one for row in rows for one in row):
                fits = message_id in (0, payload["message_id"])
                if fits and button["text"] == text and "callback_data" in button:
                    return self.press(payload["message_id"], button["callback_data"])
        raise bad_request("button not found")

    def block(self) -> None:
        """Stop the bot from writing to this person."""
        self._set_blocked(True)

    def unblock(self) -> None:
        """Let the bot write again."""
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        if self.citizen.blocked == blocked:
            return
        with self.telegram.change():
            self.telegram.set_citizen(self.citizen, blocked=blocked)
            old, new = ("member", "kicked") if blocked else ("kicked", "member")
            tell_membership(self.telegram, self.citizen, self.citizen, old, new)


def tell_membership(telegram: Telegram, place: Citizen | Group, actor: Citizen, old: str, new: str) -> None:
    """Tell the bot that its place in a chat has changed."""
    bot = telegram.bot_user()
    content = {
        "chat": compose.chat_object(place),
        "from": compose.citizen_user(actor),
        "date": int(telegram.clock.now()),
        "old_chat_member": member(old, bot),
        "new_chat_member": member(new, bot),
    }
    telegram.emit("my_chat_member", content, place.id + MEMBER_LINE)
