"""A process told to stop while somebody's page listens: it ends in good time, and the stream ends whole."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest

from admin.live import AT_MOST
from kuvendo.wiring import now
from simulator import Settings, Telegram, create_app
from storage.database import Database
from storage.keys import Keyring, generate
from tests.admin import factories
from tests.kuvendo.test_roles import TOKEN, environment, free_port, kuvendo, ready
from tests.simulator.harness import serve

SECONDS_TO_END = 10
"""What is promised of a process that is told to end."""


async def listeners(address: str, cookies: list[str], stack: AsyncExitStack) -> list[AsyncIterator[str]]:
    """Open a stream for each cookie, and return their lines once each has begun."""
    found = []
    for cookie in cookies:
        client = httpx2.AsyncClient(cookies={"kuvendo-session": cookie}, timeout=60)
        stream = client.stream("GET", f"{address}/admin/live", headers={"accept": "text/event-stream"})
        await stack.enter_async_context(client)
        response = await stack.enter_async_context(stream)
        assert response.status_code == 200, response.headers
        lines = response.aiter_lines()
        assert (await anext(lines)).startswith("retry: ")
        found.append(lines)
    return found


async def rest_of(lines: AsyncIterator[str]) -> list[str]:
    """Return what is told until the stream ends; raises where it is cut off."""
    return [line async for line in lines]


async def logged_in(address: str, key: str) -> list[str]:
    """Return the cookies of as many streams as one login may have, each from a login of its own."""
    database = Database(address, Keyring.parse(key))
    member = await factories.staff(database, "Ana")
    await factories.connect_phone(database, member)
    cookies = [(await factories.login(database, member, now()))[0] for _ in range(AT_MOST)]
    await database.close()
    return cookies


@pytest.mark.parametrize("role", ["run", "admin"])
async def test_a_stop_ends_the_streams_and_then_the_process(role: str, tmp_path: Path, database_url: str) -> None:
    telegram = Telegram(Settings(token=TOKEN))
    async with serve(create_app(telegram), telegram.stop) as api, AsyncExitStack() as stack:
        key, port = generate(), free_port()
        env = environment(
            KUVENDO_TELEGRAM_TOKEN=TOKEN,
            KUVENDO_TELEGRAM_API_URL=api,
            KUVENDO_DATABASE_URL=database_url,
            KUVENDO_SECRET_KEY=key,
            KUVENDO_PORT=str(port),
        )
        await kuvendo("db", "upgrade", cwd=tmp_path, env=env)
        cookies = await logged_in(database_url, key)
        log = tmp_path / "log"
        with log.open("wb") as told:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "kuvendo", role, cwd=tmp_path, env=env, stdout=told, stderr=told
            )
            try:
                await ready(f"http://127.0.0.1:{port}", process)
                streams = await listeners(f"http://127.0.0.1:{port}", cookies, stack)
                began = time.monotonic()
                process.send_signal(signal.SIGTERM)
                ends = await asyncio.wait_for(asyncio.gather(*map(rest_of, streams)), 60)
                assert await asyncio.wait_for(process.wait(), 60) == 0
                assert time.monotonic() - began <= SECONDS_TO_END
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    assert all("event: over" not in lines for lines in ends), "a browser that is told so does not come back"
    for trouble in ("Traceback", "not everything ended in time", "never retrieved", "unhandled"):
        assert trouble not in log.read_text()
