"""Low screens and paper in a real Chromium: nothing stands over what it is for, and no link is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from admin.views import live
from tests.admin import factories
from tests.admin.conftest import words
from tests.admin.test_inbox_in_a_browser import say
from tests.admin.test_pages import _enter, served

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

LOW = [(1280, 500), (390, 600)]
COVERED = """([selector, edge]) => {
  const covered = []
  for (const each of document.querySelectorAll(selector)) {
    if (!each.checkVisibility()) continue
    each.scrollIntoView({block: edge, behavior: "instant"})
    const box = each.getBoundingClientRect()
    const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    const label = each.closest("label") ?? each
    if (!above || !(label.contains(above) || above.contains(each))) covered.push(each.outerHTML.slice(0, 90))
  }
  return [covered, document.querySelectorAll(selector).length]
}"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often for what is new, so that a page ends soon."""
    monkeypatch.setattr(live, "BEAT", 0.1)
    monkeypatch.setattr(live, "CALM", 0.01)


async def covered(page: Page, selector: str) -> list[str]:
    """Return what stands behind something else when it is scrolled to either edge of the screen."""
    found = []
    for edge in ("start", "end"):
        behind, looked_at = await page.evaluate(COVERED, [selector, edge])
        assert looked_at > 3
        found += behind
    return found


@pytest.mark.parametrize(("width", "height"), LOW)
async def test_filters_and_deeds_stand_over_nothing(browser: Browser, tmp_path: Path, width: int, height: int) -> None:
    async with served(tmp_path) as (site, base):
        await say(site, *(f"uji {n}" for n in range(12)))
        member = await factories.staff(site.database)
        page = await _enter(browser, site, base, member, viewport={"width": width, "height": height})
        await page.goto(f"{base}/contributions/", wait_until="domcontentloaded")
        await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert await covered(page, ".filters-in :is(input:not([type=hidden]), select, button)") == []
        assert await covered(page, ".many-in :is(select, button)") == []
        assert await covered(page, ".line a") == []
        await page.context.close()


@pytest.mark.parametrize(("width", "height"), LOW)
async def test_decisions_scroll_with_the_page(browser: Browser, tmp_path: Path, width: int, height: int) -> None:
    async with served(tmp_path) as (site, base):
        await say(site, "uji " * 400)
        member = await factories.staff(site.database)
        page = await _enter(browser, site, base, member, viewport={"width": width, "height": height})
        await page.goto(f"{base}/contributions/", wait_until="domcontentloaded")
        await page.locator(".line a").first.click()
        panel = "document.querySelector('#decisions')"
        top = f"Math.round({panel}.getBoundingClientRect().top + window.scrollY)"
        before = await page.evaluate(top)
        await page.evaluate("window.scrollTo({top: 10 ** 6, behavior: 'instant'})")
        assert await page.evaluate("window.scrollY") > 100
        assert await page.evaluate(top) == before
        assert await page.evaluate(f"{panel}.scrollHeight - {panel}.clientHeight") <= 0, "no scrolling of its own"
        assert await covered(page, "#decisions :is(select, button)") == []
        await page.context.close()


async def test_links_are_not_printed(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as (site, base):
        await say(site, "uji", "drita")
        member = await factories.staff(site.database, role="administrator")
        page = await _enter(browser, site, base, member)
        links = "main a, nav a, .doing button"
        shown = "each => each.filter(a => a.checkVisibility()).map(a => a.textContent.trim())"
        await page.goto(f"{base}/contributions/", wait_until="domcontentloaded")
        await page.locator(".line a").first.click()
        whole = words("The whole submission")
        for path, link in (("", whole), ("/people/", ""), (f"/consultations/{factories.DIGITAL}", "")):
            if path:
                await page.goto(f"{base}{path}", wait_until="domcontentloaded")
            on_screen = await page.locator(links).evaluate_all(shown)
            acts = await page.locator(".by-screen a, .doing a, .with-action > a, .places a").evaluate_all(shown)
            assert acts
            assert link in (*on_screen, "")
            await page.emulate_media(media="print")
            printed = await page.locator(links).evaluate_all(shown)
            assert not set(acts) & set(printed), path
            await page.emulate_media(media="screen")
        await page.context.close()
