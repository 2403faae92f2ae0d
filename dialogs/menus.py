"""Which choices each screen offers, in reading order, in the person's language.

The engine and the lobby match typed words against these same choices (`naming`), so whatever a button does can also
be typed.
Actions are verbs, choices are nouns; the usual next step stands first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from gettext import NullTranslations

from dialogs import routes
from dialogs.exchange import Choice, Menu
from dialogs.session import Draft, Session, Stage
from dialogs.text import spaced
from dialogs.types import Catalogue, Kind, Option, Past, Questionnaire, Slot
from locales import CHAT, LANGUAGES, together, translations

NARROW = 13
"""Two labels of at most this many characters share a row on a small phone."""

BESIDE = " · "
"""What stands between the parts of a label; each part names the choice as well as the whole does."""

DRAFTS_KEPT = 3
"""How many drafts of one questionnaire one person may have open."""


def words_of(session: Session) -> NullTranslations:
    """Return the interface texts in the session's language, in every language while none is chosen."""
    return together(CHAT) if session.bilingual else translations(CHAT, session.language)


def _labels_of(session: Session) -> NullTranslations:
    """Return the same for labels, which are one line."""
    return together(CHAT, BESIDE) if session.bilingual else words_of(session)


def arrange(choices: Iterable[Choice]) -> Menu:
    """Return the choices in rows: two short labels side by side, a long one alone."""
    rows: list[tuple[Choice, ...]] = []
    for choice in choices:
        fits = rows and len(rows[-1]) == 1 and max(len(choice.label), len(rows[-1][0].label)) <= NARROW
        if fits:
            rows[-1] = (rows[-1][0], choice)
        else:
            rows.append((choice,))
    return tuple(rows)


def find(menu: Menu, option: str) -> Choice | None:
    """Return the choice whose option is `option`, or None where the menu has none."""
    return next((choice for row in menu for choice in row if choice.option == option), None)


# --- a questionnaire's screens ---------------------------------------------------------------------------------------


def of_draft(questionnaire: Questionnaire, session: Session) -> Menu:
    """Return the choices of the screen that the draft in hand shows."""
    draft = session.draft
    assert draft is not None, "these screens belong to a draft"
    return arrange(_DRAFT[session.stage](questionnaire, draft, words_of(session), session.language))


def _asking(questionnaire: Questionnaire, draft: Draft, t: NullTranslations, language: str) -> list[Choice]:
    assert draft.at is not None, "a question is being asked"
    question = routes.question_of(questionnaire, draft.at)
    answered = draft.present is not None
    example = question.example and not answered and not draft.written and draft.exemplified != draft.at
    skip = not answered and routes.may_skip(questionnaire, draft, draft.at)
    offered = [
        *(_ticks(question.options, draft, language) if question.kind is Kind.MULTI else ()),
        *(_options(question.options, language) if question.kind is Kind.SINGLE else ()),
        (Choice("done", t.gettext("Done")) if draft.ticked else None),
        (Choice("example", t.gettext("Give me an example")) if example else None),
        (Choice("keep", t.gettext("Keep it as it is")) if answered else None),
        (Choice("clear", t.gettext("Remove the answer")) if answered and not question.required else None),
        (Choice("skip", t.gettext("Skip")) if skip else None),
        (Choice("back", t.gettext("Back")) if _has_way_back(questionnaire, draft) else None),
        *_about_words(draft, t, add=draft.movable),
        Choice("save", t.gettext("Save for later")),
    ]
    return [choice for choice in offered if choice]


def _about_words(draft: Draft, t: NullTranslations, *, add: bool) -> list[Choice]:
    """Return what may be done with the words just written: join them to the answer above, or to the former."""
    both = [Choice("both", t.gettext("Keep both answers"))] if draft.former else []
    return [*both, Choice("add", t.gettext("Add to the answer above"))] if add else both


def _options(options: Iterable[Option], language: str) -> list[Choice]:
    return [Choice(f"o:{o.id}", o.label[language]) for o in options]


