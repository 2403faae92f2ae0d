"""The restore drill: people talk, a backup is made meanwhile, one goes, and everything is put back elsewhere."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, select

from kuvendo import wiring
from kuvendo.restoring import MEDIA, restore
from kuvendo.settings import Settings
from kuvendo.trouble import Trouble
from storage.backup import make
from storage.database import Database
from storage.models import AnswerRow, Submission, TranscriptRow
from tests.conftest import administer
from tests.journeys.citizen import Step
from tests.journeys.conftest import exported, working
from tests.journeys.town import Town

AGREED = (
    Step("", "/start"),
    Step("Mirë se vini", ">Shqip"),
    Step("Para se të fillojmë", ">Pajtohem"),
    Step("Për çfarë doni të flisni", ">Qeverisja dixhitale"),
    Step("Si doni të kontribuoni", "1"),
)
SENT = "Çfarë doni të bëni tani"
SUBMITTED = (
    Step("Pse", "kaperce"),
    Step("Çështja 2 nga 3.", "kaperce"),
    Step("Rishikojeni", ">Dërgo"),
)


@pytest.fixture
def elsewhere(place: Town, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a second place: another data directory and another, empty database, with the same key."""
    assert place.settings.database_url is not None
    address, folder = place.settings.database_url.get_secret_value(), tmp_path / "second"
    if address.startswith("sqlite"):
        yield place.settings.model_copy(update={"data_dir": folder, "database_url": None})
        return
    name = f"second_{uuid.uuid4().hex[:8]}"
    administer(make_url(address), f'CREATE DATABASE "{name}" TEMPLATE template0')
    there = make_url(address).set(database=name).render_as_string(hide_password=False)
    yield place.settings.model_copy(update={"data_dir": folder, "database_url": SecretStr(there)})
    administer(make_url(address), f'DROP DATABASE "{name}" WITH (FORCE)')


def backup(settings: Settings, file: Path) -> None:
    make(settings.database_address, settings.keyring(), settings.data_dir / MEDIA, file, wiring.now())


def put_back(settings: Settings, file: Path, *lists: Path, replace: bool = False) -> str:
    return restore(settings, file, lists, wiring.now(), replace=replace, older=False)


async def rows(database: Database, without: uuid.UUID) -> set[str]:
    """Return every row of what people said, but for one of them."""
    answers = select(AnswerRow.id, AnswerRow.submission_id, AnswerRow.parts, AnswerRow.at).join(Submission)
    said = (TranscriptRow.id, TranscriptRow.participant_id, TranscriptRow.text, TranscriptRow.at)
    sent = (Submission.id, Submission.participant_id, Submission.started_at, Submission.receipt)
    statements = (
        answers.where(Submission.participant_id != without),
        select(*said).where(TranscriptRow.participant_id != without),
        select(*sent).where(Submission.participant_id != without),
    )
    async with database.reading() as unit:
        return {repr(tuple(row)) for each in statements for row in await unit.transaction.rows(each)}


