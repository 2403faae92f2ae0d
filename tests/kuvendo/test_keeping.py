"""Keys, backups, retention and housekeeping: as commands of real processes, and beside a bot at work."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialogs.loader import shipped
from kuvendo import erasures, rotating
from kuvendo.housekeeping import NIGHT, Housekeeping
from kuvendo.keyholding import Keyholder, at_work, holding
from kuvendo.periods import PROMISED_FOR_ADDRESSES, PROMISED_FOR_BACKUPS
from kuvendo.settings import KEY_FILE, Settings, load
from kuvendo.stores import opened, upgraded
from kuvendo.trouble import Trouble
from storage.database import Database
from storage.keys import Keyring, generate
from storage.tombstones import ERASED
from tests.kuvendo.test_commands import failed, kuvendo
from tests.storage.people import CHAT, arrive, publish

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation on SQLite with a key file."""
    monkeypatch.chdir(tmp_path)
    made = load(data_dir=tmp_path / "data", without=("secret_key", "database_url"))
    upgraded(made)
    return made


# --- commands ------------------------------------------------------------------------------------------------


def test_from_a_backup_to_a_second_place(tmp_path: Path) -> None:
    file = tmp_path / "kuvendo.backup"
    assert kuvendo(tmp_path, "db", "upgrade").returncode == 0
    made = kuvendo(tmp_path, "backup", str(file))
    assert made.returncode == 0, made.stderr
    assert file.stat().st_mode & 0o077 == 0
    second = {"KUVENDO_DATA_DIR": str(tmp_path / "second")}
    failed(kuvendo(tmp_path, "restore", str(file), **second), "secret.key")
    shutil.copy(tmp_path / "data" / KEY_FILE, tmp_path / "second" / KEY_FILE)
    done = kuvendo(tmp_path, "restore", str(file), **second)
    assert done.returncode == 0, done.stderr
    assert "0 participants" in done.stdout
    file.write_bytes(file.read_bytes()[:-1])
    failed(kuvendo(tmp_path, "restore", str(file), **second), "cut short")
    failed(kuvendo(tmp_path, "restore", str(tmp_path / "absent"), **second), "absent")
    failed(kuvendo(tmp_path, "backup", str(tmp_path / "no" / "where")), "where")


