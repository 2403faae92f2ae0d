"""What is different between two versions of a questionnaire, question by question, in every language. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialogs.types import Localized, Question, Questionnaire, Section


class Fate(StrEnum):
    """What became of a question."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Wording:
    """One text before and after, by language; empty where it did not, or does not, exist.

    `part` says which: title, intro, repeat, ask, again, label, example, or option.
    """

    part: str
    before: Localized
    after: Localized

    def changed(self, language: str) -> bool:
        """Whether it reads otherwise in one language."""
        return self.before.get(language, "") != self.after.get(language, "")


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one question, or of what stands around the questions (`question` is empty then)."""

    question: str
    fate: Fate
    wordings: tuple[Wording, ...] = ()
    rules: tuple[str, ...] = ()
    """What else is otherwise: required, optional, kind, shown, section."""


def compare(before: Questionnaire | None, after: Questionnaire) -> tuple[Difference, ...]:
    """Return what became of every question, in the order of `after`, those that are gone last.

    What stands around the questions comes first where it changed. Without a version before, everything is added.
    """
    old, new = _asked(before), _asked(after)
    found = [*_around(before, after)]
    order = [name for name in old if name in new]
    moved = _moved(order, [name for name in new if name in old])
    for name, (section, question) in new.items():
        found.append(_question(name, old.get(name), (section, question), is_moved=name in moved))
    gone = [name for name in old if name not in new]
    found += [Difference(name, Fate.REMOVED, tuple(_wordings(old[name][1], None))) for name in gone]
    return tuple(found)


def _asked(questionnaire: Questionnaire | None) -> dict[str, tuple[Section, Question]]:
    """Return every question by its id, in the order of the file."""
    sections = questionnaire.sections if questionnaire else ()
    return {question.id: (section, question) for section in sections for question in section.questions}


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Return the questions that stand elsewhere among those that both versions ask."""
    return {name for place, name in enumerate(after) if before[place] != name}


def _question(
    name: str, before: tuple[Section, Question] | None, after: tuple[Section, Question], *, is_moved: bool
) -> Difference:
    if before is None:
        return Difference(name, Fate.ADDED, tuple(_wordings(None, after[1])))
    wordings = tuple(each for each in _wordings(before[1], after[1]) if each.before != each.after)
    rules = tuple(_rules(before, after))
    if wordings or rules:
        return Difference(name, Fate.CHANGED, wordings, rules)
    return Difference(name, Fate.MOVED if is_moved else Fate.SAME)


def _wordings(before: Question | None, after: Question | None) -> Iterator[Wording]:
    """Yield every text of a question, before and after."""
    old, new = _texts(before), _texts(after)
    for key in dict.fromkeys((*new, *old)):
        yield Wording(key[0], old.get(key, {}), new.get(key, {}))


def _texts(question: Question | None) -> Mapping[tuple[str, str], Localized]:
    if question is None:
        return {}
    parts = {"ask": question.ask, "again": question.again, "label": question.label, "example": question.example}
    texts = {(part, ""): text for part, text in parts.items() if text is not None}
    return texts | {("option", option.id): option.label for option in question.options}


def _rules(before: tuple[Section, Question], after: tuple[Section, Question]) -> Iterator[str]:
    (was_in, was), (is_in, now) = before, after
    if was.required is not now.required:
        yield "required" if now.required else "optional"
    if was.kind is not now.kind:
        yield "kind"
    if was.show_if != now.show_if:
        yield "shown"
    if (was_in.id, was_in.repeat is None) != (is_in.id, is_in.repeat is None):
        yield "section"


def _around(before: Questionnaire | None, after: Questionnaire) -> Iterator[Difference]:
    if before is None:
        return
    old, new = _frame(before), _frame(after)
    wordings = tuple(
        Wording(key[0], old.get(key, {}), new.get(key, {}))
        for key in dict.fromkeys((*new, *old))
        if old.get(key) != new.get(key)
    )
    limits = {section.id: (section.repeat.least, section.repeat.most) for section in after.sections if section.repeat}
    were = {section.id: (section.repeat.least, section.repeat.most) for section in before.sections if section.repeat}
    rules = (*(("minutes",) if before.minutes != after.minutes else ()), *(("limits",) if limits != were else ()))
    if wordings or rules:
        yield Difference("", Fate.CHANGED, wordings, rules)


def _frame(questionnaire: Questionnaire) -> Mapping[tuple[str, str], Localized]:
    """Return the texts that belong to no question: the title, and what opens and repeats a section."""
    found: dict[tuple[str, str], Localized] = {("title", ""): questionnaire.title}
    for section in questionnaire.sections:
        if section.intro:
            found["intro", section.id] = section.intro
        if section.repeat:
            repeat = section.repeat
            parts = {"where": repeat.where, "name": repeat.name, "add": repeat.add, "remove": repeat.remove}
            parts |= {"gate": repeat.gate} if repeat.gate else {}
            found |= {("repeat", f"{section.id} {name}"): text for name, text in parts.items()}
    return found
