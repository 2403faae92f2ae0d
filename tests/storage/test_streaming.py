"""Exports' lean reading says exactly what the reading of whole submissions says, whatever was said and done."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from admin.exports.json_lines import record
from storage import streaming
from storage.database import Database
from storage.filing import file_some
from storage.filters import Filter
from storage.masking import OMITTED, REDACTED
from storage.models import AnswerRow, Contribution, ContributionTheme, Redaction, Theme
from storage.submitted import Answered, Contributed, Submitted
from tests.admin import factories
from tests.admin.conftest import Site, postgres_template, site, sqlite_template

__all__ = ["postgres_template", "site", "sqlite_template"]

WORDS = ["fjalë", "=1+1", "0682345678", "", "a\nb", "\u0000x", "“ë”", "😀", "emri Arben Hoxha", "\\u0041"]


def _slow(submitted: Submitted) -> dict[str, object]:
    """Return the contract's line of a submission, read with every revision as objects."""

    def value(answer: Answered) -> object:
        found = answer.value
        return found.replace(OMITTED, REDACTED) if isinstance(found, str) and answer.is_text else found

    def part(contributed: Contributed) -> dict[str, object]:
        answers = {answer.question.id: value(answer) for answer in contributed.answers}
        return {
            "status": contributed.status,
            "themes": list(contributed.themes),
            "revisions": contributed.revisions,
            "answers": answers,
        }

    return {
        "id": str(submitted.id),
        "consultation": submitted.consultation,
        "questionnaire": submitted.questionnaire.slug,
        "version": submitted.questionnaire.version,
        "channel": submitted.channel,
        "language": submitted.language,
        "started_at": _told(submitted.started_at),
        "submitted_at": _told(submitted.submitted_at),
        "answers": {answer.question.id: value(answer) for answer in submitted.answers},
        "contributions": [part(each) for each in submitted.contributions],
    }


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


async def _reference(database: Database, consultation: str) -> list[dict[str, object]]:
    async with database.reading() as work:
        return [_slow(each) for each in await work.reading.next_in(consultation, None, 10_000)]


async def _lean(database: Database, wanted: Filter) -> list[dict[str, object]]:
    return [record(sent) async for chunk in streaming.stream(database, wanted) for sent in chunk]


def _texts(chance: random.Random) -> list[factories.Text]:
    """Return an answer's revisions: words, several messages, skips."""
    return [
        None if chance.random() < 0.2 else [chance.choice(WORDS) for _ in range(chance.randint(1, 3))]
        for _ in range(chance.choice((1, 1, 1, 2, 9)))
    ]


def _items(chance: random.Random, questions: tuple[str, ...]) -> Iterator[dict[str, list[factories.Text]]]:
    for _ in range(chance.randint(0, 4)):
        yield {question: _texts(chance) for question in questions if chance.random() < 0.9}


async def _said(database: Database, chance: random.Random) -> None:
    """Have forty people say something, or nothing, or begin and leave."""
    for number in range(40):
        slug, questions = chance.choice((("key-issues", ("issue", "why")), ("ideas", ("idea", "problem", "objective"))))
        items = list(_items(chance, questions))
        await factories.submission(
            database,
            *items,
            slug=slug,
            language=chance.choice(("sq", "en")),
            at=None if chance.random() < 0.1 else factories.NOW + timedelta(seconds=number // 3),
            taken_back=[place for place in range(1, len(items) + 1) if chance.random() < 0.2],
        )


async def _worked_on(database: Database, chance: random.Random) -> tuple[int, str]:
    """Put contributions under themes, leave some words out, and return one theme: its number and its slug."""
    async with database.begin() as work:
        await file_some(work, 1000)
        mine = select(Theme.id, Theme.slug).where(Theme.consultation == factories.DIGITAL).order_by(Theme.id)
        themes = await work.transaction.rows(mine)
        coded = [
            {"contribution_id": part.id, "theme_id": theme.id, "at": factories.NOW}
            for part in await work.transaction.rows(select(Contribution.id))
            for theme in chance.sample(list(themes), chance.choice((0, 0, 1, 3)))
        ]
        await work.transaction.put(insert(ContributionTheme), coded)
        stretch = {"start": 0, "end": 5, "kind": "other", "at": factories.NOW}
        covered = [
            {**stretch, "submission_id": row.submission_id, "answer_id": row.id, "undone_at": undone}
            for row in await work.transaction.rows(select(AnswerRow.id, AnswerRow.submission_id))
            for undone in chance.choice(((),) * 9 + ((None,), (factories.NOW,)))
        ]
        await work.transaction.put(insert(Redaction), covered)
        await work.commit()
    return themes[0].id, themes[0].slug


@pytest.mark.parametrize("seed", range(4))
async def test_lean_and_slow_say_the_same(site: Site, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(streaming, "CHUNK", 7)
    await _said(site.database, chance)
    number, slug = await _worked_on(site.database, chance)
    expected = await _reference(site.database, factories.DIGITAL)
    for lean, slow in zip(await _lean(site.database, Filter((factories.DIGITAL,))), expected, strict=True):
        assert lean == slow
    english = await _lean(site.database, Filter((factories.DIGITAL,), languages=("en",)))
    assert english == [each for each in expected if each["language"] == "en"]
    kept = [
        {**each, "contributions": [part for part in each["contributions"] if slug in part["themes"]]}  # type: ignore[attr-defined]
        for each in expected
    ]
    chosen = await _lean(site.database, Filter((factories.DIGITAL,), themes=(number,)))
    assert chosen == [each for each in kept if each["contributions"]]


async def test_what_is_redacted_is_left_out_wherever_it_stands(site: Site) -> None:
    id_ = await factories.submission(
        site.database, {"issue": ["thirrni 0682345678", "thirrni 0682345678 sot"], "why": ["0682345678"]}
    )
    async with site.database.begin() as work:
        [row, *_] = await work.transaction.rows(
            select(AnswerRow.id).where(
                AnswerRow.submission_id == id_, AnswerRow.revision == 0, AnswerRow.question == "issue"
            )
        )
        stretch = {
            "submission_id": id_,
            "answer_id": row.id,
            "start": 8,
            "end": 18,
            "kind": "phone",
            "at": factories.NOW,
        }
        await work.transaction.put(insert(Redaction), [stretch])
        await work.commit()
    [told] = await _lean(site.database, Filter((factories.DIGITAL,)))
    assert told["contributions"] == [
        {"status": "new", "themes": [], "revisions": 1,
         "answers": {"issue": "thirrni [redacted] sot", "why": "[redacted]"}}
    ]  # fmt: skip


async def test_every_change_of_what_was_first_said_is_counted(site: Site) -> None:
    await factories.submission(site.database, {"issue": [str(n) for n in range(9)], "why": [None]})
    [told] = await _lean(site.database, Filter((factories.DIGITAL,)))
    assert [each["revisions"] for each in told["contributions"]] == [8]  # type: ignore[attr-defined]
