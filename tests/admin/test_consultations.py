"""Consultations in the dashboard: the list, opening and closing, trying one out, publishing a new version."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import httpx2
import pytest

from dialogs.comparing import Fate, compare
from tests.admin import factories
from tests.admin.conftest import Person, Site, seen_in, words

ISSUES = files("dialogs").joinpath("consultations/key-issues.yaml").read_text("utf-8")
NEW = ISSUES.replace("version: 1", "version: 2", 1).replace("minutes:", "minutes: ", 1)
DIGITAL = f"/consultations/{factories.DIGITAL}"


def _plain(page: str) -> str:
    """Return the words of a page."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.split("<main", 1)[1])).split())


async def _state(site: Site, slug: str = factories.DIGITAL) -> tuple[str, str]:
    async with site.database.reading() as work:
        found = next(each for each in await work.consultations.list() if each.slug == slug)
    return found.state, str(found.closes_on or "")


async def _ask(person: Person, what: str, form: dict[str, str] | None = None) -> httpx2.Response:
    """Open or close as somebody does who has just read what it will do."""
    return await person.send(f"{DIGITAL}/{what}", f"{DIGITAL}/{what}", form)


async def _deeds(site: Site) -> list[tuple[str, str]]:
    async with site.database.reading() as work:
        return [(each.action, each.subject) for each in await work.staff.deeds(10)]


async def test_everybody_sees_their_own(site: Site) -> None:
    await factories.submission(site.database, {"issue": ["fjala"], "why": [None]})
    await factories.submission(site.database, {"issue": ["fjala"]}, at=None)
    person = await site.member("viewer", factories.DIGITAL)
    page = (await person.get("/consultations/")).text
    assert page.count('class="round"') == 1
    assert f"{words('Submissions')} 1 {words('Drafts')} 1" in _plain(page)
    detail = await person.get(DIGITAL)
    assert detail.status_code == 200
    assert "ask_open" not in detail.text
    assert f"{DIGITAL}/close" not in detail.text
    assert "fjala" not in detail.text
    assert (await person.get(f"/consultations/{factories.JUSTICE}")).status_code == 404
    assert (await person.get("/consultations/nothing")).status_code == 404


async def test_closing_and_opening_say_first_what_they_will_do(site: Site) -> None:
    await factories.submission(site.database, {"issue": ["a"]}, at=None)
    person = await site.member("administrator", name="Ana")
    asked = await person.get(f"{DIGITAL}/close")
    one, many = "%(number)s draft that was begun can", "%(number)s drafts that were begun can"
    assert words(f"{one} no longer be sent.", many=f"{many} no longer be sent.", number="1") in _plain(asked.text)
    assert await _state(site) == ("open", "")
    done = await _ask(person, "close")
    assert done.headers["location"] == f"/admin{DIGITAL}?done=closed"
    assert await _state(site) == ("closed", "")
    assert (await person.get(f"{DIGITAL}/close")).status_code == 303
    wrong = await _ask(person, "open", {"closes_on": "2026-11-22"})
    assert wrong.status_code == 422
    assert (await _state(site))[0] == "closed"
    await _ask(person, "open", {"closes_on": "2026-12-31"})
    assert await _state(site) == ("open", "2026-12-31")
    assert (await _ask(person, "open", {"closes_on": "soon"})).status_code == 400
    assert [each for each in await _deeds(site) if each[0].startswith("consultation")] == [
        ("consultation.open", f"{factories.DIGITAL} until 2026-12-31"),
        ("consultation.close", factories.DIGITAL),
    ]


async def test_a_last_day_is_told_changed_and_taken_away_while_it_is_open(site: Site) -> None:
    person = await site.member("administrator", name="Ana")
    assert words("Change the last day…") in _plain((await person.get(DIGITAL)).text)
    assert words("Last day: %(name)s", name="Qeverisja dixhitale") in _plain((await person.get(f"{DIGITAL}/open")).text)
    done = await _ask(person, "open", {"closes_on": "2026-11-24"})
    assert done.headers["location"] == f"/admin{DIGITAL}?done=dated"
    day = "24 nëntor 2026"
    closes = words("The consultation closes by itself at the end of %(day)s.", day=day)
    assert closes in _plain((await person.get(f"{DIGITAL}?done=dated")).text)
    one, many = "%(number)s day left", "%(number)s days left"
    for path in (DIGITAL, "/consultations/", "/overview/"):
        assert words(one, many=many, number=1) in _plain((await person.get(path)).text), path
    site.clock.now += timedelta(hours=14)
    person = await site.member("administrator")
    for path in (DIGITAL, "/consultations/", "/overview/"):
        assert words("today is the last day") in _plain((await person.get(path)).text), path
    await _ask(person, "open", {"closes_on": "2026-11-24"})
    await _ask(person, "open")
    assert await _state(site) == ("open", "")
    assert words("The consultation stays open until somebody closes it.") in _plain(
        (await person.get(f"{DIGITAL}?done=dated")).text
    )
    assert [each for each in await _deeds(site) if each[0].startswith("consultation")] == [
        ("consultation.last-day", factories.DIGITAL),
        ("consultation.last-day", f"{factories.DIGITAL} until 2026-11-24"),
        ("consultation.last-day", f"{factories.DIGITAL} until 2026-11-24"),
    ]