async def test_what_was_committed_is_there_whoever_was_erased_is_not_and_the_talk_goes_on(
    place: Town, elsewhere: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "kuvendo.backup"
    ana, ben, drita = place.citizen("Ana"), place.citizen("Ben"), place.citizen("Drita")
    async with working(place.settings) as house:
        await asyncio.gather(
            ana.walk((*AGREED, Step("e parë", "rruga e Anës"), *SUBMITTED)),
            ben.walk((*AGREED, Step("e parë", "ZQXben drita e Benit"), *SUBMITTED)),
            drita.walk((*AGREED, Step("e parë", "uji i Dritës"))),
        )
        for each, words in ((ana, SENT), (ben, SENT), (drita, "Pse")):
            await each.hears(words)
        async with house.database.reading() as unit:
            bens = await unit.participants.find(ben.phone.citizen.id)
        assert bens is not None
        before = await rows(house.database, bens)
        await asyncio.to_thread(backup, place.settings, file)
        await drita.walk([Step("Pse", "sepse s'ka ujë"), Step("Çështja 2 nga 3.", "parku")])
        await drita.hears("Çështja 2 nga 3. Pse")
        await ben.walk([Step("", "/delete"), Step("Pastaj nuk kthehet më asgjë", ">Fshi gjithçka")])
        await ben.hears("U fshi gjithçka")
        await house.housekeeping().round()

    told = await asyncio.to_thread(put_back, elsewhere, file, place.settings.data_dir / "erasures.jsonl")
    assert "1 people who went since then went again" in told
    database = Database(elsewhere.database_address, elsewhere.keyring())
    assert before - await rows(database, bens) == set(), "no row of before is missing"
    assert not any("ZQXben" in row or str(bens) in row for row in await rows(database, uuid.UUID(int=0)))
    async with database.reading() as unit:
        assert await unit.participants.find(ben.phone.citizen.id) is None
    await database.close()

    async with working(elsewhere):
        drita.do("/vazhdo")
        await drita.walk([Step("Çështja 1 nga 3. Pse", "sepse s'ka ujë"), Step("Çështja 2 nga 3.", "kaperce")])
        await drita.walk([Step("Rishikojeni", ">Dërgo")])
        await drita.hears(SENT)
        ben.do("/start")
        await ben.hears("Mirë se vini")
    answers = json.dumps(await exported(elsewhere), ensure_ascii=False)
    assert "rruga e Anës" in answers
    assert "uji i Dritës" in answers
    assert "ZQXben" not in answers


async def test_nothing_is_replaced_unasked_or_under_somebody_at_work(place: Town, tmp_path: Path) -> None:
    file = tmp_path / "kuvendo.backup"
    ana = place.citizen("Ana")
    async with working(place.settings):
        await ana.walk((*AGREED, Step("e parë", "rruga")))
        await ana.hears("Pse")
        await asyncio.to_thread(backup, place.settings, file)
    with pytest.raises(Trouble, match="--replace"):
        await asyncio.to_thread(put_back, place.settings, file)
    database = Database(place.settings.database_address, place.settings.keyring())
    async with database.begin() as unit:
        name = unit.transaction.keyring.names[0]
        await unit.leases.announce("keys/here.bot.8000", name, wiring.now().replace(year=2099))
        await unit.commit()
    with pytest.raises(Trouble, match=r"here\.bot\.8000 works with this database"):
        await asyncio.to_thread(put_back, place.settings, file, replace=True)
    async with database.begin() as unit:
        await unit.leases.give_up("keys/here.bot.8000", name)
        found = await unit.participants.find(ana.phone.citizen.id)
        assert found is not None
        await unit.participants.erase(found, wiring.now())
        await unit.commit()
    await database.close()
    told = await asyncio.to_thread(put_back, place.settings, file, replace=True)
    assert "1 people who went since then went again" in told, "the database that is replaced knows of it"


async def test_an_old_backup_is_refused(place: Town, elsewhere: Settings, tmp_path: Path) -> None:
    file = tmp_path / "kuvendo.backup"
    settings, past = place.settings, wiring.now().replace(year=2020)
    make(settings.database_address, settings.keyring(), settings.data_dir / MEDIA, file, past)
    with pytest.raises(Trouble, match="--older"):
        await asyncio.to_thread(put_back, elsewhere, file)
    told = await asyncio.to_thread(restore, elsewhere, file, (), wiring.now(), replace=False, older=True)
    assert "2020-" in told


async def test_erasures_under_a_key_that_is_not_given_are_not_undone(
    place: Town, elsewhere: Settings, tmp_path: Path
) -> None:
    file, stones = tmp_path / "kuvendo.backup", tmp_path / "list"
    backup(place.settings, file)
    stone = {"hash": "00" * 32, "key": "deadbeef", "kind": "erased", "at": wiring.now().replace(year=2099).isoformat()}
    stones.write_text(json.dumps(stone) + "\n")
    with pytest.raises(Trouble, match="deadbeef"):
        await asyncio.to_thread(put_back, elsewhere, file, stones)
    stones.write_text("nonsense\n")
    with pytest.raises(Trouble, match="no list of erasures"):
        await asyncio.to_thread(put_back, elsewhere, file, stones)
