"""Any sequence of any inputs: no answer lost, nobody stranded, the state survives JSON.

A random person presses, types, edits, sends commands and pictures, meets late messages and unknown numbers. After
each step the session is held against what the events alone say.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dialogs.answers import is_blank
from dialogs.commands import COMMANDS
from dialogs.exchange import Ask, Chosen, InputRejected, Say, Typed
from dialogs.session import Stage
from tests.dialogs.people import CATALOGUE, Person, closed

TEXTS = st.one_of(
    st.sampled_from(
        [
            "ne fshat s'ka internet",
            "1",
            "2",
            "3",
            "1, 2",
            "kaperce",
            "DERGO",
            "Kthehu",
            "Done",
            " ",
            "\u2800",
            "Fshat",
            "po",
        ]
    ),
    st.text(max_size=60),
)


class Conversation(RuleBasedStateMachine):
    """One person, one session."""

    @initialize(telegram=st.sampled_from(["sq", "en", "sq-XK", "", "it"]))
    def arrive(self, telegram: str) -> None:
        """Meet the bot."""
        self.person = Person(telegram)
        self.sent: dict[int, str] = {}
        self.person.command("start")

    @rule(text=TEXTS)
    def type(self, text: str) -> None:
        """Write something."""
        number = self.person.next()
        self._typed(number, text)

    @rule(text=TEXTS)
    def write_before_seeing_the_screen(self, text: str) -> None:
        """Write something that Telegram numbers before the present screen."""
        number = self.person.next()
        self.person.session = replace(self.person.session, posted=self.person.next())
        self._typed(number, text)

    @rule(text=TEXTS)
    def write_after_a_crash(self, text: str) -> None:
        """Write while the screen's number is unknown."""
        self.person.session = replace(self.person.session, posted=None)
        self._typed(self.person.next(), text)

    def _typed(self, number: int, text: str) -> None:
        self.sent[number] = text
        consented = self.person.session.consent > 0
        self.person.send(Typed(number, text))
        turn = self.person.last
        assert turn.events or turn.prompts or is_blank(text) or len(text) > 30_000 or not consented, "never a silence"
        assert not (turn.events and not consented and any(hasattr(e, "answer") for e in turn.events))

    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        """Press one of the present buttons."""
        labels = self.person.labels
        if labels:
            self.person.press(data.draw(st.sampled_from(labels)))

    @rule(
        turn=st.integers(-3, 3),
        option=st.sampled_from(["skip", "submit", "agree", "o:city", "erase", "", "i:1", "q:ideas"]),
    )
    def press_an_old_or_forged_button(self, turn: int, option: str) -> None:
        """Press something that may or may not be there; what is not there changes no answer."""
        offered = {choice.option for row in self.person.menu for choice in row}
        before = self.person.says()
        at = self.person.session.turn + turn
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
        self.person.command(name, link)

    @rule(data=st.data(), text=TEXTS)
    def edit(self, data: st.DataObject, text: str) -> None:
        """Edit something written earlier, or something unknown."""
        number = data.draw(st.sampled_from([*self.sent, 1])) if self.sent else 1
        self.person.edit_number(number, text)
        if self.person.last.events and not any(isinstance(e, InputRejected) for e in self.person.last.events):
            self.sent[number] = text

    @rule(kind=st.sampled_from(["voice", "photo", "sticker", "poll"]), album=st.sampled_from(["", "a1"]))
    def media(self, kind: str, album: str) -> None:
        """Send something that is not text."""
        before = self.person.says()
        self.person.media(kind, album)
        assert self.person.says() == before

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
