"""The door for Telegram's own calls: forged ones cost nothing, true ones are confirmed when they are kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from aiogram import Bot
from starlette.applications import Starlette

from bot import webhook
from bot.door import PATH
from bot.gate import PRESENT_LIMIT, Gate, Outcome
from bot.kinds import ALLOWED_UPDATES
from bot.world import World
from simulator import Fault, Telegram, add_citizen
from storage.ephemeral import MemoryOrder
from storage.errors import Unavailable
from tests.bot import parrot
from tests.bot.conftest import until
from tests.bot.test_polling import heard
from tests.bot.updates import pressed, said
from tests.simulator.harness import serve

SECRET = "s3cret-Of_tests"
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@pytest.fixture
async def door(gate: Gate) -> AsyncIterator[str]:
    """The address of the webhook while it is open."""
    async with serve(Starlette(routes=[webhook.route(gate, SECRET)])) as address:
        yield address + PATH


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=20) as client:
        yield client


@pytest.fixture
async def joined(door: str, bot: Bot) -> None:
    """Telegram knows the door."""
    await bot.set_webhook(door, secret_token=SECRET, max_connections=40, allowed_updates=list(ALLOWED_UPDATES))


async def test_a_conversation_by_webhook(telegram: Telegram, joined: None) -> None:
    people = [add_citizen(telegram, f"P{n}") for n in range(5)]
    for turn in range(4):
        for phone in people:
            phone.say(f"fjala {turn}")
    await until(lambda: all(len(heard(phone)) == 4 for phone in people))
    for phone in people:
        assert [words.partition(" · ")[0] for words in heard(phone)] == [f"fjala {turn}" for turn in range(4)]


async def test_the_answer_to_a_press_travels_in_the_response(telegram: Telegram, joined: None) -> None:
    ana = add_citizen(telegram, "Ana")
    ana.say("një")
    await until(lambda: len(heard(ana)) == 1)
    query = ana.press_text("Shko")
    await until(lambda: telegram.state.presses[query].answered)
    await until(lambda: len(heard(ana)) == 2)


async def test_a_lost_200_is_delivered_again_and_handled_once(telegram: Telegram, joined: None) -> None:
    ana = add_citizen(telegram, "Ana")
    telegram.faults.add(Fault("lost", "webhook", times=2))
    telegram.faults.add(Fault("duplicate", "webhook"))
    ana.say("një")
    ana.say("dy")
    ana.say("tri")
    await until(lambda: len(heard(ana)) >= 3)
    await asyncio.sleep(0.3)
    assert [words.partition(" · ")[0] for words in heard(ana)] == ["një", "dy", "tri"]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"x-telegram-bot-api-secret-token", b"wrong")],
        [(b"x-telegram-bot-api-secret-token", b"")],
        [(b"x-telegram-bot-api-secret-token", "çelës".encode())],
        [(b"x-telegram-bot-api-secret-token", b"\xff\xfe")],
        [(b"x-telegram-bot-api-secret-token", SECRET.encode()), (b"x-telegram-bot-api-secret-token", b"x")],
        [(b"x-telegram-bot-api-secret-token", SECRET.upper().encode())],
    ],
)
async def test_without_the_secret_nothing_is_read(
    door: str, http: httpx2.AsyncClient, headers: list[tuple[bytes, bytes]], telegram: Telegram
) -> None:
    answer = await http.post(door, content=b"{" * 1000, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"[]", b"5", b"null", b'"x"', b"{}", b'{"update_id": "1"}', b'{"update_id": true}',
     b"[" * 100_000, b"\xff\xfe{", b'{"update_id": 1.5}'],
)  # fmt: skip
async def test_what_is_no_update_is_refused(door: str, http: httpx2.AsyncClient, content: bytes) -> None:
    answer = await http.post(door, content=content, headers=HEADER)
    assert answer.status_code == 400


async def test_a_body_that_is_too_large_is_refused_whatever_it_announces(door: str, http: httpx2.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    assert (await http.post(door, content=b"x" * (webhook.LARGEST + 1), headers=HEADER)).status_code == 413
    assert (await http.post(door, content=chunks(), headers=HEADER)).status_code == 413


@pytest.mark.parametrize("announced", ["-1", "1e9", "9" * 30, str(2**40)])
async def test_a_length_that_is_none_or_too_large_is_refused_unread(door: str, announced: str) -> None:
    host, _, rest = door.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(rest.partition("/")[0]))
    lines = [f"POST {PATH} HTTP/1.1", "Host: x", *(f"{k}: {v}" for k, v in HEADER.items())]
    writer.write("\r\n".join([*lines, f"Content-Length: {announced}", "", ""]).encode())
    status = (await asyncio.wait_for(reader.readline(), 10)).split()[1]
    writer.close()
    assert status in (b"400", b"413")


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 5, "message": "x"},
        {"update_id": 6, "message": {"text": ["x"]}},
        {"update_id": 7, "callback_query": {}},
        {"update_id": -1},
        {"update_id": 8, "nothing": {}},
    ],
)
async def test_bad_content_never_makes_telegram_come_again(
    door: str, http: httpx2.AsyncClient, update: dict[str, Any]
) -> None:
    answer = await http.post(door, content=json.dumps(update), headers=HEADER)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_our_own_mistake_never_makes_telegram_come_again(
    door: str, http: httpx2.AsyncClient, telegram: Telegram
) -> None:
    ana = add_citizen(telegram, "Ana")
    ana.start()
    update = said("/boom", chat={"id": ana.id, "type": "private"})
    for _ in range(3):
        assert (await http.post(door, json=update, headers=HEADER)).status_code == 200
    await until(lambda: len(heard(ana)) == 1)
    await asyncio.sleep(0.2)
    assert len(heard(ana)) == 1


async def test_a_press_is_answered_even_outside_a_private_chat(door: str, http: httpx2.AsyncClient) -> None:
    inside = said("x", chat={"id": -5, "type": "group"})["message"]
    answer = await http.post(door, json=pressed("1:x", message=inside), headers=HEADER)
    assert answer.json() == {"method": "answerCallbackQuery", "callback_query_id": "77"}


async def test_without_a_database_telegram_is_asked_to_come_again(
    world: World, bot: Bot, http: httpx2.AsyncClient
) -> None:
    async def gone(*_: Any) -> Any:
        raise Unavailable("gone")

    gate = Gate(world, bot, MemoryOrder(), gone)
    async with serve(Starlette(routes=[webhook.route(gate, SECRET)])) as address:
        answer = await http.post(address + PATH, json=said("x"), headers=HEADER)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_more_than_can_be_held_is_asked_to_come_again(world: World, bot: Bot, http: httpx2.AsyncClient) -> None:
    let_go = asyncio.Event()

    async def slow(*given: Any) -> Any:
        await let_go.wait()
        return await parrot.handle(*given)

    gate = Gate(world, bot, MemoryOrder(), slow)
    waiting = [asyncio.create_task(gate.take(said("x", number))) for number in range(1, PRESENT_LIMIT + 1)]
    await asyncio.sleep(0.1)
    async with serve(Starlette(routes=[webhook.route(gate, SECRET)])) as address:
        answer = await http.post(address + PATH, json=said("x", 9999), headers=HEADER)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        for task in waiting[3:]:
            task.cancel()
        let_go.set()
        taken = await asyncio.gather(*waiting[:3])
        assert taken == [Outcome(accepted=True)] * 3
        await asyncio.gather(*waiting[3:], return_exceptions=True)
        gate.close()
        answer = await http.post(address + PATH, json=said("x", 10_000), headers=HEADER)
        assert answer.status_code == 503
    await gate.drain(20)
