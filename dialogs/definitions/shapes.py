"""The shape of a file: which keys stand where, and what kind of value each holds.

`mapping` walks a mapping's table of keys (they stand in `tables`) and reports everything that does not fit, each with
what to write instead. What the values mean together is the work of `issues`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dialogs.definitions.words import LANGUAGES, either, meant, named, together, worded
from dialogs.definitions.yamlpath import UNREAD, Item
from dialogs.types import Kind
from locales.languages import CODES

Report = Callable[[Item, str, str], None]
"""Takes where the mistake is, what is wrong, and what to write instead."""

Check = Callable[[Item, str, str, Report], None]
"""Takes a value, whose it is, the key it stands under, and where to report."""

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLUG_LONGEST = 30
DIGEST = re.compile(r"[0-9a-f]{64}")

NAMES = ("label", "name")
"""The two forms that name a component, which every component has."""

# --- one value ------------------------------------------------------------------------------------------------------


def text(item: Item | None) -> str | None:
    """Return the text an item holds, None for anything else."""
    return item.value if item and isinstance(item.value, str) else None


def whole_number(item: Item | None) -> int | None:
    """Return the whole number an item holds, None for anything else."""
    return item.value if item and type(item.value) is int else None


def shown(value: Any) -> str:
    """Return a value as a message quotes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | tuple):
        return worded("a list")
    return worded("nothing") if value is None else worded("“{value}”", value=value)


def _holds(item: Item, whose: str, key: str) -> str:
    return worded("{whose} has {value} under {key}:", whose=whose, value=shown(item.value), key=key)


def slug(item: Item, whose: str, key: str, report: Report) -> None:
    """Check an id."""
    value = text(item)
    if value is None or not SLUG.fullmatch(value) or len(value) > SLUG_LONGEST:
        cure = worded("write lower-case letters, digits and single dashes, at most {most}", most=SLUG_LONGEST)
        report(item, worded("{value} cannot be an id", value=shown(item.value)), cure)


def line_of_text(item: Item, whose: str, key: str, report: Report) -> None:
    """Check a text that has no language."""
    if not (text(item) or "").strip():
        report(item, _holds(item, whose, key), worded("write a text in quotation marks"))


def positive(item: Item, whose: str, key: str, report: Report) -> None:
    """Check a whole number from 1."""
    number = whole_number(item)
    if number is None or number < 1:
        report(item, _holds(item, whose, key), worded("write a whole number from 1"))


def truth(item: Item, whose: str, key: str, report: Report) -> None:
    """Check true or false."""
    if not isinstance(item.value, bool):
        report(item, _holds(item, whose, key), worded("write {known}", known=either(("true", "false"))))


def day(item: Item, whose: str, key: str, report: Report) -> None:
    """Check a date."""
    if type(item.value) is not date:
        cure = worded("write a date as 2020-09-30, without quotation marks")
        report(item, _holds(item, whose, key), cure)


def kind(item: Item, whose: str, key: str, report: Report) -> None:
    """Check the kind of a question."""
    known = tuple(each.value for each in Kind)
    value = text(item)
    if value not in known:
        report(item, worded("{value} is no kind of question", value=shown(item.value)), meant(value or "", known))


def seed(item: Item, whose: str, key: str, report: Report) -> None:
    """Check the id, or ids, of the source document's items."""
    for each in item.items() or (item,):
        if not re.fullmatch(r"[A-Z]\d{1,2}", text(each) or ""):
            report(
                each,
                worded("{value} is no item of the source", value=shown(each.value)),
                worded("write an id such as K0"),
            )


def digest(item: Item, whose: str, key: str, report: Report) -> None:
    """Check a SHA-256 digest."""
    if not DIGEST.fullmatch(text(item) or ""):
        report(
            item,
            worded("{value} is no digest", value=shown(item.value)),
            worded("write 64 digits and letters from {first} to {last}", first="a", last="f"),
        )


def texts(item: Item, whose: str, key: str, report: Report) -> None:
    """Check a text in every language."""
    if not isinstance(item.value, dict):
        report(
            item,
            worded("{whose} has one text for all languages", whose=whose),
            worded("write {languages} under {key}:", languages=LANGUAGES, key=key),
        )
        return
    known = (*CODES, "seed")
    for name, each in item.value.items():
        if name not in known:
            report(each, worded("“{name}” is no language here", name=name), meant(name, CODES))
    if "seed" in item.value:
        seed(item.value["seed"], whose, key, report)
    for language in CODES:
        _one_language(item, language, whose, key, report)


