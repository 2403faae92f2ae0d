"""Ways into a questionnaire: a deep link, a choice, a draft to go on with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialogs import walking
from dialogs.exchange import Say
from dialogs.screens import at_stage, screen
from dialogs.session import Draft, Session, Stage
from dialogs.turn import Turn
from dialogs.types import Catalogue, Consultation, Past, Questionnaire


def questionnaire_in_hand(catalogue: Catalogue, session: Session) -> Questionnaire | None:
    """Return the version that the draft in hand began on; None where there is no draft."""
    return catalogue.questionnaires[session.draft.digest] if session.draft else None


def takes_answers(catalogue: Catalogue, draft: Draft) -> bool:
    """Return whether the draft's consultation is open, so that its answers may still change."""
    consultation = catalogue.consultation(draft.consultation)
    return bool(consultation and consultation.is_open)


def standing(catalogue: Catalogue, past: tuple[Past, ...]) -> tuple[Past, ...]:
    """Return submissions as they stand now: those whose consultation has closed take no changes."""
    opened = {each.slug for each in catalogue.opened()}
    asked = catalogue.questionnaires
    return tuple(replace(each, is_open=each.is_open and asked[each.digest].consultation in opened) for each in past)


def find_link(catalogue: Catalogue, link: str) -> tuple[Consultation, Questionnaire] | None:
    """Return what a deep link `component-questionnaire` names among the open consultations, or None."""
    offered = ((c, catalogue.questionnaires[digest]) for c in catalogue.opened() for digest in c.questionnaires)
    return next(((c, q) for c, q in offered if link == f"{c.slug}-{q.slug}"), None)


def known_link(catalogue: Catalogue, link: str) -> str:
    """Return `link` where it leads somewhere, else nothing: other words are no link, and are not kept as one."""
    return link if find_link(catalogue, link) or catalogue.consultation(link) else ""


def enter(catalogue: Catalogue, session: Session, link: str, now: datetime) -> Turn:
    """Go where `link` leads: a questionnaire, a component's questionnaires, or the choice of a component."""
    session = session._replace(link="", aside=None, revising=None)
    found = find_link(catalogue, link)
    if found:
        return _open_or_resume(*found, session, now)
    opened = catalogue.opened()
    if not opened:
        return screen(session, Stage.HOME, Say("nothing-open", menu=True))
    named = [each for each in opened if each.slug == link] or (list(opened) if len(opened) == 1 else [])
    if named:
        component = session._replace(component=named[0].slug)
        return screen(component, Stage.QUESTIONNAIRE, at_stage(Stage.QUESTIONNAIRE))
    return screen(session, Stage.COMPONENT, at_stage(Stage.COMPONENT))


def _open_or_resume(consultation: Consultation, questionnaire: Questionnaire, session: Session, now: datetime) -> Turn:
    """Start the questionnaire, or offer to continue the draft of it that exists."""
    same = [d for d in session.drafts if (d.consultation, d.questionnaire) == (consultation.slug, questionnaire.slug)]
    if not same:
        return begin(consultation, questionnaire, session, now)
    return screen(session.holding(same[-1]), Stage.RESUME, at_stage(Stage.RESUME))


def begin(consultation: Consultation, questionnaire: Questionnaire, session: Session, now: datetime) -> Turn:
    """Begin a new draft; where the component needs it, its notice is said first, by itself."""
    turn = walking.start(questionnaire, session._replace(component=consultation.slug), now)
    notice = (Say("notice"),) if consultation.notice else ()
    return turn._replace(prompts=(*notice, *turn.prompts))


def go_on(catalogue: Catalogue, session: Session) -> Turn:
    """Show the draft in hand where it was left, or say that its consultation has closed."""
    questionnaire = questionnaire_in_hand(catalogue, session)
    assert questionnaire and session.draft, "there is a draft to go on with"
    if not takes_answers(catalogue, session.draft):
        return screen(session._replace(revising=None, aside=None), Stage.HOME, Say("closed", menu=True))
    return walking.resume(questionnaire, session._replace(aside=None))
