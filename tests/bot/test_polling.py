"""Long polling against a real Telegram stand-in: nothing is confirmed too early, nobody waits for anybody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiogram import Bot

from bot.gate import Gate, Outcome
from bot.polling import Poller
from bot.world import World
from simulator import Fault, Phone, Telegram, add_citizen
from storage.duty import Duty
from storage.errors import Unavailable
from tests.bot.conftest import Polling, until


def _duty(world: World, process: str = "this.bot/1") -> Duty:
    return Duty(world.database, world.clock, process, "polling")


def heard(phone: Phone) -> list[str]:
    """Return what the bot said in this chat, oldest first."""
    return [m["text"] for m in phone.messages() if m.get("from", {}).get("is_bot") and "text" in m]


async def test_everybody_gets_their_answers_in_order(telegram: Telegram, polling: Polling) -> None:
    people = [add_citizen(telegram, f"P{n}", language_code="sq") for n in range(8)]
    async with polling():
        for turn in range(5):
            for phone in people:
                phone.say(f"fjala {turn}")
        await until(lambda: all(len(heard(phone)) == 5 for phone in people))
    for phone in people:
        assert [words.partition(" · ")[0] for words in heard(phone)] == [f"fjala {turn}" for turn in range(5)]


async def test_the_next_message_of_a_chat_meets_a_known_screen(telegram: Telegram, polling: Polling) -> None:
    ana = add_citizen(telegram, "Ana")
    async with polling():
        for turn in range(4):
            ana.say(f"fjala {turn}")
        await until(lambda: len(heard(ana)) == 4)
        assert [words.partition(" · ")[2] for words in heard(ana)] == ["?", "before", "before", "before"]
        ana.say("tani")
        await until(lambda: len(heard(ana)) == 5)
        assert heard(ana)[-1] == "tani · after"


async def test_what_was_committed_is_not_asked_for_again(telegram: Telegram, polling: Polling, bot: Bot) -> None:
    ana = add_citizen(telegram, "Ana")
    async with polling():
        ana.say("një")
        await until(lambda: len(heard(ana)) == 1)
    assert await bot.get_updates(timeout=0) == []


async def test_a_press_is_answered_and_its_message_settled(telegram: Telegram, polling: Polling) -> None:
    ana = add_citizen(telegram, "Ana")
    async with polling():
        ana.say("një")
        await until(lambda: len(heard(ana)) == 1)
        query = ana.press_text("Shko")
        await until(lambda: len(heard(ana)) == 2)
        await until(lambda: telegram.state.presses[query].answered)
        await until(lambda: heard(ana)[0].endswith("✓ Shko"))
    settled = next(m for m in ana.messages() if "✓ Shko" in m.get("text", ""))
    assert "reply_markup" not in settled
    assert heard(ana)[1] == "press go"


async def test_a_poison_update_holds_nobody_up(telegram: Telegram, polling: Polling) -> None:
    ana, ben = add_citizen(telegram, "Ana"), add_citizen(telegram, "Ben")
    poison: list[dict[str, Any]] = [
        {"message_id": "x", "chat": 5},
        {"message_id": 1, "date": 1, "chat": {"id": ana.id, "type": "private"}, "text": {"a": []}},
    ]
    for content in poison:
        telegram.emit("message", content, ana.id)
    ana.say("pas helmit")
    ben.say("edhe unë")
    async with polling():
        await until(lambda: len(heard(ana)) == 1 and len(heard(ben)) == 1)


async def test_a_failing_update_is_put_aside_with_one_apology(
    telegram: Telegram, polling: Polling, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    ana = add_citizen(telegram, "Ana", language_code="en")
    async with polling():
        ana.say("/boom")
        ana.say("vazhdoj")
        await until(lambda: len(heard(ana)) == 2)
    apology, after = heard(ana)
    assert "/continue" in apology
    assert after.startswith("vazhdoj")


async def test_while_nothing_can_be_kept_nothing_is_confirmed(
    telegram: Telegram, polling: Polling, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = add_citizen(telegram, "Ana")
    kept, refused = gate.take, 0

    async def away(raw: dict[str, Any]) -> Outcome:
        nonlocal refused
        refused += 1
        return Outcome(accepted=False) if refused < 3 else await kept(raw)

    monkeypatch.setattr(gate, "take", away)
    ana.say("një")
    ana.say("dy")
    async with polling():
        await until(lambda: len(heard(ana)) == 2)
    assert [words.partition(" · ")[0] for words in heard(ana)] == ["një", "dy"]
    assert refused >= 4


async def test_the_database_gone_is_not_a_persons_fault(world: World, bot: Bot) -> None:
    async def gone(*_: Any) -> Any:
        raise Unavailable("gone")

    from storage.ephemeral import MemoryOrder
    from tests.bot.updates import said

    gate = Gate(world, bot, MemoryOrder(), gone)
    assert await gate.take(said("x")) == Outcome(accepted=False)


@pytest.mark.parametrize("fault", [Fault("html", "getupdates"), Fault("error", "getupdates", code=409)])
async def test_trouble_at_telegrams_end_passes(telegram: Telegram, polling: Polling, fault: Fault) -> None:
    ana = add_citizen(telegram, "Ana")
    telegram.faults.add(fault)
    ana.say("një")
    async with polling():
        await until(lambda: len(heard(ana)) == 1)


async def test_a_reply_that_meets_a_429_is_left_to_the_relay(
    telegram: Telegram, polling: Polling, world: World
) -> None:
    ana = add_citizen(telegram, "Ana")
    telegram.faults.add(Fault("error", "sendmessage", code=429, description="Too Many Requests", retry_after=7))
    async with polling():
        ana.say("një")
        ana.say("dy")
        await asyncio.sleep(0.5)
        await until(lambda: not telegram.faults.waiting())
    assert heard(ana) == []
    async with world.database.reading() as unit:
        assert (await unit.outbox.depth()).replies == 2


async def test_only_the_holder_of_the_duty_polls(world: World, bot: Bot, gate: Gate) -> None:
    first, second = _duty(world), _duty(world, "other.bot/1")
    assert await first.held()
    assert not await second.held()
    await first.release()
    assert await second.held()
    assert not await first.held()


async def test_a_poller_without_its_duty_asks_for_nothing(
    telegram: Telegram, world: World, bot: Bot, gate: Gate, polling: Polling
) -> None:
    other = _duty(world, "other.bot/1")
    assert await other.held()
    ana = add_citizen(telegram, "Ana")
    ana.say("një")
    async with polling() as poller:
        assert isinstance(poller, Poller)
        await asyncio.sleep(0.3)
        assert heard(ana) == []
        await other.release()
        await until(lambda: len(heard(ana)) == 1)
