"""What an open page is told, over a real server: numbers and no word, for as long as the login stands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from admin.gate import session_id
from admin.listing import file_first, written
from admin.live import AT_MOST, Streams
from admin.settings import IDLE
from admin.views import live
from storage.filters import Filter
from storage.submitted import Place
from storage.wake import Ear
from tests.admin import factories
from tests.admin.conftest import Site
from tests.admin.test_pages import served

STREAM = {"accept": "text/event-stream"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often; what is tested is what is told, not how seldom."""
    monkeypatch.setattr(live, "BEAT", 0.05)
    monkeypatch.setattr(live, "CALM", 0.01)


@contextlib.asynccontextmanager
async def listening(base: str, cookie: str, query: str = "") -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
    """Open the stream; give its events."""
    async with (
        httpx2.AsyncClient(cookies={"kuvendo-session": cookie}, timeout=20) as client,
        client.stream("GET", f"{base}/live{query}", headers=STREAM) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield _events(response)


async def _events(response: httpx2.Response) -> AsyncIterator[tuple[str, str]]:
    name = ""
    async for line in response.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, value


async def say(site: Site, text: str, **more: object) -> None:
    """Send a contribution, and have it filed."""
    await factories.submission(site.database, {"issue": [text], "why": [None]}, **more)  # type: ignore[arg-type]
    await file_first(site.database)


async def enter(site: Site, *components: str) -> tuple[str, bytes]:
    """Return the cookie of somebody who is logged in, and what the database knows it by."""
    member = await factories.staff(site.database, f"Ana {len(components)}", "moderator", components)
    cookie, _ = await factories.login(site.database, member, site.clock.now)
    return cookie, session_id(cookie)


async def test_only_numbers_of_what_matches_are_told(tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        cookie, _ = await enter(site, factories.DIGITAL)
        await say(site, "uji i parë")
        async with site.database.reading() as work:
            (row,) = (await work.contributions.page(Filter(scope=(factories.DIGITAL,)), size=5)).rows
        async with listening(base, cookie, f"?q=uji&newest={written(row.place)}") as events:
            await say(site, "drita", at=factories.NOW + timedelta(minutes=1))
            await say(site, "uji i huaj", at=factories.NOW + timedelta(minutes=1), consultation=factories.JUSTICE)
            await say(site, "uji i dytë", at=factories.NOW + timedelta(minutes=2))
            name, data = await anext(events)
            assert (name, json.loads(data)) == ("new", {"new": 1})
            await say(site, "ujin e tretë", at=factories.NOW + timedelta(minutes=3))
            await say(site, "ujit", at=factories.NOW + timedelta(minutes=3))
            found = [json.loads(data) for _, data in [await anext(events)]]
            assert found[0]["new"] in {1, 2, 3}


async def test_a_login_that_ends_ends_the_stream(tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        cookie, session = await enter(site)
        async with listening(base, cookie) as events:
            async with site.database.begin() as work:
                await work.staff.end_session(session, site.clock.now)
                await work.commit()
            assert [each async for each in events] == [("over", "{}")]
        async with httpx2.AsyncClient(cookies={"kuvendo-session": cookie}) as client:
            refused = await client.get(f"{base}/live", headers=STREAM)
            assert refused.status_code == 303


async def test_a_login_that_nobody_uses_ends_the_stream_though_it_is_open(tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        cookie, _ = await enter(site)
        async with listening(base, cookie) as events:
            site.clock.now += IDLE + timedelta(minutes=1)
            assert [each async for each in events] == [("over", "{}")]


async def test_streams_of_one_login_are_bounded_and_given_back(tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        cookie, _ = await enter(site)
        streams: Streams = site.app.routes[0].app.state.streams  # type: ignore[attr-defined]
        async with contextlib.AsyncExitStack() as several:
            for _ in range(AT_MOST):
                await several.enter_async_context(listening(base, cookie))
            client = await several.enter_async_context(httpx2.AsyncClient(cookies={"kuvendo-session": cookie}))
            response = await client.get(f"{base}/live", headers=STREAM)
            assert response.status_code == 204, "a browser that is told so does not come back"
        async with asyncio.timeout(20):
            while streams.open_now:  # noqa: ASYNC110 - nobody tells when a browser went
                await asyncio.sleep(0.02)
        async with listening(base, cookie):
            pass


async def test_a_process_that_ends_waits_for_no_stream(tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        cookie, _ = await enter(site)
        streams: Streams = site.app.routes[0].app.state.streams  # type: ignore[attr-defined]
        async with listening(base, cookie) as events:
            streams.end()
            assert [each async for each in events] == []
        async with httpx2.AsyncClient(cookies={"kuvendo-session": cookie}) as client:
            assert (await client.get(f"{base}/live", headers=STREAM)).status_code == 204


async def test_who_asks_for_no_stream_gets_the_number_once(site: Site) -> None:
    person = await site.member()
    assert (await person.get("/live")).json() == {"new": 0}
    await say(site, "uji")
    assert (await person.get("/live?q=uj")).json() == {"new": 1}
    assert (await person.get("/live?status=ready")).json() == {"new": 0}
    later = written(Place(factories.NOW + timedelta(days=1), uuid.UUID(int=0)))
    assert (await person.get(f"/live?newest={later}")).json() == {"new": 0}
    assert (await person.get("/live?newest=nonsense")).json() == {"new": 1}


def test_streams_are_counted_by_login() -> None:
    streams = Streams()
    ears = [Ear() for _ in range(AT_MOST)]
    with streams.open(b"a", ears[0]), streams.open(b"a", ears[1]), streams.open(b"a", ears[2]):
        assert streams.has_room(b"a")
        with streams.open(b"a", ears[3]):
            assert not streams.has_room(b"a")
            assert streams.has_room(b"b")
    assert streams.open_now == 0