def _one_language(item: Item, language: str, whose: str, key: str, report: Report) -> None:
    found = item.get(language)
    place = worded("write it under {key}: {language}:", key=key, language=language)
    if found is None:
        report(item, worded("{whose} has no {language} text", whose=whose, language=named(language)), place)
    elif found.value is UNREAD:
        return  # reported when it was read
    elif not isinstance(found.value, str) and found.value is not None:
        wrong = worded(
            "{value} stands where the {language} text of {whose} belongs",
            value=shown(found.value),
            language=named(language),
            whose=whose,
        )
        report(found, wrong, worded("put it in quotation marks under {key}: {language}:", key=key, language=language))
    elif not (found.value or "").strip():
        report(found, worded("{whose} has an empty {language} text", whose=whose, language=named(language)), place)


# --- mappings and lists ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping: how its value is checked, and whether it must stand there."""

    check: Check
    required: bool = True


Keys = Mapping[str, Key]


def mapping(item: Item, whose: str, keys: Keys, report: Report) -> None:
    """Check a mapping against its table of keys."""
    if not isinstance(item.value, dict):
        needed = " ".join(f"{name}:" for name, key in keys.items() if key.required)
        report(
            item,
            worded("{whose} is {value}", whose=whose, value=shown(item.value)),
            worded("write these keys beneath it: {needed}", needed=needed),
        )
        return
    for name, each in item.value.items():
        if name not in keys:
            report(
                each,
                worded("{whose} has an unknown key “{name}”", whose=whose, name=name),
                meant(name, tuple(keys), worded("remove it")),
            )
    for name, key in keys.items():
        found = item.get(name)
        if found is not None and found.value is UNREAD:
            continue  # reported when it was read
        if found is not None and (key.required or found.value is not None):
            key.check(found, whose, name, report)
        elif key.required:
            report(item, worded("{whose} has no {name}", whose=whose, name=name), worded("write {name}:", name=name))


def within(called: str, keys: Keys) -> Check:
    """Return the check of a mapping that belongs to something, called `called` in messages."""
    return lambda item, whose, key, report: mapping(
        item, worded("{part} of {whose}", part=called, whose=whose), keys, report
    )


def each_of(noun: str, keys: Keys, name: str = "id") -> Check:
    """Return the check of a list of mappings, each called `noun` and the text under `name`."""

    def check(item: Item, whose: str, key: str, report: Report) -> None:
        if not item.items():
            report(
                item,
                worded("{whose} has no {noun}", whose=whose, noun=noun),
                worded("write one after a dash under {key}:", key=key),
            )
        for number, each in enumerate(item.items(), 1):
            mapping(each, called(noun, each, number, name), keys, report)

    return check


def called(noun: str, item: Item, number: int, name: str = "id") -> str:
    """Return what messages call the `number`th item of a list."""
    value = text(item.get(name))
    return (
        worded("the {noun} “{value}”", noun=noun, value=value)
        if value
        else worded("{noun} {number}", noun=noun, number=number)
    )


def slugs(item: Item, whose: str, key: str, report: Report) -> None:
    """Check a list of ids."""
    if not item.items():
        report(item, _holds(item, whose, key), worded("write a list: {example}", example=f"{key}: [one, two]"))
    for each in item.items():
        slug(each, whose, key, report)


def forms(item: Item, whose: str, key: str, report: Report) -> None:
    """Check a component's forms: any names, but always the two that name it."""
    if not isinstance(item.value, dict):
        report(
            item,
            worded("{whose} has no forms", whose=whose),
            worded(
                "write {keys} under {place}, each with {languages}",
                keys=together(("label:", "name:")),
                place="forms:",
                languages=LANGUAGES,
            ),
        )
        return
    for name in NAMES:
        if name not in item.value:
            report(
                item,
                worded("{whose} has no form “{name}”", whose=whose, name=name),
                worded("write {name}: with {languages} under {place}", name=name, languages=LANGUAGES, place="forms:"),
            )
    for name, each in item.value.items():
        texts(each, whose, name, report)


def digests(item: Item, whose: str, key: str, report: Report) -> None:
    """Check a mapping from names to digests."""
    if not isinstance(item.value, dict):
        report(
            item,
            worded("{whose} are {value}", whose=whose, value=shown(item.value)),
            worded("write a name, a colon and a digest on each line"),
        )
        return
    for each in item.value.values():
        digest(each, whose, key, report)
