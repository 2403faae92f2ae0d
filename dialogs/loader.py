"""YAML files made into the values the engine walks: a plan, its consultations, their questionnaires.

A file with a single mistake is not loaded at all; `Broken` then carries every mistake of every file. Reading files
is the only thing in this package that reaches outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

from dialogs.canonical import (
    consultation_from_json,
    consultation_to_json,
    questionnaire_from_json,
    questionnaire_to_json,
)
from dialogs.definitions import building
from dialogs.definitions.building import Component, Plan, PlanStage
from dialogs.definitions.documents import Document, Documents, gather, shipped_directory
from dialogs.definitions.words import worded
from dialogs.issues import Issue, inspect
from dialogs.types import Catalogue, Consultation, Questionnaire

__all__ = [
    "Broken",
    "Component",
    "Loaded",
    "Plan",
    "PlanStage",
    "catalogue",
    "consultation_from_json",
    "consultation_to_json",
    "load",
    "published",
    "questionnaire_from_json",
    "questionnaire_to_json",
    "seeds",
    "shipped",
    "version",
]


class Broken(ValueError):
    """The files have mistakes; `issues` lists them all, in the order of file and line."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        self.issues = issues
        super().__init__("\n".join(map(str, issues)))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What files hold: the plan, consultations in the plan's order, and their questionnaires by digest."""

    plan: Plan
    consultations: tuple[Consultation, ...]
    questionnaires: Mapping[str, Questionnaire]

    def catalogue(self) -> Catalogue:
        """Return all of it as what can be asked now."""
        return catalogue(self.plan, self.consultations, self.questionnaires.values())


def load(paths: Iterable[str | PathLike[str]]) -> Loaded:
    """Return what the files at `paths` hold; a folder stands for its YAML files.

    The plan and the templates that a consultation names may stand beside the given files or come with the package.
    Raises Broken, with all mistakes, when there is one.
    """
    documents = gather(paths)
    issues = inspect(documents)
    if issues:
        raise Broken(issues)
    return _built(documents)


def version(path: str | PathLike[str], consultation: Consultation) -> Questionnaire:
    """Return the questionnaire of one file as a consultation asks it.

    Raises Broken, with all mistakes, when there is one; a file that holds something else is a mistake too.
    """
    documents = gather([path])
    issues = inspect(documents)
    given = documents.of("questionnaire", given=True)
    if not issues and not given:
        [document] = [each for each in documents.every if each.given][:1]
        item = document.item
        issues = (
            Issue(
                item.file,
                item.line,
                item.column,
                worded("this is no questionnaire"),
                worded("begin it with {key}", key="questionnaire:"),
            ),
        )
    if issues:
        raise Broken(issues)
    plan = building.plan(documents.plan.item.plain())
    part = plan.component(consultation.component)
    return building.questionnaire(given[0].item.plain(), consultation.slug, part.forms if part else {})


def shipped() -> Loaded:
    """Return the plan and the consultations that come with the package."""
    return load([str(shipped_directory())])


def catalogue(plan: Plan, consultations: Iterable[Consultation], questionnaires: Iterable[Questionnaire]) -> Catalogue:
    """Return what can be asked now.

    `questionnaires` are all versions somebody may still be answering, not only those offered; the consultations
    stand in the order of the plan's components, then of their rounds.
    """
    return Catalogue(
        consultations=_ordered(plan, consultations),
        questionnaires={each.digest: each for each in questionnaires},
        promise=plan.promise,
        consent=plan.consent,
        privacy=plan.privacy,
    )


def published(loaded: Loaded) -> dict[str, str]:
    """Return the digest of everything that must not change under its version, by name."""
    found = {f"{each.consultation}/{each.slug}/{each.version}": each.digest for each in loaded.questionnaires.values()}
    for name, notice in (("consent", loaded.plan.consent), ("privacy", loaded.plan.privacy)):
        found[f"{name}/{notice.version}"] = notice.digest
    return dict(sorted(found.items()))


def seeds(paths: Iterable[str | PathLike[str]]) -> dict[str, list[str]]:
    """Return where each item of the source document stands: its id, and file with dotted path of each place."""
    found: dict[str, list[str]] = {}
    for document in gather(paths).every:
        for path, item in document.item.walk() if document.given else ():
            for seed in item.items() or (item,) if path.rpartition(".")[2] == "seed" else ():
                found.setdefault(str(seed.value), []).append(f"{document.stem}:{path.removesuffix('seed').rstrip('.')}")
    return found


# --- building -------------------------------------------------------------------------------------------------------


def _built(documents: Documents) -> Loaded:
    plan = building.plan(documents.plan.item.plain())
    pairs = [_consultation(documents, plan, each) for each in documents.of("consultation", given=True)]
    return Loaded(
        plan=plan,
        consultations=_ordered(plan, (consultation for consultation, _ in pairs)),
        questionnaires={each.digest: each for _, offered in pairs for each in offered},
    )


def _consultation(
    documents: Documents, plan: Plan, document: Document
) -> tuple[Consultation, tuple[Questionnaire, ...]]:
    data: dict[str, Any] = document.item.plain()
    part = plan.component(data["component"])
    assert part is not None, "checked before"
    offered = []
    for each in data["questionnaires"]:
        template = documents.template(each["use"], each["version"])
        assert template is not None, "checked before"
        offered.append(building.questionnaire(template.item.plain(), data["consultation"], part.forms))
    return building.consultation(data, part, tuple(each.digest for each in offered)), tuple(offered)


def _ordered(plan: Plan, consultations: Iterable[Consultation]) -> tuple[Consultation, ...]:
    places = {part.slug: place for place, part in enumerate(plan.components)}
    return tuple(
        sorted(consultations, key=lambda each: (places.get(each.component, len(places)), each.round, each.slug))
    )
