"""Looking into a file as it was read, whatever is in it: what is not as it should be is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dialogs.definitions.building import Forms
from dialogs.definitions.documents import Document, Documents
from dialogs.definitions.shapes import called, text
from dialogs.definitions.words import QUESTION
from dialogs.definitions.yamlpath import Item
from locales.languages import CODES


def listed(item: Item, key: str) -> tuple[Item, ...]:
    """Return the items of the list under `key`."""
    found = item.get(key)
    return found.items() if found else ()


def sections(document: Document) -> tuple[Item, ...]:
    """Return the sections of a questionnaire."""
    return listed(document.item, "sections")


def questions(document: Document) -> Iterator[tuple[Item, str]]:
    """Yield the questions of all sections in the order of asking, each with what messages call it."""
    for section in sections(document):
        for number, question in enumerate(listed(section, "questions"), 1):
            yield question, called(QUESTION, question, number)


def date_of(item: Item | None) -> date | None:
    """Return the date an item holds, None for anything else."""
    return item.value if item and type(item.value) is date else None


def forms_of(component: Item) -> Forms:
    """Return a component's forms, as far as they are texts."""
    forms = component.get("forms")
    return {
        name: {code: text(each.get(code)) or "" for code in CODES}
        for name, each in (forms.value.items() if forms and isinstance(forms.value, dict) else ())
    }


def components(documents: Documents) -> dict[str, Forms]:
    """Return the forms of every component of the plan at hand."""
    return {text(each.get("id")) or "": forms_of(each) for each in listed(documents.plan.item, "components")}