async def test_once_the_day_is_over_it_is_closed_whoever_runs_and_can_be_opened_again(site: Site) -> None:
    person = await site.member("administrator", name="Ana")
    await _ask(person, "open", {"closes_on": "2026-11-23"})
    site.clock.now = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    person = await site.member("administrator", name="Bora")
    for path in (DIGITAL, "/consultations/", "/overview/"):
        page = _plain((await person.get(path)).text)
        assert words("Closed") in page, path
        assert words("today is the last day") not in page, path
    assert await _state(site) == ("open", "2026-11-23"), "no worker was there to write it down"
    form = (await person.get(f"{DIGITAL}/open")).text
    assert 'name="closes_on" value="" min="2026-11-24"' in form
    assert (await _ask(person, "open", {"closes_on": "2026-11-23"})).status_code == 422
    done = await _ask(person, "open", {"closes_on": "2026-11-24"})
    assert done.headers["location"] == f"/admin{DIGITAL}?done=opened"
    assert await _state(site) == ("open", "2026-11-24")
    async with site.database.reading() as work:
        deeds = [(bool(each.staff_id), each.action) for each in await work.staff.deeds(2)]
    assert deeds == [(True, "consultation.open"), (False, "consultation.close-on-its-day")]
    page = html.unescape((await person.get("/audit/")).text)
    assert (
        words(
            "The consultation %(detail)s closed by itself: its last day was over.",
            detail="Qeverisja dixhitale 2026-11-23",
        )
        in page
    )


@pytest.mark.parametrize("path", ["open", "close", "upload", "publish"])
async def test_only_an_administrator_changes_anything_and_only_their_own(lone_site: Site, path: str) -> None:
    moderator = await lone_site.member("moderator")
    assert (await moderator.post(f"{DIGITAL}/{path}")).status_code == 403
    elsewhere = await lone_site.member("administrator", factories.JUSTICE)
    assert (await elsewhere.post(f"{DIGITAL}/{path}")).status_code == 404
    assert await _state(lone_site) == ("open", "")


# --- trying it out ---------------------------------------------------------------------------------------------------


async def _walk(site: Site, person: Person, path: str, language: str, *inputs: str) -> str:
    """Walk a questionnaire: [Label] presses a button, anything else is written; return the last page."""
    page = (await person.get(f"{path}?language={language}")).text
    for each in inputs:
        steps = html.unescape(re.findall(r'name="steps" value="([^"]*)"', page)[0])
        began = re.findall(r'name="began" value="(\d+)"', page)[0]
        fields = {"steps": steps, "language": language, "began": began}
        if each.startswith("["):
            buttons = re.findall(r'<button name="press" value="([^"]+)">([^<]+)</button>', page)
            [fields["press"]] = [value for value, label in buttons if html.unescape(label) == each[1:-1]]
        else:
            fields["words"] = each
        site.clock.now += timedelta(seconds=30)
        page = (await person.post(path, fields)).text
    return page


async def test_a_questionnaire_is_walked_to_its_end_and_nothing_is_kept(site: Site) -> None:
    person = await site.member("viewer", factories.DIGITAL, name="Ana")
    asked = factories.questionnaire(factories.DIGITAL, "key-issues")
    path = f"{DIGITAL}/try/{asked.digest}"
    page = await _walk(
        site, person, path, "sq", "[Fillo]", "[Pajtohem]", "<b>uji</b>", "sepse po", "[Kapërce]", "[Dërgo]",
    )  # fmt: skip
    assert "&lt;b&gt;uji&lt;/b&gt;" in page
    assert "Faleminderit" in page
    async with site.database.reading() as work:
        assert await work.overview.begun([factories.DIGITAL]) == {factories.DIGITAL: (0, 0)}
    english = await _walk(site, person, path, "en", "[English]", "[I agree]")
    assert asked.asked["issue"][1].ask["en"].split("?")[0] in html.unescape(english)


async def test_an_old_button_and_broken_steps_harm_nothing(lone_site: Site) -> None:
    person = await lone_site.member("coordinator")
    asked = factories.questionnaire(factories.DIGITAL, "ideas")
    path = f"{DIGITAL}/try/{asked.digest}"
    for steps in ("", "[]", "{", "[1]", '[["a"]]', '[["", 99, "o:x"]]', '[["", "x", ""]]', '[["/start x", 0, ""]]'):
        response = await person.post(path, {"steps": steps, "language": "sq", "words": "a"})
        assert response.status_code == 200
    assert (await person.post(path, {"steps": "", "language": "fr"})).status_code == 400
    assert (await person.get(f"{DIGITAL}/try/nothing")).status_code == 404
    assert (await person.get(f"/consultations/{factories.JUSTICE}/try/{asked.digest}")).status_code == 404


