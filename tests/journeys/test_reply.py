"""The secretariat asks, the author answers, the secretariat responds: over HTTP, through the worker, in the chat."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount

from admin.app import create_app
from admin.settings import AdminSettings
from bot.answering import Answering
from kuvendo import wiring
from storage.models import Contribution
from tests.admin import factories
from tests.admin.conftest import HOST, Person, words
from tests.journeys.citizen import Citizen, Step
from tests.journeys.test_journey import AGREED
from tests.journeys.town import Town

SUBMITTED = (
    *AGREED,
    Step("Si doni", "1"),
    Step("e parë", "ne fshat interneti punon vetem naten"),
    Step("Pse", "kaperce"),
    Step("Çështja 2", "kaperce"),
    Step("Rishikojeni", ">Dërgo"),
)
QUESTION = "Në cilin fshat është kjo?"


@dataclass
class Desk:
    """A moderator at a browser, with the one contribution that there is, and its author."""

    person: Person
    ana: Citizen
    contribution: uuid.UUID

    async def page(self) -> str:
        """Return the contribution's page."""
        response = await self.person.get(f"/contributions/{self.contribution}")
        assert response.status_code == 200
        return unescape(response.text)

    async def write(self, text: str, kind: str = "question") -> None:
        """Look at what the author will read, and send it."""
        version = re.findall(r'name="version" value="(\d+)"', await self.page())[-1]
        form = {"kind": kind, "text": text, "version": version, "back": ""}
        looked = await self.person.post(f"/contributions/{self.contribution}/reply", form)
        assert text in unescape(looked.text)
        sent = await self.person.post(f"/contributions/{self.contribution}/replies", form)
        assert sent.status_code == 303

    async def sees(self, *said: str) -> str:
        """Look again and again until the page says all of this."""
        async with asyncio.timeout(40):
            while True:
                page = await self.page()
                if all(each in page for each in said):
                    return page
                await asyncio.sleep(0.1)


@pytest.fixture
async def desk(place: Town, at_work: wiring.Installation) -> AsyncIterator[Desk]:
    """A moderator, and a citizen who submitted one issue."""
    ana = place.citizen()
    await ana.walk(SUBMITTED)
    await ana.has_heard("Faleminderit shumë!")
    async with at_work.database.reading() as unit:
        row = await unit.transaction.first(select(Contribution.id))
    assert row
    member = await factories.staff(at_work.database, "mira", "moderator")
    cookie, token = await factories.login(at_work.database, member, wiring.now())
    app = Starlette(routes=[Mount("/admin", create_app(at_work.database, AdminSettings(https=True)))])
    transport = httpx2.ASGITransport(app=app, client=("198.51.100.7", 4711))
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
        client.cookies.set("__Host-kuvendo-session", cookie, domain="kuvendo.test")
        yield Desk(Person(client, token), ana, row.id)


@asynccontextmanager
async def answering(house: wiring.Installation) -> AsyncIterator[None]:
    """Take replies to their authors while the block runs, without a pause."""
    stopping = asyncio.Event()
    task = asyncio.create_task(Answering(house.world(), timedelta(0)).run(stopping))
    yield
    stopping.set()
    await asyncio.wait_for(task, 20)


def letters(ana: Citizen) -> list[dict[str, Any]]:
    """Return what the secretariat wrote to her."""
    return [m for m in ana.phone.messages() if str(m.get("text", "")).startswith("Sekretariati ")]


async def test_a_question_is_answered_in_the_chat_and_the_answer_is_on_the_page(
    place: Town, at_work: wiring.Installation, desk: Desk
) -> None:
    ana = desk.ana
    async with answering(at_work):
        await desk.write(QUESTION)
        await desk.sees(QUESTION, words("Delivered"))
        assert QUESTION in letters(ana)[0]["text"]
        assert "Çështja 1" in letters(ana)[0]["text"]
        ana.do(">Përgjigju")
        await ana.hears("Çfarë doni t'i përgjigjeni")
        ana.do("Golaj, bashkia Has")
        await ana.hears("i shkon sekretariatit")
        ana.do("afer shkolles")
        await ana.hears("i shkon sekretariatit")
        ana.do(">Përfundo")
        await ana.hears("Çfarë doni të bëni tani?")
        page = await desk.sees("Golaj, bashkia Has", "afer shkolles")
        assert page.index("Golaj, bashkia Has") < page.index("afer shkolles")
        await desk.write("Fshati juaj është në planin e vitit 2027.", "response")
        page = await desk.sees("Fshati juaj", 'class="tag status answered"')
    assert [QUESTION in each["text"] for each in letters(ana)] == [True, False]
    ana.do("/mine")
    await ana.has_heard("Kontributet tuaja")


