"""What the transport writes down when something went wrong."""

from __future__ import annotations

import pytest

from bot.inbound import read
from bot.ledger import apologise
from bot.world import Arrival, World
from dialogs.session import Session
from tests.bot.updates import ANA, person, sent_by


async def apology(world: World, language: str) -> str:
    """Return what somebody is told whose message our own code failed on."""
    raw = sent_by(person(language_code=language))
    arrival = read(raw)[1]
    assert isinstance(arrival, Arrival)
    [owed] = (await apologise(world, arrival, raw["update_id"], raw, "a test")).owed
    return str(owed.body["text"])


@pytest.mark.parametrize(("language", "languages"), [("sq", 1), ("en", 2), ("it", 2)])
async def test_a_stranger_is_asked_for_pardon_in_both_languages(world: World, language: str, languages: int) -> None:
    said = (await apology(world, language)).splitlines()
    assert len(said) == languages
    assert said[0].startswith("Na falni")


async def test_who_has_chosen_a_language_is_asked_for_pardon_in_it(world: World) -> None:
    async with world.database.begin() as unit:
        found = await unit.participants.arrive(ANA, world.clock())
        chosen = Session(turn=1, language="en", bilingual=False)
        await unit.participants.save(found.participant_id, chosen, found.version, world.clock())
        await unit.commit()
    assert (await apology(world, "sq")).startswith("Sorry")
