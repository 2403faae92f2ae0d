"""Walking a questionnaire: `step(questionnaire, session, input, now) -> Turn`, a table STAGE → function.

Pure: no await, no clock, no I/O. Nothing but this table decides what happens next while a draft is in hand; what
comes before and beside a questionnaire is the lobby's. Whatever a person does here, no answer is lost: the old one
stands until a new one replaces it, and every replacement is an event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dialogs import menus, naming, routes
from dialogs.adding import add, keep_both
from dialogs.answers import LONGEST, from_typed, is_blank
from dialogs.exchange import AnswerDropped, Ask, Chosen, DraftDiscarded, Event, Input, Say, Submitted, Typed
from dialogs.lateness import is_early, is_late
from dialogs.screens import again, already, at_stage, rejected, screen, stale
from dialogs.session import Draft, Session, Stage
from dialogs.turn import Turn
from dialogs.types import Answer, Kind, Part, Questionnaire, Slot
from dialogs.walking import advance, continue_answer, resume, settle

Events = tuple[Event, ...]


def step(questionnaire: Questionnaire, session: Session, input: Input, now: datetime) -> Turn:
    """Return what follows when `input` comes while the draft in hand is on the screen.

    `questionnaire` is the version the draft began on; `now` is an aware time. Typed words that name a choice become
    that choice; a press of an older screen is stale and only asks again; what cannot be taken is rejected with a
    reason, and the screen is shown again.
    """
    draft = session.draft
    assert draft is not None, "the lobby hands over only a draft in hand"
    if isinstance(input, Typed):
        return _typed(questionnaire, session, draft, input)
    if isinstance(input, Chosen):
        return _chosen(questionnaire, session, draft, input, now)
    return rejected(session, "unsupported")


# --- text ------------------------------------------------------------------------------------------------------------


def _typed(q: Questionnaire, session: Session, draft: Draft, typed: Typed) -> Turn:
    early, late = is_early(session, typed.number), is_late(session, draft, typed.number)
    asks = _asks(q, session, draft)
    menu, numbers = menus.of_draft(q, session), asks is not Kind.TEXT or (early and not late)
    choice = naming.typed_choice(menu, typed.text, numbers=numbers)
    if choice is None and not early:
        choice = naming.spoken_choice(session.stage, menu, typed.text)
    if late and not choice:
        return continue_answer(session, draft, Part(typed.number, typed.text))
    if early and (choice or asks in (Kind.SINGLE, Kind.MULTI)):
        return again(session)
    if choice and not (asks is Kind.MULTI and choice.option.startswith("o:")):
        return _take(q, session._replace(chose=typed.number), draft, choice.option)
    if session.stage is Stage.ASKING:
        return _answer(q, session, draft, typed)
    return _set_aside(session, draft, typed)


def _asks(q: Questionnaire, session: Session, draft: Draft) -> Kind | None:
    if session.stage is not Stage.ASKING or draft.at is None:
        return None
    return routes.question_of(q, draft.at).kind


def _answer(q: Questionnaire, session: Session, draft: Draft, typed: Typed) -> Turn:
    assert draft.at is not None, "a question is being asked"
    answer = from_typed(routes.question_of(q, draft.at), draft.at, typed)
    if isinstance(answer, str):
        return rejected(session, answer)
    if len(answer.text or "") > LONGEST:
        return rejected(session, "too-long")
    if answer.parts:
        return settle(q, session, draft, answer, typed.number)
    session = session._replace(chose=typed.number)
    return _tick_more(session, draft, answer.chosen) if draft.ticked else settle(q, session, draft, answer)


def _set_aside(session: Session, draft: Draft, typed: Typed) -> Turn:
    """Keep a text that answers nothing here, so that one press can add it to the answer above."""
    fits = session.stage in (Stage.GATE, Stage.REVIEW) and draft.written and not draft.receipt
    if not fits or is_blank(typed.text):
        return rejected(session, "choose-one")
    kept = draft._replace(strays=(*draft.strays, Part(typed.number, typed.text)))
    return rejected(session.holding(kept), "choose-or-add")


# --- presses ---------------------------------------------------------------------------------------------------------


def _chosen(q: Questionnaire, session: Session, draft: Draft, chosen: Chosen, now: datetime) -> Turn:
    if session.pressed == (chosen.turn, chosen.option):
        return already(session)
    choice = menus.find(menus.of_draft(q, session), chosen.option) if chosen.turn == session.turn else None
    if choice is None:
        return stale(session)
    if chosen.option.startswith("o:") and _asks(q, session, draft) is Kind.MULTI:
        return _tick(session, draft, chosen.option[2:])
    turn = _take(q, session, draft, choice.option)
    pressed = turn.session._replace(pressed=(chosen.turn, chosen.option))
    return turn._replace(session=pressed, pressed=choice.label)


def _take(q: Questionnaire, session: Session, draft: Draft, option: str) -> Turn:
    """Carry out a choice that the present screen offers; two of them concern what was just written."""
    name, _, value = option.partition(":")
    if name not in ("add", "both"):
        draft = draft._replace(trail=(), former=None)
    return _OPTIONS[name](q, session, draft, value)


def _tick(session: Session, draft: Draft, option: str) -> Turn:
    return Turn(session.holding(_ticked(draft, option)), redraw=True)


def _ticked(draft: Draft, option: str) -> Draft:
    ticked = tuple(o for o in draft.ticked if o != option) if option in draft.ticked else (*draft.ticked, option)
    return draft._replace(ticked=ticked)


def _tick_more(session: Session, draft: Draft, named: tuple[str, ...]) -> Turn:
    """Take options named in words or numbers while others are ticked: ticking has begun, and Done ends it.

    One alone does what its button does, so a ticked one is taken back; several are all added. Nothing ticked is
    replaced, and the screen shows what is ticked now. (Where none is ticked, naming them is the whole answer.)
    """
    if len(named) == 1:
        return again(session.holding(_ticked(draft, *named)))
    more = tuple(option for option in named if option not in draft.ticked)
    return again(session.holding(draft._replace(ticked=(*draft.ticked, *more))))


def _option(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    assert draft.at is not None, "a question is being asked"
    return settle(q, session, draft, Answer(draft.at, chosen=(value,)))


def _done(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    assert draft.at is not None, "a question is being asked"
    options = routes.question_of(q, draft.at).options
    return settle(q, session, draft, Answer(draft.at, chosen=tuple(o.id for o in options if o.id in draft.ticked)))


def _skip(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    assert draft.at is not None, "a question is being asked"
    if routes.is_extra(q, draft, draft.at):
        return _remove(q, session, draft._replace(picked=draft.at.item, ended=True), "")
    return _clear(q, session, draft, "")


def _clear(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    assert draft.at is not None, "a question is being asked"
    return settle(q, session, draft, Answer(draft.at, skipped=True))


def _keep(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    return advance(q, session, draft._replace(at=None), ())


def _example(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    return screen(session.holding(draft._replace(exemplified=draft.at)), Stage.ASKING, Ask(note="example"))


def _save(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    return screen(session, Stage.HOME, Say("saved", menu=True))


def _back(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    """Return to the screen before: from a question or the gate the question before, from a choice the review."""
    if session.stage in (Stage.PICK_ITEM, Stage.PICK_FIELD):
        return resume(q, session.holding(draft._replace(picked=None)))
    before = routes.previous(q, draft if session.stage is Stage.ASKING else draft._replace(at=None))
    assert before is not None, "back is offered only where there is a way back"
    return _ask(q, session, draft._replace(strays=()), before)


def _ask(q: Questionnaire, session: Session, draft: Draft, slot: Slot) -> Turn:
    """Ask a question chosen by hand; where several were chosen already, they are ticked."""
    answer = draft.answer(slot)
    ticked = answer.chosen if answer and routes.question_of(q, slot).kind is Kind.MULTI else ()
    return screen(session.holding(draft._replace(at=slot, ticked=ticked)), Stage.ASKING, Ask())


# --- items, the review, the end --------------------------------------------------------------------------------------


def _more(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    draft, slot = routes.open_item(q, draft)
    return _ask(q, session, draft._replace(strays=()), slot)


def _to_review(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    return advance(q, session, draft._replace(ended=True, at=None), ())


def _edit(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    draft = draft._replace(strays=())
    items = routes.given_items(q, draft)
    if len(items) == 1 and not routes.of_item(q, draft, 0):
        return _pick(q, session, draft, str(items[0]))
    return screen(session.holding(draft), Stage.PICK_ITEM, Say("pick-item", menu=True))


def _pick(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    picked = draft._replace(picked=int(value))
    return screen(session.holding(picked), Stage.PICK_FIELD, Say("pick-field", menu=True))


def _field(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    item = draft.picked if session.stage is Stage.PICK_FIELD and draft.picked else 0
    return _ask(q, session, draft._replace(picked=item), Slot(value, item))


def _remove(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    """Take the picked item out of the draft; every answer in it is dropped, none is deleted."""
    item = draft.picked or 0
    gone = tuple(answer.slot for answer in draft.answers if answer.slot.item == item)
    draft = routes.close_item(draft.without(*gone), item)
    draft = draft._replace(picked=None, at=None, strays=())
    return advance(q, session, draft, tuple(AnswerDropped(draft.id, slot) for slot in gone))


def _submit(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    """Turn the draft into a submission; older drafts of the same questionnaire gave way to this one.

    The thanks, with the receipt, are a message of their own: they are owed whatever screen follows.
    """
    older = tuple(d for d in session.drafts if d.id < draft.id and _same(d, draft))
    rest = tuple(d for d in session.drafts if d.id != draft.id and d not in older)
    events: tuple[Event, ...] = (
        Submitted(draft.id, routes.given_items(q, draft)),
        *(DraftDiscarded(d.id) for d in older),
    )
    home = screen(session._replace(drafts=rest), Stage.HOME, at_stage(Stage.HOME), events)
    return home._replace(prompts=(Say("thanks"), *home.prompts))


def _same(one: Draft, other: Draft) -> bool:
    return (one.consultation, one.questionnaire) == (other.consultation, other.questionnaire)


def _finish(q: Questionnaire, session: Session, draft: Draft, value: str) -> Turn:
    return screen(session._replace(revising=None), Stage.HOME, Say("revised", menu=True))


_OPTIONS: dict[str, Callable[[Questionnaire, Session, Draft, str], Turn]] = {
    "o": _option,
    "done": _done,
    "skip": _skip,
    "keep": _keep,
    "clear": _clear,
    "example": _example,
    "save": _save,
    "back": _back,
    "add": add,
    "both": keep_both,
    "more": _more,
    "review": _to_review,
    "edit": _edit,
    "i": _pick,
    "f": _field,
    "remove": _remove,
    "submit": _submit,
    "finish": _finish,
}
