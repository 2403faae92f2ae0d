"""What citizens wrote, in the inbox and on the page of a contribution, in a real Chromium: it does nothing there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.admin import corpus, factories
from tests.admin.test_pages import RECORD, Watch, _enter, served

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.asyncio(loop_scope="session")

BORN_FROM_TEXT = """[...document.querySelectorAll('*')]
  .flatMap(each => each.getAttributeNames()).filter(name => /^(on|hx-|style)/.test(name))"""
NOT_OURS = "iframe, object, embed, style, img, base, script:not([src*='/static/admin.js'])"
EACH = 12
"""Of how many contributions the page of one is opened."""


async def _did_nothing(page: Page, watch: Watch) -> None:
    assert await page.evaluate("window.reports") == []
    assert await page.evaluate(BORN_FROM_TEXT) == []
    assert await page.locator(NOT_OURS).count() == 0
    assert (watch.dialogs, watch.elsewhere, watch.complaints) == ([], [], [])


async def test_nothing_in_a_contribution_does_anything(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        for n, text in enumerate(corpus.TEXTS):
            at = factories.NOW.replace(second=n % 60, minute=n // 60 % 60)
            await factories.submission(site.database, {"issue": [text, text], "why": [text]}, at=at)
        member = await factories.staff(site.database, "<img src=//evil.test/x onerror=alert(1)>", "administrator")
        page = await _enter(browser, site, base, member)
        watch = Watch(base)
        watch.on(page)
        await page.add_init_script(RECORD)
        await page.goto(f"{base}/contributions/")  # without a worker, each look at the list files some
        found: list[str] = []
        address: str | None = f"{base}/contributions/"
        while address:
            await page.goto(address)
            await _did_nothing(page, watch)
            links: list[str] = await page.locator(".line .open").evaluate_all("all => all.map(each => each.href)")
            found += links
            older = page.locator('.pages a[rel="next"]')
            address = await older.evaluate("each => each.href") if await older.count() else None
        assert len(set(found)) == len(corpus.TEXTS)
        wanted = {corpus.shown(text) for text in corpus.TEXTS}
        for link in found[::EACH]:
            await page.goto(link)
            said: list[str] = await page.locator("#answers dd > .said").all_text_contents()
            assert said, link
            assert set(said) <= wanted
            await _did_nothing(page, watch)
        await page.context.close()


async def test_a_hostile_search_finds_or_does_not_and_says_so_plainly(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        await factories.submission(site.database, {"issue": ["ne fshat"], "why": [None]})
        page = await _enter(browser, site, base, await factories.staff(site.database))
        watch = Watch(base)
        watch.on(page)
        await page.add_init_script(RECORD)
        for text in corpus.TEXTS[::25]:
            typed = re.sub(r"[\r\n\0]", " ", text)[:200].encode("utf-8", "ignore").decode()
            await page.goto(f"{base}/contributions/")
            await page.locator("#q").fill(typed)
            await page.locator("#q").press("Enter")
            await page.locator("#found").wait_for()
            await _did_nothing(page, watch)
        await page.context.close()
