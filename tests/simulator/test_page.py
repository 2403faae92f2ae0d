"""The chat page in a real browser, with a tiny bot at the other end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from simulator import Phone, Settings, Telegram, add_citizen
from simulator.methods import call
from simulator.params import Params
from tests.simulator.echo import Echo, echo
from tests.simulator.harness import TOKEN, Watched, served, until
from tests.simulator.test_updates import PNG

HOSTILE = '<img src=x onerror=alert(1)> <b hx-get="/admin">"\u2066x'


@contextlib.asynccontextmanager
async def stage() -> AsyncIterator[tuple[Telegram, str, Echo]]:
    """A simulator in real time with the bot running."""
    world = Watched(Settings(token=TOKEN, bot_name="Kuvendi"))
    async with served(world) as address, echo(address, TOKEN) as bot:
        commands = [{"command": "start", "description": "Fillo"}, {"command": "help", "description": "Ndihmë"}]
        call(world, "setMyCommands", Params({"commands": commands, "language_code": "sq"}))
        call(world, "setMyDescription", Params({"description": "Konsultime publike."}))
        yield world, address, bot


async def _open(page: Page, address: str, phone: Phone, more: str = "") -> None:
    await page.goto(f"{address}/chat?citizen={phone.id}{more}")
    await expect(page.locator("html[data-ready]")).to_have_count(1)


async def test_a_first_visit_makes_a_citizen_and_begins(page: Page) -> None:
    """An empty simulator asks who speaks; then the description and a big START."""
    async with stage() as (world, address, bot):
        await page.goto(f"{address}/chat")
        await page.get_by_label("Emri", exact=True).fill("Ana")
        await page.get_by_role("button", name="Shto", exact=True).click()
        await expect(page.get_by_text("Konsultime publike.")).to_be_visible()
        await page.get_by_role("button", name="Fillo", exact=True).click()
        await expect(page.get_by_role("log").get_by_text("Mirë se vini!")).to_be_visible()
        await expect(page.locator(".bubble strong")).to_have_text("Një")
        citizen = next(iter(world.state.citizens.values()))
        assert (citizen.first_name, citizen.language_code) == ("Ana", "sq")
        assert bot.heard[0]["message"]["text"] == "/start"


async def test_presses_turn_until_answered_and_show_toast_or_dialog(page: Page) -> None:
    """Inline buttons: toast, alert, and the message edited under them; focus is not lost."""
    async with stage() as (world, address, _):
        ana = add_citizen(world, "Ana", language_code="sq")
        ana.start()
        await _open(page, address, ana)
        await page.get_by_role("button", name="Shpjegim").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Kjo është një shpjegim.")
        await page.keyboard.press("Enter")
        await expect(dialog).to_be_hidden()
        await page.get_by_role("button", name="Po", exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".toast")).to_have_text("✓ po")
        await expect(page.get_by_role("log")).to_contain_text("Zgjodhët: po")
        await expect(page.get_by_role("log").locator(".key")).to_have_count(0)
        await expect(page.get_by_role("log")).to_be_focused()


async def test_writing_editing_replying_and_hiding_by_keyboard_alone(page: Page) -> None:
    """Enter sends, Shift+Enter breaks the line, arrow up edits, the menu of a message is reached by keys."""
    async with stage() as (world, address, bot):
        ana = add_citizen(world, "Ana", language_code="sq")
        ana.start()
        await _open(page, address, ana)
        field = page.get_by_role("textbox", name="Mesazh")
        await field.focus()
        await page.keyboard.type("rreshti një")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("rreshti dy")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log")).to_contain_text("E lexova: rreshti një")
        await page.keyboard.press("ArrowUp")
        await expect(page.locator("#contextTitle")).to_have_text("Po ndryshoni mesazhin")
        await field.fill("u ndryshua")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("ndryshuar")).to_be_visible()
        await until(lambda: bot.heard[-1].get("edited_message", {}).get("text") == "u ndryshua")
        await page.locator(".message.me .actions").last.focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log").get_by_text("u ndryshua")).to_have_count(0)


async def test_commands_keyboards_and_links(page: Page) -> None:
    """The commands' menu in the person's language, commands in a text, the bot's own keyboard, a link's payload."""
    async with stage() as (world, address, bot):
        ana = add_citizen(world, "Ana", language_code="sq")
        await _open(page, address, ana, "&start=ide")
        await page.get_by_role("button", name="Fillo", exact=True).click()
        await expect(page.get_by_role("log")).to_contain_text("/start ide")
        await page.get_by_role("button", name="Komandat").click()
        await page.get_by_role("menuitem", name="/help Ndihmë").click()
        await expect(page.get_by_role("log")).to_contain_text("E lexova: /help")
        await page.locator(".bubble").first.wait_for()
        ana.say("butona")
        await page.get_by_role("button", name="Shkodra").click()
        await expect(page.get_by_role("log")).to_contain_text("E lexova: Shkodra")
        await expect(page.get_by_placeholder("Zgjidhni qytetin")).to_be_visible()
        assert bot.heard[0]["message"]["text"] == "/start ide"


async def test_attachments(page: Page, tmp_path: Path) -> None:
    """Photo, document, sticker and place are sent; what comes back is drawn and can be fetched."""
    async with stage() as (world, address, bot):
        ana = add_citizen(world, "Ana", language_code="sq")
        ana.start()
        await _open(page, address, ana)
        picture = tmp_path / "rruga.png"
        picture.write_bytes(PNG)
        for name in ("Foto", "Dokument"):
            async with page.expect_file_chooser() as chooser:
                await page.get_by_role("button", name="Bashkëngjit").click()
                await page.get_by_role("menuitem", name=name).click()
            await (await chooser.value).set_files(picture)
        for name in ("Ngjitës", "Vendndodhja", "Zar"):
            await page.get_by_role("button", name="Bashkëngjit").click()
            await page.get_by_role("menuitem", name=name).click()
        await until(lambda: len(bot.heard) == 6)
        kinds = [set(one["message"]) & {"photo", "document", "sticker", "location", "dice"} for one in bot.heard[1:]]
        assert kinds == [{"photo"}, {"document"}, {"sticker"}, {"location"}, {"dice"}]
        await expect(page.get_by_role("link", name="Shkarko rruga.png")).to_have_attribute("download", "rruga.png")
        await expect(page.locator("img.picture")).to_have_count(1)


async def test_hostile_text_stays_text(page: Page) -> None:
    """No markup is born from what anybody writes, in the chat, the list or the title."""
    trouble: list[str] = []
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    async with stage() as (world, address, _):
        phone = add_citizen(world, HOSTILE, language_code="sq")
        phone.start()
        await _open(page, address, phone)
        phone.say(HOSTILE)
        await expect(page.get_by_role("log").get_by_text(f"E lexova: {HOSTILE}")).to_be_visible()
        assert await page.locator("[hx-get], [onerror]").count() == 0
    assert [line for line in trouble if "ERR_" not in line] == []


async def test_a_blocked_bot_can_be_let_in_again(page: Page) -> None:
    async with stage() as (world, address, bot):
        ana = add_citizen(world, "Ana", language_code="sq")
        ana.start()
        await _open(page, address, ana)
        await page.get_by_role("button", name="Më shumë").click()
        await page.get_by_role("menuitem", name="Blloko botin").click()
        await page.get_by_role("button", name="Rinis").click()
        await expect(page.get_by_role("textbox", name="Mesazh")).to_be_visible()
        await until(lambda: len(bot.heard) == 4)
        kinds = [next(iter(one.keys() - {"update_id"})) for one in bot.heard]
        assert kinds == ["message", "my_chat_member", "my_chat_member", "message"]


async def _violations(page: Page) -> list[str]:
    results = await Axe().run(page)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in results.response["violations"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["sq", "en"])
async def test_nothing_stands_in_anybodys_way(browser: Browser, theme: str, language: str) -> None:
    """Axe finds nothing at 320 and 1280 points: the list, a chat with everything in it, a menu, a dialog."""
    async with stage() as (world, address, _):
        ana = add_citizen(world, "Ana", language_code="sq")
        for text in ("/start", "një fjalë", "butona"):
            ana.say(text)
        await until(lambda: len(ana.messages()) == 6)
        for width in (320, 1280):
            context = await browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
            )
            await context.add_init_script(f"localStorage.setItem('chat-language', '{language}')")
            page = await context.new_page()
            await _open(page, address, ana)
            assert await _violations(page) == []
            await page.locator("#attach").click()
            assert await _violations(page) == []
            await page.keyboard.press("Escape")
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
            if width == 320:
                await page.locator("#back").click()
            assert await _violations(page) == []
            await page.locator("#add").click()
            assert await _violations(page) == []
            await context.close()


def test_the_pages_words_are_the_same_in_both_languages() -> None:
    """Each string stands in both tables, and each that the page names exists."""
    import json
    import re

    static = Path(__file__).parents[2] / "simulator" / "static"
    tables = json.loads((static / "strings.json").read_text())
    assert tables["sq"].keys() == tables["en"].keys()
    sources = "".join(path.read_text() for path in [*static.glob("*.js"), static / "index.html"])
    named = set(re.findall(r'word\("(\w+)"', sources)) | set(
        re.findall(r'data-(?:text|label|placeholder)="(\w+)"', sources)
    )
    assert named <= tables["sq"].keys()
