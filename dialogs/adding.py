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
from dialogs.walking import advance, continue_answer, resume


def add(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    """Put the message just written where it belongs, or ask for the words to add where there is none to move."""
    assert draft.written is not None, "there is an answer above"
    slot = draft.written[0]
    if draft.stray:
        return _add_stray(q, session, draft, slot, draft.stray)
    above = _text_before(q, draft, slot) if draft.movable else None
    if above is None:
        asked = session.holding(replace(draft, adding=slot))
        return screen(asked, Stage.ADDING, Say("adding", menu=True))
    return _move(q, session, draft, slot, above)


def _add_stray(q: Questionnaire, session: Session, draft: Draft, slot: Slot, stray: Part) -> Turn:
    draft = replace(draft, stray=None)
    turn = continue_answer(q, session.holding(draft), draft, slot, stray)
    if not turn.events:
        return rejected(turn.session, "too-long")
    return screen(turn.session, session.stage, at_stage(session.stage, "added"), turn.events)


def add_on(q: Questionnaire, session: Session, draft: Draft, typed: Typed) -> Turn:
    """Add the words just typed to the answer that is being continued, then go on where it was left."""
    assert draft.adding is not None, "a slot is being continued"
    if is_blank(typed.text):
        return rejected(session, "blank")
    added = continue_answer(q, session, draft, draft.adding, Part(typed.number, typed.text))
    if not added.events:
        return rejected(session, "too-long")
    return replace(resume(q, added.session, "added"), events=added.events)


def _move(q: Questionnaire, session: Session, draft: Draft, slot: Slot, above: Answer) -> Turn:
    """Move the last message of the answer in `slot` to the answer above it, and ask `slot` again if it is empty."""
    source = draft.answer(slot)
    assert source and source.parts, "a text was just written there"
    *rest, last = source.parts
    joined = replace(above, parts=tuple(sorted((*above.parts, last))))
    draft = replace(draft.put(joined), written=(above.slot, last.number), movable=False)
    if rest:
        kept = replace(source, parts=tuple(rest))
        events: tuple[Event, ...] = (AnswerRevised(draft.id, joined), AnswerRevised(draft.id, kept))
        return replace(resume(q, session.holding(draft.put(kept)), "added"), events=events)
    draft = replace(draft.without(slot), at=slot)
    events = (AnswerRevised(draft.id, joined), AnswerDropped(draft.id, slot))
    return advance(q, session, draft, events, "added")


def _text_before(q: Questionnaire, draft: Draft, slot: Slot) -> Answer | None:
    """Return the text answer nearest before `slot` on the route, or None."""
    route = routes.slots(q, draft)
    before = [draft.answer(each) for each in route[: route.index(slot)]] if slot in route else []
    return next((answer for answer in reversed(before) if answer and answer.parts), None)
