"""The end of a consultation's last day, as somebody meets it who is in the middle of it, while no worker runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

import locales
from bot.world import World
from dialogs import loader
from dialogs.sentences import SENTENCES
from dialogs.types import Past
from kuvendo.catalogue import CatalogueKeeper, publish
from tests.bot.test_conversation import Chat
from tests.bot.updates import ANA, edited

DAY = date(2026, 12, 15)
OVER = datetime(2026, 12, 15, 23, 0, tzinfo=UTC)
CLOSED = locales.translations(locales.CHAT, "sq").gettext(SENTENCES["closed"])


class Night(Chat):
    """Ana's chat on the last evening; `now` is moved by the test."""

    now = OVER - timedelta(minutes=5)

    def texts(self) -> list[str]:
        """Return what is owed to her."""
        return [owed.body["text"] for owed in self.owed]

    async def say(self, text: str) -> list[str]:
        """Write, receive whatever is owed for it, and return that."""
        await self.type(text)
        texts = self.texts()
        await self.sent()
        return texts

    async def kept(self) -> tuple[list[str], tuple[Past, ...]]:
        """Return the words of the drafts, and what was submitted."""
        async with self.world.database.begin() as unit:
            found = await unit.participants.arrive(ANA, self.now)
            past = await unit.submissions.past(found.participant_id)
        assert found.session is not None
        return [a.text for d in found.session.drafts for a in d.answers if a.text], past


@pytest.fixture
async def night(world: World) -> Night:
    """Ana at the first question of *key issues*, five minutes before the end."""
    await publish(world.database, loader.shipped(), opened=True)
    async with world.database.begin() as unit:
        for each in await unit.consultations.list():
            await unit.consultations.open_until(each.slug, OVER - timedelta(days=30), DAY)
        await unit.commit()
    keeper = CatalogueKeeper(world.database)
    await keeper.refresh()
    clock: Callable[[], datetime] = lambda: chat.now  # noqa: E731
    chat = Night(replace(world, catalogue=keeper, clock=clock))
    for text in ("/start digital-governance-key-issues", "fillo", "pajtohem"):
        await chat.say(text)
    return chat


async def test_a_draft_in_hand_is_kept_and_taken_no_further(night: Night) -> None:
    await night.say("rruga")
    night.now = OVER - timedelta(microseconds=1)
    assert not any(CLOSED in each for each in await night.say("sepse po"))
    night.now = OVER
    assert any(CLOSED in each for each in await night.say("ujë"))
    drafts, past = await night.kept()
    assert (drafts, past) == (["rruga", "sepse po"], ()), "nothing is lost, and nothing added"
    async with night.world.database.begin() as unit:
        for each in await unit.consultations.list():
            await unit.consultations.open_until(each.slug, night.now, DAY + timedelta(days=7))
        await unit.commit()
    keeper = night.world.catalogue
    assert isinstance(keeper, CatalogueKeeper)
    await keeper.refresh()
    assert any("2" in each for each in await night.say("/vazhdo")), "they go on at the second issue"
    assert not any(CLOSED in each for each in await night.say("ujë"))
    assert (await night.kept())[0] == ["rruga", "sepse po", "ujë"]


async def test_nothing_is_sent_after_it_and_nothing_begun(night: Night) -> None:
    for text in ("rruga", "kaperce", "kaperce"):
        await night.say(text)
    night.now = OVER
    await night.press("submit")
    assert any(CLOSED in each for each in night.texts())
    await night.sent()
    assert (await night.kept())[1] == ()
    again = await night.say("/start digital-governance-ideas")
    assert len(await night.say("ide")) == 1
    assert "pyetj" not in " ".join(again).casefold()
    assert (await night.kept())[0] == ["rruga"]


async def test_what_was_sent_stays_as_it_was_then(night: Night) -> None:
    for text in ("rruga", "kaperce", "kaperce"):
        await night.say(text)
    number = night.number
    await night.press("submit")
    await night.sent()
    night.now = OVER + timedelta(hours=1)
    await night.type("/mine")
    [mine] = night.owed
    assert "r:" not in str(mine.body), "it offers nothing to change"
    await night.sent()
    (past,) = (await night.kept())[1]
    assert past.is_open, "nobody has written down yet that it closed"
    await night.press(f"r:{past.draft}")
    assert ["r:" in str(each.body) for each in night.owed] == [False], "an old button changes nothing either"
    first = past.answers[0].parts[0].number
    assert first < number
    await night.do(edited("rruga dhe ura", message_id=first))
    (same,) = (await night.kept())[1]
    assert same.answers == past.answers
