"""What passes between a person and the dialogue: inputs, the events they lead to, prompts, messages.

Everything here is a frozen value. An input is what somebody did; events are facts to keep; prompts are what to say,
in no language yet; a message is a prompt in words. Nothing here knows Telegram.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogs.types import Answer, Asked, Slot

# --- what a person does ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """A text message; `number` is Telegram's, which rises through all messages of the bot's private chats."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pressed button: `turn` is the turn it was shown in, so an old button is stale rather than wrong."""

    turn: int
    option: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A message written earlier now reads `text`."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command such as `/start digital-governance-ideas`, its Albanian twin already folded into `name`."""

    name: str
    argument: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Media:
    """Something other than text that the product may one day read (voice, photo); `album` groups several.

    `caption` is the text that came with it.
    """

    kind: str
    number: int
    album: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Anything else, with the text that came with it."""

    kind: str
    number: int = 0
    album: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A receipt code was typed; `states` are those of its contributions, empty where nobody has that code."""

    receipt: str
    number: int
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concerning:
    """Something done about what the secretariat wrote, with what it concerns: None where there is none of theirs.

    `input` is a press of a question's button, `/answer`, `/help`, which tells of `/answer` to whoever was asked
    something, or a message that answers one of the secretariat's by Telegram's own gesture.
    """

    input: Chosen | Command | Typed | Media | Unsupported
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class Loose:
    """Words that nothing asked for, while one question of the secretariat waits: perhaps they are its answer."""

    typed: Typed
    asked: Asked


Input = Typed | Chosen | Edited | Command | Media | Unsupported | LookedUp | Concerning | Loose


# --- what follows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The person's language is now `language`."""

    language: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The person agreed (or, with `given` False, did not) to version `version` of the consent text."""

    version: int
    digest: str
    language: str
    given: bool = True


@dataclass(frozen=True, slots=True)
class DraftStarted:
    """A draft was begun on the version with this digest."""

    draft: int
    digest: str


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """A slot that was empty is now answered (or skipped)."""

    draft: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswerRevised:
    """A slot that was answered now holds another answer; every earlier one is kept."""

    draft: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswerDropped:
    """A slot no longer belongs to the draft: its question is hidden now, or its item was taken away."""

    draft: int
    slot: Slot


@dataclass(frozen=True, slots=True)
class InputRejected:
    """What came could not be taken; `reason` is a word of the catalogue's vocabulary, never the text itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A draft became a submission; `items` lists, per repeated section, the items answered, in rank order."""

    draft: int
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DraftDiscarded:
    """A draft gave way to the one begun after it."""

    draft: int


@dataclass(frozen=True, slots=True)
class Replied:
    """The person wrote something back to a question of the secretariat about what was draft `draft`.

    `changed` says that it is an earlier message of theirs in other words.
    """

    draft: int
    question: int
    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The person asked that everything about them be erased."""


@dataclass(frozen=True, slots=True)
class DataRequested:
    """The person asked for a copy of everything stored about them."""


Event = (
    LanguageChosen
    | ConsentGiven
    | DraftStarted
    | AnswerGiven
    | AnswerRevised
    | AnswerDropped
    | InputRejected
    | Submitted
    | DraftDiscarded
    | Replied
    | Withdrawn
    | DataRequested
)


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the present question; `intro` puts the section's opening words first, `note` a short sentence."""

    intro: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Show everything said so far, and what may be done with it, after a short sentence `note`."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Say the text called `topic`, after a short sentence `note`; `values` fill its gaps.

    With `menu` it is the present screen and carries its choices; without, it is said beside the present screen.
    """

    topic: str
    values: Mapping[str, str] = field(default_factory=dict)
    menu: bool = False
    note: str = ""


Prompt = Ask | Review | Say


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: `option` is what a press sends back (ASCII, at most 40 bytes), `label` what the person reads."""

    option: str
    label: str


Menu = tuple[tuple[Choice, ...], ...]
"""Rows of choices, top to bottom; their reading order is the order of the numbers a person may type."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text to be shown `style` ("bold", "italic", "code"); offsets count code points."""

    style: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is to read: plain text with marks, and choices beneath, which belong to turn `turn`."""

    text: str
    marks: tuple[Mark, ...] = ()
    menu: Menu = ()
    turn: int = 0
