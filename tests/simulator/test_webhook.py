"""Delivery to a webhook, row by row of what is known of the real one."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import aiogram
import httpx2
import pytest

from simulator import Fault, ManualClock, Phone, Settings, Telegram, add_citizen
from simulator.delivery import Deliveries
from simulator.queue import DAY, UpdateQueue
from simulator.store import Store
from simulator.telegram import CALLBACK_LINE
from tests.simulator.harness import TOKEN, Inbox, Watched, served, until


def _line(connections: int = 40) -> tuple[UpdateQueue, Deliveries]:
    queue = UpdateQueue(Store(), random.Random(1))
    return queue, Deliveries(queue, connections, random.Random(1))


def _push(queue: UpdateQueue, lines: Deliveries, queue_id: int, lifetime: float = DAY) -> int:
    entry = queue.push("message", {"text": "x"}, queue_id, lifetime, 0.0)
    assert entry is not None
    lines.add(entry)
    return entry.update_id


def _taken(lines: Deliveries, now: float) -> int | None:
    update = lines.take(now)
    return update.update_id if update else None


def test_first_retry_is_immediate_then_2_4_8_up_to_a_random_60_to_120() -> None:
    """Row: non-2xx, hang-up or silence = failed; first retry immediate, then 2, 4, 8 … random 60 to 120 s."""
    queue, lines = _line()
    update_id = _push(queue, lines, 1)
    now, waits = 0.0, []
    for _ in range(10):
        assert _taken(lines, now) == update_id
        lines.fail(update_id, 0, now)
        wakeup = lines.next_wakeup()
        assert wakeup is not None
        waits.append(wakeup - now)
        now = wakeup
    assert waits[:7] == [0, 2, 4, 8, 16, 32, 64] or waits[:6] == [0, 2, 4, 8, 16, 32]
    assert all(60 <= wait <= 120 for wait in waits[6:])


@pytest.mark.parametrize(("said", "waited"), [(5, 5), (3600, 3600), (99_999, 3600), (-4, 0)])
def test_retry_after_is_kept_between_0_and_3600(said: int, waited: float) -> None:
    """Row: the `Retry-After` header is respected, clamped to 0 to 3600 s."""
    queue, lines = _line()
    update_id = _push(queue, lines, 1)
    assert _taken(lines, 0.0) == update_id
    lines.fail(update_id, said, 0.0)
    assert lines.next_wakeup() == waited


def test_order_holds_inside_a_line_and_only_there() -> None:
    """Row: messages and button presses travel in lines of their own; order holds only inside a line."""
    queue, lines = _line()
    first = _push(queue, lines, 77)
    second = _push(queue, lines, 77)
    press = _push(queue, lines, 77 + CALLBACK_LINE)
    assert [_taken(lines, 0.0), _taken(lines, 0.0), _taken(lines, 0.0)] == [first, press, None]
    lines.succeed(press)
    lines.fail(first, 0, 0.0)
    assert _taken(lines, 0.0) == first
    lines.succeed(first)
    assert _taken(lines, 0.0) == second


def test_twice_as_many_lines_as_connections_are_loaded_and_poison_holds_them() -> None:
    """Row: at most `max_connections` × 2 lines are loaded; failing heads stay loaded and keep others out."""
    queue, lines = _line(connections=2)
    poison = [_push(queue, lines, chat) for chat in range(4)]
    healthy = _push(queue, lines, 99)
    for moment, update_id in enumerate(poison):
        assert _taken(lines, moment) == update_id
        lines.fail(update_id, 60, moment)
    assert _taken(lines, 10.0) is None
    assert _taken(lines, 60.0) == poison[0]
    lines.succeed(poison[0])
    assert _taken(lines, 60.0) == healthy


def test_no_more_than_max_connections_travel_at_once() -> None:
    """Row: at most `max_connections` deliveries at the same time."""
    queue, lines = _line(connections=3)
    for chat in range(6):
        _push(queue, lines, chat)
    assert [_taken(lines, 0.0) is not None for _ in range(4)] == [True, True, True, False]


def test_a_message_is_dropped_after_a_day_and_a_press_after_150_seconds() -> None:
    """Row: messages and edits expire 24 h after their date; a callback after 150 s."""
    queue, lines = _line()
    press = _push(queue, lines, 1, lifetime=150)
    message = _push(queue, lines, 2)
    assert {_taken(lines, 149.0), _taken(lines, 149.0)} == {press, message}
    lines.fail(press, 2, 149.0)
    lines.fail(message, 3600, 149.0)
    assert press not in queue
    assert message in queue
    assert _taken(lines, 3749.0) == message
    lines.fail(message, 3600, DAY - 10)
    assert message not in queue


async def _hook(http: httpx2.AsyncClient, url: str, **more: Any) -> None:
    answer = await http.post("setWebhook", json={"url": url, **more})
    assert answer.json() == {"ok": True, "result": True, "description": "Webhook was set"}


@pytest.mark.parametrize("code", [301, 400, 404, 500, 503])
async def test_every_answer_but_2xx_brings_the_same_update_again(
    http: httpx2.AsyncClient, inbox: tuple[Inbox, str], world: Telegram, ana: Phone, code: int
) -> None:
    """Row: non-2xx (3xx too) = failed; the same update_id and the same bytes come again."""
    received, url = inbox
    received.answers = [(code, {}, b"")]
    await _hook(http, url, secret_token="s-e_cret")
    ana.say("një")
    await until(lambda: len(received.bodies) == 2 and not len(world.queue))
    assert received.bodies[0] == received.bodies[1]
    assert received.headers[0]["x-telegram-bot-api-secret-token"] == "s-e_cret"
    info = (await http.get("getWebhookInfo")).json()["result"]
    assert info["last_error_message"].startswith(f"Wrong response from the webhook: {code}")
    assert info["pending_update_count"] == 0


async def test_a_lost_200_brings_the_update_again(
    http: httpx2.AsyncClient, inbox: tuple[Inbox, str], world: Telegram, ana: Phone
) -> None:
    """Row: a hang-up counts as failed, also after the bot has committed: redelivery must be deduplicated."""
    received, url = inbox
    await _hook(http, url)
    world.faults.add(Fault("lost", "webhook"))
    ana.say("një")
    await until(lambda: len(received.bodies) == 2)
    assert received.ids[0] == received.ids[1]


async def test_an_update_can_arrive_twice_at_the_same_time(
    http: httpx2.AsyncClient, inbox: tuple[Inbox, str], world: Telegram, ana: Phone
) -> None:
    """Fault: concurrent duplicate delivery; both requests are open at once."""
    received, url = inbox
    both = asyncio.Event()

    async def gate(body: bytes) -> None:
        if len(received.bodies) == 2:
            both.set()
        await both.wait()

    received.gate = gate
    await _hook(http, url)
    world.faults.add(Fault("duplicate", "webhook"))
    ana.say("një")
    await until(lambda: not len(world.queue))
    assert len(received.bodies) == 2
    assert received.bodies[0] == received.bodies[1]


async def test_sixty_seconds_of_silence_count_as_a_failure(
    http: httpx2.AsyncClient, inbox: tuple[Inbox, str], world: Telegram, ana: Phone, clock: ManualClock
) -> None:
    """Row: 60 s of silence = failed."""
    received, url = inbox
    patience = asyncio.Event()

    async def gate(body: bytes) -> None:
        if len(received.bodies) == 1:
            await patience.wait()

    received.gate = gate
    await _hook(http, url)
    ana.say("një")
    await until(lambda: len(received.bodies) == 1)
    clock.advance(59)
    await asyncio.sleep(0.02)
    assert len(received.bodies) == 1
    clock.advance(2)
    await until(lambda: len(received.bodies) == 2 and not len(world.queue))
    patience.set()
    assert received.ids[0] == received.ids[1]


async def test_an_update_is_retried_as_the_clock_moves_and_order_is_kept(
    http: httpx2.AsyncClient, inbox: tuple[Inbox, str], world: Telegram, ana: Phone, clock: ManualClock
) -> None:
    """Row: a failing head holds back its own line, in order, and nobody else's."""
    received, url = inbox
    ben = add_citizen(world, "Ben")
    received.answers = [(500, {}, b"")] * 4
    await _hook(http, url)
    ana.say("një")
    await until(lambda: len(received.bodies) == 2)
    ana.say("dy")
    await until(lambda: not received.answers, lambda: clock.advance(1))
    ben.say("tre")
    await until(lambda: not len(world.queue), lambda: clock.advance(1))
    texts = [update["message"]["text"] for update in received.updates]
    assert [text for text in texts if text != "tre"] == ["një"] * 5 + ["dy"]


