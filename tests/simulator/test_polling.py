"""Long polling, row by row of what is known of the real one."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise
from typing import Any

import aiogram
import httpx2
import pytest
import telegram as ptb
from aiogram.exceptions import TelegramConflictError
from telegram.error import Conflict

from simulator import Fault, ManualClock, Phone, Telegram
from simulator.queue import WEEK, UpdateQueue
from simulator.store import Store
from tests.simulator.harness import until


async def test_an_update_stays_until_a_higher_offset_confirms_it(bot: aiogram.Bot, ana: Phone) -> None:
    """Row: getUpdates confirms when called with a higher offset."""
    ana.say("një")
    ana.say("dy")
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert [one.update_id for one in first] == [one.update_id for one in again]
    rest = await bot.get_updates(offset=first[0].update_id + 1)
    assert [one.message.text for one in rest if one.message] == ["dy"]


async def test_at_most_a_hundred_come_at_once(bot: aiogram.Bot, ana: Phone) -> None:
    """Row: at most 100 per call."""
    for number in range(130):
        ana.say(str(number))
    assert len(await bot.get_updates(limit=500)) == 100
    assert len(await bot.get_updates(limit=7)) == 7


async def test_a_negative_offset_keeps_only_the_last(bot: aiogram.Bot, world: Telegram, ana: Phone) -> None:
    """A negative offset counts from the end and forgets what lies before."""
    for number in range(5):
        ana.say(str(number))
    got = await bot.get_updates(offset=-2)
    assert [one.message.text for one in got if one.message] == ["3", "4"]
    assert len(world.queue) == 2


async def test_a_waiting_poll_is_answered_as_soon_as_something_comes(
    http: httpx2.AsyncClient, world: Telegram, ana: Phone
) -> None:
    """Long polling: the request waits and ends with the update."""
    poll = asyncio.create_task(http.get("getUpdates", params={"timeout": 50}))
    await until(lambda: world.poll.waiter is not None)
    ana.say("një")
    answer = (await poll).json()
    assert [one["message"]["text"] for one in answer["result"]] == ["një"]


async def test_patience_ends_after_fifty_seconds_at_most(
    http: httpx2.AsyncClient, world: Telegram, clock: ManualClock
) -> None:
    """Row: long poll ≤ 50 s."""
    poll = asyncio.create_task(http.get("getUpdates", params={"timeout": 9999}))
    await until(lambda: world.poll.waiter is not None)
    clock.advance(49)
    await asyncio.sleep(0.02)
    assert not poll.done()
    clock.advance(1)
    assert (await poll).json() == {"ok": True, "result": []}


async def test_a_second_poller_ends_the_first_with_409_and_the_next_conflict_waits_three_seconds(
    http: httpx2.AsyncClient, sender: ptb.Bot, world: Telegram, clock: ManualClock
) -> None:
    """Row: a second poller gets the older one a 409; conflicts that follow closely come after 3 s."""
    first = asyncio.create_task(sender.get_updates(timeout=50))
    await until(lambda: world.poll.waiter is not None)
    second = asyncio.create_task(http.get("getUpdates", params={"timeout": 50}))
    with pytest.raises(Conflict, match="make sure that only one bot instance is running"):
        await first
    await until(lambda: world.poll.waiter is not None)
    third = asyncio.create_task(http.get("getUpdates", params={"timeout": 1}))
    await asyncio.sleep(0.02)
    assert not second.done()
    clock.advance(3)
    answer = await second
    assert answer.status_code == 409
    assert answer.json() == {
        "ok": False,
        "error_code": 409,
        "description": "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
        "is running",
    }
    await third


async def test_polling_is_refused_while_a_webhook_is_set(bot: aiogram.Bot) -> None:
    """Row: getUpdates and a webhook exclude one another."""
    await bot.set_webhook("http://127.0.0.1:9/nowhere")
    with pytest.raises(TelegramConflictError, match="while webhook is active"):
        await bot.get_updates()


async def test_a_new_webhook_ends_the_waiting_poll(http: httpx2.AsyncClient, world: Telegram) -> None:
    """A poll that waits while a webhook is set is refused."""
    poll = asyncio.create_task(http.get("getUpdates", params={"timeout": 50}))
    await until(lambda: world.poll.waiter is not None)
    await http.post("setWebhook", data={"url": "http://127.0.0.1:9/nowhere"})
    assert (await poll).json()["description"] == "Conflict: terminated by setWebhook request"


def test_update_ids_are_sequential_but_random_after_a_week_of_silence() -> None:
    """Row: update_id sequential, but random after a week of silence: never drop by «smaller than the last»."""
    queue = UpdateQueue(Store(), random.Random(3))
    first = queue.push("message", {}, 1, 100.0, 0.0)
    second = queue.push("message", {}, 1, 100.0, 1.0)
    assert first is not None
    assert second is not None
    assert second.update_id == first.update_id + 1
    queue.confirm(second.update_id + 1)
    later = [_after_a_week(queue, number) for number in range(1, 8)]
    assert any(after < before for before, after in pairwise(later))


def _after_a_week(queue: UpdateQueue, number: int) -> int:
    update = queue.push("message", {}, 1, 100.0, 1.0 + number * (WEEK + 1.0))
    assert update is not None
    queue.confirm(update.update_id + 1)
    return update.update_id


def test_an_offset_from_before_the_jump_loses_nothing() -> None:
    """Row: an offset far above the new numbers confirms none of them."""
    queue = UpdateQueue(Store(), random.Random(3))
    for number in range(3):
        queue.push("message", {"n": number}, 1, 100.0, 0.0)
    queue.confirm(2_000_000_000)
    assert len(queue) == 3


def test_the_line_has_limits() -> None:
    """Row: ≤ 512 KiB an update; a larger one is dropped."""
    queue = UpdateQueue(Store(), random.Random(3))
    assert queue.push("message", {"text": "x" * 600_000}, 1, 100.0, 0.0) is None
    assert len(queue) == 0


async def test_a_press_is_gone_after_150_seconds_and_a_message_after_a_day(
    http: httpx2.AsyncClient, world: Telegram, ana: Phone, clock: ManualClock
) -> None:
    """Row: a button press lives 150 s in the line, messages 24 h."""
    ana.start()
    sent = await http.post("sendMessage", json=_question(ana))
    ana.press(sent.json()["result"]["message_id"], "po")
    kinds = [sorted(one.keys() - {"update_id"}) for one in (await http.get("getUpdates")).json()["result"]]
    assert kinds == [["message"], ["callback_query"]]
    clock.advance(151)
    assert len((await http.get("getUpdates")).json()["result"]) == 1
    clock.advance(86_400)
    assert (await http.get("getUpdates")).json()["result"] == []


def _question(phone: Phone) -> dict[str, Any]:
    keyboard = {"inline_keyboard": [[{"text": "Po", "callback_data": "po"}]]}
    return {"chat_id": phone.id, "text": "Vazhdojmë?", "reply_markup": keyboard}


async def test_only_the_wanted_kinds_of_updates_come_and_the_wish_is_remembered(bot: aiogram.Bot, ana: Phone) -> None:
    """allowed_updates holds for updates that come after it, also when the next call does not repeat it."""
    await bot.get_updates(allowed_updates=["edited_message"])
    message = ana.say("një")[0]
    ana.edit(message.message_id, "dy")
    got = await bot.get_updates()
    assert [one.event_type for one in got] == ["edited_message"]


async def test_get_updates_can_fail(http: httpx2.AsyncClient, world: Telegram, ana: Phone) -> None:
    """Faults: an HTML page of a proxy, a refusal, an answer that breaks off; nothing is lost by any of them."""
    ana.say("një")
    world.faults.add(Fault("html", "getUpdates", code=502))
    world.faults.add(Fault("error", "getUpdates", code=500, description="Internal Server Error"))
    world.faults.add(Fault("half", "getUpdates"))
    page = await http.get("getUpdates")
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert (await http.get("getUpdates")).json()["error_code"] == 500
    with pytest.raises(httpx2.RemoteProtocolError):
        await http.get("getUpdates")
    assert len((await http.get("getUpdates")).json()["result"]) == 1
