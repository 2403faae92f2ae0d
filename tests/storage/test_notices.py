"""Notices to many people: who is told, in which language, once, and what pausing and cancelling do to the rest."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from dialogs.exchange import ConsentGiven
from storage.database import Database
from storage.models import OutboxRow
from storage.notices import EVERYBODY, NEWS, Progress
from storage.outbox import LEASE, UNREACHABLE, Letter, Owed
from storage.transaction import Record
from tests.storage.people import CHAT, publish, session, submit, text

TEXTS = {"sq": "Konsultimi mbyllet nesër.", "en": "The consultation closes tomorrow."}
BODIES = {code: {"text": words} for code, words in TEXTS.items()}
WIDE = 10_000


async def citizen(
    database: Database, number: int, now: datetime, language: str = "sq", *, agreed: bool | None = True
) -> uuid.UUID:
    """Enrol somebody who agreed, refused, or was not asked yet (None)."""
    async with database.begin() as unit:
        person = (await unit.participants.arrive(CHAT + number, now)).participant_id
        await unit.participants.save(person, session()._replace(language=language), 0, now)
        if agreed is not None:
            await unit.participants.consented(person, ConsentGiven(1, "c", language, given=agreed), now)
        await unit.commit()
    return person


async def begun(database: Database, now: datetime, audience: str = EVERYBODY) -> int:
    async with database.begin() as unit:
        notice = await unit.notices.create(audience, TEXTS, now)
        assert await unit.notices.start(notice, now)
        await unit.commit()
    return notice


async def owe(database: Database, notice: int, now: datetime, at_most: int = 100, window: int = WIDE) -> int:
    async with database.begin() as unit:
        owed = await unit.notices.owe_next(notice, at_most, window, BODIES, now)
        await unit.commit()
    return owed


async def claimed(database: Database, now: datetime, limit: int = 100) -> tuple[Owed, ...]:
    async with database.begin() as unit:
        letters = await unit.outbox.claim(limit, LEASE, now, "w")
        await unit.commit()
    return letters


async def sent(database: Database, letters: Sequence[Owed], now: datetime) -> None:
    async with database.begin() as unit:
        await unit.outbox.sent_many([(each, 100 + place) for place, each in enumerate(letters)], now)
        await unit.commit()


async def did(database: Database, verb: str, notice: int, now: datetime) -> bool:
    async with database.begin() as unit:
        done = bool(await getattr(unit.notices, verb)(notice, now))
        await unit.commit()
    return done


async def settled(database: Database, notice: int, now: datetime, after: float = 120) -> Progress:
    async with database.begin() as unit:
        await unit.notices.settle(notice, now, timedelta(seconds=after))
        await unit.commit()
    async with database.reading() as unit:
        progress = await unit.notices.progress(notice, now)
    assert progress is not None
    return progress


async def copies(database: Database) -> Sequence[Record]:
    async with database.reading() as unit:
        return await unit.transaction.rows(select(OutboxRow).where(OutboxRow.notice_id.is_not(None)))


async def test_who_is_told_and_in_which_language(database: Database, now: datetime) -> None:
    ana, ben = await citizen(database, 1, now), await citizen(database, 2, now, "en")
    await citizen(database, 3, now, agreed=None)
    await citizen(database, 4, now, agreed=False)
    away, erased = await citizen(database, 5, now), await citizen(database, 6, now)
    changed = await citizen(database, 7, now)
    async with database.begin() as unit:
        await unit.participants.unreachable(away, "blocked", now)
        await unit.participants.erase(erased, now)
        await unit.participants.consented(changed, ConsentGiven(2, "c", "sq", given=False), now)
        await unit.commit()
    notice = await begun(database, now)
    await citizen(database, 8, now + timedelta(seconds=1))  # came when it had begun
    assert await owe(database, notice, now) == 2
    assert await owe(database, notice, now) == 0
    said = {row.participant_id: row.body["text"] for row in await copies(database)}
    assert said == {ana: TEXTS["sq"], ben: TEXTS["en"]}
    assert (await settled(database, notice, now)).notice.people == 2


async def test_the_people_of_one_consultation(database: Database, now: datetime) -> None:
    await publish(database, now)
    people = [await citizen(database, n, now) for n in range(3)]
    await submit(database, people[1], now, text("issue", 1, (5, "rruga")))
    notice, other = await begun(database, now, "digital"), await begun(database, now, "no-such")
    assert await owe(database, notice, now) == 1
    assert await owe(database, other, now) == 0
    assert [row.participant_id for row in await copies(database)] == [people[1]]
    assert (await settled(database, other, now)).notice.state == "done", "to nobody is soon done"


async def test_a_bounded_number_at_a_time_and_nobody_twice(database: Database, now: datetime) -> None:
    people = {await citizen(database, n, now) for n in range(25)}
    notice = await begun(database, now)
    for _ in range(3):
        assert await owe(database, notice, now, at_most=4, window=12) == 4
    assert await owe(database, notice, now, at_most=4, window=12) == 0, "enough waits"
    told: Counter[uuid.UUID] = Counter()
    while letters := await claimed(database, now):
        told.update(each.participant_id for each in letters)
        await sent(database, letters, now)
        await owe(database, notice, now, at_most=4, window=12)
    assert told == Counter(people)
    progress = await settled(database, notice, now)
    assert (progress.sent, progress.waiting, progress.notice.state) == (25, 0, "done")


async def test_two_who_think_they_have_the_duty_tell_nobody_twice(database: Database, now: datetime) -> None:
    people = {await citizen(database, n, now) for n in range(40)}
    notice = await begun(database, now)
    owed = await asyncio.gather(*(owe(database, notice, now, at_most=5) for _ in range(8)))
    assert sum(owed) == 40
    assert Counter(row.participant_id for row in await copies(database)) == Counter(people)


async def test_pausing_holds_what_waits_and_resuming_lets_it_go(database: Database, now: datetime) -> None:
    for n in range(6):
        await citizen(database, n, now)
    notice = await begun(database, now)
    await owe(database, notice, now, at_most=4)
    [under_way, *_] = on_their_way = await claimed(database, now, limit=1)
    assert await did(database, "pause", notice, now)
    assert not await did(database, "pause", notice, now)
    assert await claimed(database, now) == ()
    assert await owe(database, notice, now) == 0
    async with database.begin() as unit:  # what was under way came back
        await unit.outbox.retry(under_way, now, "too many requests")
        await unit.commit()
    progress = await settled(database, notice, now)
    assert (progress.waiting, progress.notice.state) == (6, "paused")
    assert await claimed(database, now) == (), "and is held too"
    later = now + timedelta(days=3)
    assert await did(database, "resume", notice, later)
    letters = await claimed(database, later)
    assert len(letters) == 4
    assert all(each.created_at == later for each in letters), "nothing is too old for having been held"
    assert len(on_their_way) == 1


async def test_cancelling_drops_what_waits(database: Database, now: datetime) -> None:
    for n in range(6):
        await citizen(database, n, now)
    notice = await begun(database, now)
    await owe(database, notice, now, at_most=4)
    letters = await claimed(database, now, limit=1)
    assert await did(database, "cancel", notice, now)
    for verb in ("pause", "resume", "cancel", "start"):
        assert not await did(database, verb, notice, now)
    assert (await settled(database, notice, now)).notice.finished_at is None, "one is on its way"
    await sent(database, letters, now)
    progress = await settled(database, notice, now)
    assert (progress.sent, progress.waiting, progress.notice.finished_at) == (1, 0, now)
    assert await owe(database, notice, now) == 0
    assert await claimed(database, now) == ()


async def test_what_was_sent_is_counted_before_it_leaves_the_outbox(database: Database, now: datetime) -> None:
    for n in range(6):
        await citizen(database, n, now)
    notice = await begun(database, now)
    await owe(database, notice, now)
    letters = await claimed(database, now)
    await sent(database, letters[:3], now)
    async with database.begin() as unit:
        await unit.outbox.failed(letters[3], "message is too long", now)
        await unit.outbox.failed(letters[4], f"{UNREACHABLE}blocked", now)
        await unit.commit()
    soon = now + timedelta(seconds=30)
    progress = await settled(database, notice, soon)
    assert (progress.sent, progress.failed, progress.unreachable, progress.waiting) == (3, 1, 1, 1)
    assert progress.rate(soon) == pytest.approx(3 / 30)
    async with database.begin() as unit:
        assert await unit.outbox.prune(now + timedelta(days=30)) == 0, "housekeeping leaves them"
        await unit.commit()
    later = now + timedelta(seconds=121)
    progress = await settled(database, notice, later)
    assert len(await copies(database)) == 1
    assert (progress.sent, progress.failed, progress.unreachable, progress.waiting) == (3, 1, 1, 1)
    assert progress.rate(later) == 0
    await sent(database, letters[5:], later)
    async with database.reading() as unit:
        assert await unit.notices.at_work() == (notice,)
    await owe(database, notice, later)
    progress = await settled(database, notice, later)
    assert (progress.notice.state, progress.notice.finished_at, progress.done) == ("done", later, 6)
    await settled(database, notice, later + timedelta(hours=1))
    async with database.reading() as unit:
        assert await unit.notices.at_work() == ()
        assert [each.id for each in await unit.notices.list()] == [notice]
        assert await unit.notices.progress(notice + 1, later) is None


async def test_a_reply_goes_before_notices_and_has_a_claim_of_its_own(database: Database, now: datetime) -> None:
    ana, *_ = [await citizen(database, n, now) for n in range(3)]
    notice = await begun(database, now)
    await owe(database, notice, now)
    async with database.begin() as unit:
        await unit.outbox.enqueue(ana, [Letter({"text": "po"})], "reply", now)
        await unit.commit()
    async with database.begin() as unit:
        [reply] = await unit.outbox.claim(10, LEASE, now, "w", priority=0)
        others = await unit.outbox.claim(10, LEASE, now, "w", priority=1)
    assert reply.body == {"text": "po"}
    assert ana not in {each.participant_id for each in others}
    assert len(others) == 2


async def test_whoever_has_the_duty_hears_of_a_change(database: Database, now: datetime) -> None:
    with database.wakes.listening(NEWS) as ear:
        notice = await begun(database, now)
        assert await ear.heard(0.05)
        await did(database, "pause", notice, now)
        assert await ear.heard(0.05)


async def test_the_audience_is_gone_through_in_bounded_steps(database: Database, now: datetime) -> None:
    """Whoever is passed over (has another language) is not looked at again."""
    for n in range(9):
        await citizen(database, n, now, "en" if n % 3 else "sq")
    notice = await begun(database, now)
    async with database.begin() as unit:
        rounds = [await unit.notices.owe_next(notice, 4, WIDE, {"sq": BODIES["sq"]}, now) for _ in range(4)]
        await unit.commit()
    assert rounds == [4, 4, 1, 0]
    assert len(await copies(database)) == 3
