"""The canonical JSON of questionnaires and consultations, and the digest that names a version for ever.

Whatever stands at its default is left out, so a field added to a type later does not change the digest of a version
published before. Keys are sorted, texts stand in Unicode's composed form, and nothing but the value goes in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

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


def canonical(value: Any) -> str:
    """Return `value` (dicts, lists and scalars) as JSON in its one canonical form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`, hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def sealed(questionnaire: Questionnaire) -> Questionnaire:
    """Return the questionnaire with its digest, whatever digest it had."""
    data = questionnaire_to_json(questionnaire)
    data.pop("digest", None)
    return replace(questionnaire, digest=digest(data))


def notice(version: int, text: Localized) -> Notice:
    """Return a notice with its digest."""
    return Notice(version, digest({"version": version, "text": dict(text)}), dict(text))


# --- questionnaires -------------------------------------------------------------------------------------------------


def questionnaire_to_json(questionnaire: Questionnaire) -> dict[str, Any]:
    """Return a questionnaire as JSON's values, its digest beside the rest."""
    return {
        "consultation": questionnaire.consultation,
        "slug": questionnaire.slug,
        "version": questionnaire.version,
        "title": dict(questionnaire.title),
        "minutes": questionnaire.minutes,
        "sections": [_section_out(each) for each in questionnaire.sections],
        **_kept(digest=questionnaire.digest),
    }


def questionnaire_from_json(data: Mapping[str, Any]) -> Questionnaire:
    """Return the questionnaire that `questionnaire_to_json` wrote.

    Raises ValueError when the digest it carries is not its own: a published version never changes.
    """
    found = sealed(
        Questionnaire(
            consultation=data["consultation"],
            slug=data["slug"],
            version=data["version"],
            title=data["title"],
            minutes=data["minutes"],
            sections=tuple(_section_in(each) for each in data["sections"]),
        )
    )
    if data.get("digest", found.digest) != found.digest:
        raise ValueError(f"{found.consultation} {found.slug} {found.version} was changed after it was published")
    return found


def _kept(**fields: Any) -> dict[str, Any]:
    """Return the fields that hold something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], ())}


def _section_out(section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "questions": [_question_out(each) for each in section.questions],
        **_kept(intro=section.intro, repeat=_repeat_out(section.repeat) if section.repeat else None),
    }


def _section_in(data: Mapping[str, Any]) -> Section:
    return Section(
        id=data["id"],
        questions=tuple(_question_in(each) for each in data["questions"]),
        intro=data.get("intro"),
        repeat=Repeat(**{"most": None, "gate": None, **data["repeat"]}) if "repeat" in data else None,
    )


def _repeat_out(repeat: Repeat) -> dict[str, Any]:
    return {
        "least": repeat.least,
        "where": dict(repeat.where),
        "name": dict(repeat.name),
        "add": dict(repeat.add),
        "remove": dict(repeat.remove),
        **_kept(most=repeat.most, gate=repeat.gate),
    }


def _question_out(question: Question) -> dict[str, Any]:
    show_if = question.show_if
    return {
        "id": question.id,
        "kind": question.kind.value,
        "ask": dict(question.ask),
        "label": dict(question.label),
        **({} if question.required else {"required": False}),
        **_kept(
            again=question.again,
            options=[{"id": each.id, "label": dict(each.label)} for each in question.options],
            show_if={"question": show_if.question, "one_of": list(show_if.one_of)} if show_if else None,
            example=question.example,
        ),
    }


def _question_in(data: Mapping[str, Any]) -> Question:
    shown = data.get("show_if")
    return Question(
        id=data["id"],
        kind=Kind(data["kind"]),
        ask=data["ask"],
        label=data["label"],
        required=data.get("required", True),
        again=data.get("again"),
        options=tuple(Option(each["id"], each["label"]) for each in data.get("options", ())),
        show_if=ShowIf(shown["question"], tuple(shown["one_of"])) if shown else None,
        example=data.get("example"),
    )


# --- consultations --------------------------------------------------------------------------------------------------


def consultation_to_json(consultation: Consultation) -> dict[str, Any]:
    """Return a consultation as JSON's values, its present state included."""
    closes_on = consultation.closes_on
    return {
        "slug": consultation.slug,
        "title": dict(consultation.title),
        "label": dict(consultation.label),
        "about": dict(consultation.about),
        "questionnaires": list(consultation.questionnaires),
        "is_open": consultation.is_open,
        "component": consultation.component,
        "round": consultation.round,
        **_kept(notice=consultation.notice, closes_on=closes_on.isoformat() if closes_on else None),
    }


def consultation_from_json(data: Mapping[str, Any]) -> Consultation:
    """Return the consultation that `consultation_to_json` wrote."""
    closes_on = data.get("closes_on")
    return Consultation(
        slug=data["slug"],
        title=data["title"],
        label=data["label"],
        about=data["about"],
        questionnaires=tuple(data["questionnaires"]),
        notice=data.get("notice"),
        is_open=data.get("is_open", True),
        closes_on=date.fromisoformat(closes_on) if closes_on else None,
        component=data.get("component", ""),
        round=data.get("round", 1),
    )
