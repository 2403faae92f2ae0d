"""Plain values of checked YAML made into the types of `dialogs.types`.

What comes in was found free of issues, so nothing is judged here. A template's sentences receive the forms of one
component: `{to_improve}` is replaced by the whole form, while `{n}` and `{most}` stay for the moment of asking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dialogs.canonical import notice, sealed
from dialogs.types import (
    Consultation,
    Kind,
    Localized,
    Notice,
    Option,
    Question,
    Questionnaire,
    Repeat,
    Section,
    ShowIf,
)
from locales.languages import CODES

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

Forms = Mapping[str, Localized]
"""A component's words in the grammatical forms that sentences need, by the name of the form."""


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the plan; its secretariat consults the public on it."""

    slug: str
    forms: Forms


@dataclass(frozen=True, slots=True)
class PlanStage:
    """A stage of making the plan, with its first and last day."""

    id: str
    title: Localized
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan that is being made, and the notices that every consultation on it shares."""

    id: str
    title: Localized
    components: tuple[Component, ...]
    stages: tuple[PlanStage, ...]
    promise: Localized
    consent: Notice
    privacy: Notice

    def component(self, slug: str) -> Component | None:
        """Return the component called `slug`, or None."""
        return next((each for each in self.components if each.slug == slug), None)


def plan(data: Mapping[str, Any]) -> Plan:
    """Return the plan of a plan file."""
    return Plan(
        id=data["plan"],
        title=localized(data["title"]),
        components=tuple(component(each) for each in data["components"]),
        stages=tuple(_stage(each) for each in data["stages"]),
        promise=localized(data["promise"]["text"]),
        consent=notice(data["consent"]["version"], localized(data["consent"]["text"])),
        privacy=notice(data["privacy"]["version"], localized(data["privacy"]["text"])),
    )


def component(data: Mapping[str, Any]) -> Component:
    """Return one component of a plan file."""
    return Component(data["id"], {name: localized(form) for name, form in data["forms"].items()})


def _stage(data: Mapping[str, Any]) -> PlanStage:
    return PlanStage(data["id"], localized(data["title"]), data["from"], data["to"])


def localized(data: Mapping[str, str], forms: Forms | None = None) -> Localized:
    """Return a text in every language, the component's forms in their places."""
    return {language: fill(data[language], language, forms or {}) for language in CODES}


def fill(text: str, language: str, forms: Forms) -> str:
    """Return `text` with each `{form}` replaced; names that are no form stay as they are."""
    return PLACEHOLDER.sub(lambda m: forms[m[1]][language] if m[1] in forms else m[0], text)


def questionnaire(template: Mapping[str, Any], consultation: str, forms: Forms) -> Questionnaire:
    """Return the template of a questionnaire file in the forms of one consultation's component, with its digest."""
    return sealed(
        Questionnaire(
            consultation=consultation,
            slug=template["questionnaire"],
            version=template["version"],
            title=localized(template["title"], forms),
            minutes=template["minutes"],
            sections=tuple(_section(each, forms) for each in template["sections"]),
        )
    )


def _section(data: Mapping[str, Any], forms: Forms) -> Section:
    return Section(
        id=data["id"],
        questions=tuple(_question(each, forms) for each in data["questions"]),
        intro=_perhaps(data, "intro", forms),
        repeat=_repeat(data["repeat"], forms) if "repeat" in data else None,
    )


def _perhaps(data: Mapping[str, Any], key: str, forms: Forms) -> Localized | None:
    return localized(data[key], forms) if data.get(key) else None


def _repeat(data: Mapping[str, Any], forms: Forms) -> Repeat:
    return Repeat(
        least=data["least"],
        most=data.get("most"),
        gate=_perhaps(data, "gate", forms),
        where=localized(data["where"], forms),
        name=localized(data["name"], forms),
        add=localized(data["add"], forms),
        remove=localized(data["remove"], forms),
    )


def _question(data: Mapping[str, Any], forms: Forms) -> Question:
    shown = data.get("show_if")
    return Question(
        id=data["id"],
        kind=Kind(data["kind"]),
        ask=localized(data["ask"], forms),
        label=localized(data["label"], forms),
        required=data.get("required", True),
        again=_perhaps(data, "again", forms),
        options=tuple(Option(each["id"], localized(each["label"], forms)) for each in data.get("options", ())),
        show_if=ShowIf(shown["question"], tuple(shown["one_of"])) if shown else None,
        example=_perhaps(data, "example", forms),
    )


def consultation(data: Mapping[str, Any], part: Component, questionnaires: tuple[str, ...]) -> Consultation:
    """Return the consultation of a consultation file on the component `part`, offering these digests."""
    return Consultation(
        slug=data["consultation"],
        title=part.forms["name"],
        label=part.forms["label"],
        about=localized(data["about"]),
        questionnaires=questionnaires,
        notice=_perhaps(data, "notice", {}),
        closes_on=data.get("closes_on"),
        component=part.slug,
        round=data["round"],
    )
