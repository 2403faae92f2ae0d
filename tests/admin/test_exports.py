"""The three formats: JSON Lines to the character, CSV and XLSX that no spreadsheet runs, and nothing lost in either."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
import uuid
from datetime import timedelta
from typing import Any

import openpyxl
import orjson
import pytest

from admin.exports import FORMATS, export
from admin.exports.columns import FIXED, TITLES
from admin.exports.flat import harmless
from admin.exports.xlsx_file import CELL, pieces
from dialogs.canonical import sealed
from dialogs.types import Kind, Option, Question, Questionnaire, Section
from storage.database import Database
from storage.filters import Filter
from tests.admin import factories
from tests.admin.conftest import Site, words

RUNS = (
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("http://evil.test","x")',
    "+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "＝1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹢1",
    "⁺1",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
    "\u200b \ufeff\u2060+1",
    "\u202e=1",
    "\u2066=1",
    "\u3164=1",
    "\u2800@x",
    "\x01=1",
    "\tplain",
    "\nplain",
)
HARMLESS = (
    "plain",
    "a=1",
    "1+1",
    "é",
    "",
    " plain",
    "'=1",
    '"=1',
    ";=1",
    "https://evil.test",
    "12345678901234567890",
    "TRUE",
    "2026-11-23",
    "#N/A",
    "a\nb",
    "a\r\nb",
    'a"b,c;d',
    "_x0041_",
    "\U0001f1e6\U0001f1f1",
    "z" + "\u0301" * 200,
)


async def file(database: Database, format: str, consultation: str = factories.DIGITAL) -> bytes:  # noqa: A002
    """Return a whole export."""
    return b"".join([piece async for piece in export(database, Filter((consultation,)), format)])


def table(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def sheet(content: bytes) -> list[tuple[Any, ...]]:
    """Return the rows of the first sheet, each cell as (type, value)."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [
        tuple((cell.data_type, cell.value, cell.hyperlink) for cell in row) for row in book.worksheets[0].iter_rows()
    ]


async def test_json_lines_are_as_the_contract_has_them(site: Site) -> None:
    first = await factories.submission(
        site.database,
        {"issue": ["ne fshat", 'në fshat "interneti"\\ punon\u2028vetëm natën'], "why": [("një", "dy")]},
        {"issue": ["tjetra"], "why": [None]},
        {"issue": ["e tërhequr"], "why": ["po"]},
        at=factories.NOW - timedelta(days=1),
        taken_back=[3],
    )
    second = await factories.submission(
        site.database,
        {"idea": ["A post"], "problem": [None], "objective": ["x", "y", "z"]},
        slug="ideas",
        language="en",
    )
    await factories.submission(site.database, {"issue": ["draft"], "why": [None]}, at=None)
    await factories.submission(site.database, {"issue": ["other"], "why": [None]}, consultation=factories.JUSTICE)
    expected = [
        (
            f'{{"id": "{first}", "consultation": "digital-governance", "questionnaire": "key-issues", "version": 1,'
            ' "channel": "telegram", "language": "sq", "started_at": "2026-11-22T12:59:00Z",'
            ' "submitted_at": "2026-11-22T13:05:00Z", "answers": {}, "contributions": ['
            '{"status": "new", "themes": [], "revisions": 1, "answers":'
            ' {"issue": "në fshat \\"interneti\\"\\\\ punon\u2028vetëm natën", "why": "një\\ndy"}},'
            ' {"status": "new", "themes": [], "revisions": 0, "answers": {"issue": "tjetra", "why": null}}]}'
        ),
        (
            f'{{"id": "{second}", "consultation": "digital-governance", "questionnaire": "ideas", "version": 1,'
            ' "channel": "telegram", "language": "en", "started_at": "2026-11-23T12:59:00Z",'
            ' "submitted_at": "2026-11-23T13:05:00Z", "answers": {}, "contributions": ['
            '{"status": "new", "themes": [], "revisions": 2, "answers":'
            ' {"idea": "A post", "problem": null, "objective": "z"}}]}'
        ),
    ]
    compact = "".join(f"{orjson.dumps(json.loads(line)).decode()}\n" for line in expected)
    assert (await file(site.database, "jsonl")).decode() == compact


