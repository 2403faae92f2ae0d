"""What passes the gate beside people's words: groups, blocking, quarantine; and that nothing quotes anybody."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot

from bot import farewell, profile
from bot.asking import NoAnswer, UnknownToken, identify, registered
from bot.gate import Gate, Outcome
from bot.world import World
from locales import CODES
from simulator import Phone, Telegram, add_group
from tests.bot.conftest import TOKEN, Polling, until
from tests.bot.test_polling import heard
from tests.bot.test_relay import owe, started, unreachable
from tests.bot.updates import chat, membership, said


async def test_in_a_group_one_word_and_gone(telegram: Telegram, polling: Polling) -> None:
    ana = started(telegram)
    group = add_group(telegram, "Fshati", [ana])
    async with polling():
        await until(lambda: telegram.state.groups[group.id].status == "left")
    said_there = [
        message.payload["text"]
        for message in telegram.state.chat_messages(group.id)
        if message.outgoing and "text" in message.payload
    ]
    assert len(said_there) == 1
    assert "https://t.me/kuvendo_bot" in said_there[0]


async def test_two_updates_of_one_group_are_one_farewell(gate: Gate, telegram: Telegram) -> None:
    ana = started(telegram)
    group = add_group(telegram, "Fshati", [ana])
    place = chat(group.id, "group")
    assert await gate.take(membership("member", 1, place=place)) == Outcome(accepted=True)
    assert await gate.take(said("x", 2, chat=place)) == Outcome(accepted=True)
    await until(lambda: telegram.state.groups[group.id].status == "left")
    await gate.drain(5)
    assert sum(m.outgoing for m in telegram.state.chat_messages(group.id)) == 1


async def test_a_group_we_cannot_leave_is_no_trouble(gate: Gate) -> None:
    assert await gate.take(said("x", 2, chat=chat(-77, "group"))) == Outcome(accepted=True)
    await gate.drain(5)


@pytest.mark.parametrize("code", [*CODES, "sq-XK", "xx", None])
def test_the_farewell_has_words_in_every_language(code: str | None) -> None:
    assert "https://t.me/kuvendo_bot" in farewell.text(code, "kuvendo_bot")
    assert "https://t.me" in farewell.text(code, "")


async def test_blocking_and_coming_back_are_noted(telegram: Telegram, world: World, polling: Polling) -> None:
    ana = started(telegram)
    await owe(world, ana, "x", worker="somebody/1")
    async with polling():
        await until(lambda: len(heard(ana)) == 0)
        ana.block()
        await wait_for_reach(world, ana, away=True)
        ana.unblock()
        await wait_for_reach(world, ana, away=False)


async def wait_for_reach(world: World, phone: Phone, *, away: bool) -> None:
    async with asyncio.timeout(20):
        while await unreachable(world, phone) is not away:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)


async def test_somebody_never_seen_may_block_us(gate: Gate) -> None:
    assert await gate.take(membership("kicked", 9)) == Outcome(accepted=True)


async def test_the_log_quotes_nobody(gate: Gate, telegram: Telegram, capfd: pytest.CaptureFixture[str]) -> None:
    from kuvendo.logs import set_up

    set_up(b"tests", "DEBUG", console=False)
    ana = started(telegram)
    await gate.take(said("/boom", 4, chat={"id": ana.id, "type": "private"}))
    await gate.take({"update_id": 5, "message": {"text": {"ZQX": "ZQX"}, "chat": "ZQX"}})
    await gate.drain(5)
    written = capfd.readouterr().err
    assert "update failed" in written
    assert "parrot.py" in written
    assert "update quarantined" in written
    assert "ZQX" not in written
    assert "boom" not in written.replace("parrot", "")
    assert str(ana.id) not in written


async def test_the_profile_is_told_once_in_every_language(telegram: Telegram, bot: Bot) -> None:
    everybody, english, menu = 4, 4, 1  # people whose Telegram speaks Albanian are shown what everybody is
    assert await profile.register(bot) == everybody + english + menu
    assert await profile.register(bot) == 0
    for code in CODES:
        commands = await bot.get_my_commands(scope=profile.PRIVATE, language_code=code)
        assert [each.command for each in commands] == [
            "start", "continue", "mine", "language", "help", "cancel", "privacy", "mydata", "delete",
        ]  # fmt: skip
    albanian, other = profile.profile("sq"), profile.profile("")
    assert (albanian.long, albanian.commands) == (other.long, other.commands)


@pytest.mark.parametrize("code", ["", *CODES])
def test_the_profile_fits(code: str) -> None:
    shown = profile.profile(code)
    assert 0 < len(shown.name) <= profile.NAME_LIMIT
    assert 0 < len(shown.short) <= profile.SHORT_LIMIT
    assert 0 < len(shown.long) <= profile.LONG_LIMIT
    assert all(0 < len(words) <= 256 for _, words in shown.commands)


async def test_telegram_tells_who_we_are(telegram: Telegram, api: str) -> None:
    assert await identify(TOKEN, api) == "kuvendo_bot"
    found = await registered(TOKEN, api)
    assert (found.url, found.base, found.trouble) == ("", None, "")
    with pytest.raises(UnknownToken):
        await identify("4242:another", api)
    with pytest.raises(NoAnswer, match="Refused"):
        await identify(TOKEN, "http://127.0.0.1:9")