def _ticks(options: Iterable[Option], draft: Draft, language: str) -> list[Choice]:
    choices = _options(options, language)
    return [Choice(c.option, f"✓ {c.label}") if c.option[2:] in draft.ticked else c for c in choices]


def _has_way_back(questionnaire: Questionnaire, draft: Draft) -> bool:
    return draft.picked is None and routes.previous(questionnaire, draft) is not None


def _gate(questionnaire: Questionnaire, draft: Draft, t: NullTranslations, language: str) -> list[Choice]:
    section = routes.repeated(questionnaire)
    assert section and section.repeat, "only a repeated section has a gate"
    return [
        Choice("more", section.repeat.add[language]),
        Choice("review", t.gettext("Review")),
        Choice("back", t.gettext("Back")),
        *_about_words(draft, t, add=draft.movable or bool(draft.strays)),
        Choice("save", t.gettext("Save for later")),
    ]


def _review(questionnaire: Questionnaire, draft: Draft, t: NullTranslations, language: str) -> list[Choice]:
    section = routes.repeated(questionnaire)
    if draft.receipt:
        both = _about_words(draft, t, add=False)
        return [Choice("edit", t.gettext("Edit")), *both, Choice("finish", t.gettext("Done"))]
    more = section and section.repeat and routes.may_add_item(questionnaire, draft)
    offered = [
        Choice("submit", t.gettext("Submit")),
        Choice("edit", t.gettext("Edit")),
        (Choice("more", section.repeat.add[language]) if more and section and section.repeat else None),
        *_about_words(draft, t, add=bool(draft.strays)),
        Choice("save", t.gettext("Save for later")),
    ]
    return [choice for choice in offered if choice]


def _pick_item(questionnaire: Questionnaire, draft: Draft, t: NullTranslations, language: str) -> list[Choice]:
    section = routes.repeated(questionnaire)
    names = section.repeat.name[language] if section and section.repeat else "{n}"
    given = routes.given_items(questionnaire, draft)
    items = [Choice(f"i:{item}", names.format(n=place)) for place, item in enumerate(given, 1)]
    rest = [
        Choice(f"f:{slot.question}", _label(questionnaire, slot, language)) for slot in _alone(questionnaire, draft)
    ]
    return [*items, *rest, Choice("back", t.gettext("Back"))]


def _alone(questionnaire: Questionnaire, draft: Draft) -> tuple[Slot, ...]:
    return routes.of_item(questionnaire, draft, 0)


def _label(questionnaire: Questionnaire, slot: Slot, language: str) -> str:
    return routes.question_of(questionnaire, slot).label[language]


def _pick_field(questionnaire: Questionnaire, draft: Draft, t: NullTranslations, language: str) -> list[Choice]:
    assert draft.picked is not None, "an item was picked"
    slots = routes.of_item(questionnaire, draft, draft.picked)
    fields = [Choice(f"f:{slot.question}", _label(questionnaire, slot, language)) for slot in slots]
    section = routes.repeated(questionnaire)
    repeat = section.repeat if section and draft.picked and not draft.receipt else None
    if repeat and len(routes.given_items(questionnaire, draft)) > repeat.least:
        fields.append(Choice("remove", repeat.remove[language]))
    return [*fields, Choice("back", t.gettext("Back"))]


_DRAFT: dict[Stage, Callable[[Questionnaire, Draft, NullTranslations, str], list[Choice]]] = {
    Stage.ASKING: _asking,
    Stage.GATE: _gate,
    Stage.REVIEW: _review,
    Stage.PICK_ITEM: _pick_item,
    Stage.PICK_FIELD: _pick_field,
}


# --- the lobby's screens ---------------------------------------------------------------------------------------------


def of_lobby(catalogue: Catalogue, session: Session, past: tuple[Past, ...]) -> Menu:
    """Return the choices of the lobby's present screen."""
    return arrange(_LOBBY[session.stage](catalogue, session, past, _labels_of(session)))