async def test_an_unknown_consultation_is_an_empty_file_and_an_unknown_format_an_error(site: Site) -> None:
    assert await file(site.database, "jsonl", "no-such-thing") == b""
    assert table(await file(site.database, "csv", "no-such-thing")) == []
    with pytest.raises(ValueError, match="jsonl, csv, xlsx"):
        await file(site.database, "pdf")


async def test_every_text_comes_back_from_json_lines(site: Site) -> None:
    texts = [text for text in (*RUNS, *HARMLESS) if text]
    for n, text in enumerate(texts):
        await factories.submission(
            site.database, {"issue": [text], "why": [None]}, at=factories.NOW + timedelta(seconds=n)
        )
    lines = (await file(site.database, "jsonl")).decode().split("\n")
    assert [json.loads(line)["contributions"][0]["answers"]["issue"] for line in lines[:-1]] == texts


@pytest.mark.parametrize("text", RUNS)
def test_what_a_spreadsheet_might_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_it_would_not_run_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


async def test_no_cell_of_either_table_is_run_and_no_letter_is_lost(site: Site) -> None:
    texts = [text for text in (*RUNS, *HARMLESS) if text]
    for n, text in enumerate(texts):
        await factories.submission(
            site.database, {"issue": [text], "why": [text]}, at=factories.NOW + timedelta(seconds=n)
        )
    rows = table(await file(site.database, "csv"))
    assert [row["issue"] for row in rows] == [row["why"] for row in rows] == [harmless(text) for text in texts]
    titles, *cells = sheet(await file(site.database, "xlsx"))
    place = [value for _, value, _ in titles].index("issue")
    for text, row in zip(texts, cells, strict=True):
        kind, value, link = row[place]
        assert kind in {"s", "inlineStr"}, text
        assert link is None
        assert _as_excel_reads(value) == harmless(text)
        assert all(each[0] in {"s", "n", "d", "inlineStr"} for each in row)


async def test_a_table_has_a_row_for_each_contribution_and_a_column_for_each_question(site: Site) -> None:
    version = _with_choices()
    await factories.publish_version(site.database, version)
    await factories.submission(site.database, {"issue": ["a"], "why": [None]}, {"issue": ["b"], "why": ["c", "d"]})
    await factories.submission(
        site.database,
        {"issue": ["e"], "why": ["f"]},
        version=version,
        beside={"age": ["old"], "status": ["x", "y"]},
        at=factories.NOW + timedelta(seconds=1),
    )
    await factories.submission(
        site.database, version=version, beside={"age": ["young"]}, at=factories.NOW + timedelta(seconds=2)
    )
    rows = table(await file(site.database, "csv"))
    assert list(rows[0]) == [*FIXED, "issue", "why", "age", "answer status", "idea", "problem", "objective"]
    told = [
        (row["version"], row["contribution"], row["status"], row["revisions"], row["issue"], row["why"], row["age"])
        for row in rows
    ]
    assert told == [
        ("1", "1", "new", "0", "a", "", ""),
        ("1", "2", "new", "1", "b", "d", ""),
        ("2", "1", "new", "0", "e", "f", "old"),
        ("2", "", "", "", "", "", "young"),
    ]
    assert [row["answer status"] for row in rows] == ["", "", "x; y", ""]
    records = [json.loads(line) for line in (await file(site.database, "jsonl")).splitlines()]
    assert [record["answers"] for record in records] == [
        {},
        {"age": "old", "status": ["x", "y"]},
        {"age": "young", "status": None},
    ]


def _with_choices() -> Questionnaire:
    """Return a second version of key issues that also asks two things of the person."""
    first = factories.questionnaire(factories.DIGITAL, "key-issues")
    word = {"sq": "fjalë", "en": "word"}
    options = tuple(Option(each, word) for each in ("young", "old", "x", "y"))
    about = Section(
        "about",
        (
            Question("age", Kind.SINGLE, word, word, options=options),
            Question("status", Kind.MULTI, word, word, required=False, options=options),
        ),
    )
    return sealed(Questionnaire(first.consultation, first.slug, 2, first.title, 3, (*first.sections, about)))


