"""What is held about one person, in words: who keeps it, their contributions, the conversation, their consents."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import NullTranslations
from html import escape
from itertools import groupby
from typing import Any

from bot.mywork import made
from bot.telling import Row, Telling
from dialogs import routes
from dialogs.sentences import STATES, state_text
from dialogs.text import spaced
from dialogs.types import Question, Questionnaire, Slot
from locales import LANGUAGES


def told(telling: Telling) -> Iterator[str]:
    """Yield the sections of the page, each a heading with what belongs beneath it."""
    t = telling.t
    yield _section(t.gettext("Who keeps it"), [f"<p>{escape(line)}</p>" for line in _who(t)], t)
    contributions = [_contribution(telling, each) for each in _submissions(telling)]
    yield _section(t.gettext("Your contributions"), contributions, t)
    yield _section(t.gettext("The conversation"), list(_conversation(telling)), t)
    yield _section(t.gettext("What you agreed to"), [_consent(telling, each) for each in telling.rows("consents")], t)


def _section(heading: str, inside: list[str], t: NullTranslations) -> str:
    nothing = escape(t.gettext("Nothing."))
    return f"<h2>{escape(heading)}</h2>" + ("".join(inside) or f"<p>{nothing}</p>")


def _who(t: NullTranslations) -> tuple[str, ...]:
    return (
        t.gettext(
            "The public authority that runs this service, for the secretariats that read and answer contributions."
        ),
        t.gettext("Your name and your phone number are not kept. To erase everything, write /delete in the chat."),
    )


# --- contributions ---------------------------------------------------------------------------------------------------


def _submissions(telling: Telling) -> list[dict[str, Any]]:
    """Return submissions and drafts, those begun last first."""
    return sorted(telling.rows("submissions"), key=lambda row: str(row["started_at"]), reverse=True)


def _contribution(telling: Telling, submission: Row) -> str:
    lines = "<br>".join(escape(line) for line in _about(telling, submission))
    parts = "".join(_part(telling, submission, *each) for each in _parts(telling, submission))
    return f"<article><h3>{escape(_name(telling, submission))}</h3><p>{lines}</p>{parts}</article>"


def _name(telling: Telling, submission: Row) -> str:
    t = telling.t
    if submission["receipt"]:
        return t.gettext("Contribution {receipt}").format(receipt=spaced(submission["receipt"]))
    if submission["discarded_at"]:
        return t.gettext("A draft that you replaced by another")
    return t.gettext("A draft that is not submitted yet")


def _about(telling: Telling, submission: Row) -> Iterator[str]:
    """Yield what was answered, and when."""
    t, questionnaire = telling.t, telling.questionnaire(submission["digest"])
    consultation = telling.catalogue.consultation(submission["consultation"]) if telling.catalogue else None
    about = consultation.title[telling.language] if consultation else submission["consultation"]
    asked = questionnaire.title[telling.language] if questionnaire else submission["questionnaire"]
    yield f"{about} · {asked}"
    yield t.gettext("Begun: {when}").format(when=telling.moment(submission["started_at"]))
    if submission["submitted_at"]:
        yield t.gettext("Submitted: {when}").format(when=telling.moment(submission["submitted_at"]))


def _parts(telling: Telling, submission: Row) -> Iterator[tuple[str, int, list[dict[str, Any]]]]:
    """Yield the heading, place and answers of each issue or idea, first of what stands outside them (place 0)."""
    states = _states(telling, submission)
    ranks = {item: row["position"] for item, row in states.items()}
    answers = telling.rows("answers", submission_id=submission["id"])
    items = sorted({row["item"] for row in answers}, key=lambda item: (item > 0, ranks.get(item, len(ranks) + 1), item))
    for place, item in enumerate(items, 0 if 0 in items else 1):
        heading = _heading(telling, submission, place, states.get(item, {}).get("status", ""))
        yield heading, place, [row for row in answers if row["item"] == item]


def _states(telling: Telling, submission: Row) -> dict[int, dict[str, Any]]:
    """Return how each issue or idea of a submission stands, by its item."""
    return {row["item"]: row for row in telling.rows("contributions", submission_id=submission["id"])}


def _heading(telling: Telling, submission: Row, place: int, status: str) -> str:
    """Return the name of an issue or idea and how it stands."""
    questionnaire = telling.questionnaire(submission["digest"])
    section = routes.repeated(questionnaire) if questionnaire and place else None
    name = section.repeat.name[telling.language].format(n=place) if section and section.repeat else str(place or "")
    return " · ".join(filter(None, (name, state_text(status, telling.t) if status in STATES else status)))


def _part(telling: Telling, submission: Row, heading: str, place: int, answers: list[dict[str, Any]]) -> str:
    questionnaire = telling.questionnaire(submission["digest"])
    asked = list(dict.fromkeys(row["question"] for row in answers))
    if questionnaire:
        order = [question.id for section in questionnaire.sections for question in section.questions]
        asked.sort(key=order.index)
    said = (_answer(telling, questionnaire, place, [row for row in answers if row["question"] == q]) for q in asked)
    item = answers[0]["item"] if answers else 0
    work = made(telling, _states(telling, submission).get(item, {})) if item else ""
    return f"<h4>{escape(heading)}</h4><dl>{''.join(said)}</dl>{work}"


def _answer(telling: Telling, questionnaire: Questionnaire | None, place: int, revisions: list[dict[str, Any]]) -> str:
    """Return a question with what stands there, and behind it what stood there before."""
    *earlier, last = sorted(revisions, key=lambda row: row["revision"])
    question = routes.question_of(questionnaire, Slot(last["question"])) if questionnaire else None
    before = "".join(_earlier(telling, question, each) for each in earlier)
    heading = escape(telling.t.gettext("Earlier versions"))
    versions = f"<details><summary>{heading} ({len(earlier)})</summary>{before}</details>" if earlier else ""
    asked = escape(_asked(telling, question, place) or last["question"])
    return f'<dt>{asked}</dt><dd dir="auto">{_said(telling, question, last)}{versions}</dd>'


def _asked(telling: Telling, question: Question | None, place: int) -> str:
    if question is None:
        return ""
    return (question.again if question.again and place > 1 else question.ask)[telling.language]


def _earlier(telling: Telling, question: Question | None, revision: Row) -> str:
    return f"<p><small>{escape(telling.moment(revision['at']))}</small>\n{_said(telling, question, revision)}</p>"


def _said(telling: Telling, question: Question | None, revision: Row) -> str:
    if revision["dropped"] or revision["skipped"]:
        nothing = telling.t.gettext("taken out") if revision["dropped"] else telling.t.gettext("skipped")
        return f"<em>{escape(nothing)}</em>"
    labels = {option.id: option.label[telling.language] for option in question.options} if question else {}
    words = [text for _, text in revision["parts"]] or [labels.get(each, each) for each in revision["chosen"]]
    return escape("\n".join(words))


# --- the conversation, and consents ----------------------------------------------------------------------------------


def _conversation(telling: Telling) -> Iterator[str]:
    """Yield the conversation, day by day."""
    for day, lines in groupby(telling.rows("transcript"), key=lambda row: telling.day(row["at"])):
        yield f"<h3>{escape(day)}</h3><ol>{''.join(_line(telling, line) for line in lines)}</ol>"


def _line(telling: Telling, line: Row) -> str:
    mine = line["direction"] == "in"
    who = telling.t.gettext("You") if mine else "Kuvendo"
    head = f"<small>{escape(who)}, {escape(telling.hour(line['at']))}</small>"
    words = line["text"] or telling.t.gettext("(not a text)")
    text = f"[{words}]" if line["kind"] == "press" else words
    return f'<li class="{line["direction"]}" dir="auto">{head}\n{escape(text)}</li>'


def _consent(telling: Telling, consent: Row) -> str:
    t = telling.t
    agreed = t.gettext("{when}: you agreed to version {version} of the text, in {language}.")
    refused = t.gettext("{when}: you did not agree to version {version} of the text, in {language}.")
    names = {each.code: each.name for each in LANGUAGES}
    sentence = (agreed if consent["given"] else refused).format(
        when=telling.moment(consent["at"]), version=consent["text_version"], language=names.get(consent["language"], "")
    )
    return f"<p>{escape(sentence)}</p>"