def _welcome(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    names = [Choice(f"lang:{each.code}", each.name) for each in LANGUAGES]
    if session.bilingual:
        return names
    return [
        Choice(f"lang:{session.language}", t.gettext("Start")),
        *(choice for choice in names if choice.option != f"lang:{session.language}"),
    ]


def _consent(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    return [*_privacy(c, session, past, t), Choice("privacy", t.gettext("More"))]


def _privacy(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    return [Choice("agree", t.gettext("I agree")), Choice("decline", t.gettext("I do not agree"))]


def _refused(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    return [Choice("again", t.gettext("Start"))]


def _component(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    return [Choice(f"c:{each.slug}", each.label[session.language]) for each in c.opened()]


def _questionnaire(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    consultation = c.consultation(session.component)
    offered = [c.questionnaires[digest] for digest in consultation.questionnaires] if consultation else []
    minutes = t.gettext("{title} · {minutes} min")
    choices = [
        Choice(f"q:{each.slug}", minutes.format(title=each.title[session.language], minutes=each.minutes))
        for each in offered
    ]
    if session.stage is Stage.ABOUT:
        return [*choices, Choice("back", t.gettext("Back"))]
    back = [Choice("back", t.gettext("Back"))] if len(c.opened()) > 1 else []
    return [*choices, Choice("about", t.gettext("Learn more")), *back]


def _resume(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    offered = [
        Choice("continue", t.gettext("Continue")),
        (Choice("anew", t.gettext("Begin anew")) if may_begin_anew(session) else None),
        (Choice("another", t.gettext("Continue another one")) if len(alike(session)) > 1 else None),
        Choice("other", t.gettext("Choose something else")),
    ]
    return [choice for choice in offered if choice]


def may_begin_anew(session: Session) -> bool:
    """Return whether a further draft of the same questionnaire may be opened beside the one in hand."""
    return len(alike(session)) < DRAFTS_KEPT


def alike(session: Session) -> tuple[Draft, ...]:
    """Return the drafts of the same questionnaire as the one in hand, which is the last of them."""
    draft = session.draft
    return tuple(d for d in session.drafts if draft and d.questionnaire == draft.questionnaire
                 and d.consultation == draft.consultation)  # fmt: skip


def _home(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    offered = [
        (Choice("continue", t.gettext("Continue")) if session.drafts else None),
        Choice("begin", t.gettext("Make a contribution")),
        Choice("mine", t.gettext("My contributions")),
    ]
    return [choice for choice in offered if choice]


def _language(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    return [Choice(f"lang:{each.code}", each.name) for each in LANGUAGES]


def _mine(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    edit = t.gettext("Edit {receipt}")
    open_ones = [Choice(f"r:{each.draft}", edit.format(receipt=spaced(each.receipt))) for each in past if each.is_open]
    return [*open_ones, Choice("back", t.gettext("Back"))]


def _delete(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    return [Choice("keep", t.gettext("Keep all data")), Choice("erase", t.gettext("Erase all data"))]


def _answer(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    if session.has_answered:
        return [Choice("done", t.gettext("Done"))]
    return [Choice("later", t.gettext("Not now"))]


def _offer(c: Catalogue, session: Session, past: tuple[Past, ...], t: NullTranslations) -> list[Choice]:
    return [Choice("send", t.gettext("Send to the secretariat")), Choice("drop", t.gettext("Do not send"))]


_LOBBY: dict[Stage, Callable[[Catalogue, Session, tuple[Past, ...], NullTranslations], list[Choice]]] = {
    Stage.WELCOME: _welcome,
    Stage.CONSENT: _consent,
    Stage.PRIVACY: _privacy,
    Stage.REFUSED: _refused,
    Stage.COMPONENT: _component,
    Stage.QUESTIONNAIRE: _questionnaire,
    Stage.ABOUT: _questionnaire,
    Stage.RESUME: _resume,
    Stage.HOME: _home,
    Stage.LANGUAGE: _language,
    Stage.MINE: _mine,
    Stage.DELETE: _delete,
    Stage.ANSWER: _answer,
    Stage.OFFER: _offer,
}
