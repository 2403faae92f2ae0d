"""What is wrong with files of questionnaires: every mistake of every file at once, each with its cure.

`check` is the door. The shape of a file is checked against the `tables` of keys; then come the checks below, and
those in `rules` and `lengths`, one small function each, which look at values together. None of them relies on
another having passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile
from os import PathLike

from dialogs.definitions import building, lengths, looking, rules, shapes, tables
from dialogs.definitions.documents import KINDS, Document, Documents, gather
from dialogs.definitions.shapes import NAMES, text, whole_number
from dialogs.definitions.words import COMPONENT, LANGUAGES, either, meant, told, worded
from dialogs.definitions.yamlpath import Issue, Item

__all__ = ["Issue", "check", "inspect", "told"]

_SHAPES: Mapping[str, tuple[str, shapes.Keys]] = {
    "plan": (worded("the plan"), tables.PLAN),
    "questionnaire": (worded("the questionnaire"), tables.QUESTIONNAIRE),
    "consultation": (worded("the consultation"), tables.CONSULTATION),
    "published": (worded("published digests"), tables.PUBLISHED),
}


def check(paths: Iterable[str | PathLike[str]]) -> tuple[Issue, ...]:
    """Return every mistake in the files at `paths`, sorted by file and line; nothing when they may be loaded.

    A folder stands for its YAML files. A questionnaire is checked in the words of every component of the plan. What
    a file relies on is looked for beside it, then in the package, and its mistakes are told too.
    """
    return inspect(gather(paths))


def inspect(documents: Documents) -> tuple[Issue, ...]:
    """Return every mistake in the documents given, and in those that they rely on."""
    found = [*documents.issues]
    relevant = [*(each for each in documents.every if each.given), *_relied_on(documents)]
    for document in relevant:
        found += _of(document, documents)
    found += [] if found else _changed(documents)
    return tuple(sorted(set(found)))


def _relied_on(documents: Documents) -> Iterator[Document]:
    """Yield the documents not given that a given one cannot do without."""
    if not documents.plan.given:
        yield documents.plan
    for document in documents.of("consultation", given=True):
        for slug, version in _uses(document):
            template = documents.template(slug, version)
            if template and not template.given:
                yield template


def _uses(document: Document) -> Iterator[tuple[str, int]]:
    listed = document.item.get("questionnaires")
    for each in listed.items() if listed else ():
        yield text(each.get("use")) or "", whole_number(each.get("version")) or 0


def _of(document: Document, documents: Documents) -> list[Issue]:
    """Return the mistakes of one document."""
    found: list[Issue] = [*document.issues]

    def report(item: Item, message: str, cure: str) -> None:
        found.append(Issue(item.file, item.line, item.column, message, cure))

    if not document.kind:
        keys = either(tuple(f"{kind}:" for kind in KINDS[:-1]))
        report(
            document.item,
            worded("this is no plan, questionnaire or consultation"),
            worded("begin the file with {keys}", keys=keys),
        )
        return found
    shapes.mapping(document.item, *_SHAPES[document.kind], report)
    for rule in _RULES[document.kind]:
        rule(document, documents, report)
    return found


# --- the plan -------------------------------------------------------------------------------------------------------


def _only_plan(document: Document, documents: Documents, report: shapes.Report) -> None:
    first = documents.plan
    if document.given and document is not first:
        report(
            document.item, worded("there is another plan ({file})", file=first.file), worded("give one plan at a time")
        )


def _components(document: Document, documents: Documents, report: shapes.Report) -> None:
    """Require that components have the same forms, labels that fit on a button, and ids of their own."""
    components = looking.listed(document.item, "components")
    rules.unique(components, report)
    names = dict.fromkeys(name for each in components for name in looking.forms_of(each) if name not in NAMES)
    for number, each in enumerate(components, 1):
        whose = shapes.called(COMPONENT, each, number)
        for name in names:
            if looking.forms_of(each) and name not in looking.forms_of(each):
                report(
                    each,
                    worded("{whose} has no form “{name}”", whose=whose, name=name),
                    worded(
                        "write {name}: with {languages} under {place}",
                        name=name,
                        languages=LANGUAGES,
                        place="forms:",
                    ),
                )
        lengths.fits_button(each.at("forms", "label"), "", report)


def _stages(document: Document, documents: Documents, report: shapes.Report) -> None:
    """Require that a stage ends after it begins, and that none begins before the one above it."""
    stages = looking.listed(document.item, "stages")
    rules.unique(stages, report)
    before = None
    for each in stages:
        first, last = looking.date_of(each.get("from")), looking.date_of(each.get("to"))
        if first and last and last < first:
            report(
                each,
                worded("the stage ends ({last}) before it begins ({first})", last=last, first=first),
                worded("write {last} after {first}", last="to:", first="from:"),
            )
        if first and before and first < before:
            report(
                each,
                worded("the stage begins ({first}) before the one above ({before})", first=first, before=before),
                worded("put it above"),
            )
        before = first or before


def _plan_texts(document: Document, documents: Documents, report: shapes.Report) -> None:
    """Require that no text of a plan has gaps, and that each fits in one message."""
    for _, item in document.item.walk():
        rules.placeholders(item, (), report)
    lengths.fits_message([document.item.at("promise", "text")], {}, report)
    for name in ("consent", "privacy"):
        lengths.fits_message([document.item.at(name, "text")], {}, report, lengths.NOTICE_LONGEST)


# --- a consultation -------------------------------------------------------------------------------------------------


def _file_name(document: Document, documents: Documents, report: shapes.Report) -> None:
    if document.slug and document.slug != document.stem:
        item = document.item.get("consultation") or document.item
        cure = worded(
            "write {key}, or rename the file to {file}",
            key=f"consultation: {document.stem}",
            file=f"{document.slug}.yaml",
        )
        report(item, worded("the consultation “{slug}” stands in a file of another name", slug=document.slug), cure)


def _component(document: Document, documents: Documents, report: shapes.Report) -> None:
    item = document.item.get("component")
    name = text(item)
    known = tuple(looking.components(documents))
    if item and name and name not in known:
        report(item, worded("the plan has no component “{name}”", name=name), meant(name, known))


def _one_round(document: Document, documents: Documents, report: shapes.Report) -> None:
    """Require that a round of a component is held once."""
    here = _round(document)
    for other in _before(document, documents):
        if here == _round(other) and None not in here:
            item = document.item.get("round") or document.item
            report(
                item,
                worded(
                    "“{component}” has its round {number} in {file}", component=here[0], number=here[1], file=other.file
                ),
                worded("write the next number"),
            )


def _before(document: Document, documents: Documents) -> Iterator[Document]:
    """Yield the given documents of the same kind that stand before this one."""
    return takewhile(lambda each: each is not document, documents.of(document.kind, given=True))


def _round(document: Document) -> tuple[str | None, int | None]:
    return text(document.item.get("component")), whole_number(document.item.get("round"))


def _used_questionnaires(document: Document, documents: Documents, report: shapes.Report) -> None:
    """Require that what a consultation offers exists in that version, and stands there once."""
    listed = looking.listed(document.item, "questionnaires")
    rules.unique(listed, report, "use")
    for each in listed:
        name, version = text(each.get("use")), whole_number(each.get("version"))
        if name is None or version is None or documents.template(name, version):
            continue
        versions = [str(whole_number(t.item.get("version"))) for t in documents.templates(name)]
        if versions:
            cure = worded("write {key} {known}", key="version:", known=either(tuple(versions)))
            report(
                each,
                worded("there is no version {version} of the questionnaire “{name}”", version=version, name=name),
                cure,
            )
        else:
            known = tuple(dict.fromkeys(t.slug for t in documents.of("questionnaire")))
            report(each, worded("there is no questionnaire “{name}”", name=name), meant(name, known))


def _consultation_texts(document: Document, documents: Documents, report: shapes.Report) -> None:
    for name in ("about", "notice"):
        item = document.item.get(name)
        if item:
            rules.placeholders(item, (), report)
            lengths.fits_message([item], {}, report)


# --- a questionnaire ------------------------------------------------------------------------------------------------


def _same_version(document: Document, documents: Documents, report: shapes.Report) -> None:
    """Require that a version of a questionnaire stands in one file."""
    version = whole_number(document.item.get("version"))
    for other in _before(document, documents):
        if other.slug == document.slug and whole_number(other.item.get("version")) == version:
            item = document.item.get("version") or document.item
            report(
                item,
                worded("{file} holds the same version of “{slug}”", file=other.file, slug=document.slug),
                worded("write the next number"),
            )


# --- what was published ---------------------------------------------------------------------------------------------


def _changed(documents: Documents) -> Iterator[Issue]:
    """Yield every text that changed since it was published beside it; the documents are without other issues."""
    for document in documents.of("published"):
        # the plan at hand was checked; another one was not
        beside = Documents([each for each in documents.every if each.folder == document.folder])
        listed, made_now = document.item.get("published"), _digests(beside) if documents.plan in beside.every else {}
        for name, item in listed.value.items() if listed and isinstance(listed.value, dict) else ():
            made = made_now.get(name)
            if made and made[0] != item.value:
                yield _changed_text(name, made[1])


def _changed_text(name: str, item: Item) -> Issue:
    what, _, version = name.rpartition("/")
    message = worded(
        "the text of “{what}” was changed after its version {version} was published", what=what, version=version
    )
    cure = worded("write {key}, or take the change back", key=f"version: {int(version) + 1}")
    return Issue(item.file, item.line, item.column, message, cure)


def _digests(documents: Documents) -> dict[str, tuple[str, Item]]:
    """Return the digest of each text with a version, by name, and where its version stands."""
    plan = building.plan(documents.plan.item.plain())
    found = {
        f"{name}/{notice.version}": (notice.digest, documents.plan.item.at(name, "version"))
        for name, notice in (("consent", plan.consent), ("privacy", plan.privacy))
    }
    for document in documents.of("consultation"):
        part = plan.component(text(document.item.get("component")) or "")
        for slug, version in _uses(document):
            template = documents.template(slug, version)
            if part and template and not _of(template, documents):
                made = building.questionnaire(template.item.plain(), document.slug, part.forms)
                name = f"{document.slug}/{slug}/{version}"
                found[name] = (made.digest, template.item.get("version"))
    return {name: (digest, item) for name, (digest, item) in found.items() if item}


Rule = Callable[[Document, Documents, shapes.Report], None]

_RULES: Mapping[str, tuple[Rule, ...]] = {
    "plan": (_only_plan, _components, _stages, _plan_texts),
    "consultation": (_file_name, _component, _one_round, _used_questionnaires, _consultation_texts),
    "questionnaire": (_same_version, *rules.QUESTIONNAIRE),
    "published": (),
}
