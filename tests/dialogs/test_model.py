"""Any sequence of any inputs: no answer lost, nobody stranded, the state survives JSON.

A random person presses, types, edits, sends commands and pictures, meets late messages and unknown numbers. After
each step the session is held against what the events alone say, and a ledger of everything that was said against
what still stands.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dialogs.answers import is_blank
from dialogs.commands import COMMANDS
from dialogs.exchange import Ask, Chosen, InputRejected, Media, Say, Typed, Withdrawn
from dialogs.naming import typed_choice
from dialogs.routes import question_of
from dialogs.session import Stage
from dialogs.text import shortened
from dialogs.types import Answer, Kind, Slot
from tests.dialogs.people import CATALOGUE, Person, closed

WORDS = [
    "ne fshat s'ka internet",
    "1",
    "2",
    "3",
    "1, 2",
    "kaperce",
    "SKIP",
    "DERGO",
    "mbaji te dyja pergjigjet",
    "shtoje te pergjigjja me siper",
    "keep it as it is",
    "jo",
    "Kthehu",
    "Done",
    " ",
    "\u2800",
    "Fshat",
    "po",
]
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=60))

Said = tuple[int, int] | tuple[int, Slot, tuple[str, ...]]
"""Something said that stands in a draft: a message by its number, wherever it stands, or what was chosen in a slot."""

TAKING_OUT = frozenset({"clear", "remove"})
"""The choices by which a person takes out what they said."""

LINKS = ["", *(f"digital-governance-{name}" for name in ("key-issues", "ideas", "survey"))]

AT_WILL = [
    "answer:1",
    "skip",
    "submit",
    "agree",
    "o:city",
    "erase",
    "",
    "i:1",
    "q:ideas",
    "clear",
    "both",
    "add",
    "back",
]


class Conversation(RuleBasedStateMachine):
    """One person, one session."""

    @initialize(telegram=st.sampled_from(["sq", "en", "sq-XK", "", "it"]), link=st.sampled_from(LINKS))
    def arrive(self, telegram: str, link: str) -> None:
        """Meet the bot; mostly somebody who has agreed already and stands before the first question."""
        self.person = Person(telegram)
        self.sent: dict[int, str] = {}
        self.stood: dict[Said, Answer] = {}
        self.screen = ""
        self.option = ""
        self.person.command("start", link)
        for choice in ("lang:sq", "agree") if link else ():
            self.person.send(Chosen(self.person.session.turn, choice))

    @rule()
    def answer(self) -> None:
        """Answer what is asked in words of one's own, as people mostly do."""
        self.type(f"përgjigjja e {len(self.sent)}")

    @rule(text=TEXTS)
    def type(self, text: str) -> None:
        """Write something: where the screen was certainly seen, it answers the question on it or none."""
        number, asked, known = self.person.next(), self._asked(), self.person.session.posted is not None
        self._typed(number, text)
        taken = {a.slot for a in self.person.standing if any(part.number == number for part in a.parts)}
        assert taken <= {asked} or not known

    @rule(text=TEXTS)
    def write_before_seeing_the_screen(self, text: str) -> None:
        """Write something that Telegram numbers before the present screen."""
        number = self.person.next()
        self.person.session = self.person.session._replace(posted=self.person.next())
        self._typed(number, text)

    @rule(text=TEXTS)
    def write_after_a_crash(self, text: str) -> None:
        """Write while the screen's number is unknown."""
        self.person.session = self.person.session._replace(posted=None)
        self._typed(self.person.next(), text)

    def _asked(self) -> Slot | None:
        """Return the slot of the open question on the screen."""
        session = self.person.session
        return session.draft.at if session.draft and session.stage is Stage.ASKING else None

    def _is_open(self) -> bool:
        asked, draft = self._asked(), self.person.session.draft
        return bool(asked and draft and question_of(CATALOGUE.questionnaires[draft.digest], asked).kind is Kind.TEXT)

    def _write(self, number: int, text: str) -> None:
        """Note that a text was written, and which choice it names."""
        self.sent[number] = text
        named = typed_choice(self.person.menu, text, numbers=not self._is_open())
        self.option = named.option if named else ""

    def _typed(self, number: int, text: str) -> None:
        self._write(number, text)
        consented = self.person.session.consent > 0
        self.person.send(Typed(number, text))
        turn = self.person.last
        assert turn.events or turn.prompts or is_blank(text) or len(text) > 30_000 or not consented, "never a silence"
        assert not (turn.events and not consented and any(hasattr(e, "answer") for e in turn.events))

    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        """Press one of the present buttons."""
        choices = [choice for row in self.person.menu for choice in row]
        if choices:
            chosen = data.draw(st.sampled_from(choices))
            self.option = chosen.option
            self.person.press(chosen.label)

    @precondition(lambda self: any(c.option == "back" for row in self.person.menu for c in row))
    @rule()
    def go_back(self) -> None:
        """Look at the answer before, as people do."""
        self.option = "back"
        self.person.send(Chosen(self.person.session.turn, "back"))

    @rule(
        turn=st.integers(-3, 3),
        option=st.sampled_from(AT_WILL),
    )
    def press_an_old_or_forged_button(self, turn: int, option: str) -> None:
        """Press something that may or may not be there; what is not there changes no answer."""
        offered = {choice.option for row in self.person.menu for choice in row}
        before = self.person.says()
        at, self.option = self.person.session.turn + turn, option
        self.person.send(Chosen(at, option))
        if turn or option not in offered:
            assert self.person.says() == before
            assert self.person.toast or not self.person.catalogue.opened()

    @rule(
        name=st.sampled_from([*sorted(COMMANDS), "nonsense"]),
        link=st.sampled_from(["", "digital-governance-ideas", "digital-governance-survey", "x"]),
    )
    def command(self, name: str, link: str) -> None:
        """Send a command."""
        self.option = ""
        self.person.command(name, link)

    @rule(data=st.data(), text=TEXTS)
    def edit(self, data: st.DataObject, text: str) -> None:
        """Edit something written earlier, or something unknown."""
        self.option = ""
        number = data.draw(st.sampled_from([*self.sent, 1])) if self.sent else 1
        draft = self.person.session.draft
        is_stray = any(part.number == number for part in draft.strays) if draft else False
        self.person.edit_number(number, text)
        taken = self.person.last.events and not any(isinstance(e, InputRejected) for e in self.person.last.events)
        if taken or is_stray:
            self.sent[number] = text

    @rule(kind=st.sampled_from(["voice", "photo", "sticker", "poll"]), album=st.sampled_from(["", "a1"]))
    def media(self, kind: str, album: str) -> None:
        """Send something that is not text."""
        before, self.option = self.person.says(), ""
        self.person.media(kind, album)
        assert self.person.says() == before

    @rule(kind=st.sampled_from(["photo", "document"]), album=st.sampled_from(["", "a1"]), text=st.sampled_from(WORDS))
    def picture_with_words(self, kind: str, album: str, text: str) -> None:
        """Send a picture with a text beneath it, which is a text like any other."""
        number = self.person.next()
        self._write(number, text)
        self.person.send(Media(kind, number, album, text))

    @precondition(lambda self: self.person.submitted)
    @rule(kind=st.sampled_from(["question", "response"]))
    def the_secretariat_writes(self, kind: str) -> None:
        """The secretariat writes about what was submitted last, whatever its author is doing."""
        self.person.secretariat(kind, "Ku është kjo?")

    @rule(number=st.integers(1, 3))
    def press_the_button_of_a_question(self, number: int) -> None:
        """Take up a question of the secretariat, or one of somebody else: neither touches any answer."""
        before, self.option = self.person.says(), ""
        asked = [each.question for each in self.person.asked]
        self.person.send(Chosen(0, f"answer:{number}"))
        assert self.person.says() == before
        assert (self.person.session.stage is Stage.ANSWER) >= (number in asked)
        assert number in asked or self.person.toast or not self.person.catalogue.opened()

    @rule()
    def close_and_open(self) -> None:
        """The consultation closes or opens again."""
        opened = bool(self.person.catalogue.opened())
        self.person.catalogue = closed() if opened else CATALOGUE

    @invariant()
    def the_session_holds_what_the_events_say(self) -> None:
        """Replaying the events gives the drafts, to the character."""
        session = self.person.session
        for draft in (*session.drafts, *((session.revising,) if session.revising else ())):
            assert {a.slot: a for a in draft.answers} == self.person.drafts[draft.id].answers

    @invariant()
    def nothing_said_is_lost_in_silence(self) -> None:
        """Whatever stands no more was taken out by its author, or its author saw it, replaced it and is told so."""
        person = self.person
        stands: dict[Said, Answer] = {}
        for number, kept in person.drafts.items():
            for answer in kept.answers.values():
                stands |= {(number, part.number): answer for part in answer.parts}
                stands |= {(number, answer.slot, answer.chosen): answer} if answer.chosen else {}
        gone = [answer for said, answer in self.stood.items() if said not in stands]
        if gone and not any(isinstance(event, Withdrawn) for event in person.last.events):
            note = person.last.prompts[-1].note if person.last.prompts else ""
            assert self.option in TAKING_OUT or note in ("replaced", "hidden"), f"{gone} is gone, and nobody said so"
            asked = [a.text for a in gone if a.text and note == "replaced"]
            assert all(shortened(text) in self.screen for text in asked), f"{asked} was not on the screen"
        self.stood = stands
        self.screen = next((m.text for m in reversed(person.messages) if m.menu), self.screen)

    @invariant()
    def every_text_is_as_it_was_written(self) -> None:
        """No part of a standing answer differs from the message it came from."""
        for answer in self.person.standing:
            for part in answer.parts:
                assert self.sent[part.number] == part.text

    @invariant()
    def nobody_is_stranded(self) -> None:
        """There is always something to press, and /continue asks again."""
        session = self.person.session
        assert self.person.labels or not self.person.catalogue.opened()
        if session.stage is Stage.ASKING:
            assert session.draft and session.draft.at

    @invariant()
    def the_last_message_shows_the_present_screen(self) -> None:
        """Whatever was said, a screen's message carries the present turn and its choices."""
        prompts = self.person.last.prompts
        if prompts and not (isinstance(prompts[-1], Say) and not prompts[-1].menu):
            assert self.person.messages[-1].turn == self.person.last.session.turn
            assert isinstance(prompts[-1], Ask) or self.person.messages[-1].text.strip()

    @invariant()
    def what_is_written_back_was_written_to_a_question_of_theirs(self) -> None:
        """To the character, and to nobody else's."""
        said, asked = set(self.sent.values()), {each.question for each in self.person.asked}
        assert all(reply.question in asked and reply.text in said for reply in self.person.replies)

    @precondition(lambda self: self.person.submitted)
    @invariant()
    def a_submission_holds_what_is_required(self) -> None:
        """Every contribution of a submission says something."""
        for draft, items in self.person.submitted.items():
            answered = {slot.item for slot, a in self.person.drafts[draft].answers.items() if a.parts or a.chosen}
            assert items and set(items) <= answered

    @invariant()
    def a_rejection_is_always_explained(self) -> None:
        """Whoever is refused something is told why."""
        if any(isinstance(event, InputRejected) for event in self.person.last.events):
            assert self.person.messages and self.person.messages[0].text


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
