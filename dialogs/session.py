"""One person's place in the conversation, as a frozen value, and its JSON form.

A session goes through JSON between any two inputs, so whatever matters must be here. It holds no name, no chat and
no clock; the number of the message last posted comes from outside (`posted`), because only Telegram gives it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from dialogs.types import Answer, Asked, Part, Slot

FORMAT = 4
"""The JSON form's number: raise it when a field changes meaning, and teach `loads` the old form."""


NOT_YET = 2**62
"""`Session.posted` while the screen's message is surely not sent: whatever was written was written before it."""


class Stage(StrEnum):
    """The screen a person is looking at; each has one function in the lobby's or the engine's table."""

    WELCOME = "welcome"
    CONSENT = "consent"
    PRIVACY = "privacy"
    REFUSED = "refused"
    COMPONENT = "component"
    QUESTIONNAIRE = "questionnaire"
    ABOUT = "about"
    RESUME = "resume"
    HOME = "home"
    LANGUAGE = "language"
    MINE = "mine"
    DELETE = "delete"
    ANSWER = "answer"
    OFFER = "offer"
    ASKING = "asking"
    GATE = "gate"
    REVIEW = "review"
    PICK_ITEM = "pick-item"
    PICK_FIELD = "pick-field"


class Draft(NamedTuple):
    """What one person has said to one version of a questionnaire so far.

    `id` counts the drafts of this person from 1. `items` are the items of the repeated section in rank order, the
    last perhaps not answered yet; `ended` says that no further item follows, `spent` how many numbers are used.
    `at` is the question on the screen; `picked` the item chosen for a change, which leads back to the review; `ticked`
    the options ticked so far; `exemplified` the slot whose example was just shown. `written` is the slot of the text
    message taken last and its number. `trail` holds the slots of the last two texts, where nothing was pressed after
    either: the second may be moved to the first. `former` is the answer whose place the text taken last took, until
    something else happens. `strays` are texts that fitted nowhere. `receipt` is set while a submission is revised.
    """

    id: int
    digest: str
    consultation: str
    questionnaire: str
    started_at: datetime
    answers: tuple[Answer, ...] = ()
    items: tuple[int, ...] = ()
    spent: int = 0
    ended: bool = False
    at: Slot | None = None
    picked: int | None = None
    ticked: tuple[str, ...] = ()
    exemplified: Slot | None = None
    written: tuple[Slot, int] | None = None
    trail: tuple[Slot, ...] = ()
    former: Answer | None = None
    strays: tuple[Part, ...] = ()
    receipt: str = ""

    def answer(self, slot: Slot | None) -> Answer | None:
        """Return what stands in `slot`, or None while nothing was said there."""
        return next((each for each in self.answers if each.slot == slot), None)

    @property
    def present(self) -> Answer | None:
        """What was said to the question on the screen, or None."""
        answer = self.answer(self.at)
        return answer if answer and answer.says else None

    @property
    def movable(self) -> bool:
        """Whether the text just written directly follows the words of another answer, and may be moved there."""
        return len(self.trail) > 1

    def put(self, answer: Answer) -> Draft:
        """Return the draft with `answer` in its slot, in place of what stood there."""
        if self.answer(answer.slot) is None:
            return self._replace(answers=(*self.answers, answer))
        return self._replace(answers=tuple(answer if a.slot == answer.slot else a for a in self.answers))

    def without(self, *slots: Slot) -> Draft:
        """Return the draft with nothing in `slots`."""
        return self._replace(answers=tuple(a for a in self.answers if a.slot not in slots))


class Session(NamedTuple):
    """Where one person is.

    `turn` rises with every screen and never repeats, even after erasure (it starts at the second the session began).
    `posted` is the number of the message that showed the present screen, None while it is unknown. `drafts` are open
    drafts, the one in hand last; `revising` a submission opened from `/mine`. `consent` is the version of the text
    agreed to, 0 before. `link` is what a deep link asked for, `aside` the stage to return to from an aside,
    `pressed` the press taken last (turn and option), `album` the album already declined, `looked` when receipts were
    looked up lately, in seconds since 1970. `seen` is the screen last looked at and the number of the message that
    showed it first; `chose` the number of the last message that made a choice in words or by its number, or went to
    the secretariat. `asked` is the question of the secretariat being answered, `told` the last few messages written
    back, each with its number and the question; `held` is what was written and may be an answer, but is not sent yet.
    """

    turn: int
    stage: Stage = Stage.WELCOME
    language: str = "sq"
    bilingual: bool = True
    consent: int = 0
    component: str = ""
    link: str = ""
    aside: Stage | None = None
    drafts: tuple[Draft, ...] = ()
    revising: Draft | None = None
    counter: int = 0
    pressed: tuple[int, str] | None = None
    album: str = ""
    looked: tuple[int, ...] = ()
    seen: tuple[str, int] | None = None
    chose: int = 0
    asked: Asked | None = None
    told: tuple[tuple[int, Asked], ...] = ()
    held: tuple[Part, ...] = ()
    posted: int | None = None

    @property
    def draft(self) -> Draft | None:
        """The draft in hand: the submission being revised, else the draft touched last."""
        return self.revising or (self.drafts[-1] if self.drafts else None)

    @property
    def has_answered(self) -> bool:
        """Whether something was written back to the question of the secretariat in hand."""
        return self.asked is not None and any(asked.question == self.asked.question for _, asked in self.told)

    def holding(self, draft: Draft) -> Session:
        """Return the session with `draft` in hand in place of the one with its number."""
        if draft.receipt:
            return self._replace(revising=draft)
        return self._replace(drafts=(*(d for d in self.drafts if d.id != draft.id), draft))