# --- a new version ---------------------------------------------------------------------------------------------------


async def _bring(person: Person, text: str | bytes, where: str = "upload", seen: str = "") -> tuple[int, str]:
    content = text.encode() if isinstance(text, str) else text
    response = await person.client.post(
        f"/admin{DIGITAL}/{where}",
        data={"csrf": person.token, "seen": seen},
        files={"file": ("new.yaml", content, "application/yaml")},
    )
    return response.status_code, response.text


async def test_every_mistake_is_told_and_nothing_is_kept(site: Site) -> None:
    person = await site.member("administrator")
    broken = NEW.replace("kind: text", "kind: txt").replace("required: false", "required: maybe")
    status, page = await _bring(person, broken)
    assert status == 422
    lines = re.findall(r'class="place">[^0-9]*(\d+)', page)
    assert len(lines) >= 3
    assert words("{value} is no kind of question").format(value="„txt”") in _plain(page)
    assert words("write {known}").format(known=words("{first} or {last}").format(first="true", last="false"))[
        1:
    ] in _plain(page)
    await person.post("/language", {"language": "en"})
    _, english = await _bring(person, broken)
    assert "“txt” is no kind of question." in _plain(english)
    for content in (b"", b"\xff\xfe\x00", "a: [1", "consultation: x", "- 1", "plan: x"):
        status, _ = await _bring(person, content)
        assert status == 422
    assert (await _bring(person, "x" * 50_000))[0] == 413
    async with site.database.reading() as work:
        assert len(await work.consultations.versions(factories.DIGITAL)) == 2


async def test_a_new_version_is_compared_and_then_published(site: Site) -> None:
    person = await site.member("administrator", name="Ana")
    digest = factories.questionnaire(factories.DIGITAL, "key-issues").digest
    ask = "Pse është e rëndësishme kjo çështje tani?"
    reworded = re.sub(r"(- id: why.*?ask:\s+sq: )[^\n]+", rf"\g<1>{ask}", NEW, count=1, flags=re.DOTALL)
    assert ask in reworded
    status, page = await _bring(person, reworded)
    assert status == 200
    assert ask in html.unescape(page)
    assert page.count('class="difference changed"') == 1
    async with site.database.reading() as work:
        assert len(await work.consultations.versions(factories.DIGITAL)) == 2
    seen = seen_in(page, f"{DIGITAL}/publish")
    status, _ = await _bring(person, reworded, "publish", seen)
    assert status == 303
    async with site.database.reading() as work:
        versions = await work.consultations.versions(factories.DIGITAL)
    told = [(each.slug, each.version, each.is_current) for each in versions]
    assert told == [("key-issues", 2, True), ("ideas", 1, True), ("key-issues", 1, False)]
    assert versions[2].digest == digest
    assert await _state(site) == ("open", "")
    deeds = [each for each in await _deeds(site) if each[0] == "questionnaire.publish"]
    assert deeds == [("questionnaire.publish", f"{factories.DIGITAL} key-issues version 2")]
    again, page = await _bring(person, reworded, "publish", seen)
    assert again == 422
    assert words("It is published already, word for word.") in html.unescape(page)
    taken, _ = await _bring(person, reworded.replace(ask, "Pse?"))
    assert taken == 422


async def test_an_earlier_version_takes_the_place_of_no_later_one(lone_site: Site) -> None:
    person = await lone_site.member("administrator")
    for number in (5, 3):
        text = re.sub(r"version: \d+", f"version: {number}", NEW, count=1)
        status, page = await _bring(person, text)
        status, _ = await _bring(person, text, "publish", seen_in(page, f"{DIGITAL}/publish") if status == 200 else "")
        assert status == (303 if number == 5 else 422)
    async with lone_site.database.reading() as work:
        versions = await work.consultations.versions(factories.DIGITAL)
    assert sorted(each.version for each in versions if each.slug == "key-issues") == [1, 5]


async def test_a_file_comes_in_nowhere_else(lone_site: Site) -> None:
    person = await lone_site.member("administrator")
    response = await person.client.post(
        "/admin/language", data={"csrf": person.token, "language": "en"}, files={"file": ("x", b"x")}
    )
    assert response.status_code in {400, 403}


def test_what_became_of_each_question() -> None:
    issues = factories.questionnaire(factories.DIGITAL, "key-issues")
    ideas = factories.questionnaire(factories.DIGITAL, "ideas")
    assert {each.fate for each in compare(issues, issues)} == {Fate.SAME}
    assert {each.fate for each in compare(None, issues)} == {Fate.ADDED}
    fates = [(each.question, each.fate) for each in compare(issues, ideas)]
    assert fates == [
        ("", Fate.CHANGED),
        ("idea", Fate.ADDED),
        ("problem", Fate.ADDED),
        ("objective", Fate.ADDED),
        ("issue", Fate.REMOVED),
        ("why", Fate.REMOVED),
    ]
