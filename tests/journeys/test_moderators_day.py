"""A moderator's day in a real browser: from the first login to the last, with an author in the chat."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from admin import second_factor
from admin.app import create_app
from admin.settings import AdminSettings
from bot.answering import Answering
from kuvendo import wiring
from tests.admin import factories
from tests.admin.conftest import words
from tests.journeys.citizen import Citizen, Step
from tests.journeys.conftest import working
from tests.journeys.test_journey import AGREED
from tests.journeys.town import Town, town

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

QUESTION = "Në cilin fshat është kjo?"
HELD_BY_A_BROWSER = """async () => JSON.stringify([
  Object.entries(localStorage), Object.entries(sessionStorage),
  await indexedDB.databases(), await caches.keys()])"""


def says(issue: str, why: str) -> tuple[Step, ...]:
    """Return how somebody sends one issue."""
    return (
        *AGREED,
        Step("Si doni", "1"),
        Step("e parë", issue),
        Step("Pse", why),
        Step("Çështja 2", "kaperce"),
        Step("Rishikojeni", ">Dërgo"),
    )


@dataclass
class Office:
    """The dashboard on a port of its own, over the town's database."""

    address: str
    house: wiring.Installation

    async def opened(self, context: BrowserContext, path: str = "/") -> Page:
        """Return a page of the dashboard."""
        page = await context.new_page()
        await page.goto(f"{self.address}{path}")
        return page


@asynccontextmanager
async def opened_office(house: wiring.Installation) -> AsyncIterator[Office]:
    """Give the dashboard, and a worker that takes what it writes to the authors."""
    app = Starlette(routes=[Mount("/admin", create_app(house.database, AdminSettings(https=False)))])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    stopping = asyncio.Event()
    answering = asyncio.create_task(Answering(house.world(), timedelta(0)).run(stopping))
    yield Office(f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}/admin", house)
    stopping.set()
    await answering
    server.should_exit = True
    await running


