"""The codebook's page: who reads it, who edits it, and that whoever is second sees both."""

from __future__ import annotations

import html
import re

import pytest

from storage.codebook import ThemeEntry
from tests.admin import factories
from tests.admin.conftest import Person, Site, words

NEW = {"name-sq": " Shërbimet   e reja ", "name-en": "New services", "about-sq": "Çfarë", "about-en": "What"}


async def entries(site: Site, consultation: str = factories.DIGITAL) -> dict[str, ThemeEntry]:
    async with site.database.reading() as work:
        return {each.slug: each for each in await work.codebook.themes([consultation], retired=True)}


async def order(person: Person) -> str:
    """Return the order of the codebook of digital governance as the page carries it."""
    page = (await person.get("/themes/")).text
    section = page.split(f'id="book-{factories.DIGITAL}"', 1)[1]
    found: list[str] = re.findall(r'name="order" value="([^"]*)"', section)
    return found[0]


async def test_the_page_shows_the_codebooks_of_ones_consultations(lone_site: Site) -> None:
    person = await lone_site.member("viewer", factories.JUSTICE)
    page = html.unescape((await person.get("/themes/")).text)
    assert "Llogaridhënia" in page
    assert "E drejta e informimit" not in page, "of another component"
    assert 'action="/admin/themes/' not in page
    both = html.unescape((await (await lone_site.member("moderator")).get("/themes/")).text)
    assert "E drejta e informimit" in both
    assert "Right to information" in both
    assert 'action="/admin/themes/' in both


async def test_a_theme_is_added_in_both_languages(site: Site) -> None:
    person = await site.member("moderator", factories.DIGITAL)
    answer = await person.post("/themes/", {"consultation": factories.DIGITAL, **NEW})
    assert answer.headers["location"] == f"/admin/themes/#{factories.DIGITAL}-t1"
    added = (await entries(site))["t1"]
    assert (added.name, added.about) == (
        {"sq": "Shërbimet e reja", "en": "New services"},
        {"sq": "Çfarë", "en": "What"},
    )
    async with site.database.reading() as work:
        assert (await work.audit.deeds(1))[0].subject == f"{factories.DIGITAL} t1"


async def test_a_name_in_one_language_is_not_enough(lone_site: Site) -> None:
    person = await lone_site.member()
    v1 = (await entries(lone_site))["v1"]
    for path in ("/themes/", f"/themes/{v1.id}"):
        form = {**NEW, "name-en": "  ", "consultation": factories.DIGITAL, "version": "0"}
        answer = await person.post(path, form)
        assert answer.status_code == 422
        sentence = words("A theme needs a name in Albanian and in English, so that both are read.")
        assert sentence in html.unescape(answer.text)
    assert (await entries(lone_site))["v1"] == v1


async def test_it_is_renamed_moved_retired_and_brought_back(site: Site) -> None:
    person = await site.member()
    v1 = (await entries(site))["v1"]
    await person.post(f"/themes/{v1.id}", {**NEW, "version": "0"})
    assert (await entries(site))["v1"].name["en"] == "New services"
    await person.post(f"/themes/{v1.id}/retired", {"version": "1"})
    assert (await entries(site))["v1"].retired_at == factories.NOW
    await person.post(f"/themes/{v1.id}/in-use", {"version": "2"})
    assert (await entries(site))["v1"].retired_at is None
    before = list(await entries(site))
    for to, behind in (("up", -1), ("down", 1)):
        await person.post(f"/themes/{v1.id}/place", {"to": to, "order": await order(person)})
        assert list(await entries(site)).index("v1") == list(await entries(site)).index("r5") + behind
    assert list(await entries(site)) == before
    first = (await entries(site))[before[0]]
    await person.post(f"/themes/{first.id}/place", {"to": "up", "order": await order(person)})
    assert list(await entries(site)) == before, "above the first there is no place"


async def test_the_second_who_changes_the_order_sees_both_and_chooses(site: Site) -> None:
    ana, bora = await site.member(name="Ana"), await site.member(name="Bora")
    found = await entries(site)
    l1, l2, v4 = (found[slug] for slug in ("l1", "l2", "v4"))
    seen = await order(ana)
    await bora.post(f"/themes/{v4.id}/place", {"to": "up", "order": seen})
    await bora.post("/themes/", {"consultation": factories.DIGITAL, **NEW})
    stands = list(await entries(site))
    second = await ana.post(f"/themes/{l1.id}/place", {"to": "down", "order": seen})
    assert second.status_code == 409
    theirs, yours = (
        html.unescape(each).split(" · ") for each in re.findall(r'<dd dir="auto">([^<]+)</dd>', second.text)
    )
    assert theirs == [(await entries(site))[slug].name["sq"] for slug in stands]
    assert yours[:2] == [l2.name["sq"], l1.name["sq"]]
    assert yours[-1] == "Shërbimet e reja", "what came in meanwhile is in both"
    assert list(await entries(site)) == stands, "nothing is overwritten"
    fields = {
        name: html.unescape(value) for name, value in re.findall(r'name="(order|wanted)" value="([^"]*)"', second.text)
    }
    assert (await ana.post(f"/themes/{l1.id}/place", fields)).status_code == 303
    assert [each.name["sq"] for each in (await entries(site)).values()] == yours
    again = await ana.post(f"/themes/{l1.id}/place", fields)
    assert again.status_code == 409, "it was the order that stood then"


@pytest.mark.parametrize("given", ["", "x", "1-", "9" * 30, "4711-4712"])
async def test_an_order_that_nobody_saw_changes_nothing(lone_site: Site, given: str) -> None:
    person = await lone_site.member()
    v1 = (await entries(lone_site))["v1"]
    before = await entries(lone_site)
    for form in ({"order": given, "to": "up"}, {"order": await order(person), "wanted": "4711"}):
        assert (await person.post(f"/themes/{v1.id}/place", form)).status_code == 409
    assert await entries(lone_site) == before


@pytest.mark.parametrize("path", ["", "/place", "/retired", "/in-use"])
async def test_a_theme_of_another_component_is_not_there(lone_site: Site, path: str) -> None:
    foreign = (await entries(lone_site, factories.JUSTICE))["v1"]
    person = await lone_site.member("moderator", factories.DIGITAL)
    for id_ in (foreign.id, 4711, 10**18):
        answer = await person.post(f"/themes/{id_}{path}", {**NEW, "version": "0", "to": "up"})
        assert answer.status_code == 404
    assert (await person.post("/themes/", {**NEW, "consultation": factories.JUSTICE})).status_code == 404
    assert (await entries(lone_site, factories.JUSTICE))["v1"] == foreign
