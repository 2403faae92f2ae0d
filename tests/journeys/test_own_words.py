"""What is left out of what the secretariat reads stays where its author reads it: in the chat, /mine and /mydata."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import select

from kuvendo import wiring
from storage.models import AnswerRow, Contribution, Submission
from storage.submitted import Submitted
from storage.written import Stretch
from tests.journeys.citizen import Step
from tests.journeys.conftest import exported
from tests.journeys.test_journey import AGREED
from tests.journeys.town import Town

NUMBER = "069 123 4567"
SAID = f"{NUMBER}, pa drita"
LATER = "pa drita e pa uje, +355691234567"
SUBMITTED = (
    *AGREED,
    Step("Si doni", "1"),
    Step("e parë", SAID),
    Step("Pse", "kaperce"),
    Step("Çështja 2", "kaperce"),
    Step("Rishikojeni", ">Dërgo"),
)


async def left_out(house: wiring.Installation) -> None:
    """Leave out what is suggested, as a moderator would."""
    async with house.database.begin() as work:
        row = await work.transaction.first(select(Contribution.id, Contribution.submission_id, Contribution.item))
        assert row
        (found,) = await work.redactions.suggestions(row.submission_id, row.item)
        stretch = Stretch(found.place, found.start, found.end)
        await work.redactions.add(row.submission_id, row.item, row.id, stretch, found.kind, None, wiring.now())
        await work.commit()


async def read(house: wiring.Installation) -> str:
    """Return what the secretariat reads of the one submission."""
    async with house.database.reading() as work:
        (row,) = await work.transaction.rows(select(Submission.id))
        (whole,) = await work.reading.several([row.id])
        talk = await work.reading.transcript(row.id)
    return "".join(filter(str.isalnum, _words(whole) + "".join(each.text for each in talk)))


def _words(whole: Submitted) -> str:
    answers = [answer for part in whole.contributions for answer in part.answers]
    return " ".join(said.text or "" for answer in answers for said in answer.revisions)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await holds():  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)


async def test_its_author_still_reads_and_revises_every_word(place: Town, at_work: wiring.Installation) -> None:
    ana = place.citizen()
    await ana.walk(SUBMITTED)
    await ana.has_heard("Faleminderit shumë!")
    await left_out(at_work)
    assert "1234567" not in await read(at_work)
    before = ana.texts().count(NUMBER)
    ana.do("/mine")
    shown = await ana.hears("Kontributet tuaja")
    ana.press(shown["reply_markup"]["inline_keyboard"][0][0]["text"])
    await ana.until(lambda: ana.texts().count(NUMBER) > before)

    ana.edit(SAID, LATER)

    async def revised() -> bool:
        async with at_work.database.reading() as work:
            return len(await work.transaction.rows(select(AnswerRow.id).where(AnswerRow.revision == 1))) == 1

    await eventually(revised)
    assert "1234567" not in await read(at_work)  # in another spelling, and nobody had to look again
    [submission] = await exported(place.settings)
    assert submission["contributions"][0]["answers"]["issue"] == LATER.replace("+355691234567", "[redacted]")
    async with at_work.database.reading() as work:
        person = (await work.transaction.rows(select(Submission.participant_id)))[0][0]
        held = await work.participants.everything(person)
    assert SAID in repr(held["answers"])
    assert LATER in repr(held["answers"])
