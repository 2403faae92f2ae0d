"""The things the simulator knows, as frozen records with their JSON form.

No behaviour beyond reading themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

Json = dict[str, Any]


class Record:
    """What every kept record shares: a kind, a key and a JSON form."""

    __slots__ = ()
    kind: ClassVar[str]

    def key(self) -> Any:
        """Return what tells this record from others of its kind."""
        raise NotImplementedError

    def to_json(self) -> Json:
        """Return the record as a JSON object."""
        return {spot.name: getattr(self, spot.name) for spot in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Citizen(Record):
    """A person with a phone. `keyboard` is the reply keyboard now shown to them."""

    kind: ClassVar[str] = "citizen"
    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    colour: str = ""
    blocked: bool = False
    deactivated: bool = False
    started: bool = False
    keyboard: Json | None = None

    def key(self) -> int:
        """Return the person's number."""
        return self.id


@dataclass(frozen=True, slots=True)
class Group(Record):
    """A supergroup; `status` is the bot's place in it: left, member, administrator or kicked."""

    kind: ClassVar[str] = "group"
    id: int
    title: str
    members: list[int]
    status: str = "left"
    last_message_id: int = 0

    def key(self) -> int:
        """Return the chat's number."""
        return self.id


@dataclass(frozen=True, slots=True)
class Message(Record):
    """A message: `payload` is the Bot API object, the rest what only the server knows."""

    kind: ClassVar[str] = "message"
    chat_id: int
    message_id: int
    payload: Json
    outgoing: bool
    hidden: bool = False
    deleted: bool = False

    def key(self) -> tuple[int, int]:
        """Return the chat's and the message's number."""
        return self.chat_id, self.message_id


@dataclass(frozen=True, slots=True)
class Press(Record):
    """A button press that waits for its one answer."""

    kind: ClassVar[str] = "press"
    id: str
    citizen_id: int
    chat_id: int
    message_id: int
    data: str
    at: float
    answered: bool = False

    def key(self) -> str:
        """Return the query's identifier."""
        return self.id


@dataclass(frozen=True, slots=True)
class File(Record):
    """A file that the bot or a person sent; its bytes lie in the store under `unique_id`."""

    kind: ClassVar[str] = "file"
    id: str
    unique_id: str
    path: str
    name: str
    mime: str
    size: int
    media: str
    extra: Json = field(default_factory=dict)

    def key(self) -> str:
        """Return the file's identifier."""
        return self.id


@dataclass(frozen=True, slots=True)
class Webhook(Record):
    """Where updates go, and what went wrong there last."""

    kind: ClassVar[str] = "webhook"
    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    allowed_updates: list[str] = field(default_factory=list)
    last_error_date: int = 0
    last_error_message: str = ""
    gone_since: float = 0.0

    def key(self) -> str:
        """Return the only key there is."""
        return "webhook"


@dataclass(frozen=True, slots=True)
class Profile(Record):
    """How the bot presents itself, per language code; commands per scope and language."""

    kind: ClassVar[str] = "profile"
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    menu_buttons: dict[str, Json] = field(default_factory=dict)

    def key(self) -> str:
        """Return the only key there is."""
        return "profile"


@dataclass(frozen=True, slots=True)
class Counters(Record):
    """The numbers handed out so far."""

    kind: ClassVar[str] = "counters"
    citizen: int = 5_100_000_000
    group: int = 2_100_000_000
    message: int = 0
    press: int = 4_000_000_000_000_000_000
    file: int = 0
    album: int = 13_000_000_000_000_000

    def key(self) -> str:
        """Return the only key there is."""
        return "counters"
