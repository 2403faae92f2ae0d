"""What the choices of the lobby's screens lead to, one function each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dialogs import answering, menus
from dialogs.entering import begin, enter, find_link, go_on
from dialogs.exchange import ConsentGiven, LanguageChosen, Say, Withdrawn
from dialogs.screens import at_stage, come_back, screen, step_aside
from dialogs.session import Draft, Session, Stage
from dialogs.turn import Turn
from dialogs.types import Catalogue, Past


def pick(catalogue: Catalogue, session: Session, option: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    """Carry out a choice that the present screen offers."""
    name, _, value = option.partition(":")
    return _PICKS[session.stage, name](catalogue, session, value, now, past)


def _language(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    chosen = session._replace(language=value, bilingual=False)
    events = (LanguageChosen(value),)
    if session.stage is Stage.WELCOME:
        return screen(chosen, Stage.CONSENT, at_stage(Stage.CONSENT), events)
    return come_back(chosen)._replace(events=events)


def _agree(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    agreed = session._replace(consent=c.consent.version)
    turn = enter(c, agreed, session.link, now)
    return turn._replace(events=(ConsentGiven(c.consent.version, c.consent.digest, session.language), *turn.events))


def _decline(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    """Respect a refusal; of somebody who had agreed to an earlier text it is recorded, and nothing is taken away."""
    if not session.consent:
        return screen(session, Stage.REFUSED, at_stage(Stage.REFUSED))
    refused = ConsentGiven(c.consent.version, c.consent.digest, session.language, given=False)
    return screen(session, Stage.REFUSED, Say("refused-anew", menu=True), (refused,))


def _privacy(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return screen(session, Stage.PRIVACY, at_stage(Stage.PRIVACY))


def _consent_again(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return screen(session, Stage.CONSENT, at_stage(Stage.CONSENT))


def _component(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return _questionnaires(c, session._replace(component=value), "", now, past)


def _about(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return screen(session, Stage.ABOUT, at_stage(Stage.ABOUT))


def _questionnaires(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return screen(session, Stage.QUESTIONNAIRE, at_stage(Stage.QUESTIONNAIRE))


def _components(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return enter(c, session, "", now)


def _questionnaire(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return enter(c, session, f"{session.component}-{value}", now)


def _continue(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return go_on(c, session)


def _anew(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    assert session.draft is not None, "begin anew is offered only with a draft"
    found = find_link(c, f"{session.draft.consultation}-{session.draft.questionnaire}")
    if found is None:
        return enter(c, session, "", now)
    return begin(*found, session, now)


def _another(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    """Go on with the draft of the same questionnaire that was left alone longest."""
    return go_on(c, session.holding(menus.alike(session)[0]))


def _mine(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return step_aside(session, Stage.MINE)


def _return(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return come_back(session)


def _revise(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    """Open a submission for revision: each change counts at once, the draft in hand waits."""
    chosen = next(each for each in past if str(each.draft) == value)
    questionnaire = c.questionnaires[chosen.digest]
    draft = Draft(
        id=chosen.draft,
        digest=chosen.digest,
        consultation=questionnaire.consultation,
        questionnaire=questionnaire.slug,
        started_at=chosen.submitted_at,
        answers=chosen.answers,
        items=chosen.items,
        spent=max(chosen.items, default=0),
        ended=True,
        receipt=chosen.receipt,
    )
    return screen(session._replace(revising=draft, aside=None), Stage.REVIEW, at_stage(Stage.REVIEW))


def _send(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return answering.send(session)


def _drop(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return come_back(session, "not-sent")


def _erase(c: Catalogue, session: Session, value: str, now: datetime, past: tuple[Past, ...]) -> Turn:
    return Turn(session, (Withdrawn(),), (Say("erased"),))


Pick = Callable[[Catalogue, Session, str, datetime, tuple[Past, ...]], Turn]

_PICKS: dict[tuple[Stage, str], Pick] = {
    (Stage.WELCOME, "lang"): _language,
    (Stage.CONSENT, "agree"): _agree,
    (Stage.CONSENT, "decline"): _decline,
    (Stage.CONSENT, "privacy"): _privacy,
    (Stage.PRIVACY, "agree"): _agree,
    (Stage.PRIVACY, "decline"): _decline,
    (Stage.REFUSED, "again"): _consent_again,
    (Stage.COMPONENT, "c"): _component,
    (Stage.QUESTIONNAIRE, "q"): _questionnaire,
    (Stage.QUESTIONNAIRE, "about"): _about,
    (Stage.QUESTIONNAIRE, "back"): _components,
    (Stage.ABOUT, "q"): _questionnaire,
    (Stage.ABOUT, "back"): _questionnaires,
    (Stage.RESUME, "continue"): _continue,
    (Stage.RESUME, "anew"): _anew,
    (Stage.RESUME, "another"): _another,
    (Stage.RESUME, "other"): _components,
    (Stage.HOME, "continue"): _continue,
    (Stage.HOME, "begin"): _components,
    (Stage.HOME, "mine"): _mine,
    (Stage.LANGUAGE, "lang"): _language,
    (Stage.MINE, "r"): _revise,
    (Stage.MINE, "back"): _return,
    (Stage.DELETE, "erase"): _erase,
    (Stage.DELETE, "keep"): _return,
    (Stage.ANSWER, "later"): _return,
    (Stage.ANSWER, "done"): _return,
    (Stage.OFFER, "send"): _send,
    (Stage.OFFER, "drop"): _drop,
}
