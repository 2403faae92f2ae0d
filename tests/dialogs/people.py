"""A person at the bot, for tests: types, presses, edits; their session goes through JSON between any two inputs.

Message numbers rise through what is said in both directions, as Telegram's do. The ledger keeps what the events
say, apart from the session, so that the two can be held against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dialogs import lobby
from dialogs.exchange import (
    AnswerDropped,
    AnswerGiven,
    AnswerRevised,
    Chosen,
    Command,
    DraftStarted,
    Edited,
    Event,
    Input,
    Media,
    Menu,
    Message,
    Submitted,
    Typed,
    Withdrawn,
)
from dialogs.loader import shipped
from dialogs.menus import words_of
from dialogs.render import menu_of, render
from dialogs.session import Session, begin, dumps, loads
from dialogs.turn import Turn
from dialogs.types import Answer, Catalogue, Kind, Option, Past, Question, Questionnaire, Repeat, Section, ShowIf, Slot

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def both(sq: str, en: str) -> dict[str, str]:
    """Return one text in both languages."""
    return {"sq": sq, "en": en}


SURVEY = Questionnaire(
    consultation="digital-governance",
    slug="survey",
    version=1,
    title=both("Anketa", "Survey"),
    minutes=2,
    digest="survey-1",
    sections=(
        Section(
            id="who",
            questions=(
                Question(
                    id="place",
                    kind=Kind.SINGLE,
                    ask=both("Ku jetoni?", "Where do you live?"),
                    label=both("Vendi", "Place"),
                    options=(
                        Option("city", both("Qytet", "City")),
                        Option("village", both("Fshat", "Village")),
                    ),
                ),
                Question(
                    id="means",
                    kind=Kind.MULTI,
                    ask=both("Çfarë përdorni?", "What do you use?"),
                    label=both("Mjetet", "Means"),
                    required=False,
                    options=(
                        Option("phone", both("Telefon", "Phone")),
                        Option("pc", both("Kompjuter", "Computer")),
                        Option("none", both("Asnjë", "None")),
                    ),
                    show_if=ShowIf("place", ("village",)),
                ),
            ),
        ),
        Section(
            id="wishes",
            repeat=Repeat(
                least=1,
                most=None,
                gate=both("Edhe një dëshirë?", "One more wish?"),
                where=both("Dëshira {n}", "Wish {n}"),
                name=both("Dëshira {n}", "Wish {n}"),
                add=both("Shto një dëshirë", "Add a wish"),
                remove=both("Hiq këtë dëshirë", "Remove this wish"),
            ),
            questions=(
                Question("wish", Kind.TEXT, both("Çfarë dëshironi?", "What do you wish?"), both("Dëshira", "Wish")),
                Question(
                    "haste",
                    Kind.SINGLE,
                    both("Sa ngut ka?", "How urgent is it?"),
                    both("Ngutja", "Urgency"),
                    options=(Option("now", both("Tani", "Now")), Option("later", both("Më vonë", "Later on"))),
                ),
                Question(
                    "until",
                    Kind.TEXT,
                    both("Deri kur?", "Until when?"),
                    both("Afati", "Until"),
                    required=False,
                    show_if=ShowIf("haste", ("now",)),
                ),
            ),
        ),
        Section(
            id="end",
            questions=(
                Question(
                    "else",
                    Kind.TEXT,
                    both("Diçka tjetër?", "Anything else?"),
                    both("Tjetër", "Else"),
                    required=False,
                ),
            ),
        ),
    ),
)


def catalogue() -> Catalogue:
    """Return the shipped catalogue with a survey of every question kind beside its questionnaires."""
    whole = shipped().catalogue()
    consultations = tuple(
        replace(each, questionnaires=(*each.questionnaires, SURVEY.digest))
        if each.slug == SURVEY.consultation
        else each
        for each in whole.consultations
    )
    known = {**whole.questionnaires, SURVEY.digest: SURVEY}
    return replace(whole, consultations=consultations, questionnaires=known)


CATALOGUE = catalogue()


def closed(whole: Catalogue = CATALOGUE) -> Catalogue:
    """Return the catalogue with every consultation closed."""
    return replace(whole, consultations=tuple(replace(each, is_open=False) for each in whole.consultations))


@dataclass
class Ledger:
    """What the events alone say: drafts' standing answers, every text ever taken, submissions."""

    answers: dict[tuple[int, Slot], Answer] = field(default_factory=dict)
    taken: list[Answer] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)
    submitted: dict[int, tuple[int, ...]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def keep(self, event: Event) -> None:
        """Enter one event."""
        self.events.append(event)
        match event:
            case DraftStarted(draft, digest):
                self.digests[draft] = digest
            case AnswerGiven(draft, answer) | AnswerRevised(draft, answer):
                self.answers[draft, answer.slot] = answer
                self.taken.append(answer)
            case AnswerDropped(draft, slot):
                self.answers.pop((draft, slot), None)
            case Submitted(draft, items):
                assert draft not in self.submitted, "a draft is submitted once"
                self.submitted[draft] = items

    def of(self, draft: int) -> dict[Slot, Answer]:
        """Return the standing answers of one draft."""
        return {slot: answer for (number, slot), answer in self.answers.items() if number == draft}


class Person:
    """Somebody who talks with the bot."""

    def __init__(self, telegram: str = "en", whole: Catalogue = CATALOGUE) -> None:
        self.catalogue = whole
        self.session: Session = begin(NOW, telegram)
        self.number = 1000
        self.messages: list[Message] = []
        self.toast = ""
        self.last: Turn = Turn(self.session)
        self.ledger = Ledger()

    # --- what a person does ---

    def type(self, text: str) -> str:
        """Send a text; return what the bot says."""
        return self.send(Typed(self.next(), text))

    def late(self, text: str) -> str:
        """Send a text that Telegram numbered before the present screen."""
        number = self.next()
        self.session = replace(self.session, posted=self.next())
        return self.send(Typed(number, text))

    def press(self, label: str) -> str:
        """Press the button with this label; return what the bot says."""
        options = {choice.label: choice.option for row in self.menu for choice in row}
        return self.send(Chosen(self.session.turn, options[label]))

    def command(self, name: str, argument: str = "") -> str:
        """Send a command."""
        return self.send(Command(name, argument, self.next()))

    def edit(self, number: int, text: str) -> str:
        """Edit an earlier message."""
        return self.send(Edited(number, text))

    def media(self, kind: str, album: str = "") -> str:
        """Send something that is not text."""
        return self.send(Media(kind, self.next(), album))

    # --- what happens ---

    def send(self, input: Input) -> str:
        """Send any input through JSON, the lobby and the renderer."""
        before = loads(dumps(self.session), self.session.posted)
        assert before == self.session, "a session survives JSON"
        turn = lobby.step(self.catalogue, before, input, NOW, self.past())
        for event in turn.events:
            self.ledger.keep(event)
        self.last, self.toast, self.session = turn, turn.toast, turn.session
        self.messages = [
            render(prompt, self.catalogue, turn.session, words_of(turn.session), self.past()) for prompt in turn.prompts
        ]
        if turn.prompts:
            self.number += len(turn.prompts)
            if turn.session.posted is None:
                self.session = replace(turn.session, posted=self.number)
        if any(isinstance(event, Withdrawn) for event in turn.events):
            self.session, self.ledger = begin(NOW, "en"), Ledger()
        return self.text

    def next(self) -> int:
        """Return the number of the person's next message."""
        self.number += 1
        return self.number

    def past(self) -> tuple[Past, ...]:
        """Return the submissions, newest first, as storage would."""
        open_now = {each.slug for each in self.catalogue.opened()}
        return tuple(
            Past(
                draft=draft,
                receipt=f"ABCD{draft:04}",
                digest=self.ledger.digests[draft],
                submitted_at=NOW,
                states=("new",) * len(items),
                answers=tuple(self.ledger.of(draft).values()),
                items=items,
                is_open=self.catalogue.questionnaires[self.ledger.digests[draft]].consultation in open_now,
            )
            for draft, items in reversed(self.ledger.submitted.items())
        )

    @property
    def menu(self) -> Menu:
        """The choices of the present screen."""
        return menu_of(self.catalogue, self.session, self.past())

    @property
    def labels(self) -> list[str]:
        """The labels of the present screen's choices, in reading order."""
        return [choice.label for row in self.menu for choice in row]

    @property
    def text(self) -> str:
        """Everything the bot said last."""
        return "\n---\n".join(message.text for message in self.messages)

    # --- short cuts ---

    def agree(self) -> Person:
        """Go from nothing to the choice of a component, in Albanian."""
        self.command("start")
        self.press("Shqip")
        self.press("Pajtohem")
        return self

    def begin(self, link: str = "digital-governance-key-issues") -> Person:
        """Go to the first question of a questionnaire, in Albanian."""
        self.agree()
        self.command("start", link)
        return self

    def says(self) -> dict[Slot, str | None]:
        """Return the texts of the draft in hand."""
        draft = self.session.draft
        return {answer.slot: answer.text for answer in draft.answers} if draft else {}
