"""The list and one submission, as somebody who works with them reads them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.admin import factories
from tests.admin.conftest import Person, Site, words


def _text(html: str) -> str:
    """Return what a page says between its tags, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split(">", 1)[1]))


def _receipts(html: str) -> list[str]:
    return [code.replace(" ", "") for code in re.findall(r'class="code">([^<]+)<', html)]


async def test_an_empty_list_says_what_will_stand_here(site: Site) -> None:
    page = (await (await site.member()).get("/submissions/")).text
    assert words("Nothing here yet") in page


async def test_a_row_says_what_it_is(site: Site) -> None:
    id_ = await factories.submission(
        site.database,
        {"issue": ["e vjetra", "Ndriçimi i rrugës"], "why": [None]},
        {"issue": ["Tjetra"], "why": [None]},
        at=factories.NOW,
    )
    text = _text((await (await site.member()).get("/submissions/")).text)
    code, asked = factories.receipt(id_), factories.questionnaire(factories.DIGITAL, "key-issues")
    assert "e hënë, 23 nëntor 2026" in text
    assert f"{code[:4]} {code[4:]}" in text
    assert "14:05" in text
    contributions = words("%(count)s contribution", many="%(count)s contributions", count=2)
    label, title = factories.consultation(factories.DIGITAL).label["sq"], asked.title["sq"]
    assert f"Ndriçimi i rrugës {label} {title} {words('Albanian')} {contributions}" in text
    assert "e vjetra" not in text


async def test_a_long_text_is_cut_in_the_list_and_whole_on_its_page(lone_site: Site) -> None:
    words = "fjalë " * 400
    id_ = await factories.submission(lone_site.database, {"issue": [words], "why": [None]})
    person = await lone_site.member()
    assert (await person.get("/submissions/")).text.count("fjalë") < 50
    assert (await person.get(f"/submissions/{id_}")).text.count("fjalë") == 400


def _link(html: str, direction: str) -> str:
    """Return the address of the next page in a direction, "" where there is none."""
    found = re.search(rf'rel="{direction}" href="([^"]+)"', html)
    return found[1].replace("&amp;", "&") if found else ""


async def _walk(person: Person, address: str, direction: str) -> list[str]:
    """Return the receipts of all pages in one direction from an address."""
    found: list[str] = []
    while address:
        html = (await person.client.get(address)).text
        page = _receipts(html)
        found = [*found, *page] if direction == "next" else [*page, *found]
        address = _link(html, direction)
    return found


