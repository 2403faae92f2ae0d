"""The roles as an administrator runs them: real processes, PostgreSQL and Redis, and a Telegram that calls them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from simulator import Settings, Telegram, add_citizen, create_app
from storage.keys import generate
from tests.bot.conftest import until
from tests.bot.test_polling import heard
from tests.simulator.harness import serve

ROOT = Path(__file__).parents[2]
TOKEN = "4242:TEST-token_for-tests"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KUVENDO_")}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


async def kuvendo(*words: str, cwd: Path, env: dict[str, str]) -> None:
    """Run a command to its end; fail where it fails."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "kuvendo", *words, cwd=cwd, env=env)
    assert await process.wait() == 0


@asynccontextmanager
async def running(role: str, cwd: Path, env: dict[str, str]) -> AsyncIterator[str]:
    """A process of `role`; yield its address once it is ready, and see that it ends cleanly."""
    port = str(free_port())
    env = env | {"KUVENDO_PORT": port}
    if "KUVENDO_WEBHOOK_URL" in env:
        env["KUVENDO_WEBHOOK_URL"] = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "kuvendo", role, cwd=cwd, env=env)
    try:
        await ready(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0


async def ready(address: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(240), httpx2.AsyncClient() as http:
        while process.returncode is None:
            try:
                if (await http.get(f"{address}/readyz")).json() == {"ready": True}:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.2)
    raise AssertionError("it ended before it was ready")


async def test_a_bot_by_webhook_beside_a_worker(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    telegram = Telegram(Settings(token=TOKEN, bot_username="kuvendo_bot"))
    async with serve(create_app(telegram), telegram.stop) as api:
        env = environment(
            KUVENDO_TELEGRAM_TOKEN=TOKEN,
            KUVENDO_TELEGRAM_API_URL=api,
            KUVENDO_DATABASE_URL=postgres_url,
            KUVENDO_REDIS_URL=redis_url,
            KUVENDO_SECRET_KEY=generate(),
        )
        await kuvendo("db", "upgrade", cwd=tmp_path, env=env)
        await kuvendo("consultation", "load", str(ROOT / "dialogs" / "consultations"), cwd=tmp_path, env=env)
        await kuvendo("consultation", "open", "digital-governance", cwd=tmp_path, env=env)
        async with running("worker", tmp_path, env), running("bot", tmp_path, env | {"KUVENDO_WEBHOOK_URL": "x"}) as at:
            await until(lambda: telegram.state.webhook.url == f"{at}/telegram/webhook", 60)
            ana = add_citizen(telegram, "Ana", language_code="sq")
            ana.start()
            await until(lambda: len(heard(ana)) == 1, 60)
            ana.press_text("Fillo")
            await until(lambda: len(heard(ana)) == 2, 60)
            async with httpx2.AsyncClient() as http:
                assert (await http.post(f"{at}/telegram/webhook", content=b"x")).status_code == 401
                assert (await http.get(f"{at}/admin/login")).status_code == 404
                assert "kuvendo_updates_total" in (await http.get(f"{at}/metrics")).text


async def test_a_token_telegram_does_not_know(tmp_path: Path) -> None:
    telegram = Telegram(Settings(token=TOKEN))
    async with serve(create_app(telegram), telegram.stop) as api:
        env = environment(KUVENDO_TELEGRAM_TOKEN="4242:another-token", KUVENDO_TELEGRAM_API_URL=api, KUVENDO_PORT="0")
        await kuvendo("db", "upgrade", cwd=tmp_path, env=env)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kuvendo", "run", cwd=tmp_path, env=env, stderr=asyncio.subprocess.PIPE
        )
        _, told = await asyncio.wait_for(process.communicate(), 240)
    assert process.returncode == 1
    assert b"does not know this token" in told
    assert b"another-token" not in told
    assert b"Traceback" not in told