async def test_410_for_23_hours_takes_the_webhook_away(
    http: httpx2.AsyncClient, inbox: tuple[Inbox, str], world: Telegram, ana: Phone, clock: ManualClock
) -> None:
    """Row: 410 for 23 h → Telegram removes the webhook."""
    received, url = inbox
    received.answers = [(410, {"Retry-After": "3600"}, b"")] * 40
    await _hook(http, url)
    ana.say("një")
    for _ in range(23):
        await until(lambda: world.state.webhook.last_error_date == int(clock.now()))
        clock.advance(3600)
    await until(lambda: world.state.webhook.last_error_date == int(clock.now()))
    assert world.state.webhook.url == url
    clock.advance(3600)
    await until(lambda: world.state.webhook.url == "")


async def test_a_method_in_the_answer_is_run_and_nobody_learns_of_it(
    http: httpx2.AsyncClient, inbox: tuple[Inbox, str], world: Telegram, ana: Phone
) -> None:
    """Row: a method in the webhook's reply runs fire-and-forget."""
    received, url = inbox
    reply = {"method": "sendMessage", "chat_id": ana.id, "text": "Faleminderit"}
    broken = {"method": "sendMessage", "chat_id": 1, "text": "askujt"}
    forbidden = {"method": "deleteWebhook"}
    received.answers = [
        (200, {"Content-Type": "application/json"}, json.dumps(one).encode()) for one in (reply, broken, forbidden)
    ]
    await _hook(http, url)
    for text in ("një", "dy", "tre"):
        ana.say(text)
    await until(lambda: len(received.bodies) == 3 and not len(world.queue))
    assert [one["text"] for one in ana.messages() if one["from"]["is_bot"]] == ["Faleminderit"]
    assert world.state.webhook.url == url