async def test_pages_go_on_where_the_last_one_ended_in_both_directions(site: Site) -> None:
    ids = [
        await factories.submission(
            site.database,
            {"issue": [f"nr {n}"], "why": [None]},
            # Several in one second: their number decides, and none is shown twice or left out.
            at=factories.NOW - timedelta(seconds=n // 7),
        )
        for n in range(97)
    ]
    person = await site.member()
    down = await _walk(person, "/admin/submissions/", "next")
    assert sorted(down) == sorted(factories.receipt(id_) for id_ in ids)
    html = (await person.get("/submissions/")).text
    assert _link(html, "prev") == ""
    for _ in range(2):
        html = (await person.client.get(_link(html, "next"))).text
    assert _link(html, "next") == ""
    assert await _walk(person, _link(html, "prev"), "prev") + _receipts(html) == down


async def test_what_comes_in_meanwhile_moves_nothing_on_the_next_page(lone_site: Site) -> None:
    for n in range(50):
        await factories.submission(
            lone_site.database, {"issue": [f"nr {n}"], "why": [None]}, at=factories.NOW - timedelta(minutes=n)
        )
    person = await lone_site.member()
    first = (await person.get("/submissions/")).text
    address = _link(first, "next")
    before = _receipts((await person.client.get(address)).text)
    await factories.submission(lone_site.database, {"issue": ["e re"], "why": [None]})
    assert _receipts((await person.client.get(address)).text) == before


async def test_one_submission_with_everything_in_it(site: Site) -> None:
    id_ = await factories.submission(
        site.database,
        {"issue": ["ne fshat", "në fshat", "në fshatin tonë"], "why": [("nëna", "babai")]},
        {"issue": ["tjetra"], "why": [None]},
        {"issue": ["e tërhequra"], "why": [None]},
        conversation=factories.walk(),
        taken_back=[3],
    )
    person = await site.member()
    html = (await person.get(f"/submissions/{id_}")).text
    text = _text(html)
    section = factories.questionnaire(factories.DIGITAL, "key-issues").sections[0]
    issue, why = section.questions
    assert section.repeat
    first, second = (section.repeat.name["sq"].replace("{n}", n) for n in "12")
    new, changed = words("New"), words("Changed")
    assert f"{first} {new} {changed} {issue.ask['sq']} në fshatin tonë" in text
    times = words("Changed once: earlier wording", many="Changed %(count)s times: earlier wordings", count=2)
    assert f"{times} 23 nëntor 2026, 14:00 në fshat 23 nëntor 2026, 13:59 ne fshat" in text
    assert f"{why.ask['sq']} nëna babai" in text
    assert f"{second} {new} {(issue.again or issue.ask)['sq']} tjetra" in text
    assert words("Skipped") in text
    taken_back = words(
        "%(count)s contribution taken back by its author",
        many="%(count)s contributions taken back by their author",
    )
    assert f"{taken_back} {issue.label['sq']} e tërhequra" in text
    assert f"{words('Begun')} 23 nëntor 2026, 13:59 {words('Sent')} 23 nëntor 2026, 14:05" in text
    assert words("version %(number)s", number=1) in text
    assert f'<li class="pressed">Dërgo<span class="unseen"> ({words("was pressed")})</span>' in html
    assert f"{words('Citizen')} · {words('pressed a button')}" in html
    assert words("was pressed") not in words("pressed a button"), "of a person and of a button it is not one word"
    assert f"{words('Citizen')} · {words('changed a message')}" in html
    assert words("changed later, %(time)s", time="04:02") in html
    assert "<strong>Çështja 1 nga 3.</strong>" in html
    assert "24 nëntor 2026" in text


async def test_the_page_in_english(lone_site: Site) -> None:
    id_ = await factories.submission(lone_site.database, {"issue": ["ne fshat", "në fshat"], "why": [None]})
    person = await lone_site.as_(await factories.staff(lone_site.database, language="en"))
    text = _text((await person.get(f"/submissions/{id_}")).text)
    issue = factories.questionnaire(factories.DIGITAL, "key-issues").sections[0].questions[0]
    assert f"Issue 1 New Changed {issue.ask['en']} në fshat" in text
    assert "Changed once: earlier wording 23 November 2026, 13:59 ne fshat" in text
    assert "No conversation was kept with this submission." in text


async def test_a_submission_of_which_nothing_is_left(lone_site: Site) -> None:
    id_ = await factories.submission(lone_site.database, {"issue": ["a"], "why": [None]}, taken_back=[1])
    person = await lone_site.member()
    assert words("Nothing is left of it: its author took it back.") in (await person.get("/submissions/")).text
    assert words("Nothing is left of it: its author took it back.") in (await person.get(f"/submissions/{id_}")).text


async def test_reading_is_written_down(site: Site) -> None:
    id_ = await factories.submission(site.database, {"issue": ["sekreti im"], "why": [None]})
    person = await site.member()
    await person.get(f"/submissions/{id_}")
    await person.get("/submissions/00000000-0000-0000-0000-000000000000")
    async with site.database.reading() as work:
        deeds = await work.staff.deeds(10)
    assert [(each.action, each.subject) for each in deeds] == [("submission read", str(id_))]


async def test_an_address_in_capitals_is_the_same_submission(lone_site: Site) -> None:
    id_ = await factories.submission(lone_site.database, {"issue": ["a"], "why": [None]})
    person = await lone_site.member()
    assert (await person.get(f"/submissions/{str(id_).upper()}")).status_code in {200, 404}


async def test_numbers_for_each_questionnaire(site: Site) -> None:
    await factories.submission(site.database, {"issue": ["a"], "why": [None]}, {"issue": ["b"], "why": [None]})
    await factories.submission(site.database, {"issue": ["c"], "why": [None]})
    await factories.submission(site.database, {"idea": ["c"], "problem": [None], "objective": [None]}, slug="ideas")
    await factories.submission(site.database, {"issue": ["c"], "why": [None]}, at=None)
    person = await site.member("moderator", factories.DIGITAL)
    text = _text((await person.get("/overview/")).text)
    digital = factories.consultation(factories.DIGITAL)
    contributions = words("contribution", many="contributions", count=4)
    assert f"{digital.label['sq']} {words('Open')} 4 {contributions}" in text
    issues, ideas = (factories.questionnaire(factories.DIGITAL, slug).title["sq"] for slug in ("key-issues", "ideas"))
    assert f"{issues} 2 3 {ideas} 1 1" in text
    assert f"{words('Latest:')} 23 nëntor 2026, 14:05" in text


@pytest.mark.parametrize("path", ["/overview/", "/export", "/submissions/"])
async def test_an_installation_without_consultations_still_has_pages(site: Site, path: str) -> None:
    person = await site.member("administrator", "no-such-component")
    assert (await person.get(path)).status_code == 200
