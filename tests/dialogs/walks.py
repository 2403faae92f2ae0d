"""Walks through every corner of the dialogue, written once and walked in each language.

A step is what a person does: `/command argument`, `>option` (the button with that option), `late: text` (written
before the question was seen), `edit: text` (of the last message taken), `again` (the press before, once more), `old`
(a button long gone), `media: kind`, `captioned: kind words`, `lookup: states` (of a receipt), `older` (an earlier text
was agreed to), `close` and `open` (the consultation), `asks: text`, `answers: text` and `decides: status reason` (the
secretariat, about what was submitted last), `take: 1` (the button of what it wrote first), `reply: text` (by Telegram's
own gesture, to what it wrote last), or just words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dialogs.exchange import Chosen, LookedUp, Message, Say
from dialogs.menus import words_of
from dialogs.receipts import complete
from dialogs.sentences import toast_text
from tests.dialogs.people import CATALOGUE, Person, closed

WALKS: dict[str, str] = {
    "a whole contribution": """
        /start | >lang | >privacy | >agree | >c:digital-governance | >about | >q:key-issues | >example | a road
        | late: over the river | and a bridge | >add | because | >back | >keep | >back | therefore | >both | >skip
        | >edit | >f:why | >clear | >edit | >f:why | so it is
        | stray words | >add | edit: and so it was | >submit | again | /mine | >r:1 | >edit | >f:issue | a new road
        | >finish | edit: an old road | close | edit: too late | open""",
    "ideas": """
        /start | >lang | >agree | /start digital-governance-ideas | an office | queues | shorter queues | >more
        | a second one | >skip | >skip | >review | >edit | >i:2 | >remove | >submit""",
    "too long together": "/start | >lang | >agree | /start digital-governance-ideas | %half | %half | >add",
    "words with pictures": """
        /start | >lang | >agree | /cancel | /start digital-governance-ideas | captioned: photo an office
        | captioned: document queues""",
    "a refusal": "/start | >lang | my opinion | >decline | >again | >agree",
    "leaving and coming back": """
        /start | >lang | >agree | >c:digital-governance | >q:key-issues | a road | >save | nothing asked | /continue
        | /cancel | /start | >anew | >save | /start | >another
        | /start | >other | old | /language | /help | /privacy | /mydata""",
    "a new text of consent": "/start | >lang | >agree | older | /start | >decline | >again | >agree",
    "closing": "/start | >lang | >agree | /start digital-governance-ideas | close | an idea | >begin | open",
    "what is not text": """
        /start | >lang | >agree | /start fight-against-corruption-ideas | media: voice | media: photo | media: sticker
        | media: poll | /unknown | \u2800 | %long | an idea | edit: \u2800 | /mine""",
    "a survey": """
        /start | >lang | >agree | /start digital-governance-survey | nowhere | >o:village | 9 | >o:phone | 2 | >done
        | a wish | >o:later | >review | >skip | >edit | >back | >edit | >f:place | >o:city | >save | /start""",
    "looking up a receipt": """
        /start | >lang | >agree | lookup: new,in-review,on-hold,ready,answered,set-aside
        | 3t3h mryk | lookup: | lookup: | lookup: | lookup: | K7M4 QX2%""",
    "a question of the secretariat": """
        /start | >lang | >agree | /start digital-governance-ideas | an office | >skip | >skip | >review | >submit
        | /answer | asks: In which town? | /help | take: 1 | >later | take: 1 | take: 1 | media: voice | in Kukës
        | >done | take: 2 | /answer | and in Has | >done | answers: It will be built. | take: 3
        | reply: thank you | >done""",
    "words at a menu while it waits": """
        /start | >lang | >agree | /start digital-governance-ideas | an office | >skip | >skip | >review | >submit
        | asks: In which town? | it is Has | and Golaj | edit-held: it is Golaj | >drop | it is Has | >send | >done""",
    "what became of it": """
        /start | >lang | >agree | /start digital-governance-ideas | an office | >skip | >skip | >more | a second one
        | >skip | >skip | >review | >submit | asks: In which town? | >mine | >back | decides: set-aside elsewhere
        | >mine | >back | decides: set-aside other | >mine | >back""",
    "erasing": "/start | >lang | >agree | /delete | >keep | /delete | >erase",
    "before a language is chosen": "/start | old | /language | /delete | >keep | media: photo | /delete | >erase",
}


CODE = complete("K7M4QX2")

BOTH = "both"
"""The topic of whatever is said in both languages."""


def _older(person: Person) -> None:
    person.session = person.session._replace(consent=99)


def _close(person: Person) -> None:
    person.catalogue = closed()


def _open(person: Person) -> None:
    person.catalogue = CATALOGUE


def _edit(person: Person, text: str) -> None:
    person.edit_number(max(part.number for answer in person.standing for part in answer.parts), text)


def _lookup(person: Person, states: str) -> None:
    person.send(LookedUp(CODE, person.next(), tuple(states.split(",")) if states else ()))


def _writes(kind: str) -> Callable[[Person, str], object]:
    def write(person: Person, text: str) -> None:
        person.heard = person.secretariat(kind, text)

    return write


CIRCUMSTANCES: dict[str, Callable[[Person], None]] = {"older": _older, "close": _close, "open": _open}

DEEDS: dict[str, Callable[[Person, str], object]] = {
    "old": lambda person, _: person.send(Chosen(1, "skip")),
    "late": Person.write_late,
    "edit": _edit,
    "media": Person.media,
    "captioned": lambda person, rest: person.media(rest.split()[0], caption=rest.partition(" ")[2]),
    "lookup": _lookup,
    "asks": _writes("question"),
    "answers": _writes("response"),
    "edit-held": lambda person, text: person.edit_number(person.session.held[-1].number, text),
    "reply": Person.answer,
    "take": lambda person, number: person.send(Chosen(0, f"answer:{number}")),
}


class Walk:
    """One walk in one language, and everything the person was shown."""

    def __init__(self, name: str, code: str, telegram: str) -> None:
        self.code = code
        self.person = Person(telegram)
        self.shown: list[tuple[str, Message]] = []
        self.toasts: list[str] = []
        self._before: Chosen | None = None
        for step in WALKS[name].split("|"):
            self._take(step.strip())

    def _take(self, step: str) -> None:
        word, _, rest = step.partition(": ")
        if word == "decides":
            self.person.decide(*rest.split())
            return
        if step in CIRCUMSTANCES:
            CIRCUMSTANCES[step](self.person)
            return
        if step.startswith("/"):
            name, _, argument = step[1:].partition(" ")
            self.person.command(name, argument)
        elif step.startswith(">"):
            self._press(f"lang:{self.code}" if step == ">lang" else step[1:])
        elif step == "again":
            assert self._before is not None
            self.person.send(self._before)
        elif word.rstrip(":") in DEEDS:
            DEEDS[word.rstrip(":")](self.person, rest)
        else:
            self.person.type({"%long": "a" * 30_001, "%half": "a" * 20_000, "K7M4 QX2%": CODE}.get(step, step))
        self._keep()

    def _press(self, option: str) -> None:
        offered = [choice.option for row in self.person.menu for choice in row]
        assert option in offered, f"{option} is not among {offered}"
        self._before = Chosen(self.person.session.turn, option)
        self.person.send(self._before)

    def _keep(self) -> None:
        turn = self.person.last
        prompts = turn.prompts or [Say("secretariat") for _ in self.person.messages]
        for prompt, message in zip(prompts, self.person.messages, strict=True):
            topic = getattr(prompt, "topic", type(prompt).__name__.lower())
            self.shown.append((BOTH if turn.session.bilingual else topic, message))
        if turn.redraw:
            self.shown.append(("redraw", Message("", menu=self.person.menu)))
        if turn.toast:
            self.toasts.append(toast_text(turn.toast, words_of(turn.session)))


def walked(code: str) -> Iterator[Walk]:
    """Walk every walk in one language; as somebody whose Telegram is Albanian, and as somebody whose is not."""
    for name in WALKS:
        yield Walk(name, code, "en")
    yield Walk("a whole contribution", code, "sq")