@asynccontextmanager
async def shown(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Give a browser of its own to somebody."""
    context = await browser.new_context(locale="sq-AL", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context
    await context.close()


async def press(page: Page, text: str, **more: Any) -> None:
    """Press the button of these words, and wait for what comes."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=words(text), **more).first.click()


async def log_in(page: Page, name: str) -> None:
    """Log in for the first time: the password, the telephone, the codes on paper."""
    await page.get_by_label(words("Name")).fill(name)
    await page.get_by_label(words("Password"), exact=True).fill(factories.PASSWORD)
    await press(page, "Log in")
    await page.get_by_text(words("Or write the key yourself")).click()
    key = (await page.locator(".key").inner_text()).replace(" ", "")
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    await page.locator("#code").fill(second_factor.code_at(secret, int(time.time()) // second_factor.STEP))
    await press(page, "Connect")
    assert await page.locator(".codes li").count() == 10
    await page.get_by_role("link", name=words("I have kept them: continue")).click()


async def find(page: Page, text: str) -> None:
    """Search, and open the first that is found."""
    await page.get_by_role("searchbox").fill(text)
    await press(page, "Search", exact=True)
    await page.locator(".line .open").first.click()
    await page.locator("h1").wait_for()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_moderators_day(database_url: str, tmp_path: Path, browser: Browser) -> None:
    async with town(database_url, tmp_path) as place, working(place.settings) as house, opened_office(house) as office:
        await _whole_day(place, office, browser)


async def _whole_day(place: Town, office: Office, browser: Browser) -> None:
    ana, ben = place.citizen("Ana"), place.citizen("Ben")
    await ben.walk(says("mungon interneti ne fshat, punon vetem naten", "nxenesit nuk bejne mesim"))
    await ben.has_heard("Faleminderit shumë!")
    await ana.walk(says("ne fshat interneti punon vetem naten", "me telefononi: 069 234 5678"))
    await ana.has_heard("Faleminderit shumë!")
    await factories.staff(office.house.database, "mira", "moderator")
    async with shown(browser) as context:
        page = await office.opened(context)
        await log_in(page, "mira")
        await find(page, "vetëm natën telefononi")
        assert "ne fshat interneti punon vetem naten" in await page.locator("#answers").inner_text()
        await _sorted(page)
        await _asked(page, ana)
        await _met(page, office, browser)
        await _exported(page, context)
        await _left(page, office)


async def _sorted(page: Page) -> None:
    """Theme, group and its undoing, note, what is personal left out."""
    await page.locator("input[name=theme]").first.check()
    await press(page, "Save the themes")
    assert await page.locator(".ticked li").count() == 1
    await press(page, "Group the two")
    assert await page.locator("#group a").first.is_visible()
    await press(page, "Take the group apart")
    await press(page, "Undo: put it back")
    assert await page.get_by_role("button", name=words("Take the group apart")).is_visible()
    await page.locator("#note").fill("Të pyetet se ku.")
    await press(page, "Write the note")
    assert "Të pyetet se ku." in await page.locator("#notes").inner_text()
    assert "069 234 5678" in await page.locator("#answers").inner_text()
    async with page.expect_navigation():
        await page.locator('form[action$="/redact"] button').first.click()
    assert "069 234 5678" not in await page.content()


async def _asked(page: Page, ana: Citizen) -> None:
    """Ask the author, and read the answer where the question stands."""
    await page.locator('input[name=kind][value="question"]').check()
    await page.locator("#reply-text").fill(QUESTION)
    await press(page, "See what the author will read")
    assert QUESTION in await page.locator(".reply-look").inner_text()
    await press(page, "Send", exact=True)
    await ana.has_heard(QUESTION)
    ana.do(">Përgjigju")
    await ana.hears("Çfarë doni t'i përgjigjeni")
    ana.do("Golaj, bashkia Has")
    await ana.hears("i shkon sekretariatit")
    await page.reload()
    await page.locator("#replies").get_by_text(words("Delivered")).wait_for()  # the page looks again by itself
    thread = await page.locator("#replies").inner_text()
    assert thread.index(QUESTION) < thread.index("Golaj, bashkia Has")
    await press(page, "I have read it")


async def _met(page: Page, office: Office, browser: Browser) -> None:
    """A colleague decides first; the second one sees both, and chooses."""
    colleague = await factories.staff(office.house.database, "arben", "moderator")
    cookie, _ = await factories.login(office.house.database, colleague, wiring.now())
    async with shown(browser) as theirs:
        await theirs.add_cookies([{"name": "kuvendo-session", "value": cookie, "url": office.address}])
        other = await theirs.new_page()
        await other.goto(page.url)
        async with other.expect_navigation():
            await other.locator('button[name=status][value="on-hold"]').click()
    async with page.expect_navigation():
        await page.locator('button[name=status][value="in-review"]').click()
    assert words("Somebody else was faster") in await page.locator("h1").inner_text()
    assert "arben" in await page.locator(".lead").inner_text()
    await press(page, "Put mine in its place")
    assert await page.locator(".under-title .in-review").count() == 1


async def _exported(page: Page, context: BrowserContext) -> None:
    """Download what may be downloaded; what was left out is not in it."""
    await page.get_by_role("link", name=words("Export"), exact=True).first.click()
    await page.locator("#consultation").select_option("*")
    await page.locator('input[name=format][value="csv"]').check()
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name=words("Download")).click()
    file = Path(await (await waiting.value).path()).read_text(encoding="utf-8-sig")
    assert "ne fshat interneti punon vetem naten" in file
    assert "[redacted]" in file
    assert "069 234 5678" not in file


async def _left(page: Page, office: Office) -> None:
    """Log out: Back shows the door, and the browser keeps nothing."""
    await page.goto(f"{office.address}/contributions/")
    assert "interneti" in await page.content()
    await page.locator(".account summary").click()
    await press(page, "Log out")
    assert await page.evaluate(HELD_BY_A_BROWSER) == "[[],[],[],[]]"
    await page.go_back()
    assert "interneti" not in await page.content()
    await page.goto(f"{office.address}/contributions/")
    assert "/login" in page.url
