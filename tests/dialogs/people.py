"""A person at the bot, for tests: the conversation of `dialogs.talk`, in a catalogue with every question kind.

What the events said is kept apart from the session, so that the two can be held against each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from dialogs.exchange import Command, Edited, Event, Input, Media, Message, Submitted, Typed
from dialogs.loader import shipped
from dialogs.session import dumps, loads
from dialogs.talk import Heard, Talk
from dialogs.turn import Turn
from dialogs.types import Answer, Catalogue, Kind, Option, Question, Questionnaire, Repeat, Section, ShowIf, Slot

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


class Person(Talk):
    """Somebody who talks with the bot, and remembers what it said last."""

    def __init__(self, telegram: str = "en", whole: Catalogue = CATALOGUE) -> None:
        super().__init__(whole, NOW, telegram)
        self.number = 1000
        self.heard = Heard(Turn(self.session), (), "")

    # --- what a person does ---

    def type(self, text: str) -> Heard:
        """Send a text, whatever it begins with."""
        return self.send(Typed(self.next(), text))

    def command(self, name: str, argument: str = "") -> Heard:
        """Send a command."""
        return self.send(Command(name, argument, self.next()))

    def edit_number(self, number: int, text: str) -> Heard:
        """Edit an earlier message by its number."""
        return self.send(Edited(number, text))

    def media(self, kind: str, album: str = "", caption: str = "") -> Heard:
        """Send something that is not text, perhaps with words beneath it."""
        return self.send(Media(kind, self.next(), album, caption))

    # --- what happens ---

    def send(self, input: Input) -> Heard:
        """Send any input, and hold what must be so whatever it is."""
        assert loads(dumps(self.session), self.session.posted) == self.session, "a session survives JSON"
        self.heard = super().send(input)
        return self.heard

    def keep(self, event: Event) -> None:
        """Keep what an event says; no draft is submitted twice."""
        if isinstance(event, Submitted):
            assert self.drafts[event.draft].items is None, "a draft is submitted once"
        super().keep(event)

    @property
    def last(self) -> Turn:
        """The last turn."""
        return self.heard.turn

    @property
    def toast(self) -> str:
        """The name of the last notice over a button, "" for none."""
        return self.heard.turn.toast

    @property
    def messages(self) -> list[Message]:
        """What the bot said last."""
        return list(self.heard.messages)

    @property
    def text(self) -> str:
        """Everything the bot said last, as one text."""
        return "\n---\n".join(message.text for message in self.messages)

    @property
    def labels(self) -> list[str]:
        """The labels of the present screen's choices, in reading order."""
        return [choice.label for row in self.menu for choice in row]

    @property
    def standing(self) -> list[Answer]:
        """The standing answers of every draft."""
        return [answer for kept in self.drafts.values() for answer in kept.answers.values()]

    @property
    def submitted(self) -> dict[int, tuple[int, ...]]:
        """The items of each draft that was submitted."""
        return {draft: kept.items for draft, kept in self.drafts.items() if kept.items is not None}

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
