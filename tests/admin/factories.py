"""Rows for the dashboard's tests, written straight into the tables: what was asked, who said what, who works here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import insert

from admin import second_factor
from admin.cookies import fresh
from admin.gate import session_id
from admin.passwords import hash_password
from dialogs.canonical import consultation_to_json, questionnaire_to_json
from dialogs.loader import Loaded, shipped
from dialogs.types import Consultation, Questionnaire
from storage.database import Database
from storage.models import (
    AnswerRow,
    ConsultationRow,
    Contribution,
    Participant,
    QuestionnaireVersion,
    Submission,
    TranscriptRow,
)
from storage.staff import StaffMember
from storage.submissions import submission_id

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
"""14:05 in Tirana."""
PASSWORD = "nëntë mollë të kuqe"
DIGITAL = "digital-governance"
JUSTICE = "access-to-justice"

_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


@cache
def content() -> Loaded:
    """What the package ships: four consultations, two questionnaires each."""
    return shipped()


@cache
def password_hash() -> str:
    """The hash of PASSWORD, computed once."""
    return hash_password(PASSWORD)


def consultation(slug: str) -> Consultation:
    """Return a shipped consultation."""
    return next(each for each in content().consultations if each.slug == slug)


def questionnaire(consultation: str, slug: str) -> Questionnaire:
    """Return a shipped questionnaire."""
    found = content().questionnaires.values()
    return next(each for each in found if (each.consultation, each.slug) == (consultation, slug))


async def publish(database: Database, *more: Questionnaire) -> None:
    """Fill the tables of what is asked, with `more` versions than ship."""
    async with database.begin() as work:
        for position, each in enumerate(content().consultations):
            row = {"slug": each.slug, "position": position, "definition": consultation_to_json(each)}
            await work.transaction.execute(
                insert(ConsultationRow), {**row, "state": "open", "closes_on": None, "changed_at": NOW}
            )
        for position, version in enumerate((*content().questionnaires.values(), *more)):
            await work.transaction.execute(insert(QuestionnaireVersion), _version(version, position))
        for each in content().consultations:
            await work.codebook.seed(each.slug, each.component)
        await work.commit()


def _version(version: Questionnaire, position: int) -> dict[str, Any]:
    return {
        "digest": version.digest,
        "consultation": version.consultation,
        "slug": version.slug,
        "version": version.version,
        "position": position,
        "is_current": True,
        "definition": questionnaire_to_json(version),
        "published_at": NOW,
    }


Text = str | Sequence[str] | None
"""An answer in the tests: a text, several messages, or None for a skip."""


@dataclass
class Line:
    """One message of a conversation."""

    direction: str
    kind: str
    text: str
    number: int | None = None
    menu: list[list[str]] = field(default_factory=list)
    marks: list[list[Any]] = field(default_factory=list)
    after: timedelta = timedelta(seconds=20)


async def submission(
    database: Database,
    *items: Mapping[str, Sequence[Text]],
    consultation: str = DIGITAL,
    slug: str = "key-issues",
    version: Questionnaire | None = None,
    language: str = "sq",
    at: datetime | None = NOW,
    conversation: Sequence[Line] = (),
    beside: Mapping[str, list[str]] | None = None,
    taken_back: Sequence[int] = (),
) -> uuid.UUID:
    """Write one submission; each item maps a question to its revisions, oldest first. Without `at` it is a draft."""
    asked = version or questionnaire(consultation, slug)
    person = uuid.uuid4()
    id_ = submission_id(person, 1)
    began = (at or NOW) - timedelta(minutes=6)
    answers = [
        *_answers(id_, items, taken_back, language, began),
        *_choices(id_, beside or {}, language, began),
    ]
    async with database.begin() as work:
        write = work.transaction.put
        await write(insert(Participant), [{"id": person, "created_at": began}])
        await write(insert(Submission), [_submission(id_, person, asked, language, began, at)])
        await write(insert(Contribution), [_contribution(id_, n, began) for n in range(1, len(items) + 1)])
        await write(insert(AnswerRow), answers)
        await write(insert(TranscriptRow), _talk(id_, person, conversation, language, began))
        await work.commit()
    return id_


def _answers(
    id_: uuid.UUID,
    items: Sequence[Mapping[str, Sequence[Text]]],
    taken_back: Sequence[int],
    language: str,
    at: datetime,
) -> list[dict[str, Any]]:
    """Return a row for each revision of each slot, and one that drops it where the item was taken back."""
    rows = []
    for position, item in enumerate(items, 1):
        for question, revisions in item.items():
            rows += [_answer(id_, question, position, n, text, language, at) for n, text in enumerate(revisions)]
            if position in taken_back:
                row = _answer(id_, question, position, len(revisions), None, language, at)
                rows.append({**row, "skipped": False, "dropped": True})
    return rows


def _choices(id_: uuid.UUID, chosen: Mapping[str, list[str]], language: str, at: datetime) -> list[dict[str, Any]]:
    """Return a row for each choice that belongs to no item."""
    return [
        {**_answer(id_, question, 0, 0, None, language, at), "chosen": options, "skipped": False}
        for question, options in chosen.items()
    ]


def _talk(
    id_: uuid.UUID, person: uuid.UUID, lines: Sequence[Line], language: str, at: datetime
) -> list[dict[str, Any]]:
    """Return a row for each line of a conversation, each a while after the one before."""
    rows = []
    for line in lines:
        at += line.after
        rows.append(_said(id_, person, line, language, at))
    return rows


def _submission(
    id_: uuid.UUID,
    person: uuid.UUID,
    asked: Questionnaire,
    language: str,
    began: datetime,
    at: datetime | None,
) -> dict[str, Any]:
    return {
        "id": id_,
        "participant_id": person,
        "draft": 1,
        "digest": asked.digest,
        "consultation": asked.consultation,
        "questionnaire": asked.slug,
        "channel": "telegram",
        "language": language,
        "started_at": began,
        "submitted_at": at,
        "discarded_at": None,
        "receipt": receipt(id_) if at else None,
    }


def receipt(id_: uuid.UUID) -> str:
    """Return eight letters and digits made of a number."""
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in id_.bytes[:8])


def _contribution(id_: uuid.UUID, position: int, at: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "submission_id": id_,
        "item": position,
        "position": position,
        "status": "new",
        "created_at": at,
    }


def _answer(
    id_: uuid.UUID, question: str, item: int, revision: int, text: Text, language: str, at: datetime
) -> dict[str, Any]:
    messages = [text] if isinstance(text, str) else list(text or ())
    return {
        "submission_id": id_,
        "question": question,
        "item": item,
        "revision": revision,
        "parts": [[100 + n, message] for n, message in enumerate(messages)],
        "chosen": [],
        "skipped": text is None,
        "dropped": False,
        "language": language,
        "at": at + timedelta(minutes=revision),
    }


def _said(id_: uuid.UUID, person: uuid.UUID, line: Line, language: str, at: datetime) -> dict[str, Any]:
    return {
        "participant_id": person,
        "submission_id": id_,
        "direction": line.direction,
        "kind": line.kind,
        "number": line.number,
        "text": line.text,
        "marks": line.marks,
        "menu": line.menu,
        "language": language,
        "at": at,
    }


async def staff(
    database: Database,
    name: str = "Ana Hoxha",
    role: str = "moderator",
    components: Sequence[str] = (),
    language: str = "sq",
) -> StaffMember:
    """Open an account whose password is PASSWORD."""
    async with database.begin() as work:
        made = await work.staff.add(name, password_hash(), role, components, language, NOW)
        await work.commit()
    return made


async def login(database: Database, member: StaffMember, now: datetime = NOW) -> tuple[str, str]:
    """Begin a session without a password; return its cookie and the token of its forms."""
    cookie, token = fresh(), fresh()
    async with database.begin() as work:
        await work.staff.open_session(session_id(cookie), member.id, token, now)
        await work.commit()
    return cookie, token


async def connect_phone(database: Database, member: StaffMember, codes: Sequence[str] = ()) -> bytes:
    """Give an account a second factor, and recovery codes; return the secret that its telephone has."""
    secret = second_factor.new_secret()
    async with database.begin() as work:
        await work.factors.prepare(member.id, secret)
        await work.factors.confirm(member.id, 0)
        if codes:
            await work.factors.put_codes(member.id, [second_factor.code_hash(member.id, each) for each in codes])
        await work.commit()
    return secret


def walk() -> tuple[Line, ...]:
    """Return a short conversation in Albanian: questions, buttons, a press, a change, a sticker."""
    keys = [["Kapërce", "Kthehu"], ["Shtoje te përgjigjja më sipër"], ["Ruaj për më vonë"]]
    where = "Çështja 1 nga 3."
    return (
        Line(
            "out",
            "ask",
            f"{where}\nCila është çështja e parë? Shkruani lirisht.",
            501,
            [["Më jep një shembull"], ["Ruaj për më vonë"]],
            [["bold", 0, len(where)]],
        ),
        Line("in", "text", "ne fshat interneti punon vetem naten", 502),
        Line("out", "ask", f"{where}\nPse është e rëndësishme?", 503, keys, [["bold", 0, len(where)]]),
        Line("in", "media", "sticker", 504),
        Line("out", "say", "Ende nuk i lexoj dot ngjitësit. Ju lutemi, shkruani përgjigjen.", 505, keys),
        Line("in", "text", "nena ime 80 vjec nuk merr dot recetat", 506),
        Line(
            "out",
            "review",
            "Rishikojeni kontributin para se ta dërgoni.",
            507,
            [["Dërgo", "Ndrysho"], ["Shto një çështje"]],
        ),
        Line("in", "press", "Dërgo", 507),
        Line(
            "out", "say", "Faleminderit shumë! Kontributi juaj u dërgua.\nKodi: K7M4 QX2P", 508, [], [["bold", 52, 61]]
        ),
        Line("in", "edit", "në fshat interneti punon vetëm natën", 502, after=timedelta(hours=14)),
    )


async def publish_version(database: Database, version: Questionnaire) -> None:
    """Add one version of a questionnaire to what is asked."""
    async with database.begin() as work:
        await work.transaction.execute(insert(QuestionnaireVersion), _version(version, 0))
        await work.commit()


async def many(database: Database, count: int) -> None:
    """Write `count` submissions of three issues each, quickly."""
    asked = questionnaire(DIGITAL, "key-issues")
    words = ["rruga", "drita", "uji", "shkolla", "spitali", "taksa", "ligji", "fshati", "qyteti", "deti", "mali"]
    submissions, people, contributions, answers = [], [], [], []
    for n in range(count):
        id_, person = uuid.uuid4(), uuid.uuid4()
        at = NOW - timedelta(minutes=7 * n, seconds=n % 60)
        people.append({"id": person, "created_at": at})
        submissions.append(_submission(id_, person, asked, "sq", at, at))
        for item in (1, 2, 3):
            text = " ".join(words[(n * item + k) % len(words)] for k in range(20))
            contributions.append(_contribution(id_, item, at))
            answers.append(_answer(id_, "issue", item, 0, text, "sq", at))
            answers.append(_answer(id_, "why", item, 0, None, "sq", at))
    async with database.begin() as work:
        for model, rows in (
            (Participant, people),
            (Submission, submissions),
            (Contribution, contributions),
            (AnswerRow, answers),
        ):
            await work.transaction.execute(insert(model), rows)
        await work.commit()
