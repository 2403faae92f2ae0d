"""Add to the answer above: people write one thought in several messages, also after the next question was posted.

What was just written goes to the answer written just before it, or to the one whose place it took. Both are offered
on the very next screen alone, so “above” means one thing.
"""

from __future__ import annotations

from dialogs.exchange import AnswerDropped
from dialogs.screens import at_stage, rejected, screen
from dialogs.session import Draft, Session
from dialogs.turn import Turn
from dialogs.types import Questionnaire, Slot
from dialogs.walking import advance, joined, revised


def add(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    """Put what was just written to the answer before it: a text that fitted nowhere, else the answer written last."""
    if draft.strays:
        return _add_strays(session, draft)
    above, slot = draft.trail
    return _move(q, session, draft, slot, above)


def keep_both(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    """Put the new answer behind the one whose place it took."""
    assert draft.former is not None, "a new answer took another's place"
    slot = draft.former.slot
    once = session.holding(draft._replace(former=None))
    grown = joined(draft, slot, *draft.former.parts)
    if grown is None:
        return rejected(once, "too-long-to-add")
    kept = session.holding(grown._replace(former=None))
    return screen(kept, session.stage, at_stage(session.stage, "both"), revised(grown, slot))


def _add_strays(session: Session, draft: Draft) -> Turn:
    assert draft.written is not None, "there is an answer above"
    slot = draft.written[0]
    rest = draft._replace(strays=(), trail=())
    grown = joined(rest, slot, *draft.strays)
    if grown is None:
        return rejected(session.holding(rest), "too-long-to-add")
    return screen(session.holding(grown), session.stage, at_stage(session.stage, "added"), revised(grown, slot))


def _move(q: Questionnaire, session: Session, draft: Draft, slot: Slot, above: Slot) -> Turn:
    """Move the answer in `slot` to the one in `above`, and ask `slot` again."""
    written = draft.answer(slot)
    assert written is not None, "a text was just written there"
    grown = joined(draft.without(slot), above, *written.parts)
    if grown is None:
        return rejected(session.holding(draft._replace(trail=(slot,))), "too-long-to-add")
    events = (*revised(grown, above), AnswerDropped(draft.id, slot))
    return advance(q, session, grown._replace(at=slot, trail=(above,)), events, "added")
