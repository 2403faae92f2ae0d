"""A town: a simulated Telegram on a real port, a database with the shipped consultations open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dialogs import loader
from kuvendo.catalogue import publish
from kuvendo.settings import Settings, load
from kuvendo.stores import opened, upgraded
from simulator import Settings as SimulatorSettings
from simulator import Telegram, add_citizen, add_group, create_app
from simulator.clock import Clock
from simulator.compose import shown
from storage.keys import generate
from tests.journeys.citizen import Citizen, Step
from tests.simulator.harness import serve

TOKEN = "4242:TEST-token_for-tests"

ALBANIAN_WITHOUT_DIACRITICS = (
    Step("", "/start"),
    Step("Mirë se vini", "shqip"),
    Step("Para se të fillojmë", "pajtohem"),
    Step("Për çfarë doni të flisni", "qeverisja dixhitale"),
    Step("Si doni të kontribuoni", "ceshtjet kryesore"),
    Step("Cila është çështja e parë", "ne fshat interneti punon vetem naten"),
    Step("Çështja 1 nga 3. Pse", "nena ime nuk merr dot recetat"),
    Step("Çështja 2 nga 3.", "kthehu"),
    Step("Çështja 1 nga 3. Pse", "nena ime 80 vjec nuk merr dot recetat"),
    Step(
        "Çështja 2 nga 3.", "edit: ne fshat interneti punon vetem naten -> ne fshatin tone interneti punon vetem naten"
    ),
    Step("Ndryshimi juaj u ruajt", "portali nuk hapet ne telefon"),
    Step("Çështja 2 nga 3. Pse", "/language"),
    Step("Cilën gjuhë", ">English"),
    Step("Issue 2 of 3. Why", "SKIP"),
    Step("Issue 3 of 3.", ">Skip"),
    Step("Read your contribution", ">Submit"),
)
"""A citizen's whole path: typed without diacritics, with a back, an edit, a switch of language, skips."""

ITS_CONTRIBUTIONS = [
    {"issue": "ne fshatin tone interneti punon vetem naten", "why": "nena ime 80 vjec nuk merr dot recetat"},
    {"issue": "portali nuk hapet ne telefon", "why": None},
]
"""What the export must hold after that path, to the character."""


@dataclass
class Town:
    """Where a journey takes place."""

    telegram: Telegram
    settings: Settings

    def citizen(self, name: str = "Ana", language: str = "en") -> Citizen:
        """Return somebody new."""
        return Citizen(add_citizen(self.telegram, name, language_code=language))

    def group(self, citizen: Citizen) -> int:
        """Return the number of a new group with the citizen and the bot in it."""
        return add_group(self.telegram, "Fshati", [citizen.phone]).id

    def group_texts(self, group: int) -> list[str]:
        """Return what a group shows."""
        return [str(shown(each).get("text", "")) for each in self.telegram.state.chat_messages(group)]

    def toasts(self, presses: list[str]) -> list[str]:
        """Return what was shown over the button at each of these presses, in this order."""
        told = {e.content["press"]: str(e.content["text"]) for e in self.telegram.live.past() if e.kind == "answer"}
        return [told.get(each, "(none)") for each in presses]


@asynccontextmanager
async def town(
    database_url: str, directory: Path, clock: Clock | None = None, webhook_url: str | None = None
) -> AsyncIterator[Town]:
    """Open a town; its bot is for the caller to start."""
    telegram = Telegram(SimulatorSettings(token=TOKEN, bot_username="kuvendo_bot", seed=7), clock=clock)
    async with serve(create_app(telegram), telegram.stop) as api:
        settings = load(
            database_url=database_url,
            data_dir=directory,
            telegram_token=TOKEN,
            telegram_api_url=api,
            secret_key=generate(),
            webhook_url=webhook_url,
        )
        await asyncio.to_thread(upgraded, settings)
        async with opened(settings) as database:
            await publish(database, loader.shipped(), opened=True)
        yield Town(telegram, settings)
