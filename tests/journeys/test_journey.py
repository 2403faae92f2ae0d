"""Whole journeys through the product: simulated Telegram, long polling, bot, database, export."""

from __future__ import annotations

import re
from typing import Any

from kuvendo import wiring
from tests.journeys.citizen import Step
from tests.journeys.conftest import exported
from tests.journeys.town import ALBANIAN_WITHOUT_DIACRITICS, ITS_CONTRIBUTIONS, Town

AGREED = (
    Step("", "/start"),
    Step("Mirë se vini", ">Shqip"),
    Step("Para se të fillojmë", ">Pajtohem"),
    Step("Për çfarë doni të flisni", ">Qeverisja dixhitale"),
)


def said(submission: dict[str, Any]) -> list[dict[str, str | None]]:
    """Return the answers of a submission's contributions."""
    return [each["answers"] for each in submission["contributions"]]


async def test_a_whole_path_in_albanian_without_diacritics(place: Town, at_work: wiring.Installation) -> None:
    """The export holds exactly what was written."""
    ana = place.citizen()
    await ana.walk(ALBANIAN_WITHOUT_DIACRITICS)
    thanks = await ana.has_heard("Thank you very much!")
    assert re.search(r"Code: [A-Z0-9]{4} [A-Z0-9]{4}", str(thanks["text"]))
    [submission] = await exported(place.settings)
    assert said(submission) == ITS_CONTRIBUTIONS
    assert [each["revisions"] for each in submission["contributions"]] == [2, 0]
    assert submission["language"] == "en"


async def test_a_pressed_button_shows_what_was_chosen_and_loses_its_buttons(
    place: Town, at_work: wiring.Installation
) -> None:
    """While a typed answer leaves the old buttons, which are harmless."""
    ana = place.citizen()
    await ana.walk(AGREED)
    await ana.hears("Si doni të kontribuoni")
    await ana.until(lambda: "✓ Qeverisja dixhitale" in ana.texts() and "✓ Shqip" in ana.texts())
    settled = next(m for m in ana.phone.messages() if "✓ Qeverisja dixhitale" in m.get("text", ""))
    assert "reply_markup" not in settled


async def test_several_messages_are_one_answer(place: Town, at_work: wiring.Installation) -> None:
    """People write one thought in several messages; Telegram splits a long one."""
    ana = place.citizen()
    await ana.walk((*AGREED, Step("Si doni", ">Ide dhe zgjidhje · 4 min")))
    await ana.hears("Ideja 1")
    first, second = "A" * 4096, "B" * 4096
    ana.last_own = ana.phone.say(first + second)[-1].message_id
    await ana.walk([Step("Cilin problem", "radhet"), Step("objektivi", ">Kapërce"), Step("ide tjetër", ">Rishiko")])
    await ana.walk([Step("Ende nuk është dërguar", ">Dërgo")])
    await ana.has_heard("Faleminderit shumë!")
    [submission] = await exported(place.settings)
    assert said(submission) == [{"idea": f"{first}\n{second}", "problem": "radhet", "objective": None}]


async def test_a_double_tap_submits_once(place: Town, at_work: wiring.Installation) -> None:
    """The second press gets a notice over the button."""
    ana = place.citizen()
    await ana.walk((*AGREED, Step("Si doni", "1"), Step("e parë", "rruga"), Step("Pse", "kaperce")))
    await ana.walk([Step("Çështja 2", "kaperce")])
    review = await ana.hears("Rishikojeni")
    data = ana.button(review, "Dërgo")
    answers = [ana.phone.press(int(str(review["message_id"])), data) for _ in range(2)]
    assert len(set(answers)) == 2
    await ana.has_heard("Faleminderit shumë!")
    await ana.until(lambda: place.toasts(answers) == ["", "Kjo u bë tashmë."])
    assert len(await exported(place.settings)) == 1


async def test_an_opinion_before_consent_is_nowhere(place: Town, at_work: wiring.Installation) -> None:
    """Not in the transcript, not in quarantine, not in the file of the database."""
    ana = place.citizen()
    ana.do("ZQX93b1c mendimi im")
    await ana.hears("nuk e ruajta")
    await ana.walk([Step("", "/start"), Step("Mirë se vini", ">Shqip"), Step("Para se", ">Nuk pajtohem")])
    await ana.hears("Asgjë nga ato që shkruat nuk u ruajt.")
    async with at_work.database.reading() as unit:
        person = await unit.participants.find(ana.phone.citizen.id)
        assert person is not None
        assert "ZQX93b1c" not in str(await unit.participants.everything(person))


async def test_mydata_is_a_page_and_data_in_the_persons_language(place: Town, at_work: wiring.Installation) -> None:
    """Two files, then the present question."""
    ana = place.citizen()
    await ana.walk((*AGREED, Step("Si doni", "1"), Step("e parë", "rruga"), Step("Pse", "/mydata")))
    await ana.hears("Pse është e rëndësishme?")
    files = [m["document"] for m in ana.phone.messages() if "document" in m]
    assert [file["file_name"] for file in files] == ["të-dhënat-e-mia.html", "të-dhënat-e-mia.json"]


async def test_delete_erases_and_the_bot_starts_afresh(place: Town, at_work: wiring.Installation) -> None:
    """Nothing is found afterwards, an old button is only old."""
    ana = place.citizen()
    await ana.walk((*AGREED, Step("Si doni", "1"), Step("e parë", "ZQX93b1c rruga"), Step("Pse", "/delete")))
    await ana.walk([Step("Pastaj nuk kthehet më asgjë", ">Fshi gjithçka")])
    await ana.hears("U fshi gjithçka")
    async with at_work.database.reading() as unit:
        assert await unit.participants.find(ana.phone.citizen.id) is None
    assert ana.texts().count("U fshi gjithçka") == 1
    press = ana.do(">Kapërce")
    in_both = "Kjo bisedë është bosh. Për të filluar: /start\nThis chat is empty. To begin: /start"
    await ana.until(lambda: place.toasts([press]) == [in_both])
    async with at_work.database.reading() as unit:
        assert await unit.participants.find(ana.phone.citizen.id) is None
    ana.do("/start")
    await ana.hears("Mirë se vini")


async def test_a_group_is_told_where_to_go(place: Town, at_work: wiring.Installation) -> None:
    """One message with a link, and nothing stored."""
    ana = place.citizen()
    group = place.group(ana)
    ana.phone.say("/start", group_id=group)
    await ana.until(lambda: any("t.me/kuvendo_bot" in text for text in place.group_texts(group)))
    async with at_work.database.reading() as unit:
        assert await unit.participants.find(ana.phone.citizen.id) is None


async def test_two_citizens_do_not_see_each_other(place: Town, at_work: wiring.Installation) -> None:
    """Side by side, in two languages."""
    ana, ben = place.citizen(), place.citizen("Ben")
    await ana.walk((*AGREED, Step("Si doni", "1"), Step("e parë", "rruga e Anes")))
    await ben.walk([Step("", "/start fiscal-transparency-ideas"), Step("Welcome", ">English"), Step("vote", "I AGREE")])
    await ben.walk([Step("Idea 1.", "budget of Ben")])
    await ben.hears("What is the problem")
    await ana.hears("Pse është e rëndësishme?")
    assert "Ben" not in ana.texts()
    assert "Anes" not in ben.texts()
