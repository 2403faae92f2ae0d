"""The pages in a real Chromium: nothing a citizen wrote does anything, everybody can use them, no script needed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from starlette.routing import Route

from admin import throttle
from storage.filing import file_some
from tests.admin import corpus, factories
from tests.admin.conftest import Site, installation, published_file, words
from tests.admin.test_replies import case
from tests.admin.test_shield import _broken
from tests.admin.test_throttle import settings_of, spend

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

RECORD = """
window.reports = [];
document.addEventListener('securitypolicyviolation', event => window.reports.push(event.violatedDirective));
"""
TEXTS_ON_THE_PAGE = """
selector => [...document.querySelectorAll(selector)].map(each => [
  each.textContent, each.childElementCount, each.getAttributeNames().sort().join(' '), each.getAttribute('dir')])
"""


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Site, str]]:
    """Give a dashboard over SQLite behind a real server, and its address."""
    file = folder / "kuvendo.db"
    shutil.copyfile(await asyncio.to_thread(published_file), file)
    async with installation(f"sqlite+aiosqlite:///{file}", https=False) as site:
        config = uvicorn.Config(site.app, port=0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield site, f"http://localhost:{port}/admin"
        server.should_exit = True
        await running


@dataclass
class Watch:
    """What a page did besides showing itself."""

    base: str
    dialogs: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def on(self, page: Page) -> None:
        """Begin to watch."""
        page.on("dialog", lambda dialog: self.dialogs.append(dialog.message))
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _request(self, url: str) -> None:
        if not url.startswith(self.base):
            self.elsewhere.append(url)


async def _enter(browser: Browser, site: Site, base: str, member: Any, **context: Any) -> Page:
    """Return a page of somebody who is logged in, or of nobody."""
    made = await browser.new_context(**context)
    if member is not None:
        cookie, _ = await factories.login(site.database, member, site.clock.now)
        await made.add_cookies([{"name": "kuvendo-session", "value": cookie, "url": base}])
    return await made.new_page()


async def _seed_hostile(site: Site, hostile: Sequence[str]) -> list[str]:
    """Write texts into every place that shows what somebody wrote; return the addresses of a few big ones."""
    for n, text in enumerate(hostile):
        await factories.submission(
            site.database,
            {"issue": [text], "why": [None]},
            at=factories.NOW.replace(second=n % 60, minute=n // 60 % 60),
        )
    big = []
    for start in range(0, len(hostile), 70):
        texts = hostile[start : start + 70]
        kinds = ("text", "press", "edit", "command", "media")
        talk = [
            line
            for n, text in enumerate(texts)
            for line in (
                factories.Line("out", "ask", text, 900 + n, [[text, text], [text]], [["bold", 0, 3], ["code", 4, 9]]),
                factories.Line("in", kinds[n % 5], text, 900 + n),
            )
        ]
        items = [{"issue": [text, text], "why": [text]} for text in texts]
        id_ = await factories.submission(
            site.database, *items, conversation=talk, slug="key-issues", consultation=factories.JUSTICE
        )
        big.append(f"/submissions/{id_}")
    return big


async def test_nothing_that_a_citizen_wrote_does_anything(browser: Browser, tmp_path: Path) -> None:
    assert len(corpus.TEXTS) >= 300
    async with served(tmp_path) as (site, base):
        big = await _seed_hostile(site, corpus.TEXTS)
        member = await factories.staff(site.database, "<img src=//evil.test/x onerror=alert(1)>", "administrator")
        page = await _enter(browser, site, base, member)
        watch = Watch(base)
        watch.on(page)
        await page.add_init_script(RECORD)
        listed: list[str] = []
        address: str | None = f"{base}/submissions/"
        while address:
            await page.goto(address)
            listed += [text for text, *_ in await _texts(page, ".card .said", bare=True)]
            assert await page.evaluate("window.reports") == []
            older = page.locator('a[rel="next"]')
            address = await older.evaluate("each => each.href") if await older.count() else None
        wanted = [corpus.shown(text[:280] + "…" * (len(text) > 280)) for text in corpus.TEXTS]
        wanted += [corpus.shown(corpus.TEXTS[start][:280]) for start in range(0, len(corpus.TEXTS), 70)]
        assert sorted(listed) == sorted(wanted)
        for place, path in enumerate(big):
            await page.goto(base + path)
            texts = [corpus.shown(text) for text in corpus.TEXTS[place * 70 : place * 70 + 70]]
            said = [text for text, *_ in await _texts(page, ".answer .said", bare=True)]
            assert said == [text for each in texts for text in (each, each, each)]
            spoken = [text for text, *_ in await _texts(page, ".bubble .text")]
            assert spoken == [text for each in texts for text in (each, each)]
            assert await page.evaluate("window.reports") == []
        assert (
            await page.evaluate(
                "[...document.querySelectorAll('*')].flatMap(each => each.getAttributeNames())"
                ".filter(name => /^(on|hx-|style)/.test(name))"
            )
            == []
        )
        ours = "script[src*='/static/admin.js']"
        assert await page.locator("script, iframe, object, embed, style, img, base").count() == 1
        assert await page.locator(ours).count() == 1
        assert (watch.dialogs, watch.elsewhere, watch.complaints) == ([], [], [])
        await page.context.close()


async def _texts(page: Page, selector: str, *, bare: bool = False) -> list[tuple[str, int, str, str]]:
    """Return the texts at a selector; each must choose its own direction, and hold no element where `bare`."""
    found: list[tuple[str, int, str, str]] = await page.evaluate(TEXTS_ON_THE_PAGE, selector)
    for text, children, attributes, direction in found:
        assert direction == "auto", text
        assert not bare or children == 0, text
        assert set(attributes.split()) <= {"class", "dir", "lang"}, text
    return found


OFTEN = [("sq", 320, "dark"), ("en", 1280, "light")]
"""Each language, width and scheme is here once; the other six combinations are for the long run."""
RARELY = [
    ("sq", 320, "light"),
    ("sq", 1280, "light"),
    ("sq", 1280, "dark"),
    ("en", 320, "light"),
    ("en", 320, "dark"),
    ("en", 1280, "dark"),
]


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [*OFTEN, *(pytest.param(*each, marks=pytest.mark.soak) for each in RARELY)]
)
async def test_everybody_can_use_every_page(
    browser: Browser, tmp_path: Path, language: str, width: int, scheme: str
) -> None:
    async with served(tmp_path) as (site, base):
        wrong: list[str] = []
        open_: dict[object, Page] = {}  # one for each who looks: a browser begins a process for every new one
        for name, (role, path) in (await _pages(site)).items():
            member = role and await factories.staff(site.database, name, role[0], role[1:], language)
            who = (role, "chosen" in name)
            if who not in open_:
                size = {"width": width, "height": 800}
                system = "light" if "chosen" in name else scheme
                open_[who] = await _enter(browser, site, base, member, viewport=size, color_scheme=system)
                chosen = [{"name": "kuvendo-language", "value": language, "url": base}]
                if "chosen" in name:
                    chosen.append({"name": "kuvendo-theme", "value": scheme, "url": base})
                await open_[who].context.add_cookies(chosen)  # type: ignore[arg-type]
            page = open_[who]
            await page.goto(base + path)
            assert await page.locator("html").get_attribute("lang") == language
            if "wrong" in name or "throttled" in name:
                await _try_to_log_in(page, name)
            if "reply" in name:
                await _write_to_the_author(page, name)
            await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            wrong += [f"{name}: {each}" for each in await _violations(page)]
            overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if overflow > 0:
                wrong.append(f"{name}: {overflow} points wider than the screen")
        for page in open_.values():
            await page.context.close()
        assert wrong == []


async def _pages(site: Site) -> dict[str, tuple[tuple[str, ...] | None, str]]:
    """Return every page in every state: its name, who looks, and where it is."""
    hostile = await _seed_hostile(site, corpus.TEXTS[::13])
    id_ = await factories.submission(
        site.database,
        {"issue": ["ne fshat", "në fshat"], "why": [None]},
        {"issue": ["e tërhequr"], "why": [None]},
        conversation=factories.walk(),
        taken_back=[2],
    )
    async with site.database.begin() as work:
        await file_some(work, 500)
        part = (await work.reading.several([id_]))[0].contributions[0].id
        await work.commit()
    admin = site.app.routes[0].app  # type: ignore[attr-defined]
    admin.router.routes.append(Route("/broken", _broken))
    await spend(site, throttle.for_account("throttled", settings_of(site)), throttle.PER_ACCOUNT)
    author = await case(site.database)
    moderator, coordinator, elsewhere = ("moderator",), ("coordinator",), ("moderator", "no-such-thing")
    return {
        "login": (None, "/login"),
        "login wrong": (None, "/login?next=/admin/export"),
        "login throttled": (None, "/login"),
        "list": (moderator, "/submissions/"),
        "list, colours chosen": (moderator, "/submissions/"),
        "list, older": (moderator, "/submissions/?after=2020-01-01T00:00:00Z_00000000-0000-0000-0000-000000000000"),
        "list, empty": (elsewhere, "/submissions/"),
        "submission": (moderator, f"/submissions/{id_}"),
        "submission, hostile": (moderator, hostile[0]),
        "export": (moderator, "/export"),
        "export, empty": (elsewhere, "/export"),
        "overview": (coordinator, "/overview/"),
        "overview, empty": (elsewhere, "/overview/"),
        "contributions": (moderator, "/contributions/"),
        "contributions, nothing matches": (moderator, "/contributions/?q=zzzz&status=new"),
        "contributions, empty": (elsewhere, "/contributions/"),
        "contribution": (moderator, f"/contributions/{part}"),
        "contribution, to be read alone": (("viewer",), f"/contributions/{part}"),
        "reply, a look at it": (moderator, f"/contributions/{author}"),
        "reply, refused": (moderator, f"/contributions/{author}"),
        "keys": (moderator, "/contributions/keys"),
        "themes": (moderator, "/themes/"),
        "consultations": (moderator, "/consultations/"),
        "consultation": (("administrator",), f"/consultations/{factories.DIGITAL}"),
        "closing": (("administrator",), f"/consultations/{factories.DIGITAL}/close"),
        "upload": (("administrator",), f"/consultations/{factories.DIGITAL}/upload"),
        "own account": (moderator, "/account/"),
        "accounts": (("administrator",), "/people/"),
        "new account": (("administrator",), "/people/new"),
        "account of another": (("administrator",), "/people/1"),
        "record": (coordinator, "/audit/"),
        "record, checked": (coordinator, "/audit/check?published=x"),
        "403": (coordinator, "/submissions/"),
        "404": (moderator, "/nothing"),
        "404 of a stranger": (None, "/nothing"),
        "400": (moderator, "/submissions/?before=x"),
        "405": (moderator, "/logout"),
        "500": (moderator, "/broken"),
    }


async def _try_to_log_in(page: Page, name: str) -> None:
    await page.locator("#name").fill("throttled" if "throttled" in name else "nobody")
    await page.locator("#password").fill("not the password")
    await page.locator("button.main").click()
    await page.locator("[role=alert]").wait_for()


async def _write_to_the_author(page: Page, name: str) -> None:
    """Fill the form; what holds no letter is refused with 422."""
    refused = "refused" in name
    await page.locator("#reply-text").fill(" " if refused else "Ku është?\n" + "në cilin fshat " * 300)
    async with page.expect_navigation() as coming:
        await page.locator(".reply-form button").click()
    response = await coming.value
    assert response.status == (422 if refused else 200)


async def _violations(page: Page) -> list[str]:
    """Return what axe finds, in words."""
    results = await Axe().run(page)
    return [
        f"{each['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:160]}"
        for each in results.response["violations"]
        for node in each["nodes"][:3]
    ]


async def test_a_day_without_javascript(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        id_ = await factories.submission(
            site.database, {"issue": ["ne fshat", "në fshat"], "why": [None]}, conversation=factories.walk()
        )
        await factories.staff(site.database)
        page = await _enter(
            browser, site, base, None, java_script_enabled=False, viewport={"width": 390, "height": 844}
        )
        page.set_default_timeout(20_000)
        await page.goto(f"{base}/submissions/{id_}")
        await page.get_by_role("button", name="English").click()
        await page.get_by_label("Name").fill("Ana Hoxha")
        await page.get_by_label("Password").fill("not this one")
        await page.get_by_role("button", name="Log in").click()
        assert await page.get_by_role("alert").is_visible()
        assert await page.get_by_label("Name").input_value() == "Ana Hoxha"
        await page.get_by_label("Password").fill(factories.PASSWORD)
        await page.get_by_role("button", name="Log in").click()
        await page.wait_for_url(f"{base}/submissions/{id_}")
        assert await page.locator("html").get_attribute("lang") == "sq", "the account's own language"
        await page.get_by_text(
            words("Changed once: earlier wording", many="Changed %(count)s times: earlier wordings")
        ).click()
        assert await page.get_by_text("ne fshat", exact=True).first.is_visible()
        await page.get_by_role("link", name=words("All submissions")).click()
        await page.get_by_role("link", name=factories.receipt(id_)[:4]).click()
        await page.wait_for_url(f"{base}/submissions/{id_}")
        await page.get_by_role("link", name=words("Export")).click()
        await page.get_by_label(words("Consultation")).select_option(factories.DIGITAL)
        await page.get_by_label("JSON Lines").check()
        async with page.expect_download() as coming:
            await page.get_by_role("button", name=words("Download")).click()
        download = await coming.value
        assert download.suggested_filename == "kuvendo-digital-governance-2026-11-23.jsonl"
        assert "në fshat" in Path(await download.path()).read_text(encoding="utf-8")
        await page.locator(".account summary").click()
        await page.get_by_role("button", name=words("Dark")).click()
        assert await page.locator("html").get_attribute("data-theme") == "dark"
        await page.locator(".account summary").click()
        await page.get_by_role("button", name=words("Log out")).click()
        await page.wait_for_url(f"{base}/login")
        await page.go_back()
        assert await page.get_by_label(words("Password")).is_visible(), "Back shows the login page"
        await page.context.close()


async def test_nothing_is_left_in_the_browser_after_the_logout(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        id_ = await factories.submission(site.database, {"issue": ["fjalë e fshehtë"], "why": [None]})
        page = await _enter(browser, site, base, await factories.staff(site.database))
        await page.goto(f"{base}/submissions/{id_}")
        await page.locator(".account summary").click()
        await page.get_by_role("button", name=words("Log out")).click()
        await page.wait_for_url(f"{base}/login")
        kept = await page.evaluate(
            "(async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length,"
            " (await indexedDB.databases()).length])()"
        )
        assert kept == [0, 0, 0, 0]
        names = {cookie["name"] for cookie in await page.context.cookies()}
        assert "kuvendo-session" not in names
        await page.context.close()


async def test_keys_alone_reach_everything(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        await factories.submission(site.database, {"issue": ["a"], "why": [None]})
        page = await _enter(browser, site, base, await factories.staff(site.database))
        await page.goto(f"{base}/submissions/")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/submissions/*-*")
        await page.context.close()