def test_keys_and_retention_as_commands(tmp_path: Path) -> None:
    failed(kuvendo(tmp_path, "keys", "rotate"), "kuvendo db upgrade")
    kuvendo(tmp_path, "db", "upgrade")
    one = {"KUVENDO_SECRET_KEY": generate()}
    failed(kuvendo(tmp_path, "keys", "rotate", **one), "holds one key")
    done = kuvendo(tmp_path, "keys", "rotate")
    assert done.returncode == 0, done.stderr
    assert "may be taken out" in done.stdout
    assert len(Keyring.parse((tmp_path / "data" / KEY_FILE).read_text()).keys) == 2
    again = kuvendo(tmp_path, "keys", "rotate")
    assert again.stdout == done.stdout, "running it again is harmless"
    looked = kuvendo(tmp_path, "retention", "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "chat addresses" in looked.stdout
    assert kuvendo(tmp_path, "retention").returncode == 0
    failed(kuvendo(tmp_path, "retention", KUVENDO_RETENTION_ADDRESSES="90"), "KUVENDO_RETENTION_ADDRESSES")


def test_what_may_be_set_is_no_more_than_what_people_are_told() -> None:
    catalogue = shipped().catalogue()
    for code, words in (("en", "days"), ("sq", "ditë")):
        assert f"{PROMISED_FOR_ADDRESSES} {words}" in catalogue.consent.text[code]
        assert f"{PROMISED_FOR_BACKUPS} {words}" in catalogue.privacy.text[code]
    assert load().retention_addresses == PROMISED_FOR_ADDRESSES
    assert load().retention_backups == PROMISED_FOR_BACKUPS


# --- keys beside a bot at work -------------------------------------------------------------------------------


async def test_a_bot_at_work_takes_up_the_new_key_and_knows_everybody_all_the_while(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kuvendo.keyholding.LOOK_AGAIN", 0.05)
    async with opened(settings) as bot, holding(bot, lambda: NOW, "here.bot.8000/1.a", settings.keyring):
        old = bot.keyring.names
        people = [await arrive(bot, NOW, CHAT + number) for number in range(5)]
        turning = asyncio.create_task(rotating.rotate(settings, lambda: NOW, settles=0.5))
        while not turning.done():
            async with bot.reading() as unit:
                assert [await unit.participants.find(CHAT + number) for number in range(5)] == people
            await asyncio.sleep(0)
        assert "5 addresses" in await turning
        assert bot.keyring.names[1:] == old
        new = await arrive(bot, NOW, CHAT + 9)
    (settings.data_dir / KEY_FILE).write_text((settings.data_dir / KEY_FILE).read_text().partition(",")[0])
    async with opened(settings) as later, later.reading() as unit:
        assert len(later.keyring.names) == 1
        assert [await unit.participants.find(CHAT + number) for number in (*range(5), 9)] == [*people, new]
        assert await at_work(later, NOW) == {}, "whoever ends says so"


async def test_nothing_is_put_under_a_key_that_somebody_at_work_does_not_have(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "PATIENCE", 0.1)
    async with opened(settings) as bot:
        await arrive(bot, NOW)
        stubborn = Keyholder(bot, lambda: NOW, "here.bot.8000/1.a", settings.keyring)
        await stubborn.enter()
        with pytest.raises(Trouble, match=r"here\.bot\.8000 does not have the new key"):
            await rotating.rotate(settings, lambda: NOW)
        async with bot.reading() as unit:
            assert await unit.participants.find(CHAT), "it still finds everybody with the old key"


async def test_a_process_does_not_begin_beside_one_that_would_not_find_what_it_writes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kuvendo.keyholding.LASTS", timedelta(seconds=0.1))
    monkeypatch.setattr("kuvendo.keyholding.LOOK_AGAIN", 0.05)
    old = settings.keyring()
    new = Keyring((*Keyring.parse(generate()).keys, *old.keys))

    def clock() -> datetime:
        return datetime.now(UTC)

    async with opened(settings) as database:
        async with database.begin() as unit:
            await unit.leases.announce("keys/one", old.names[0], clock() + timedelta(days=1))
            await unit.commit()
        database.keyring.take_up(new)
        with pytest.raises(Trouble, match="put the new key last"):
            await Keyholder(database, clock, "two/1.a", lambda: new).enter()
        database.keyring.take_up(Keyring(tuple(reversed(new.keys))))
        await Keyholder(database, clock, "two/1.a", lambda: new).enter()  # the new key last, as it says
        async with database.begin() as unit:
            await unit.leases.announce("keys/one", ",".join(new.names), clock() + timedelta(days=1))
            await unit.commit()
        await Keyholder(database, clock, "two/1.a", lambda: new).enter()
        database.keyring.take_up(old)
        with pytest.raises(Trouble, match="one works with another secret key"):
            await Keyholder(database, clock, "two/1.a", lambda: old).enter()


# --- housekeeping --------------------------------------------------------------------------------------------


async def bury(database: Database, at: datetime) -> None:
    import uuid

    async with database.begin() as unit:
        await unit.tombstones.bury(uuid.uuid4(), ERASED, at)
        await unit.commit()


async def test_a_night_is_done_once_by_one_and_the_list_follows_each_erasure(
    settings: Settings, tmp_path: Path
) -> None:
    moment, done = NOW, list[str]()

    class Counted(Housekeeping):
        async def nightly(self) -> int:
            done.append(moment.isoformat())
            return await super().nightly()

    async with opened(settings) as database:
        await publish(database, NOW)
        path = erasures.path_of(settings)
        keepers = [
            Counted(database, lambda: moment, f"here{n}/1.a", settings.periods(), erasures.Mirror(database, path))
            for n in range(2)
        ]
        await bury(database, NOW)
        for _ in range(3):
            for each in keepers:
                await each.round()
        assert len(done) == 1
        assert len(erasures.read(path)) == 1
        assert path.stat().st_mode & 0o077 == 0
        moment = datetime.combine(NOW.date() + timedelta(days=1), NIGHT) + timedelta(minutes=1)
        await bury(database, moment)
        for each in keepers:
            await each.round()
        assert len(done) == 2
        assert len(erasures.read(path)) == 2
        moment = NOW + timedelta(days=40)
        await keepers[1].round()
        await keepers[1].round()
        assert erasures.read(path) == (), "tombstones go when no backup is left that they are for"


async def test_a_consultation_closes_by_itself_once_whoever_keeps_house(settings: Settings) -> None:
    moment = datetime(2026, 12, 15, 22, 59, 59, tzinfo=UTC)
    async with opened(settings) as database:
        await publish(database, NOW)
        async with database.begin() as unit:
            await unit.consultations.open("digital", NOW, moment.date())
            await unit.commit()
        mirror = erasures.Mirror(database, erasures.path_of(settings))
        keepers = [Housekeeping(database, lambda: moment, f"here{n}/1.a", settings.periods(), mirror) for n in range(2)]
        await keepers[0].round()
        async with database.reading() as unit:
            assert (await unit.consultations.list())[0].state == "open"
        moment += timedelta(seconds=1)
        for each in keepers * 2:
            await each.round()
        async with database.reading() as unit:
            assert (await unit.consultations.list())[0].state == "closed"
            deeds = [(each.staff_id, each.action, each.subject) for each in await unit.audit.deeds(9)]
        assert deeds == [(None, "consultation.close-on-its-day", "digital 2026-12-15")]


async def test_a_list_that_cannot_be_written_does_not_keep_the_night_from_its_work(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    async with opened(settings) as database:
        await bury(database, NOW)
        mirror = erasures.Mirror(database, tmp_path / "file" / "erasures.jsonl")
        keeper = Housekeeping(database, lambda: NOW, "here/1.a", settings.periods(), mirror)
        await keeper.round()
        async with database.reading() as unit:
            assert await unit.tombstones.unswept() == 0
