"""The inbox over HTTP: what is found, what stands beside it, what is done to several, and what is left alone."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from admin.views.contributions import PAGE_SIZE
from tests.admin import factories
from tests.admin.conftest import Site, words

ID = re.compile(r'name="id" value="([^"]+)"')
SAID = re.compile(r'<span class="said"[^>]*>([^<]*)</span>')
UNFOLDED = re.compile(r"\s+")


def excerpts(page: str) -> list[str]:
    """Return the texts of the list, in its order."""
    return [html.unescape(each) for each in SAID.findall(page)]


async def say(site: Site, *texts: str, **more: object) -> None:
    """Send each text as a submission of its own, each a minute after the one before."""
    for n, text in enumerate(texts):
        await factories.submission(
            site.database,
            {"issue": [text], "why": [None]},
            **{"at": factories.NOW + timedelta(minutes=n), **more},  # type: ignore[arg-type]
        )


async def test_the_newest_stand_first_and_nobody_had_to_file_them(site: Site) -> None:
    await say(site, "uji", "drita", "rruga")
    person = await site.member()
    assert excerpts((await person.get("/contributions/")).text) == ["rruga", "drita", "uji"]


async def test_readers_begin_here(lone_site: Site) -> None:
    for role, place in (("moderator", "contributions"), ("viewer", "contributions"), ("coordinator", "overview")):
        person = await lone_site.member(role)
        assert (await person.get("/")).headers["location"] == f"/admin/{place}/"


async def test_what_is_looked_for_is_found_and_said(site: Site) -> None:
    await say(site, "Çështje e madhe", "uji")
    await say(site, "The courts", language="en", at=factories.NOW - timedelta(days=3))
    person = await site.member()
    for query, found in (
        ("q=ceshtj", ["Çështje e madhe"]),
        ("language=en", ["The courts"]),
        ("status=new&from=2026-11-23", ["uji", "Çështje e madhe"]),
        ("status=new&to=2026-11-22", ["The courts"]),
        ("who=nobody&of=key-issues", ["uji", "Çështje e madhe", "The courts"]),
        ("who=me", []),
        ("status=ready", []),
        ("changed=1", []),
        (f"in={factories.JUSTICE}", []),
    ):
        page = (await person.get(f"/contributions/?{query}", follow_redirects=True)).text
        assert excerpts(page) == found, query
    page = (await person.get("/contributions/?status=new&language=en")).text
    assert 'href="/admin/contributions/?language=en"' in page, "each thing can be taken away by one press"
    assert 'href="/admin/contributions/?status=new"' in page


async def test_an_address_becomes_its_shortest_form(site: Site) -> None:
    person = await site.member()
    given = "q=&in=&of=&who=&status=ready&status=new&from=&to=&theme=nonsense&before=nonsense"
    response = await person.get(f"/contributions/?{given}")
    assert response.status_code == 303
    assert response.headers["location"] == "/admin/contributions/?status=new,ready"
    assert (await person.get("/contributions/?status=new,ready")).status_code == 200


@pytest.mark.parametrize("query", ["q=%27%27", "q=%00", "q=%25", "q=%F0%9F%98%80", "q=a%26b:*", "group=999999999", "x"])
async def test_nothing_in_an_address_breaks_the_page(site: Site, query: str) -> None:
    await say(site, "uji")
    person = await site.member()
    response = await person.get(f"/contributions/?{query}", follow_redirects=True)
    assert response.status_code == 200


async def test_both_kinds_of_emptiness_show_a_way_on(lone_site: Site) -> None:
    person = await lone_site.member()
    assert words("Nothing here yet") in (await person.get("/contributions/")).text
    await say(lone_site, "uji")
    page = (await person.get("/contributions/?q=asgjekund")).text
    assert words("Nothing matches") in page
    assert 'href="/admin/contributions/"' in page.split("<main", 1)[1]


async def test_pages_go_on_by_key_and_keep_what_is_looked_for(site: Site) -> None:
    await say(site, *(f"uji {n}" for n in range(PAGE_SIZE + 3)))
    person = await site.member()
    first = (await person.get("/contributions/?q=uji")).text
    assert len(excerpts(first)) == PAGE_SIZE
    older = html.unescape(re.findall(r'rel="next" href="/admin([^"]+)"', first)[-1])
    assert "q=uji" in older
    second = (await person.get(older)).text
    assert excerpts(second) == ["uji 2", "uji 1", "uji 0"]
    newer = html.unescape(re.findall(r'rel="prev" href="/admin([^"]+)"', second)[-1])
    assert excerpts((await person.get(newer)).text) == excerpts(first)


async def test_only_what_is_theirs_is_listed_and_counted(site: Site) -> None:
    await say(site, "i huaj", consultation=factories.JUSTICE)
    await say(site, "i yni")
    person = await site.member("moderator", factories.DIGITAL)
    page = (await person.get("/contributions/")).text
    assert excerpts(page) == ["i yni"]
    assert factories.consultation(factories.JUSTICE).label["sq"] not in page
    assert (await person.get("/live")).json() == {"new": 1}
    stranger = (await person.get(f"/contributions/?in={factories.JUSTICE}", follow_redirects=True)).text
    assert excerpts(stranger) == ["i yni"]


async def test_a_viewer_reads_and_sorts_nothing(lone_site: Site) -> None:
    await say(lone_site, "uji")
    person = await lone_site.member("viewer")
    page = (await person.get("/contributions/")).text
    assert excerpts(page) == ["uji"]
    assert ID.findall(page) == []
    assert "/contributions/many" not in page


# --- from one to the next ----------------------------------------------------------------------------------------


async def test_neighbours_keep_what_is_looked_for(site: Site) -> None:
    await say(site, "uji 1", "drita", "uji 2", "uji 3")
    person = await site.member()
    listed = (await person.get("/contributions/?q=uji")).text
    middle = html.unescape(re.findall(r'class="open" href="/admin([^"]+)"', listed)[1])
    page = (await person.get(middle)).text
    ways = dict(re.findall(r'<a rel="(prev|next)" href="/admin([^"]+)"', page.split('class="neighbours"', 1)[1]))
    assert ways.keys() == {"prev", "next"}
    opened = [html.unescape(each) for each in re.findall(r'class="open" href="/admin([^"]+)"', listed)]
    assert [html.unescape(ways["prev"]), html.unescape(ways["next"])] == [opened[0], opened[2]]
    assert 'class="to-list" href="/admin/contributions/?q=uji#c-' in page
    first = (await person.get(opened[0])).text
    assert 'rel="prev"' not in first.split('class="neighbours"', 1)[1].split("</nav>", 1)[0]