async def test_an_author_answers_by_telegrams_own_reply_or_in_a_menu_and_is_told_what_waits(
    place: Town, at_work: wiring.Installation, desk: Desk
) -> None:
    """In the middle of another contribution, which is untouched; a response is answered like a question."""
    ana = desk.ana
    await ana.walk((Step("Çfarë doni të bëni tani?", "1"), Step("Për çfarë doni", "2"), Step("Si doni", "2")))
    await ana.walk((Step("Përshkruani shkurt", "nje zyre per te gjithe"),))
    await ana.hears("Cilin problem")
    async with answering(at_work):
        await desk.write(QUESTION)
        await desk.sees(QUESTION, words("Delivered"))
        ana.answers(letters(ana)[0], "Golaj, bashkia Has")
        await ana.hears("i shkon sekretariatit")
        ana.do("edit: Golaj, bashkia Has -> Golaj")
        await ana.has_heard("Ndryshimi juaj u ruajt")
        page = await desk.sees("Golaj, bashkia Has", words("changed a message"))
        assert page.count("Golaj") >= 2
        ana.do(">Përfundo")
        await ana.walk((Step("Cilin problem", "radhet"), Step("objektivi", "/cancel")))
        await ana.hears("Po ndalemi")
        await desk.write("Sa shtëpi janë?")
        await desk.sees("Sa shtëpi janë?")
        await ana.until(lambda: len(letters(ana)) == 2)
        ana.do("/mine")
        await ana.hears("Sekretariati ju ka pyetur diçka dhe pret përgjigjen tuaj: /answer")
        ana.do("rreth dyzet")
        await ana.hears("A është kjo përgjigjja juaj")
        assert "rreth dyzet" not in await desk.page()
        ana.do(">Dërgoja sekretariatit")
        await ana.hears("i shkon sekretariatit")
        await desk.sees("rreth dyzet")
        ana.do(">Përfundo")
        await ana.hears("Çfarë doni të bëni tani?")
        ana.do("/mine")
        assert "pret përgjigjen tuaj" not in str((await ana.hears("Kontributet tuaja"))["text"])
        await desk.write("Po, brenda vitit 2027.", "response")
        await desk.sees("Po, brenda vitit 2027.", 'class="tag status answered"')
        ana.answers(letters(ana)[2], "faleminderit")
        await ana.hears("i shkon sekretariatit")
        await desk.sees("faleminderit")


async def test_a_worker_that_dies_between_owing_and_sending_leaves_one_message(
    place: Town, at_work: wiring.Installation, desk: Desk
) -> None:
    """The first one dies as soon as it has owed it; the second one finds nothing more to owe."""
    ana = desk.ana
    await desk.write(QUESTION)
    for life in ("first/1", "first/2", "second/1"):
        await Answering(replace(at_work.world(), name=life), timedelta(0)).round()
    async with answering(at_work):
        await desk.sees(words("Delivered"))
    assert len(letters(ana)) == 1


async def test_somebody_who_blocked_the_bot_is_not_reached_and_the_page_says_so(
    place: Town, at_work: wiring.Installation, desk: Desk
) -> None:
    """The response counts; nothing of it is sent when they come back."""
    ana = desk.ana
    ana.phone.block()
    async with answering(at_work):
        await desk.write("Po, brenda vitit.", "response")
        await desk.sees(words("Not delivered: the author has blocked the bot."), 'class="tag status answered"')
        ana.phone.unblock()
        ana.do("/mine")
        await ana.has_heard("Kontributet tuaja")
    assert letters(ana) == []


async def test_a_button_of_somebody_elses_question_does_nothing(
    place: Town, at_work: wiring.Installation, desk: Desk
) -> None:
    ana, ben = desk.ana, place.citizen("Ben")
    await ben.walk((*AGREED, Step("Si doni", "1")))
    await ben.hears("e parë")
    async with answering(at_work):
        await desk.write(QUESTION)
        await desk.sees(words("Delivered"))
    [letter] = letters(ana)
    data = ana.button(letter, "Përgjigju")
    screen = await ben.hears("e parë")
    press = ben.phone.press(int(str(screen["message_id"])), data)
    await ben.until(lambda: place.toasts([press]) != ["(none)"])
    assert "buton i vjetër" in place.toasts([press])[0]
    assert QUESTION not in ben.texts()
