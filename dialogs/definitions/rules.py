"""The rules of one questionnaire: ids, choices, what shows when, repeated sections, gaps in sentences.

Each rule takes the file's value as it was read, whatever is in it, and passes over what it cannot understand: that
was reported as a mistake of shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from dialogs.definitions import lengths
from dialogs.definitions.building import PLACEHOLDER, Forms
from dialogs.definitions.documents import Document, Documents
from dialogs.definitions.looking import components, listed, questions, sections
from dialogs.definitions.shapes import Report, called, text, whole_number
from dialogs.definitions.words import LANGUAGES, SECTION, meant, named, together, worded
from dialogs.definitions.yamlpath import Item
from dialogs.types import Kind
from locales.languages import CODES

_CHOICES = (Kind.SINGLE.value, Kind.MULTI.value)


# --- ids ------------------------------------------------------------------------------------------------------------


def unique(items: Iterable[Item], report: Report, key: str = "id") -> None:
    """Report every id that stands twice among `items`."""
    first: dict[str, int] = {}
    for item in items:
        found = item.get(key)
        name = text(found)
        if found is None or name is None:
            continue
        if name in first:
            report(
                found,
                worded("“{name}” stands twice (first in line {first})", name=name, first=first[name]),
                worded("give each its own"),
            )
        first.setdefault(name, found.line)


def _unique_ids(document: Document, documents: Documents, report: Report) -> None:
    unique(sections(document), report)
    unique((question for question, _ in questions(document)), report)
    for question, _ in questions(document):
        unique(listed(question, "options"), report)


# --- choices --------------------------------------------------------------------------------------------------------


def _options(document: Document, documents: Documents, report: Report) -> None:
    """Require two options of a choice, and none of a question answered in words."""
    for question, whose in questions(document):
        kind, offered = text(question.get("kind")), question.get("options")
        if kind == Kind.TEXT.value and offered:
            report(
                offered,
                worded("{whose} is answered in words", whose=whose),
                worded("remove {key}, or write {other}", key="options:", other="kind: single"),
            )
        elif kind in _CHOICES and not offered:
            report(
                question,
                worded("{whose} is a choice without options", whose=whose),
                worded("write {key} with two or more", key="options:"),
            )
        elif kind in _CHOICES and offered and len(offered.items()) == 1:
            report(offered, worded("{whose} offers a single option", whose=whose), worded("write two or more"))


def _shows(document: Document, documents: Documents, report: Report) -> None:
    """Require that what decides whether a question shows is a choice asked before it."""
    everywhere = {text(question.get("id")) or "": question for question, _ in questions(document)}
    before: dict[str, Item] = {}
    for question, whose in questions(document):
        decides = question.at("show_if", "question")
        name = text(decides)
        if decides and name and name not in before:
            known = tuple(everywhere) if name in everywhere else tuple(before)
            _not_before(decides, name, whose, known, report)
        elif decides and name:
            _can_decide(question, before[name], name, whose, report)
        before[text(question.get("id")) or ""] = question


def _not_before(item: Item, name: str, whose: str, known: tuple[str, ...], report: Report) -> None:
    if name in known:
        message = worded("{whose} depends on “{name}”, which is not asked before it", whose=whose, name=name)
        report(item, message, worded("name an earlier question, or move this one down"))
    else:
        cure = meant(name, known, worded("name an earlier question"))
        report(item, worded("{whose} depends on “{name}”, which is no question", whose=whose, name=name), cure)


def _can_decide(question: Item, decides: Item, name: str, whose: str, report: Report) -> None:
    if text(decides.get("kind")) == Kind.TEXT.value:
        item = question.at("show_if", "question") or question
        report(
            item,
            worded("{whose} depends on “{name}”, which is no choice", whose=whose, name=name),
            worded("name a question with options"),
        )
        return
    known = tuple(text(option.get("id")) or "" for option in listed(decides, "options"))
    for option in listed(question.get("show_if") or question, "one_of"):
        value = text(option)
        if value and known and value not in known:
            report(option, worded("“{name}” has no option “{value}”", name=name, value=value), meant(value, known))


# --- repeated sections ----------------------------------------------------------------------------------------------


def _one_repeat(document: Document, documents: Documents, report: Report) -> None:
    repeated = [repeat for section in sections(document) if (repeat := section.get("repeat"))]
    for extra in repeated[1:]:
        message = worded("a second section is repeated (the first in line {line})", line=repeated[0].line)
        report(extra, message, worded("repeat one section only, or make two questionnaires"))


def _repeat(document: Document, documents: Documents, report: Report) -> None:
    """Require bounds in order, and that an item begins with a text that must be given."""
    for number, section in enumerate(sections(document), 1):
        if section.get("repeat") is None:
            continue
        least, most = (whole_number(section.at("repeat", key)) for key in ("least", "most"))
        if least is not None and most is not None and least > most:
            item = section.at("repeat", "least") or section
            report(
                item,
                worded("at least {least} are asked, but at most {most}", least=least, most=most),
                worded("write {key} or less", key=f"least: {most}"),
            )
        for first in listed(section, "questions")[:1]:
            _begins_item(first, called(SECTION, section, number), report)


def _begins_item(first: Item, whose: str, report: Report) -> None:
    what = worded("the first question of {whose}, which is repeated,", whose=whose)
    required, kind = first.get("required"), first.get("kind")
    if required and required.value is False:
        report(required, worded("{what} may be skipped", what=what), worded("remove {key}", key="required: false"))
    if kind and text(kind) in _CHOICES:
        report(
            kind,
            worded("{what} is a choice", what=what),
            worded("write {key}, or put another question first", key="kind: text"),
        )
    if shown := first.get("show_if"):
        report(shown, worded("{what} may be hidden", what=what), worded("remove {key}", key="show_if:"))


# --- gaps in sentences ----------------------------------------------------------------------------------------------


def _gaps(document: Document, documents: Documents, report: Report) -> None:
    """Require that gaps are known: a component's form anywhere, `{n}` and `{most}` where an item is named."""
    every = components(documents)
    names = tuple(dict.fromkeys(name for forms in every.values() for name in forms))
    for path, item in document.item.walk():
        own = _GAPS.get(path.rpartition(".")[2], ()) if ".repeat." in path else ()
        placeholders(item, (*names, *own), report)
        if _is_localized(item):
            _every_component_has(item, every, names, report)
            if own:
                _counts(item, report)


