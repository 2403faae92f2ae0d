"""Prompt → Message in one language: text with marks, and rows of choices. Knows no Telegram.

What the institution asks comes from the catalogue's data; the words around it from gettext. A person's own words are
put in as they are, never read as markup.
"""

from __future__ import annotations

from gettext import NullTranslations
from typing import assert_never

from dialogs import menus, routes
from dialogs.entering import questionnaire_in_hand
from dialogs.exchange import Ask, Menu, Message, Prompt, Review, Say
from dialogs.lobby import DRAFTING
from dialogs.sentences import note_text, say_text
from dialogs.session import Draft, Session
from dialogs.text import Text, bold, italic, paragraphs, plain, shortened, spaced
from dialogs.types import Answer, Catalogue, Kind, Past, Question, Questionnaire, Slot


def render(
    prompt: Prompt, catalogue: Catalogue, session: Session, t: NullTranslations, past: tuple[Past, ...] = ()
) -> Message:
    """Return the message that shows `prompt` to the person whose session this is.

    `t` holds the interface texts in the session's language; `past` the person's submissions where the screen lists
    them. A screen carries its choices and its turn; what is said beside it carries none.
    """
    text = _text(prompt, catalogue, session, t, past)
    if isinstance(prompt, Say) and not prompt.menu:
        return Message(text.text, text.marks)
    return Message(text.text, text.marks, menu_of(catalogue, session, past), session.turn)


def menu_of(catalogue: Catalogue, session: Session, past: tuple[Past, ...] = ()) -> Menu:
    """Return the choices of the present screen."""
    questionnaire = questionnaire_in_hand(catalogue, session)
    if session.stage in DRAFTING and questionnaire:
        return menus.of_draft(questionnaire, session)
    return menus.of_lobby(catalogue, session, past)


def _text(prompt: Prompt, catalogue: Catalogue, session: Session, t: NullTranslations, past: tuple[Past, ...]) -> Text:
    questionnaire = questionnaire_in_hand(catalogue, session)
    match prompt:
        case Ask():
            assert questionnaire and session.draft, "a question belongs to a draft"
            return paragraphs(
                _note(prompt.note, questionnaire, session, t), *_ask(prompt, questionnaire, session.draft, session, t)
            )
        case Review():
            assert questionnaire and session.draft, "a review belongs to a draft"
            return paragraphs(
                _note(prompt.note, questionnaire, session, t), *_review(questionnaire, session.draft, session, t)
            )
        case Say():
            note = _note(prompt.note, questionnaire, session, t)
            return paragraphs(note, *say_text(prompt, catalogue, questionnaire, session, past, t))
        case _:
            assert_never(prompt)


def _note(topic: str, questionnaire: Questionnaire | None, session: Session, t: NullTranslations) -> Text:
    draft = session.draft
    if topic == "example" and questionnaire and draft and draft.at:
        example = routes.question_of(questionnaire, draft.at).example or {}
        return plain(t.gettext("For example: {example}").format(example=example.get(session.language, "")))
    return plain(note_text(topic, t) if topic else "")


def _ask(prompt: Ask, q: Questionnaire, draft: Draft, session: Session, t: NullTranslations) -> tuple[Text, ...]:
    assert draft.at is not None, "a question is being asked"
    question, section = routes.question_of(q, draft.at), routes.section_of(q, draft.at)
    first = draft.at.item == 0 or routes.rank(draft, draft.at) == 1
    sentence = plain((question.ask if first or not question.again else question.again)[session.language])
    intro = plain(section.intro[session.language]) if prompt.intro and section.intro else plain("")
    where = _where(q, draft, draft.at, session.language)
    asked = where + plain(" ") + sentence if where.text else sentence
    hint = _hint(draft, t) if question.kind is Kind.MULTI else ""
    return (intro, asked, plain(hint), _present(question, draft, session.language, t))


def _present(question: Question, draft: Draft, language: str, t: NullTranslations) -> Text:
    """Return the beginning of the answer that the question has already, and what becomes of it; of ticks the screen."""
    answer = draft.present
    if answer is None or question.kind is Kind.MULTI:
        return plain("")
    shown = italic(t.gettext("Your answer now:")) + plain(" " + shortened(_said(question, answer, language)))
    if question.kind is not Kind.TEXT:
        return shown
    return shown + plain("\n" + t.gettext("Whatever you write now takes its place."))


def _hint(draft: Draft, t: NullTranslations) -> str:
    """Return how several are chosen; where some are ticked, how to go on from there."""
    if draft.ticked:
        return t.gettext(
            "Your choices so far are ticked below. Press or type another to add it, a ticked one to take it back, "
            "and “Done” at the end."
        )
    return t.gettext("You may choose several: press them one by one, then “Done”. Or type their numbers, such as 1, 3.")


def _where(q: Questionnaire, draft: Draft, slot: Slot, language: str) -> Text:
    repeat = routes.section_of(q, slot).repeat
    if repeat is None:
        return plain("")
    return bold(repeat.where[language].format(n=routes.rank(draft, slot), most=repeat.most) + ".")


def _review(q: Questionnaire, draft: Draft, session: Session, t: NullTranslations) -> tuple[Text, ...]:
    """Return everything said, item by item, then what may be done now."""
    said = [_block(q, draft, item, session.language) for item in (0, *routes.given_items(q, draft))]
    if draft.receipt:
        head = t.gettext("Contribution {receipt}. Every change counts at once.").format(receipt=spaced(draft.receipt))
        return (plain(head), *said)
    head = t.gettext("Read your contribution once more before you submit it.")
    return (plain(head), *said, plain(t.gettext("It has not been submitted yet.")))


def _block(q: Questionnaire, draft: Draft, item: int, language: str) -> Text:
    lines = [
        _line(q, draft, slot, language, opening=item > 0 and place == 0)
        for place, slot in enumerate(routes.of_item(q, draft, item))
    ]
    return Text.join("\n", [line for line in lines if line.text])


def _line(q: Questionnaire, draft: Draft, slot: Slot, language: str, *, opening: bool) -> Text:
    answer = draft.answer(slot)
    if answer is None or answer.skipped:
        return plain("")
    question = routes.question_of(q, slot)
    head = bold(f"{routes.rank(draft, slot)}. ") if opening else italic(f"{question.label[language]}: ")
    return head + plain(_said(question, answer, language))


def _said(question: Question, answer: Answer, language: str) -> str:
    labels = {option.id: option.label[language] for option in question.options}
    return answer.text or ", ".join(labels[option] for option in answer.chosen)
