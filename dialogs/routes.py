"""Which questions a draft has, in which order, and what comes next. No graph: file order, `show_if` looking back.

A route is computed anew from the answers each time, so an answer changed later can open or close questions, and no
position can be lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from dialogs.session import Draft
from dialogs.types import Question, Questionnaire, Repeat, Section, ShowIf, Slot


class End(Enum):
    """What comes next when it is not a question."""

    ITEM = "a further item is asked"
    GATE = "the person is asked whether another item follows"
    REVIEW = "everything is answered"


def repeated(questionnaire: Questionnaire) -> Section | None:
    """Return the repeated section, whose items are the contributions; None where there is none."""
    return next((section for section in questionnaire.sections if section.repeat), None)


def section_of(questionnaire: Questionnaire, slot: Slot) -> Section:
    """Return the section that asks `slot`."""
    return questionnaire.asked[slot.question][0]


def question_of(questionnaire: Questionnaire, slot: Slot) -> Question:
    """Return the question asked at `slot`."""
    return questionnaire.asked[slot.question][1]


def rank(draft: Draft, slot: Slot) -> int:
    """Return the place of the slot's item among the draft's items, from 1; 0 outside a repeated section."""
    return draft.items.index(slot.item) + 1 if slot.item in draft.items else 0


def slots(questionnaire: Questionnaire, draft: Draft) -> tuple[Slot, ...]:
    """Return every slot that is asked of this draft, in order."""
    return tuple(slot for section in questionnaire.sections for slot in _of_section(section, draft))


def of_item(questionnaire: Questionnaire, draft: Draft, item: int) -> tuple[Slot, ...]:
    """Return the slots of one item (0: those outside the repeated section), in order."""
    return tuple(slot for slot in slots(questionnaire, draft) if slot.item == item)


def previous(questionnaire: Questionnaire, draft: Draft) -> Slot | None:
    """Return the slot before the present one, or the last where the present screen is no question."""
    route = slots(questionnaire, draft)
    if draft.at in route:
        place = route.index(draft.at)
        return route[place - 1] if place else None
    return route[-1] if route else None


def following(questionnaire: Questionnaire, draft: Draft) -> Slot | End:
    """Return the first slot without an answer, or what comes when there is none."""
    answered = {answer.slot for answer in draft.answers}
    for section in questionnaire.sections:
        for slot in _of_section(section, draft):
            if slot not in answered:
                return slot
        if section.repeat and not draft.ended and _has_room(section.repeat, draft):
            return End.GATE if section.repeat.gate and len(draft.items) >= section.repeat.least else End.ITEM
    return End.REVIEW


def hidden(questionnaire: Questionnaire, draft: Draft) -> tuple[Slot, ...]:
    """Return the answered slots that are no longer asked."""
    route = frozenset(slots(questionnaire, draft))
    return tuple(answer.slot for answer in draft.answers if answer.slot not in route)


def may_add_item(questionnaire: Questionnaire, draft: Draft) -> bool:
    """Return whether a further item may be added."""
    section = repeated(questionnaire)
    return bool(section and section.repeat and _has_room(section.repeat, draft))


def is_extra(questionnaire: Questionnaire, draft: Draft, slot: Slot) -> bool:
    """Return whether `slot` opens an item that need not be given: skipping it takes the item away."""
    section = section_of(questionnaire, slot)
    opens = section.repeat is not None and section.questions[0].id == slot.question
    return bool(opens and section.repeat and rank(draft, slot) > section.repeat.least)


def may_skip(questionnaire: Questionnaire, draft: Draft, slot: Slot) -> bool:
    """Return whether the question at `slot` may be left without an answer."""
    return not question_of(questionnaire, slot).required or is_extra(questionnaire, draft, slot)


def given_items(questionnaire: Questionnaire, draft: Draft) -> tuple[int, ...]:
    """Return the items that hold something said, in rank order: the contributions."""
    said = {answer.slot.item for answer in draft.answers if answer.says}
    return tuple(item for item in draft.items if item in said)


def open_item(questionnaire: Questionnaire, draft: Draft) -> tuple[Draft, Slot]:
    """Return the draft with a further item, and the slot of that item's first question."""
    section = repeated(questionnaire)
    assert section is not None, "only a repeated section has items"
    item = draft.spent + 1
    return draft._replace(items=(*draft.items, item), spent=item), Slot(section.questions[0].id, item)


def close_item(draft: Draft, item: int) -> Draft:
    """Return the draft without `item`; its answers are still there for the caller to drop."""
    return draft._replace(items=tuple(each for each in draft.items if each != item))


def _has_room(repeat: Repeat, draft: Draft) -> bool:
    return repeat.most is None or len(draft.items) < repeat.most


def _of_section(section: Section, draft: Draft) -> Iterator[Slot]:
    for item in draft.items if section.repeat else (0,):
        for question in section.questions:
            if _shown(question.show_if, item, draft):
                yield Slot(question.id, item)


def _shown(condition: ShowIf | None, item: int, draft: Draft) -> bool:
    if condition is None:
        return True
    answer = draft.answer(Slot(condition.question, item)) or draft.answer(Slot(condition.question))
    return answer is not None and any(option in condition.one_of for option in answer.chosen)