_GAPS: Mapping[str, tuple[str, ...]] = {"where": ("n", "most"), "name": ("n",)}


def _is_localized(item: Item) -> bool:
    return isinstance(item.value, dict) and any(code in item.value for code in CODES)


def placeholders(item: Item, known: tuple[str, ...], report: Report) -> None:
    """Report gaps that are not `known`, braces that make none, and gaps that the languages do not share."""
    if not _is_localized(item):
        return
    found: list[set[str]] = []
    for code in CODES:
        each = item.get(code)
        value = text(each)
        if each is None or not value:
            continue
        found.append(set(PLACEHOLDER.findall(value)))
        for name in sorted(found[-1] - set(known)):
            cure = meant(name, known, worded("take it out")) if known else worded("take it out: this text has no gaps")
            report(each, worded("there is no gap {{{name}}} here", name=name), cure)
        if re.search(r"[{}]", PLACEHOLDER.sub("", value)):
            report(each, worded("a brace stands alone"), worded("close it, or take it out"))
    if len(found) == len(CODES) and any(names != found[0] for names in found):
        odd = sorted(set[str]().union(*found) - found[0].intersection(*found))
        gaps = together(f"{{{name}}}" for name in odd)
        report(
            item, worded("the languages do not share the gap {gaps}", gaps=gaps), worded("write it in each, or in none")
        )


def _every_component_has(item: Item, every: Mapping[str, Forms], names: Sequence[str], report: Report) -> None:
    used = {gap for code in CODES for gap in PLACEHOLDER.findall(text(item.get(code)) or "")}
    for component, forms in every.items():
        for name in sorted(used.intersection(names).difference(forms)):
            cure = worded(
                "write {name}: with {languages} under its {place} in the plan",
                name=name,
                languages=LANGUAGES,
                place="forms:",
            )
            report(
                item, worded("the component “{component}” has no form “{name}”", component=component, name=name), cure
            )


def _counts(item: Item, report: Report) -> None:
    """Require that the name of an item says its number."""
    for code in CODES:
        each = item.get(code)
        value = text(each)
        if each and value and "{n}" not in value:
            report(
                each,
                worded("the {language} text does not say the number", language=named(code)),
                worded("write {{n}} where it belongs"),
            )


QUESTIONNAIRE: tuple[Callable[[Document, Documents, Report], None], ...] = (
    _unique_ids,
    _options,
    _shows,
    _one_repeat,
    _repeat,
    _gaps,
    lengths.buttons,
    lengths.messages,
)
