"""Add to the answer above: people write one thought in several messages, also after the next question was posted."""

from __future__ import annotations

from dataclasses import replace

from dialogs import routes
from dialogs.answers import is_blank
from dialogs.exchange import AnswerDropped, AnswerRevised, Event, Say, Typed
from dialogs.screens import at_stage, rejected, screen
from dialogs.session import Draft, Session, Stage
from dialogs.turn import Turn
from dialogs.types import Answer, Part, Questionnaire, Slot
from dialogs.walking import advance, joined, resume, revised


def add(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    """Put the message just written where it belongs, or ask for the words to add where there is none to move."""
    assert draft.written is not None, "there is an answer above"
    slot = draft.written[0]
    if draft.strays:
        return _add_strays(session, draft, slot)
    above = _text_before(q, draft, slot) if draft.movable else None
    if above is None:
        asked = session.holding(replace(draft, adding=slot))
        return screen(asked, Stage.ADDING, Say("adding", menu=True))
    return _move(q, session, draft, slot, above)


def _add_strays(session: Session, draft: Draft, slot: Slot) -> Turn:
    grown = joined(replace(draft, strays=()), slot, *draft.strays)
    if grown is None:
        return rejected(session.holding(replace(draft, strays=())), "too-long")
    return screen(session.holding(grown), session.stage, at_stage(session.stage, "added"), revised(grown, slot))


def add_on(q: Questionnaire, session: Session, draft: Draft, typed: Typed) -> Turn:
    """Add the words just typed to the answer that is being continued, then go on where it was left."""
    assert draft.adding is not None, "a slot is being continued"
    if is_blank(typed.text):
        return rejected(session, "blank")
    grown = joined(draft, draft.adding, Part(typed.number, typed.text))
    if grown is None:
        return rejected(session, "too-long")
    return replace(resume(q, session.holding(grown), "added"), events=revised(grown, draft.adding))


def _move(q: Questionnaire, session: Session, draft: Draft, slot: Slot, above: Answer) -> Turn:
    """Move the last message of the answer in `slot` to the answer above it, and ask `slot` again if it is empty."""
    source = draft.answer(slot)
    assert source and source.parts, "a text was just written there"
    *rest, last = source.parts
    whole = replace(above, parts=tuple(sorted((*above.parts, last))))
    draft = replace(draft.put(whole), written=(above.slot, last.number), movable=False)
    if rest:
        kept = replace(source, parts=tuple(rest))
        events: tuple[Event, ...] = (AnswerRevised(draft.id, whole), AnswerRevised(draft.id, kept))
        return replace(resume(q, session.holding(draft.put(kept)), "added"), events=events)
    draft = replace(draft.without(slot), at=slot)
    events = (AnswerRevised(draft.id, whole), AnswerDropped(draft.id, slot))
    return advance(q, session, draft, events, "added")


def _text_before(q: Questionnaire, draft: Draft, slot: Slot) -> Answer | None:
    """Return the text answer nearest before `slot` on the route, or None."""
    route = routes.slots(q, draft)
    before = [draft.answer(each) for each in route[: route.index(slot)]] if slot in route else []
    return next((answer for answer in reversed(before) if answer and answer.parts), None)