def begin(now: datetime, language: str | None) -> Session:
    """Return the session of a person never seen before.

    `language` is the language Telegram reports; only Albanian is believed at once, for many Albanians run Telegram
    in English, so everybody else is greeted in both languages, Albanian first.
    """
    known = (language or "").lower().split("-")[0] == "sq"
    return Session(turn=int(now.timestamp()), language="sq", bilingual=not known)


# --- JSON ------------------------------------------------------------------------------------------------------------


def dumps(session: Session) -> str:
    """Return the session as JSON, without `posted`, which is kept beside it."""
    return orjson.dumps({"format": FORMAT, **_session_out(session)}, tuple).decode()  # also of a named tuple


def loads(text: str, posted: int | None = None) -> Session:
    """Return the session that `dumps` wrote, now or in an earlier form.

    Raises ValueError when the form is newer than this program.
    """
    data = orjson.loads(text)
    form = data.pop("format")
    if form > FORMAT:
        raise ValueError("this session was written by a newer version")
    data = _of_form_1(data) if form == 1 else data
    return _session_in({**_BEFORE, **data}, posted)


_BEFORE: dict[str, Any] = {"asked": None, "told": (), "held": ()}
"""What the fields that came with forms 3 and 4 hold in a session of an earlier form: nobody was asked anything."""


def _of_form_1(data: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of form 1 as they are now: the screen that waited for words to add offers to continue."""
    drafts = (*data["drafts"], *((data["revising"],) if data["revising"] else ()))
    for draft in drafts:
        del draft["adding"], draft["movable"]
        draft |= {"exemplified": draft.get("exemplified"), "trail": (), "former": None}
    waited = {name: Stage.RESUME.value for name in ("stage", "aside") if data[name] == "adding"}
    return {**data, **waited}


def _session_out(session: Session) -> dict[str, Any]:
    return {
        "turn": session.turn,
        "stage": session.stage.value,
        "language": session.language,
        "bilingual": session.bilingual,
        "consent": session.consent,
        "component": session.component,
        "link": session.link,
        "aside": session.aside.value if session.aside else None,
        "drafts": [_draft_out(each) for each in session.drafts],
        "revising": _draft_out(session.revising) if session.revising else None,
        "counter": session.counter,
        "pressed": session.pressed,
        "album": session.album,
        "looked": session.looked,
        "seen": session.seen,
        "chose": session.chose,
        "asked": session.asked,
        "told": session.told,
        "held": session.held,
    }


def _session_in(data: dict[str, Any], posted: int | None) -> Session:
    return Session(
        **{
            **data,
            "stage": Stage(data["stage"]),
            "aside": Stage(data["aside"]) if data["aside"] else None,
            "drafts": tuple(_draft_in(each) for each in data["drafts"]),
            "revising": _draft_in(data["revising"]) if data["revising"] else None,
            "pressed": tuple(data["pressed"]) if data["pressed"] else None,
            "looked": tuple(data["looked"]),
            "seen": tuple(data["seen"]) if data["seen"] else None,
            "asked": Asked(*data["asked"]) if data["asked"] else None,
            "told": tuple((number, Asked(*asked)) for number, asked in data["told"]),
            "held": tuple(Part(*each) for each in data["held"]),
        },
        posted=posted,
    )


def _draft_out(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "digest": draft.digest,
        "consultation": draft.consultation,
        "questionnaire": draft.questionnaire,
        "started_at": draft.started_at.isoformat(),
        "answers": [_answer_out(each) for each in draft.answers],
        "items": draft.items,
        "spent": draft.spent,
        "ended": draft.ended,
        "at": draft.at,
        "picked": draft.picked,
        "ticked": draft.ticked,
        "exemplified": draft.exemplified,
        "written": draft.written,
        "trail": draft.trail,
        "former": _answer_out(draft.former) if draft.former else None,
        "strays": draft.strays,
        "receipt": draft.receipt,
    }


def _draft_in(data: dict[str, Any]) -> Draft:
    return Draft(
        **{
            **data,
            "started_at": datetime.fromisoformat(data["started_at"]),
            "answers": tuple(_answer_in(*each) for each in data["answers"]),
            "items": tuple(data["items"]),
            "at": _slot_in(data["at"]),
            "ticked": tuple(data["ticked"]),
            "exemplified": _slot_in(data["exemplified"]),
            "written": (Slot(*data["written"][0]), data["written"][1]) if data["written"] else None,
            "trail": tuple(Slot(*each) for each in data["trail"]),
            "former": _answer_in(*data["former"]) if data["former"] else None,
            "strays": tuple(Part(*each) for each in data["strays"]),
        }
    )


def _answer_out(answer: Answer) -> tuple[Any, ...]:
    return answer.slot, answer.parts, answer.chosen, answer.skipped


def _answer_in(slot: list[Any], parts: list[list[Any]], chosen: list[str], skipped: bool) -> Answer:
    return Answer(Slot(*slot), tuple(Part(*part) for part in parts), tuple(chosen), skipped)


def _slot_in(slot: list[Any] | None) -> Slot | None:
    return Slot(*slot) if slot else None