async def test_updates_come_from_the_loopback_so_no_address_list_may_be_on_by_default(
    http: httpx2.AsyncClient, inbox: tuple[Inbox, str], ana: Phone
) -> None:
    """Row: the real source networks are two; this one calls from 127.0.0.1."""
    received, url = inbox
    await _hook(http, url)
    ana.say("një")
    await until(lambda: bool(received.clients))
    assert set(received.clients) == {"127.0.0.1"}


async def test_deleting_the_webhook_can_drop_what_waits(
    bot: aiogram.Bot, world: Telegram, ana: Phone, inbox: tuple[Inbox, str]
) -> None:
    """SetWebhook and deleteWebhook take drop_pending_updates."""
    received, url = inbox
    ana.say("një")
    await bot.set_webhook(url, drop_pending_updates=True, max_connections=3, allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.pending_update_count) == (url, 3, 0)
    assert info.allowed_updates == ["message"]
    await bot.delete_webhook()
    ana.say("dy")
    await bot.delete_webhook(drop_pending_updates=True)
    assert len(world.queue) == 0
    assert received.bodies == []


async def test_a_webhook_set_before_a_restart_goes_on_after_it(
    inbox: tuple[Inbox, str], tmp_path: Any, clock: ManualClock
) -> None:
    """What a person saw as sent reaches the bot, though the server was killed in between."""
    received, url = inbox
    settings = Settings(token=TOKEN, state_file=tmp_path / "state.sqlite3")
    first = Watched(settings, clock=clock)
    phone = add_citizen(first, "Ana")
    phone.say("një")
    async with served(Watched(settings, clock=clock)) as address, httpx2.AsyncClient(verify=False) as client:
        await client.post(f"{address}/bot{TOKEN}/setWebhook", data={"url": url})
        await until(lambda: bool(received.bodies))
    assert received.updates[0]["message"]["text"] == "një"
    first.state.store.close()
