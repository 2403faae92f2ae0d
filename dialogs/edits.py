"""Editing a message in Telegram revises the answer it belongs to, until the consultation closes; all texts are kept."""

from __future__ import annotations

from dataclasses import replace

from dialogs import answering
from dialogs.answers import is_blank
from dialogs.entering import takes_answers
from dialogs.exchange import AnswerRevised, Edited, InputRejected, Say
from dialogs.screens import at_stage, screen
from dialogs.session import Draft, Session
from dialogs.turn import Turn
from dialogs.types import Answer, Catalogue, Part, Past
from dialogs.walking import is_shown


def edited(catalogue: Catalogue, session: Session, edit: Edited, past: tuple[Past, ...]) -> Turn:
    """Revise the answer that holds the edited message, in a draft, in a submission still open, to the secretariat."""
    asked = answering.told(session, edit.number)
    if asked:
        return answering.edited(session, edit, asked)
    if any(part.number == edit.number for part in session.held):
        return answering.reworded(session, edit)
    if session.draft and any(stray.number == edit.number for stray in session.draft.strays):
        return Turn(session.holding(_rewritten_stray(session.draft, edit)))
    for draft in (*((session.revising,) if session.revising else ()), *reversed(session.drafts)):
        answer = holding(draft.answers, edit.number)
        if answer:
            return _revise_draft(catalogue, session, draft, answer, edit)
    for each in past:
        answer = holding(each.answers, edit.number)
        if answer:
            return _revise_past(session, each, answer, edit)
    return Turn(session)


def holding(answers: tuple[Answer, ...], number: int) -> Answer | None:
    """Return the answer that holds message `number`, or None."""
    return next((a for a in answers if any(part.number == number for part in a.parts)), None)


def _rewritten_stray(draft: Draft, edit: Edited) -> Draft:
    """Return the draft with the edited text among those that fit nowhere yet; without it where no word is left."""
    strays = (Part(each.number, edit.text) if each.number == edit.number else each for each in draft.strays)
    return draft._replace(strays=tuple(each for each in strays if not is_blank(each.text)))


def _rewritten(answer: Answer, edit: Edited) -> Answer:
    parts = (Part(p.number, edit.text) if p.number == edit.number else p for p in answer.parts)
    return replace(answer, parts=tuple(parts))


def _revise_draft(catalogue: Catalogue, session: Session, draft: Draft, answer: Answer, edit: Edited) -> Turn:
    revised = _rewritten(answer, edit)
    refused = _refusal(session, answer, revised, edit, takes_answers(catalogue, draft))
    if refused:
        return refused
    edited = session._replace(drafts=tuple(_put(d, draft.id, revised) for d in session.drafts))
    if session.revising:
        edited = edited._replace(revising=_put(session.revising, draft.id, revised))
    events = (AnswerRevised(draft.id, revised),)
    if is_shown(session, answer.slot):
        return screen(edited, session.stage, at_stage(session.stage, "edited"), events)
    return Turn(edited, events, (Say("edited"),))


def _put(draft: Draft, id: int, answer: Answer) -> Draft:
    return draft.put(answer) if draft.id == id else draft


def _revise_past(session: Session, past: Past, answer: Answer, edit: Edited) -> Turn:
    revised = _rewritten(answer, edit)
    refused = _refusal(session, answer, revised, edit, past.is_open)
    return refused or Turn(session, (AnswerRevised(past.draft, revised),), (Say("edited"),))


def _refusal(session: Session, answer: Answer, revised: Answer, edit: Edited, is_open: bool) -> Turn | None:
    if revised == answer:
        return Turn(session)
    if not is_open:
        return Turn(session, (InputRejected("edit-closed"),), (Say("edit-closed"),))
    if is_blank(edit.text):
        return Turn(session, (InputRejected("edit-blank"),), (Say("edit-blank"),))
    return None
