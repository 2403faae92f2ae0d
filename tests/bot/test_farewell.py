"""In a group: one message with the way to the private chat, whenever the bot is put in or first spoken to there."""

from __future__ import annotations

import pytest

from bot.gate import Gate
from simulator import Telegram, add_group
from simulator.groups import set_bot
from tests.bot.conftest import Polling, until
from tests.bot.test_relay import started
from tests.bot.updates import chat, said


def said_in(telegram: Telegram, group_id: int) -> list[str]:
    """Return what the bot said in a group."""
    return [m.payload["text"] for m in telegram.state.chat_messages(group_id) if m.outgoing and "text" in m.payload]


async def test_put_in_again_the_bot_says_it_again(telegram: Telegram, polling: Polling) -> None:
    """However soon: nobody meets a bot that is there and silent."""
    ana = started(telegram)
    group = add_group(telegram, "Fshati", [ana])
    async with polling():
        for times in (1, 2, 3):
            if times > 1:
                set_bot(telegram, group.id, ana, "member")
            await until(lambda: telegram.state.groups[group.id].status == "left")
            assert len(said_in(telegram, group.id)) == times
            assert "https://t.me/kuvendo_bot" in said_in(telegram, group.id)[-1]


@pytest.mark.parametrize("words", ["Mirëdita, @kuvendo_bot", "/start@kuvendo_bot", "/help"])
async def test_whoever_speaks_to_it_there_first_is_shown_the_way(gate: Gate, telegram: Telegram, words: str) -> None:
    """Where nobody told us that we were put in."""
    group = add_group(telegram, "Fshati", [started(telegram)])
    assert (await gate.take(said(words, 1, chat=chat(group.id, "group")))).accepted
    await until(lambda: telegram.state.groups[group.id].status == "left")
    assert len(said_in(telegram, group.id)) == 1
