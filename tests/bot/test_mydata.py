"""The page of `/mydata`: in words first, every row behind them, all of it in the person's language."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import mydata
from dialogs.sentences import REASONS
from locales import CHAT, CODES, translations
from storage.holdings import tables
from tests.dialogs.people import CATALOGUE, SURVEY

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
KEY_ISSUES = next(
    q for q in CATALOGUE.questionnaires.values() if (q.consultation, q.slug) == ("digital-governance", "key-issues")
)


def at(minute: int) -> str:
    """Return a moment as storage gives it."""
    return f"2026-11-22T23:{minute:02}:00+00:00"


def answer(id: int, question: str, said: str, revision: int = 0, item: int = 1, **more: Any) -> dict[str, Any]:
    """Return a row of the answers."""
    parts = [[100 + id, said]] if said else []
    row = {"id": id, "submission_id": "s1", "question": question, "item": item, "revision": revision, "parts": parts}
    return row | {"chosen": [], "skipped": False, "dropped": False, "language": "sq", "at": at(id)} | more


def submission(id: str, draft: int, digest: str = KEY_ISSUES.digest, **more: Any) -> dict[str, Any]:
    """Return a row of the submissions."""
    row = {"id": id, "draft": draft, "digest": digest, "consultation": "digital-governance", "started_at": at(draft)}
    ends = {"submitted_at": None, "discarded_at": None, "receipt": None}
    return row | {"questionnaire": "key-issues", "channel": "telegram", "language": "sq", **ends} | more


def line(id: int, direction: str, kind: str, text: str) -> dict[str, Any]:
    """Return a row of the transcript."""
    return {"id": id, "direction": direction, "kind": kind, "text": text, "at": at(id)}


def aside(item: int, reason: str) -> dict[str, Any]:
    """Return a row of a contribution that was set aside."""
    row = {"id": f"c{item}", "submission_id": "s1", "item": item, "position": item, "created_at": at(30)}
    return row | {"status": "set-aside", "reason": reason}


THEMES = {7: {"sq": "Transparenca", "en": "Transparency"}}
HELD: dict[str, list[dict[str, Any]]] = {
    "participants": [{"id": "p1", "created_at": at(0)}],
    "addresses": [],
    "consents": [
        {"text_version": 1, "text_digest": "c", "language": "sq", "given": True, "at": at(0)},
        {"text_version": 2, "text_digest": "d", "language": "xx", "given": False, "at": at(9)},
    ],
    "outbox": [],
    "quarantine": [],
    "sessions": [],
    "submissions": [
        submission("s1", 1, submitted_at=at(30), receipt="K7M4QX2P"),
        submission("s2", 2, SURVEY.digest, questionnaire="survey", discarded_at=at(40)),
        submission("s3", 3, "unknown"),
    ],
    "contributions": [
        {"id": "c2", "submission_id": "s1", "item": 2, "position": 1, "status": "new", "created_at": at(30)},
        {"id": "c1", "submission_id": "s1", "item": 1, "position": 2, "status": "odd", "created_at": at(30)},
        *(aside(item, reason) for item, reason in enumerate(REASONS, 3)),
    ],
    "contribution_themes": [
        {"contribution_id": "c2", "theme_id": 7, "staff_id": 1, "at": at(40)},
        {"contribution_id": "c2", "theme_id": 8, "staff_id": 1, "at": at(40)},
    ],
    "notes": [
        {"contribution_id": "c2", "text": "të pyetet <drejtoria>", "at": at(41), "removed_at": None},
        {"contribution_id": "c2", "text": "gabim", "at": at(42), "removed_at": at(43)},
    ],
    "translations": [{"contribution_id": "c2", "text": "water", "at": at(44)}],
    "redactions": [
        {"contribution_id": "c2", "answer_id": 4, "start": 1, "end": 3, "at": at(45), "undone_at": None},
        {"contribution_id": "c2", "answer_id": 4, "start": 0, "end": 1, "at": at(46), "undone_at": at(47)},
        {"contribution_id": "c2", "author_reply_id": 1, "start": 3, "end": 6, "at": at(50), "undone_at": None},
    ],
    "dismissals": [{"contribution_id": "c2", "answer_id": 4, "start": 1, "end": 3, "at": at(51)}],
    "replies": [{"id": 1, "contribution_id": "c2", "text": "Ku saktësisht?", "at": at(48)}],
    "author_replies": [{"id": 1, "reply_id": 1, "text": "Te ura.", "at": at(49)}],
    "answers": [
        answer(1, "why", "", skipped=True),
        answer(2, "issue", "rruga <b>"),
        answer(3, "issue", "rruga & ura", revision=1),
        answer(4, "issue", "uji", item=2),
        answer(5, "why", "po", item=2),
        answer(6, "why", "", item=2, revision=1, dropped=True),
        answer(7, "place", "", item=0, submission_id="s2", chosen=["village", "gone"]),
        answer(8, "wish", "dritë", submission_id="s2"),
        *(answer(20 + item, "issue", "tjetër", item=item) for item in range(3, 3 + len(REASONS))),
        answer(9, "x", "y", item=0, submission_id="s3", chosen=[]),
    ],
    "transcript": [
        line(1, "out", "ask", "Cila është çështja?"),
        line(2, "in", "text", "rruga <b>"),
        line(3, "in", "press", "Kapërce"),
        line(4, "in", "media", ""),
    ],
}


def page(code: str = "sq", **more: Any) -> str:
    """Return the page of somebody who used the bot for a while."""
    known: dict[str, Any] = {"catalogue": CATALOGUE, "themes": THEMES}
    return mydata.page(HELD, code, translations(CHAT, code), NOW, **(known | more))


def words(html: str) -> str:
    """Return what a person reads who folds nothing out."""
    shown = re.sub(r"<details.*?</details>(</details>)?", "", html, flags=re.DOTALL)
    return re.sub(r"<style.*?</style>|<[^>]+>", "\n", shown, flags=re.DOTALL)


def in_order(text: str, *parts: str) -> bool:
    """Tell whether the parts stand in the text, one after another."""
    return re.search(".*?".join(map(re.escape, parts)), text, re.DOTALL) is not None


def test_it_opens_with_who_keeps_it_then_contributions_conversation_and_consents() -> None:
    html = page()
    headings = re.findall("<h2>(.*?)</h2>", html)
    assert headings == ["Kush i ruan", "Kontributet tuaja", "Biseda", "Pëlqimi që keni dhënë"]
    assert html.index("Institucioni publik") < html.index("Kontributi K7M4 QX2P") < html.index('<details class="rows">')


def test_a_contribution_is_told_with_its_code_state_date_questions_and_answers() -> None:
    html = page()
    assert in_order(
        html,
        "Kontributi K7M4 QX2P",
        "· Çështjet kryesore",
        "Filluar: 23 nëntor 2026, 00:01",
        "Dërguar: 23 nëntor 2026, 00:30",
        "Çështja 1 · u mor, por ende nuk është lexuar",
        "Cila është çështja e parë?",
        "uji",
        "Çështja 2 · odd",
        "Cila është çështja?",
        "rruga &amp; ura",
        "Variantet e mëparshme (1)",
        "rruga &lt;b&gt;",
        "Pse është e rëndësishme?",
        "kapërcyer",
    )
    assert "<b>" not in html


def test_what_the_secretariat_made_of_it_is_told_in_words() -> None:
    assert in_order(
        page("en"), "What the secretariat did with it",
        "Sorted under", "Transparency, 8",
        "A note of the secretariat, 23 November 2026, 00:41", "të pyetet &lt;drejtoria&gt;",
        "A note of the secretariat, 23 November 2026, 00:42 (removed)", "gabim",
        "Your answer, translated, 23 November 2026, 00:44", "water",
        "Left out of what others read, 23 November 2026, 00:45</dt>", ">ji<",
        "Left out of what others read, 23 November 2026, 00:46 (shown again)", ">u<",
        "Left out of what others read, 23 November 2026, 00:50", ">ura<",
        "Found to be no personal detail, 23 November 2026, 00:51", ">ji<",
        "The secretariat wrote to you, 23 November 2026, 00:48", "Ku saktësisht?",
        "You answered, 23 November 2026, 00:49", "Te ura.",
    )  # fmt: skip


def test_why_it_was_set_aside_is_told() -> None:
    assert in_order(page("en"), "Why it was set aside", "spam, or only a test", "Why it was set aside", "a personal")


def test_drafts_and_choices_are_told_too_and_what_is_unknown_by_its_name() -> None:
    html = page()
    assert in_order(html, "Kontribut që ende nuk e keni dërguar", " · key-issues", "x", "y")
    assert in_order(
        html, "Kontribut i pambaruar, të cilin e zëvendësuat", "Ku jetoni?", "Fshat\ngone", "Dëshira 1", "dritë"
    )
    assert in_order(page(catalogue=None), "digital-governance · survey", "place", "village\ngone", "wish", "dritë")


def test_the_conversation_is_a_conversation() -> None:
    assert in_order(
        words(page("en")), "The conversation", "23 November 2026", "Kuvendo, 00:01", "Cila është", "You, 00:02",
        "[Kapërce]", "(not a text)",
    )  # fmt: skip


def test_consents_are_told_with_their_day_and_language() -> None:
    assert "23 nëntor 2026, 00:00: u pajtuat me variantin 1 të tekstit, në gjuhën Shqip." in page()
    assert "you did not agree to version 2" in page("en")


def test_the_tables_are_folded_and_everything_is_in_the_data() -> None:
    html = page()
    assert "p1" in html
    assert "p1" not in words(html)
    _, data = mydata.files(HELD, "sq", translations(CHAT, "sq"), NOW, CATALOGUE)
    assert json.loads(data["document"]["text"]) == HELD


@pytest.mark.parametrize("code", CODES)
def test_whoever_has_nothing_reads_so_in_their_language(code: str) -> None:
    nothing = mydata.page({name: [] for name in HELD}, code, translations(CHAT, code), NOW)
    assert nothing.count({"sq": "Asgjë.", "en": "Nothing."}[code]) == 3


def test_every_table_and_column_of_a_person_has_a_name() -> None:
    assert {table.name for table in tables()} == set(mydata.HEADINGS)
    shown = {column.name for table in tables() for column in table.columns if column.type.python_type is not bytes}
    assert shown == set(mydata.COLUMNS)


def test_a_name_nobody_knows_yet_keeps_nobody_from_their_data() -> None:
    held = {**HELD, "new": [{"odd": 1, "empty": None}]}
    assert in_order(mydata.page(held, "sq", translations(CHAT, "sq"), NOW), "new (1)", "odd", "1")


def test_nothing_in_the_page_runs_or_is_fetched() -> None:
    assert not re.search(r"<script|<link|<img|href=|src=|url\(", page())
