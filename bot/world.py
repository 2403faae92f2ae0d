"""What the parts of the bot hand to one another: the `World` around them, an `Arrival`, the `Reply` to it.

Values only. `inbound` makes arrivals, `conversation.handle` turns one into a reply, `gate` carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialogs.exchange import Input, Menu
from dialogs.types import Catalogue
from storage.database import Database
from storage.outbox import Owed

Body = Mapping[str, Any]
"""What one outbox row says, as JSON; `bot.outbound` writes and reads it, nobody else looks inside."""


@dataclass(frozen=True, slots=True)
class World:
    """What handling an update may lean on.

    `catalogue` returns what can be asked at this moment, `clock` the time in UTC; `bot_id` is Telegram's
    number of this bot, and `name` this process's, under which it leases what it is about to send.
    """

    database: Database
    catalogue: Callable[[], Catalogue]
    clock: Callable[[], datetime]
    bot_id: int
    name: str

    def key(self, update_id: int) -> str:
        """Return the key under which the replies to an update are owed."""
        return f"{self.bot_id}:{update_id}"


@dataclass(frozen=True, slots=True)
class Pressed:
    """The message whose button was pressed: its number and, where Telegram still shows it, text and raw entities."""

    number: int
    text: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message of the bot's that somebody answered by Telegram's own gesture: its number and text.

    `question` is the question of the secretariat whose button it carries, None where it carries none.
    """

    number: int
    text: str = ""
    question: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that one person did in their private chat with the bot.

    `kind` is the transcript's word for it (text, press, command, edit or media) and `text` what they wrote,
    to the character, empty for a press; `language_code` is what Telegram reports, perhaps nothing.
    `callback_id` is owed an answer; `pressed` is None where the update does not name the message. `quoted` is what a
    new message answers by Telegram's own gesture.
    """

    chat_id: int
    input: Input
    kind: str
    text: str = ""
    language_code: str | None = None
    callback_id: str | None = None
    pressed: Pressed | None = None
    quoted: Quoted | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What to do after the commit.

    `owed` is sent in order; rows that must wait behind earlier ones of the same person are not in it, the
    relay has them. The rest concerns a press: `toast` is the words over the button (at most 200 are shown),
    `settled` the label that was chosen, written beneath the pressed message when it loses its buttons,
    `redraw` the choices to draw anew on it instead, which belong to turn `turn`. `repeated` marks an update
    that had been taken before. `last_word` is for somebody who is erased: it is sent once, from no row.
    """

    owed: tuple[Owed, ...] = ()
    last_word: tuple[Body, ...] = ()
    toast: str = ""
    settled: str = ""
    redraw: Menu = ()
    turn: int = 0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Reachable:
    """The person blocked the bot (`reachable` False) or came back."""

    chat_id: int
    reachable: bool


@dataclass(frozen=True, slots=True)
class Intrusion:
    """The bot is in a group or channel; `speak` says whether a word of farewell may be said there.

    `is_added` says that it was put in just now; otherwise something happened there that shows that it is in.
    """

    chat_id: int
    speak: bool
    language_code: str | None = None
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and why; `callback_id` still gets its empty answer."""

    why: str
    callback_id: str | None = None


Happening = Arrival | Reachable | Intrusion | Ignored
"""Whatever one well-formed update may mean."""


class Malformed(Exception):
    """The update lacks what is needed to act on it; the message names the part, never its content."""
