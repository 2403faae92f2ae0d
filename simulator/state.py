"""Everything the simulator knows, in memory and in the store at once.

Reading is by plain dictionaries; every change goes through `save`, so that nothing is known that would not
survive a kill.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from simulator.records import (
    Citizen,
    Counters,
    File,
    Group,
    Json,
    Message,
    Press,
    Profile,
    Record,
    Webhook,
)
from simulator.store import Store

R = TypeVar("R", bound=Record)


class State:
    """The records, by kind."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.citizens: dict[int, Citizen] = self._load(Citizen)
        self.groups: dict[int, Group] = self._load(Group)
        self.messages: dict[tuple[int, int], Message] = self._load(Message)
        self._numbers: dict[int, set[int]] = {}
        for chat_id, message_id in self.messages:
            self._numbers.setdefault(chat_id, set()).add(message_id)
        self.presses: dict[str, Press] = self._load(Press)
        self.files: dict[str, File] = self._load(File)
        self._webhook: dict[str, Webhook] = self._load(Webhook)
        self._profile: dict[str, Profile] = self._load(Profile)
        self._counters: dict[str, Counters] = self._load(Counters)
        self._tables: dict[str, dict[Any, Any]] = {
            "citizen": self.citizens,
            "group": self.groups,
            "message": self.messages,
            "press": self.presses,
            "file": self.files,
            "webhook": self._webhook,
            "profile": self._profile,
            "counters": self._counters,
        }

    def _load(self, record: type[R]) -> dict[Any, R]:
        found = (record(**value) for value in self.store.load(record.kind))
        return {one.key(): one for one in found}

    def save(self, record: R) -> R:
        """Keep a record, in place of an older one with the same key."""
        self._tables[record.kind][record.key()] = record
        key = record.key()
        if isinstance(record, Message):
            self._numbers.setdefault(record.chat_id, set()).add(record.message_id)
        text = ":".join(map(str, key)) if isinstance(key, tuple) else str(key)
        self.store.put(record.kind, text, record.to_json())
        return record

    @property
    def webhook(self) -> Webhook:
        """Return where updates go."""
        return self._webhook.get("webhook", Webhook())

    @property
    def profile(self) -> Profile:
        """Return how the bot presents itself."""
        return self._profile.get("profile", Profile())

    def count(self, name: str) -> int:
        """Hand out the next number of a sequence."""
        counters = self._counters.get("counters", Counters())
        number = int(getattr(counters, name)) + 1
        self.save(replace(counters, **{name: number}))
        return number

    def chat(self, chat_id: int) -> Citizen | Group | None:
        """Return who or what stands behind a chat's number."""
        return self.citizens.get(chat_id) or self.groups.get(chat_id)

    def next_message_id(self, chat_id: int) -> int:
        """Hand out a message number: one rising sequence for all private chats, one for each group."""
        group = self.groups.get(chat_id)
        if group is None:
            return self.count("message")
        return self.save(replace(group, last_message_id=group.last_message_id + 1)).last_message_id

    def chat_messages(self, chat_id: int) -> list[Message]:
        """Return a chat's messages that still exist, oldest first."""
        found = (self.messages[chat_id, number] for number in sorted(self._numbers.get(chat_id, ())))
        return [one for one in found if not one.deleted]

    def payload(self, chat_id: int, message_id: int) -> Json | None:
        """Return a message as the bot would see it, or None where it is gone."""
        message = self.messages.get((chat_id, message_id))
        return None if message is None or message.deleted else message.payload