@pytest.mark.parametrize("text", ["a" * CELL, "a" * (CELL + 1), "😀" * 20_000, "=" + "ë" * 100_000])
async def test_a_text_longer_than_a_cell_goes_on_in_the_next(lone_site: Site, text: str) -> None:
    await factories.submission(lone_site.database, {"issue": [text], "why": [text]})
    titles, row = sheet(await file(lone_site.database, "xlsx"))
    width = len(FIXED) + 5
    assert all(len(str(value).encode("utf-16-le")) // 2 <= CELL for _, value, _ in row)
    for name in ("issue", "why"):
        start = row[[value for _, value, _ in titles].index(name)][1]
        rest = [value.split(": ", 1)[1] for _, value, _ in row[width:] if value and value.startswith(f"{name} (")]
        assert "".join([start, *rest]) == harmless(text)
    assert table(await file(lone_site.database, "csv"))[0]["issue"] == harmless(text)


def _as_excel_reads(value: str) -> str:
    """Undo the escapes of control characters (ECMA-376, ST_Xstring), which openpyxl leaves as they are."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), value)


def test_a_text_that_fits_is_one_piece() -> None:
    assert pieces("a" * CELL) == ["a" * CELL]
    assert pieces("") == [""]


async def test_letters_that_xml_can_t_hold_are_replaced(lone_site: Site) -> None:
    await factories.submission(lone_site.database, {"issue": ["a\ufffeb\uffffc"], "why": ["\x01\x1f"]})
    _, row = sheet(await file(lone_site.database, "xlsx"))
    assert [value for _, value, _ in row][len(FIXED)] == "a\ufffdb\ufffdc"


@pytest.mark.parametrize("name", list(FORMATS))
async def test_the_download(site: Site, name: str) -> None:
    id_ = await factories.submission(site.database, {"issue": ["a"], "why": ["b"]})
    person = await site.member("moderator", factories.DIGITAL, name="Ana")
    response = await person.post("/export", {"consultation": factories.DIGITAL, "format": name})
    assert response.status_code == 200
    assert response.headers["content-type"] == FORMATS[name]
    assert response.headers["content-disposition"] == (
        f'attachment; filename="kuvendo-digital-governance-2026-11-23.{name}"'
    )
    assert response.headers["cache-control"] == "no-store"
    if name == "jsonl":
        assert response.content == await file(site.database, name)
    if name == "csv":
        [row] = table(response.content)
        assert row[words(TITLES["id"])] == str(id_)
        assert row["Çështja"] == "a"
    async with site.database.reading() as work:
        deeds = await work.staff.deeds(10)
    assert [(each.action, each.subject) for each in deeds] == [("export", f"digital-governance {name}")]


@pytest.mark.parametrize("name", ["pdf", "", "JSONL", "../csv"])
async def test_an_unknown_format_is_a_400(lone_site: Site, name: str) -> None:
    person = await lone_site.member()
    response = await person.post("/export", {"consultation": factories.DIGITAL, "format": name})
    assert response.status_code == 400


async def test_no_identity_is_in_an_export(site: Site) -> None:
    await factories.submission(site.database, {"issue": ["a"], "why": ["b"]})
    record = json.loads(await file(site.database, "jsonl"))
    assert list(record) == [
        "id", "consultation", "questionnaire", "version", "channel", "language", "started_at", "submitted_at",
        "answers", "contributions",
    ]  # fmt: skip
    assert str(uuid.UUID(record["id"])) == record["id"]


@pytest.mark.parametrize("name", ["jsonl", "csv"])
async def test_memory_does_not_grow_with_the_file(lone_site: Site, name: str) -> None:
    peaks, size = [], 0
    for wanted in (1500, 3000):  # more than what is read ahead, and three times as much
        await factories.many(lone_site.database, wanted)
        size = 0
        tracemalloc.start()
        async for piece in export(lone_site.database, Filter((factories.DIGITAL,)), name):
            size += len(piece)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert size > 1_000_000
    assert peaks[1] < peaks[0] * 1.3
