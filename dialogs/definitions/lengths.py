"""How long a text may be: messages fit a small screen, buttons a narrow phone, notices one message of Telegram."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dialogs.definitions.building import Forms, fill
from dialogs.definitions.documents import Document, Documents
from dialogs.definitions.looking import components, listed, questions, sections
from dialogs.definitions.shapes import Report, text, whole_number
from dialogs.definitions.words import named, worded
from dialogs.definitions.yamlpath import Item
from locales.languages import CODES

MESSAGE_LONGEST = 300
"""Characters a message may have: a small screen shows it without scrolling."""

NOTICE_LONGEST = 4000
"""Characters the consent and privacy texts may have: Telegram carries 4096 in a message."""

BUTTON_LONGEST = 30
"""Characters a button shows on a narrow phone."""

MOST_SHOWN = 99
"""The number that stands for the longest one where a section has no end."""


def fits_button(item: Item | None, more: str, report: Report, every: Mapping[str, Forms] | None = None) -> None:
    """Report texts that, with `more` behind them, are too long for a button in any component's words."""
    for code, each in _texts(item):
        longest = max((fill(_value(each), code, forms) + more for forms in _or_none(every)), key=len)
        if len(longest) > BUTTON_LONGEST:
            message = worded(
                "the button “{longest}” has {length} characters, {most} are the most",
                longest=longest,
                length=len(longest),
                most=BUTTON_LONGEST,
            )
            report(
                each,
                message,
                worded(
                    "shorten the {language} text by {number}",
                    language=named(code),
                    number=len(longest) - BUTTON_LONGEST,
                ),
            )


def fits_message(
    items: Sequence[Item | None], every: Mapping[str, Forms], report: Report, most: int = MESSAGE_LONGEST
) -> None:
    """Report texts that are too long together, with two characters between them, in any component's words."""
    for code in CODES:
        parts = [part for item in items for language, part in _texts(item) if language == code]
        longest = max(sum(len(fill(_value(p), code, f)) + 2 for p in parts) - 2 for f in _or_none(every))
        if parts and longest > most:
            whole = worded(" with what stands before it") if len(parts) > 1 else ""
            message = worded(
                "the {language} message{whole} has {longest} characters, {most} are the most",
                language=named(code),
                whole=whole,
                longest=longest,
                most=most,
            )
            report(parts[-1], message, worded("shorten it by {number}", number=longest - most))


def _texts(item: Item | None) -> Iterator[tuple[str, Item]]:
    for code in CODES:
        each = item.get(code) if item else None
        if each is not None and text(each) is not None:
            yield code, each


def _value(item: Item) -> str:
    return text(item) or ""


def _or_none(every: Mapping[str, Forms] | None) -> Iterable[Forms]:
    return (every or {"": {}}).values()


def _numbered(section: Item, every: Mapping[str, Forms]) -> dict[str, Forms]:
    """Return the components' forms with the longest numbers that an item may bear."""
    most = str(whole_number(section.at("repeat", "most")) or MOST_SHOWN)
    numbers = {name: dict.fromkeys(CODES, most) for name in ("n", "most")}
    return {component: {**forms, **numbers} for component, forms in every.items()}


def buttons(document: Document, documents: Documents, report: Report) -> None:
    """Require that whatever stands on a button of a questionnaire fits there, the title with its minutes."""
    every = components(documents)
    minutes = whole_number(document.item.get("minutes"))
    fits_button(document.item.get("title"), f" · {minutes} min" if minutes else "", report, every)
    for section in sections(document):
        for key in ("name", "add", "remove"):
            fits_button(section.at("repeat", key), "", report, _numbered(section, every))
    for question, _ in questions(document):
        fits_button(question.get("label"), "", report, every)
        for option in listed(question, "options"):
            fits_button(option.get("label"), "", report, every)


def messages(document: Document, documents: Documents, report: Report) -> None:
    """Require that a question fits in one message with its place, the first also with the section's intro."""
    for section in sections(document):
        every = _numbered(section, components(documents))
        where, intro = section.at("repeat", "where"), section.get("intro")
        fits_message([section.at("repeat", "gate")], every, report)
        for question in listed(section, "questions"):
            fits_message([intro, where, question.get("ask")], every, report)
            fits_message([where, question.get("again")], every, report)
            fits_message([question.get("example")], every, report)
            intro = None
