"""The inbox in a real Chromium: keys, several at once, new ones told; and all of it usable without a script."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from admin.listing import file_first
from admin.views import live
from storage.staff import StaffMember
from tests.admin import factories
from tests.admin.conftest import Site, words
from tests.admin.test_pages import Watch, _enter, _violations, served

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

HERE = "document.activeElement.textContent.trim()"
DESK = {"width": 1280, "height": 800}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often for what is new."""
    monkeypatch.setattr(live, "BEAT", 0.1)
    monkeypatch.setattr(live, "CALM", 0.01)


async def say(site: Site, *texts: str, after: int = 0) -> None:
    """Send each text, a minute after the one before, and have them filed."""
    for n, text in enumerate(texts):
        at = factories.NOW + timedelta(minutes=after + n)
        await factories.submission(site.database, {"issue": [text], "why": [None]}, at=at)
    await file_first(site.database)


async def desk(browser: Browser, site: Site, base: str, **context: object) -> tuple[Page, StaffMember]:
    """Return the inbox at a desk, and who sits there."""
    member = await factories.staff(site.database)
    page = await _enter(browser, site, base, member, **{"viewport": DESK, **context})
    await page.goto(f"{base}/contributions/")
    return page, member


async def test_keys_walk_open_choose_and_can_be_turned_off(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        await say(site, "uji", "drita", "rruga")
        page, _ = await desk(browser, site, base)
        watch = Watch(base)
        watch.on(page)
        press = page.keyboard.press
        walked = []
        for key in "jjkjjj":
            await press(key)
            walked.append(await page.evaluate(HERE))
        assert walked == ["rruga", "drita", "rruga", "drita", "uji", "uji"]
        await press("x")
        assert await page.locator(".line :checked").count() == 1
        assert await page.locator(".many .chosen").text_content() == words("1 chosen")
        await press("s")
        assert await page.evaluate("document.activeElement.id") == "m-status"
        await press("j")
        assert await page.evaluate("document.activeElement.id") == "m-status", "no key does anything in a field"
        await page.locator("#found").click()
        await press("/")
        await page.keyboard.type("jx?n")
        assert await page.locator("#q").input_value() == "jx?n"
        await page.locator("#found").click()
        await press("?")
        assert await page.locator("#keys-card").is_visible()
        assert await _violations(page) == []
        await page.locator("#keys-on").uncheck()
        await press("Escape")
        await page.locator("#found").click()
        await press("j")
        assert await page.locator(".line:focus-within").count() == 0, "keys that are off do nothing"
        await press("?")
        await page.locator("#keys-on").check()
        await press("Escape")
        await press("j")
        await press("o")
        await page.wait_for_url("**/contributions/*-*")
        opened = page.url
        await press("p")
        await page.wait_for_url(lambda url: url != opened)
        await press("n")
        await page.wait_for_url(opened)
        await press("u")
        await page.wait_for_url(f"{base}/contributions/#c-*")
        assert watch.complaints == []
        await page.context.close()


async def test_new_ones_are_told_and_move_nothing(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        await say(site, *(f"uji {n}" for n in range(30)))
        page, _ = await desk(browser, site, base)
        read = page.get_by_text("uji 12", exact=True)
        await read.scroll_into_view_if_needed()
        before = await read.bounding_box()
        await say(site, "e re", after=60)
        bar = page.locator(".live a")
        await bar.wait_for()
        assert await bar.text_content() == words("One new contribution: show it")
        assert await read.bounding_box() == before, "what is read stays where it is"
        assert await page.get_by_text("e re", exact=True).count() == 0
        await say(site, "edhe një", after=61)
        await page.get_by_text(words("{n} new contributions: show them").replace("{n}", "2")).click()
        await page.get_by_text("edhe një", exact=True).wait_for()
        assert await page.locator(".live a").count() == 0
        await page.context.close()


async def test_several_are_chosen_set_aside_and_set_back(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        await say(site, "fitoni", "uji", "fitoni tani")
        page, _ = await desk(browser, site, base)
        await page.locator(".line input").first.check()
        assert await page.locator(".many").get_attribute("open") is not None, "choosing opens what can be done"
        await page.locator("[data-page]").check()
        assert await page.locator(".line :checked").count() == 3
        await page.locator("#m-reason").select_option("spam")
        await page.locator("button[value=aside]").click()
        assert (await page.locator("h1").text_content() or "").strip().startswith("3")
        await page.get_by_role("button", name=words("Undo")).click()
        await page.get_by_role("link", name=words("Back to the list")).click()
        assert await page.locator(".tag.status.new").count() == 3
        await page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
async def test_everything_works_without_a_script(browser: Browser, tmp_path: Path, width: int) -> None:
    async with served(tmp_path) as (site, base):
        await say(site, "fitoni", "uji", "fitoni tani")
        page, _ = await desk(browser, site, base, java_script_enabled=False, viewport={"width": width, "height": 844})
        if width < 1000:
            await page.locator(".filters > summary").click()
        await page.locator('.filters input[value="new"]').check()
        await page.locator("#f-who").select_option("nobody")
        await page.locator("#q").fill("FITON")
        await page.get_by_role("button", name=words("Show these")).click()
        await page.wait_for_url(f"{base}/contributions/?q=FITON&status=new&who=nobody")
        assert await page.locator(".line").count() == 2
        await page.locator(".many summary").click()
        await page.locator('input[name="all"]').check()
        await page.locator("#m-reason").select_option("spam")
        await page.locator("button[value=aside]").click()
        await page.get_by_role("button", name=words("Set them aside")).click()
        await page.get_by_role("link", name=words("Back to the list")).click()
        assert await page.get_by_text(words("Nothing matches")).is_visible()
        await page.locator(".asked").get_by_role("link").nth(1).click()
        await page.wait_for_url(f"{base}/contributions/?q=FITON&who=nobody")
        assert await page.locator(".tag.set-aside").count() == 2
        await page.get_by_role("link", name=words("Keyboard shortcuts")).click()
        await page.wait_for_url(f"{base}/contributions/keys")
        assert await page.locator("kbd").count() > 5
        await page.context.close()


@pytest.mark.parametrize(("language", "width", "scheme"), [("sq", 320, "light"), ("en", 1280, "dark")])
async def test_everybody_can_use_it(browser: Browser, tmp_path: Path, language: str, width: int, scheme: str) -> None:
    async with served(tmp_path) as (site, base):
        await say(site, "fitoni " * 90, "Ujë i pijshëm: ngadalë", "x" * 300)
        member = await factories.staff(site.database, "Ana " * 12, language=language)
        page = await _enter(browser, site, base, member, viewport={"width": width, "height": 800}, color_scheme=scheme)
        wrong: list[str] = []
        for path in ("?status=new&who=nobody", "?q=asgjekund&in=access-to-justice", "keys"):
            await page.goto(f"{base}/contributions/{path}")
            wrong += await _wrong(page, path)
        await page.goto(f"{base}/contributions/")
        await page.evaluate("document.querySelector('.many').open = true")
        await page.locator('input[name="all"]').check()
        await page.locator("button[value=aside]").click()
        wrong += await _wrong(page, "ask")
        await page.locator(".choose-one .main").click()
        wrong += await _wrong(page, "done")
        assert wrong == []
        await page.context.close()


async def _wrong(page: Page, name: str) -> list[str]:
    """Return what keeps somebody from using the page as it is, everything unfolded."""
    await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    found = [f"{name}: {each}" for each in await _violations(page)]
    return [*found, f"{name}: {wider} points wider than the screen"] if wider > 0 else found
