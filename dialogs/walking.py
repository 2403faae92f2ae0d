"""Going through a questionnaire: begin it, take an answer, go on to whatever comes next.

Every way through the engine ends in `advance`, which looks at the answers alone; so no position can be lost.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialogs import routes
from dialogs.answers import LONGEST, is_blank
from dialogs.exchange import AnswerDropped, AnswerGiven, AnswerRevised, Ask, DraftStarted, Event
from dialogs.lateness import owner
from dialogs.screens import at_stage, rejected, screen
from dialogs.session import Draft, Session, Stage
from dialogs.turn import Turn
from dialogs.types import Answer, Part, Questionnaire, Slot

Events = tuple[Event, ...]


def start(questionnaire: Questionnaire, session: Session, now: datetime) -> Turn:
    """Begin a new draft of `questionnaire` and ask its first question."""
    draft = Draft(
        id=session.counter + 1,
        digest=questionnaire.digest,
        consultation=questionnaire.consultation,
        questionnaire=questionnaire.slug,
        started_at=now,
    )
    begun = session._replace(counter=draft.id, revising=None)
    return advance(questionnaire, begun, draft, (DraftStarted(draft.id, draft.digest),))


def resume(questionnaire: Questionnaire, session: Session, note: str = "") -> Turn:
    """Ask what the draft in hand still waits for: its present question, else whatever follows."""
    draft = session.draft
    assert draft is not None, "there is a draft to resume"
    waits = draft.answer(draft.at) is None
    draft = draft._replace(trail=(), former=None, exemplified=None)
    if waits and draft.at in routes.slots(questionnaire, draft):
        return screen(session.holding(draft), Stage.ASKING, Ask(intro=not draft.answers, note=note))
    return advance(questionnaire, session, draft, (), note)


def advance(q: Questionnaire, session: Session, draft: Draft, events: Events, note: str = "") -> Turn:
    """Drop what is hidden now, aloud, then show whatever comes next: a question, the gate or the review."""
    gone = routes.hidden(q, draft)
    note = "hidden" if any(answer.says for answer in draft.answers if answer.slot in gone) else note
    draft = _swept(draft.without(*gone))
    events = (*events, *(AnswerDropped(draft.id, slot) for slot in gone))
    after = routes.following(q, draft)
    first = not draft.answers and draft.at is None
    if after is routes.End.ITEM:
        draft, after = routes.open_item(q, draft)
    if isinstance(after, Slot):
        draft = draft._replace(at=after, picked=None)
        return screen(session.holding(draft), Stage.ASKING, Ask(intro=first, note=note), events)
    ended = after is routes.End.REVIEW
    draft = draft._replace(at=None, picked=None, ended=draft.ended or ended)
    stage = Stage.REVIEW if ended else Stage.GATE
    return screen(session.holding(draft), stage, at_stage(stage, note), events)


def _swept(draft: Draft) -> Draft:
    """Return the draft without ticks, and `written` where words still stand: those written last."""
    answer = draft.answer(draft.written[0]) if draft.written else None
    if draft.written is None or (answer and answer.parts):
        return draft._replace(ticked=())
    standing = [(part.number, answer.slot) for answer in draft.answers for part in answer.parts]
    number, slot = max(standing, default=(0, None))
    return draft._replace(ticked=(), written=(slot, number) if slot else None)


def settle(q: Questionnaire, session: Session, draft: Draft, answer: Answer, number: int | None = None) -> Turn:
    """Put `answer` in its slot and go on; `number` is the message's where it was a text.

    Whoever had answered already is told that the new answer took the old one's place, or that there is none now.
    """
    before = draft.answer(answer.slot)
    if answer == before:
        return advance(q, session, draft, ())
    moved = draft.put(answer)._replace(strays=(), trail=(), former=None)
    if number is not None:
        former = before if before and before.parts else None
        trail = (*draft.trail[-1:], answer.slot)
        moved = moved._replace(written=(answer.slot, number), trail=trail, former=former)
    event = AnswerRevised if before else AnswerGiven
    return advance(q, session, moved, (event(draft.id, answer),), _told(before, answer))


def _told(before: Answer | None, answer: Answer) -> str:
    if before is None or not before.says:
        return ""
    return "replaced" if answer.says else "removed"


def joined(draft: Draft, slot: Slot, *parts: Part) -> Draft | None:
    """Return the draft with messages added to the words in `slot`, None where the answer would grow too long."""
    answer = draft.answer(slot)
    assert answer and answer.parts, "words stand there"
    answer = replace(answer, parts=tuple(sorted((*answer.parts, *parts))))
    if len(answer.text or "") > LONGEST:
        return None
    written = max((slot, parts[-1].number), draft.written or (slot, 0), key=lambda each: each[1])
    return draft.put(answer)._replace(written=written)


def continue_answer(session: Session, draft: Draft, part: Part) -> Turn:
    """Add a late message to the answer it belongs to, silently unless the review on the screen would now be wrong."""
    if is_blank(part.text):
        return Turn(session)
    slot = owner(draft, part.number)
    grown = joined(draft, slot, part)
    if grown is None:
        return rejected(session, "too-long")
    shows = is_shown(session, slot)
    session, events = session.holding(grown), revised(grown, slot)
    return screen(session, session.stage, at_stage(session.stage, "added"), events) if shows else Turn(session, events)


def is_shown(session: Session, slot: Slot) -> bool:
    """Return whether the screen shows what stands in `slot` of the draft in hand, and is wrong once it changes."""
    draft = session.draft
    return session.stage is Stage.REVIEW or (session.stage is Stage.ASKING and bool(draft and draft.at == slot))


def revised(draft: Draft, slot: Slot) -> Events:
    """Return the event that what stands in `slot` was revised."""
    answer = draft.answer(slot)
    assert answer is not None, "an answer was revised"
    return (AnswerRevised(draft.id, answer),)
