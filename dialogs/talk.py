"""One person's conversation held in memory: what storage and transport do around `lobby.step`, without either.

The session goes through JSON between any two inputs, messages are numbered in one rising sequence as Telegram does,
and submissions are kept from the events alone. For the player, the recorded scenarios and tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from dialogs import answering, lobby
from dialogs.exchange import (
    AnswerDropped,
    AnswerGiven,
    AnswerRevised,
    Chosen,
    Command,
    Concerning,
    DraftStarted,
    Edited,
    Event,
    Input,
    Loose,
    Menu,
    Message,
    Prompt,
    Replied,
    Say,
    Submitted,
    Typed,
    Unsupported,
    Withdrawn,
)
from dialogs.menus import words_of
from dialogs.render import menu_of, render
from dialogs.sentences import toast_text
from dialogs.session import Session, begin, dumps, loads
from dialogs.text import shortened, spaced
from dialogs.turn import Turn
from dialogs.types import Answer, Asked, Catalogue, FromStaff, Past, Slot


@dataclass(frozen=True, slots=True)
class Heard:
    """What one input led to: the turn, its messages, and the notice over a pressed button ("" for none)."""

    turn: Turn
    messages: tuple[Message, ...]
    toast: str

    @property
    def events(self) -> tuple[Event, ...]:
        """The facts to keep."""
        return self.turn.events


@dataclass(slots=True)
class Kept:
    """What the events said of one draft."""

    digest: str
    answers: dict[Slot, Answer] = field(default_factory=dict)
    items: tuple[int, ...] | None = None


class Talk:
    """Somebody who talks with the bot; `telegram` is the language that Telegram reports of them.

    `drafts` and `replies` hold what the events said, apart from the session; `number` is that of the newest message,
    by whomever; `asked` the questions of the secretariat, `told` all that it wrote, `decided` the status that it gave
    to the contributions of a draft, and why.
    """

    def __init__(self, catalogue: Catalogue, now: datetime, telegram: str = "en") -> None:
        self.catalogue = catalogue
        self.now = now
        self.telegram = telegram
        self.session: Session = begin(now, telegram)
        self.number = 0
        self._written: list[int] = []
        self._screens: list[tuple[int, Menu]] = []
        self._letters: list[tuple[int, Menu]] = []
        self.drafts: dict[int, Kept] = {}
        self.asked: list[Asked] = []
        self.told: list[Asked] = []
        self.replies: list[Replied] = []
        self.decided: dict[int, tuple[str, str]] = {}

    # --- what a person does ---

    def write(self, text: str) -> Heard:
        """Send a text, or a command where it begins with a slash."""
        number = self.next()
        if text.startswith("/"):
            name, _, argument = text[1:].partition(" ")
            return self.send(Command(name, argument.strip(), number))
        self._written.append(number)
        return self.send(Typed(number, text))

    def write_late(self, text: str) -> Heard:
        """Send a text that was written before the present screen was seen."""
        number = self.next()
        self._written.append(number)
        self.session = self.session._replace(posted=self.next())
        return self.send(Typed(number, text))

    def press(self, label: str, *, old: bool = False) -> Heard:
        """Press the button with this label, on the present screen or, with `old`, on the last one before it.

        Raises LookupError where there is no such button.
        """
        screens = [(self.session.turn, self.menu), *reversed(self._letters)]
        if old:
            screens = [each for each in reversed(self._screens) if each[0] != self.session.turn]
        for turn, menu in screens:
            for choice in (choice for row in menu for choice in row):
                if choice.label == label:
                    return self.send(Chosen(turn, choice.option))
        raise LookupError(f"there is no button [{label}]")

    def answer(self, text: str) -> Heard:
        """Answer what the secretariat wrote last by Telegram's own gesture."""
        number = self.next()
        self._written.append(number)
        return self.send(Concerning(Typed(number, text), self.told[-1]))

    def edit(self, place: int, text: str) -> Heard:
        """Edit the text sent as number `place`, counted from 1."""
        return self.send(Edited(self._written[place - 1], text))

    def show(self, what: str) -> Heard:
        """Send something that is no text, such as a sticker, or `photo: words` with words beneath it."""
        kind, _, caption = what.partition(": ")
        return self.send(Unsupported(kind, self.next(), caption=caption))

    # --- what happens ---

    def secretariat(self, kind: str, text: str) -> Heard:
        """Have the secretariat write about the newest submission, which there must be."""
        past = self.past()[0]
        place = len(self._letters) + 1
        self.told.append(Asked(place, past.receipt, past.draft, shortened(text)))
        if kind == answering.QUESTION:
            self.asked.append(self.told[-1])
        written = FromStaff(place, kind, text, past.receipt)
        message = answering.message(written, words_of(self.session))
        self._letters.append((message.turn, message.menu))
        self.next()
        return Heard(Turn(self.session), (message,), "")

    def decide(self, status: str, reason: str = "") -> None:
        """Have the secretariat give a status to every contribution of the newest submission."""
        self.decided[self.past()[0].draft] = (status, reason)

    def send(self, input: Input) -> Heard:
        """Take any input, as storage and transport would."""
        session = loads(dumps(self.session), self.session.posted)
        wanted = answering.question_wanted(session, input)
        if wanted is not None and isinstance(input, Chosen | Command):
            input = Concerning(input, self._question(wanted))
        turn = lobby.step(self.catalogue, session, input, self.now, self.past())
        waiting = self._waiting()
        if len(waiting) == 1 and isinstance(input, Typed) and answering.lead_nowhere(session, input, turn):
            turn = lobby.step(self.catalogue, session, Loose(input, waiting[0]), self.now, self.past())
        for event in turn.events:
            self.keep(event)
        self.session = turn.session
        toast = toast_text(turn.toast, words_of(self.session)) if turn.toast else ""
        messages = tuple(self._shown(prompt) for prompt in turn.prompts)
        if any(isinstance(event, Withdrawn) for event in turn.events):
            self.session, self.drafts = begin(self.now, self.telegram), {}
            self.asked, self.told, self.replies = [], [], []
        return Heard(turn, messages, toast)

    def _waiting(self) -> list[Asked]:
        answered = {reply.question for reply in self.replies}
        return [each for each in self.asked if each.question not in answered]

    def _question(self, number: int) -> Asked | None:
        return next((each for each in reversed(self.asked) if number in (each.question, answering.NEWEST)), None)

    def next(self) -> int:
        """Return the number of the next message, which is taken by that."""
        self.number += 1
        return self.number

    @property
    def menu(self) -> Menu:
        """The choices of the present screen."""
        return menu_of(self.catalogue, self.session, self.past())

    def past(self) -> tuple[Past, ...]:
        """Return the submissions, newest first."""
        return tuple(
            self._past(number, kept, kept.items)
            for number, kept in reversed(self.drafts.items())
            if kept.items is not None
        )

    def _past(self, number: int, kept: Kept, items: tuple[int, ...]) -> Past:
        consultation = self.catalogue.consultation(self.catalogue.questionnaires[kept.digest].consultation)
        status, reason = self.decided.get(number, ("new", ""))
        return Past(
            draft=number,
            receipt=_receipt(number),
            digest=kept.digest,
            submitted_at=self.now,
            states=(status,) * len(items),
            answers=tuple(kept.answers.values()),
            items=items,
            is_open=consultation is not None and consultation.is_open,
            reasons=(reason,) * len(items),
            is_asked=any(each.draft == number for each in self._waiting()),
        )

    def _shown(self, prompt: Prompt) -> Message:
        number = self.next()
        if isinstance(prompt, Say) and prompt.topic == "thanks":
            newest = max(draft for draft, kept in self.drafts.items() if kept.items is not None)
            prompt = replace(prompt, values={"receipt": spaced(_receipt(newest))})
        message = render(prompt, self.catalogue, self.session, words_of(self.session), self.past())
        if message.menu:
            self.session = self.session._replace(posted=number)
            self._screens.append((message.turn, message.menu))
        return message

    def keep(self, event: Event) -> None:
        """Keep what an event says of its draft."""
        match event:
            case DraftStarted(draft, digest):
                self.drafts[draft] = Kept(digest)
            case AnswerGiven(draft, answer) | AnswerRevised(draft, answer):
                self.drafts[draft].answers[answer.slot] = answer
            case AnswerDropped(draft, slot):
                self.drafts[draft].answers.pop(slot, None)
            case Submitted(draft, items):
                self.drafts[draft].items = items
            case Replied():
                self.replies.append(event)
            case _:
                pass


def _receipt(draft: int) -> str:
    """Return a receipt for the eye; a real one is drawn by storage."""
    return f"PR{draft:02}AYER"
