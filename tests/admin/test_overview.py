"""The overview: what there is to do, how the consultations go, and the same numbers as pictures and tables."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import update

from storage.filing import file_some
from storage.models import Contribution
from tests.admin import factories
from tests.admin.conftest import Site, words


async def _filed(site: Site, **changed: object) -> None:
    async with site.database.begin() as work:
        await file_some(work, 1000)
        if changed:
            await work.transaction.execute(update(Contribution).values(**changed))
        await work.commit()


def _facts(page: str) -> list[str]:
    """Return the numbers of today, each with what it counts."""
    return [
        " ".join(re.sub("<[^>]+>", " ", each).split())
        for each in re.findall(r'<(?:a|span) class="fact".*?</(?:a|span)></li>', page)
    ]


async def test_what_there_is_to_do(site: Site) -> None:
    at = factories.NOW - timedelta(days=3)
    await factories.submission(site.database, {"issue": ["a"], "why": [None]}, {"issue": ["b"], "why": [None]}, at=at)
    await factories.submission(site.database, {"issue": ["c"], "why": [None]}, consultation=factories.JUSTICE)
    await _filed(site)
    person = await site.member("moderator", factories.DIGITAL)
    page = (await person.get("/overview/")).text
    days = words("%(count)s day", many="%(count)s days", count=3)
    assert _facts(page) == [
        f"2 {words('new contribution', many='new contributions', count=2)}",
        f"0 {words('assigned to me')}",
        f"0 {words('with news from their authors')}",
        f"0 {words('answered by their authors')}",
        f"{days} {words('the oldest has waited')}",
    ]
    assert 'href="/admin/contributions/?status=new"' in page


async def test_a_coordinator_counts_everything_and_is_led_nowhere(site: Site) -> None:
    for consultation in (factories.DIGITAL, factories.JUSTICE):
        await factories.submission(site.database, {"issue": ["fjala"], "why": [None]}, consultation=consultation)
    await _filed(site, revised_unseen=True)
    person = await site.member("coordinator", factories.DIGITAL)
    page = (await person.get("/overview/")).text
    assert f"2 {words('new contribution', many='new contributions', count=2)}" in _facts(page)
    assert f"2 {words('with news from their authors')}" in _facts(page)
    assert "/admin/contributions/" not in page.split("<main", 1)[1]
    assert "fjala" not in page


async def test_the_funnel_counts_who_came_past_each_question(site: Site) -> None:
    await factories.submission(site.database, {"issue": ["a", "b"], "why": ["x"]}, {"issue": ["c"], "why": [None]})
    await factories.submission(site.database, {"issue": ["a"], "why": [None]}, language="en")
    await factories.submission(site.database, {"issue": ["a"]}, at=None)
    await factories.submission(site.database, at=None)
    await _filed(site)
    person = await site.member("viewer", factories.DIGITAL)
    response = await person.get("/overview/chart/funnel-digital-governance-key-issues.svg")
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert re.findall(r">(\d+ \(\d+%\))<", response.text.replace("\u00a0", "")) == [
        "4 (100%)", "3 (75%)", "2 (50%)", "2 (50%)",
    ]  # fmt: skip
    table = (await person.get("/overview/")).text.split('id="chart-funnel-digital-governance-key-issues"')[1]
    lines = re.findall(r"<tr>(.*?)</tr>", table.split("</table>")[0])
    told = [" ".join(re.sub("<[^>]+>", " ", line).split()) for line in lines[1:]]
    assert told == [
        f"{words('Begun')} 4 0 3 1",
        "1. Çështja 3 1 25% 2 1",
        f"2. {factories.questionnaire(factories.DIGITAL, 'key-issues').asked['why'][1].label['sq']} 2 1 33% 1 1",
        f"{words('Sent')} 2 0 1 1",
    ]


@pytest.mark.parametrize("name", ["days", "ages", "statuses", "languages", "components"])
async def test_the_file_is_the_picture_of_the_page(lone_site: Site, name: str) -> None:
    await factories.submission(lone_site.database, {"issue": ["a"], "why": [None]})
    await _filed(lone_site)
    person = await lone_site.member("coordinator")
    page = (await person.get("/overview/")).text
    picture = (await person.get(f"/overview/chart/{name}.svg")).text
    assert picture in page
    assert "style" not in picture


async def test_a_chart_that_is_not_there_is_a_404(lone_site: Site) -> None:
    person = await lone_site.member("moderator", factories.DIGITAL)
    for name in ("nothing", "funnel-access-to-justice-ideas", "components"):
        assert (await person.get(f"/overview/chart/{name}.svg")).status_code == 404


async def test_numbers_are_counted_at_most_once_a_minute(site: Site) -> None:
    person = await site.member("moderator", factories.DIGITAL)
    label = words("Numbers as of %(time)s", time="14:05")
    assert label in (await person.get("/overview/")).text
    await factories.submission(site.database, {"issue": ["a"], "why": [None]})
    await _filed(site)
    site.clock.now += timedelta(seconds=59)
    seen = (await person.get("/overview/")).text
    assert label in seen
    assert '<p class="big"><strong>0</strong>' in seen
    site.clock.now += timedelta(seconds=1)
    anew = (await person.get("/overview/")).text
    assert words("Numbers as of %(time)s", time="14:06") in anew
    assert '<p class="big"><strong>1</strong>' in anew


async def test_the_workbook_has_a_sheet_for_each_chart(lone_site: Site) -> None:
    await factories.submission(lone_site.database, {"issue": ["a"], "why": [None]})
    await _filed(lone_site)
    person = await lone_site.member("viewer", factories.DIGITAL)
    response = await person.get("/overview/numbers.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert len(book.worksheets) == 7
    ages = list(book.worksheets[1].iter_rows(min_row=5, values_only=True))
    assert ages[0][1] == 1
