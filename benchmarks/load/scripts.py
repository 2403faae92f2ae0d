"""What a citizen does after each of the bot's messages: one script for the peers, one for Kuvendo, one for an echo.

A script follows the bot: it looks at what was asked, never at how many messages there were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from benchmarks.peers.questionnaire import AGREE, QUESTIONS, REVIEW, SHQIP, SUBMIT, THANKS

if TYPE_CHECKING:
    from benchmarks.load.citizens import Citizen

ANSWERS: Final = len(QUESTIONS)
WORDS: Final = (
    "Zyrat e gjendjes civile hapen vonë dhe njerëzit humbin ditën e punës duke pritur për një vërtetim.",
    "Sepse kush punon nuk mund të largohet çdo herë, dhe certifikata duhet për çdo gjë.",
    "Portali bie pikërisht në afatin e fundit të deklarimit të të ardhurave.",
    "Gjobat vijnë edhe kur faji nuk është i qytetarit; kjo e lodh besimin te shteti.",
    "Në fshat interneti punon vetëm natën, ndaj shërbimet elektronike nuk na vlejnë.",
    "Të moshuarit mbeten pa shërbim, sepse sportelet u mbyllën.",
    "Një pikë ndihme në çdo njësi administrative, ku një nëpunës e plotëson kërkesën bashkë me qytetarin.",
    "Shumë njerëz nuk dinë ose nuk munden ta përdorin portalin vetë.",
    "Që askush të mos paguajë ndërmjetës për një letër që shteti e ka vetë.",
)
"""What people write: two lines of Albanian, about ninety characters."""


def words_of(chat: int, place: int) -> str:
    """Return what the citizen in `chat` answers to question `place` (from 0); no other answer reads the same."""
    return f"{WORDS[place]} ({chat}.{place})"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the bot as the citizen sees it; `raw` is its JSON, `options` what its buttons carry."""

    number: int
    text: str
    options: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Say:
    """Write something."""

    words: str


@dataclass(frozen=True, slots=True)
class Press:
    """Press the button that carries `data`."""

    data: str


class Finished:
    """The walk is over."""


class Wrong:
    """The bot asked what was not to be asked here."""


FINISHED: Final = Finished()
WRONG: Final = Wrong()
Deed = Say | Press | Finished | Wrong | None
"""None: wait for the next message."""


class Script(Protocol):
    """A way to walk."""

    updates: int
    """How many updates one walk takes."""
    reads_edits: bool
    """Whether the bot asks by changing a message that is there, too."""

    def begin(self) -> str:
        """Return the first words."""
        ...

    def react(self, citizen: Citizen, shown: Shown) -> Deed:
        """Return what follows `shown`."""
        ...


class Echo:
    """Fourteen texts, whatever comes back."""

    updates = 14
    reads_edits = False

    def begin(self) -> str:
        """Return the first words."""
        return "/start"

    def react(self, citizen: Citizen, shown: Shown) -> Deed:
        """Return the next of fourteen texts."""
        if citizen.posted == self.updates:
            return FINISHED
        return Say(words_of(citizen.chat, citizen.posted % ANSWERS))


class Questionnaire:
    """The peers' questionnaire: language, consent, nine answers, review, submit."""

    updates = 14
    _places: Final = {question: place for place, question in enumerate(QUESTIONS)}

    def __init__(self, *, reads_edits: bool = False) -> None:
        self.reads_edits = reads_edits

    def begin(self) -> str:
        """Return the first words."""
        return "/start"

    def react(self, citizen: Citizen, shown: Shown) -> Deed:
        """Return the button of this screen or the answer to this question."""
        for option in shown.options:
            if option.rpartition("\x1d")[2] in (SHQIP, AGREE, REVIEW, SUBMIT):
                return Press(option)
        if shown.text == THANKS:
            return FINISHED
        return citizen.answer() if self._places.get(shown.text) == citizen.answers else WRONG


class Kuvendo:
    """The same content where it is two questionnaires: issues by one deep link, then the idea by another."""

    updates = 16
    reads_edits = False
    ISSUES: Final = "/start digital-governance-key-issues"
    IDEAS: Final = "/start digital-governance-ideas"
    _pressed: Final = ("lang:sq", "agree", "submit", "review")

    def begin(self) -> str:
        """Return the first words."""
        return self.ISSUES

    def react(self, citizen: Citizen, shown: Shown) -> Deed:
        """Return what the buttons of this screen ask for."""
        options = {option.partition(":")[2]: option for option in shown.options}
        if not options:
            return None
        for option in self._pressed:
            if option in options:
                return Press(options[option])
        if "begin" in options:
            return self._next(citizen)
        return citizen.answer() if "save" in options and citizen.answers < ANSWERS else WRONG

    def _next(self, citizen: Citizen) -> Deed:
        if citizen.answers == ANSWERS:
            return FINISHED
        return Say(self.IDEAS) if citizen.answers == 6 else WRONG
