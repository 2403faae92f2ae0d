"""What an author sees of the secretariat's work: reasons and questions in `/mine`, and words that may be an answer."""

from __future__ import annotations

import pytest

from bot.world import World
from dialogs.session import Stage
from storage.moderation import REASONS
from tests.bot.test_gesture import Author, ana
from tests.storage.test_cost import counted

__all__ = ["ana"]

WAITS = "Sekretariati ju ka pyetur diçka dhe pret përgjigjen tuaj: /answer"


async def shown(ana: Author, text: str) -> str:
    """Write something, and return what the bot says last."""
    await ana.type(text)
    last = str(ana.owed[-1].body["text"])
    await ana.sent()
    return last


async def decided(ana: Author, status: str, reason: str | None = None, note: str = "") -> None:
    """Give the contribution another status."""
    async with ana.world.database.begin() as unit:
        now, by = ana.world.clock(), ana.staff
        await unit.moderation.set_status(ana.contribution, status, reason, note=note, seen=None, by=by, now=now)
        await unit.commit()


@pytest.mark.parametrize(
    ("reason", "told"), [("off-topic", "nuk ka të bëjë me pyetjet"), ("other", "arsye tjetër, që e shihni te /mydata")]
)
async def test_it_says_why_one_was_set_aside(ana: Author, reason: str, told: str) -> None:
    assert reason in REASONS
    assert "Pse u la mënjanë" not in await shown(ana, "/mine")
    await decided(ana, "set-aside", reason, note="fjalë për kolegët")
    mine = await shown(ana, "/mine")
    assert f"lënë mënjanë\nPse u la mënjanë: {told}" in mine
    assert "fjalë për kolegët" not in mine
    await decided(ana, "in-review")
    assert "Pse u la mënjanë" not in await shown(ana, "/mine")


async def test_it_says_that_a_question_waits_until_it_is_answered_or_does_not_matter_any_more(ana: Author) -> None:
    [letter] = await ana.hears()
    assert WAITS in await shown(ana, "/mine")
    await decided(ana, "set-aside", "spam")
    assert WAITS not in await shown(ana, "/mine")
    await decided(ana, "in-review")
    await ana.replies("Golaj", letter.bare)
    await ana.press("done")
    await ana.sent()
    assert WAITS not in await shown(ana, "/mine")


async def test_one_that_is_not_sent_yet_waits_for_nobody(ana: Author) -> None:
    async with ana.world.database.begin() as unit:
        now = ana.world.clock()
        await unit.replies.write(ana.contribution, "question", "Ku?", seen=None, by=ana.staff, now=now)
        await unit.commit()
    assert WAITS not in await shown(ana, "/mine")


async def test_the_command_answers_the_one_that_waits(ana: Author) -> None:
    """The last of those, and the last of all where none does."""
    await ana.hears("Ku?")
    [second] = await ana.hears("Kur?")
    await ana.replies("dje", second.bare)
    await ana.press("done")
    await ana.sent()
    assert (await shown(ana, "/answer")).endswith("\nKu?")
    await shown(ana, "Golaj")
    await ana.press("done")
    await ana.sent()
    await shown(ana, "/answer")
    asked = (await ana.session()).asked
    assert asked
    assert (asked.question, asked.text) == (2, "Kur?")


async def at_a_menu(ana: Author) -> None:
    """Leave the half-written idea for a menu."""
    assert "Po ndalemi" in await shown(ana, "/cancel")


async def test_words_at_a_menu_are_sent_to_the_secretariat_once_somebody_says_so(ana: Author) -> None:
    await ana.hears()
    await at_a_menu(ana)
    drafts = (await ana.session()).drafts
    assert (await shown(ana, "te ura në Golaj")).startswith("Ju shkruat: te ura në Golaj\n\n")
    assert await ana.written_back() == []
    await ana.press("send")
    await ana.sent()
    assert await ana.written_back() == [(1, "te ura në Golaj", False)]
    await ana.press("done")
    await ana.sent()
    session = await ana.session()
    assert (session.stage, session.drafts, session.held) == (Stage.HOME, drafts, ())


async def test_with_several_questions_or_none_nothing_is_guessed(ana: Author) -> None:
    await at_a_menu(ana)
    assert "Nuk e kuptova" in await shown(ana, "te ura në Golaj")
    await ana.hears("Ku?")
    await ana.hears("Kur?")
    assert "Nuk e kuptova" in await shown(ana, "te ura në Golaj")


async def test_what_was_asked_of_somebody_else_is_offered_to_nobody(ana: Author, world: World) -> None:
    await ana.hears()
    await at_a_menu(ana)
    async with world.database.reading() as unit:
        person = await unit.participants.find(1002)
        assert person is None
    async with world.database.begin() as unit:
        ben = (await unit.participants.arrive(1002, world.clock())).participant_id
        await unit.commit()
    async with world.database.reading() as unit:
        assert await unit.replies.waiting_for(ben) is None


async def test_only_words_that_led_nowhere_are_looked_up(ana: Author) -> None:
    """A choice in words costs no statement about the secretariat."""
    await ana.hears()
    await at_a_menu(ana)
    with counted(ana.world.database) as ordinary:
        await ana.type("jep nje kontribut")
    assert (await ana.session()).stage is Stage.COMPONENT
    assert not [each for each in ordinary if "replies" in each]
