"""What is kept: a killed simulator comes back with everything a person or the bot saw."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from simulator import Phone, Settings, SystemClock, Telegram, Upload, add_citizen, add_group, media
from simulator.live import Live
from simulator.methods import call
from simulator.params import Params
from tests.simulator.harness import TOKEN, until


def _fill(world: Telegram) -> Phone:
    ana = add_citizen(world, "Ana", language_code="sq")
    ana.start("ftesë")
    call(world, "setMyCommands", Params({"commands": [{"command": "start", "description": "Fillo"}]}))
    call(world, "setMyName", Params({"name": "Kuvendi"}))
    keyboard = {"inline_keyboard": [[{"text": "Po", "callback_data": "po"}]]}
    call(world, "sendMessage", Params({"chat_id": ana.id, "text": "?", "reply_markup": keyboard}))
    ana.press_text("Po")
    media.send_file(ana, Upload("a.txt", "text/plain", b"abc"))
    add_group(world, "Lagjja", [ana])
    return ana


def _picture(world: Telegram) -> list[object]:
    state = world.state
    tables = [state.citizens, state.groups, state.messages, state.presses, state.files, state.profile]
    return [*tables, [one.body for one in world.queue]]


def test_everything_comes_back(tmp_path: Path) -> None:
    """Chats, numbers, files, commands and updates that nobody has fetched yet."""
    settings = Settings(token=TOKEN, state_file=tmp_path / "deep" / "state.sqlite3")
    first = Telegram(settings)
    ana = _fill(first)
    before = _picture(first)
    first.state.store.close()
    second = Telegram(settings)
    assert _picture(second) == before
    file = next(iter(second.state.files.values()))
    assert second.state.store.content(file.unique_id) == b"abc"
    assert Phone(second, ana.id).say("pas")[0].message_id > max(number for _, number in second.state.messages) - 1
    second.state.store.close()


def test_what_is_not_committed_is_not_there(tmp_path: Path) -> None:
    """A kill in the middle of a change leaves the state before it."""
    settings = Settings(token=TOKEN, state_file=tmp_path / "state.sqlite3")
    first = Telegram(settings)
    ana = add_citizen(first, "Ana")
    with first.change():
        ana.say("një")
        second = Telegram(settings)
        assert second.state.messages == {}
        assert len(second.queue) == 0
        second.state.store.close()
    first.state.store.close()


def _started(path: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--token", TOKEN, "--state", str(path)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def _answers(client: httpx2.AsyncClient, base: str) -> bool:
    try:
        return (await client.get(f"{base}/getMe")).status_code == 200
    except httpx2.TransportError:
        return False


async def _wait_for(client: httpx2.AsyncClient, base: str) -> None:
    clock = SystemClock()
    for _ in range(600):
        if await _answers(client, base):
            return
        await clock.sleep_until(clock.now() + 0.05)
    pytest.fail("the simulator did not start")


async def test_a_killed_process_comes_back_whole(tmp_path: Path, unused_port: int) -> None:
    """`kill -9` neither corrupts the file nor loses an update that a person saw as sent."""
    base = f"http://127.0.0.1:{unused_port}"
    bot = f"{base}/bot{TOKEN}"
    process = _started(tmp_path / "state.sqlite3", unused_port)
    async with httpx2.AsyncClient(verify=False) as client:
        await _wait_for(client, bot)
        ana = (await client.post(f"{base}/chat/api/citizens", json={"first_name": "Ana"})).json()["id"]
        place = f"{base}/chat/api/citizens/{ana}/messages"
        seen = [await client.post(place, json={"text": str(number)}) for number in range(20)]
        assert all(one.status_code == 200 for one in seen)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process = _started(tmp_path / "state.sqlite3", unused_port)
        await _wait_for(client, bot)
        updates = (await client.get(f"{bot}/getUpdates")).json()["result"]
        assert [one["message"]["text"] for one in updates] == [str(number) for number in range(20)]
        process.terminate()
        assert process.wait(20) in (0, -signal.SIGTERM)


async def test_a_page_that_was_away_catches_up_or_reads_all_again() -> None:
    """Events are numbered; too long away means a reset."""
    live = Live()
    for number in range(3000):
        live.tell("message", 1, {"n": number})
    assert live.since(0) == []
    live.flush()
    caught = live.since(2990)
    assert caught is not None
    assert len(caught) == 10
    assert live.since(3) is None
    follower = live.follow(3)
    first = await anext(follower)
    assert first is not None
    assert first.kind == "reset"
    live.close()
    await until(lambda: True)
