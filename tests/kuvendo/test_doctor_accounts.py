"""What `kuvendo doctor` says of second factors and recovery codes, over a real database of either kind."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kuvendo.commands.doctor import LOOKS, Found
from kuvendo.settings import Settings, load
from kuvendo.stores import opened, upgraded
from kuvendo.trouble import Trouble
from storage.keys import generate

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Settings:
    """An installation on a database of either kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUVENDO_DATABASE_URL", database_url)
    monkeypatch.setenv("KUVENDO_SECRET_KEY", generate())
    return load(data_dir=tmp_path / "data")


async def looked(settings: Settings) -> tuple[Found, Found]:
    """Return what is found of second factors and of recovery codes."""
    return await LOOKS["second factors"](settings), await LOOKS["recovery codes"](settings)


async def add(settings: Settings, name: str, role: str) -> int:
    async with opened(settings) as database, database.begin() as unit:
        member = await unit.staff.add(name, "$argon2id$x", role, (), "sq", NOW)
        await unit.commit()
    return member.id


async def set_up(settings: Settings, staff_id: int, *codes: bytes) -> None:
    """Give somebody a telephone and recovery codes."""
    async with opened(settings) as database, database.begin() as unit:
        await unit.factors.prepare(staff_id, b"secret" * 4)
        await unit.factors.confirm(staff_id, 1)
        await unit.factors.put_codes(staff_id, codes)
        await unit.commit()


async def test_who_reads_opinions_without_a_second_factor_is_counted_and_named(settings: Settings) -> None:
    await asyncio.to_thread(upgraded, settings)
    assert await looked(settings) == (
        Found("no accounts yet"),
        Found("none yet; they are made together with the second factor"),
    )
    ana = await add(settings, "ana", "moderator")
    await add(settings, "cen", "coordinator")
    bora = await add(settings, "bora", "viewer")
    factors, codes = await looked(settings)
    told = "2 of 2 accounts that can read opinions have none yet (ana, bora); each sets one up at its next login"
    assert factors == Found(told, yet=True), "a coordinator reads none"
    assert codes.yet is False
    await set_up(settings, ana, b"1" * 32, b"2" * 32)
    factors, codes = await looked(settings)
    assert factors.words.startswith("1 of 2 accounts that can read opinions have none yet (bora)")
    assert codes == Found("1 of 1 accounts have some left")
    async with opened(settings) as database, database.begin() as unit:
        await unit.staff.disable(bora, NOW)
        for code in (b"1" * 32, b"2" * 32):
            assert await unit.factors.use_code(ana, code, NOW)
        await unit.commit()
    factors, codes = await looked(settings)
    assert factors == Found("all 1 accounts that can read opinions have one"), "a closed account reads nothing"
    assert codes.yet
    assert codes.words.startswith("nobody has any left (ana): whoever loses their phone cannot log in;")


async def test_of_many_only_some_are_named(settings: Settings) -> None:
    await asyncio.to_thread(upgraded, settings)
    for number in range(7):
        await add(settings, f"a{number}", "administrator")
    factors, _ = await looked(settings)
    assert "(a0, a1, a2, a3, a4 and 2 more)" in factors.words


async def test_nothing_is_guessed_before_the_schema_is_there(settings: Settings) -> None:
    for name in ("second factors", "recovery codes"):
        with pytest.raises(Trouble, match="see the lines above"):
            await LOOKS[name](settings)
