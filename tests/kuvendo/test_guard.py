"""Calls of strangers cost nothing: no statement, no JSON read, few lines of log, and a refusal for each.

The server is the one of every process, the door the real one; only its duties are left out, so that whatever reaches
the database comes from a call.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot import decoding, webhook
from bot.conversation import handle
from bot.door import PATH
from bot.gate import Gate
from kuvendo import guard, process
from kuvendo.logs import set_up
from kuvendo.server import Health, create_app
from kuvendo.wiring import Installation, installation
from tests.bot.updates import said
from tests.journeys.town import Town, town

SECRET = "s3cret-Of_tests"
NAME = "X-Telegram-Bot-Api-Secret-Token"
MIB = 1024 * 1024
ALLOWED = {400, 401, 408, 413, 431}

Call = Callable[[int], Coroutine[Any, Any, int]]


@asynccontextmanager
async def door(place: Town) -> AsyncIterator[tuple[int, Installation]]:
    """Serve the webhook as every process does; yield its port."""
    from bot.client import create_bot

    listener = process.listen("127.0.0.1", 0)
    async with installation(place.settings, "bot") as house:
        bot = create_bot(place.settings.token, place.settings.telegram_api_url)
        gate = Gate(house.world(), bot, house.order, handle)
        server = process._server(create_app(Health({}), [webhook.route(gate, SECRET)]))
        serving = asyncio.create_task(server.serve([listener]))
        await server.up.wait()
        try:
            yield listener.getsockname()[1], house
        finally:
            await gate.drain(5)
            server.should_exit = True
            await serving
            await bot.session.close()


# --- calls, byte by byte, for no client would send some of them ------------------------------------------------


async def call(port: int, head: bytes, body: AsyncIterator[bytes] | None = None, wait: float = 30) -> int:
    """Send a request and return the status of the answer, also where that comes before everything was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = asyncio.create_task(reader.readline())
    with suppress(OSError):
        writer.write(head)
        async for piece in body if body is not None else _nothing():
            if answered.done():
                break
            writer.write(piece)
            await writer.drain()
    try:
        line = await asyncio.wait_for(answered, wait)
    except OSError:
        return 0
    finally:
        writer.close()
    return int(line.split()[1]) if line else 0


async def _nothing() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for each in nothing:
        yield each


def head(length: int, *secrets: bytes) -> bytes:
    lines = [f"POST {PATH} HTTP/1.1".encode(), b"Host: x", f"Content-Length: {length}".encode()]
    lines += [NAME.encode() + b": " + secret for secret in secrets]
    return b"\r\n".join([*lines, b"", b""])


async def absent(port: int) -> int:
    return await call(port, head(2) + b"{}")


async def wrong(port: int) -> int:
    return await call(port, head(2, b"ZQX-wrong") + b"{}")


async def not_ascii(port: int) -> int:
    return await call(port, head(2, "ZQX-çelës".encode()) + b"{}")


async def twice(port: int) -> int:
    return await call(port, head(2, SECRET.encode(), b"ZQX") + b"{}")


async def large_header(port: int) -> int:
    return await call(port, head(2, b"Z" * MIB))


async def many_headers(port: int) -> int:
    more = b"".join(b"X-%d: ZQX\r\n" % number for number in range(20_000))
    return await call(port, head(2)[:-2] + more + b"\r\n{}")


async def endless_header(port: int) -> int:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(1024):
            yield b"Z" * 4096

    return await call(port, head(2)[:-2] + b"X-Long: ", pieces())


async def large_body(port: int) -> int:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"Z" * MIB

    return await call(port, head(50 * MIB, b"ZQX"), pieces())


async def nonsense(port: int) -> int:
    return await call(port, b"\x16\x03\x01ZQX\r\n\r\n")


FORGERIES = (absent, wrong, not_ascii, twice, large_header, many_headers, endless_header, large_body, nonsense)
EXPECTED = {
    absent: {401}, wrong: {401}, not_ascii: {401}, twice: {401}, large_header: {431}, many_headers: {431},
    endless_header: {431}, large_body: {413}, nonsense: {400},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _logs() -> None:
    """Logs as they are in production."""
    set_up(b"tests", "INFO")


@pytest.fixture
async def place(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_each_is_refused(place: Town, forgery: Call) -> None:
    async with door(place) as (port, _):
        assert {await forgery(port)} == EXPECTED[forgery]  # type: ignore[index]


async def test_who_dawdles_is_hung_up_on(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.9)

    async def drops(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b" "
            await asyncio.sleep(0.1)

    async with door(place) as (port, _):
        assert await call(port, b"") == 408
        assert await call(port, f"POST {PATH} HTTP/1.1\r\nX:".encode(), drops(50)) == 408
        assert await call(port, head(50, SECRET.encode()), drops(50)) == 0, "an answer may be on its way already"
        assert await call(port, head(50), drops(50)) == 401


async def flooded(place: Town, seconds: float, rate: float, caplog: pytest.LogCaptureFixture) -> None:
    """Forge `rate` calls a second while Telegram brings true updates; hold what each side may cost."""
    statements, parsed, statuses, waits = 0, 0, Counter[int](), list[float]()
    decoded = decoding.decoded

    def counted(content: bytes) -> Any:
        nonlocal parsed
        parsed += 1
        return decoded(content)

    async def forged(port: int) -> None:
        made, began = 0, time.monotonic()
        ways = itertools.cycle([absent, wrong, not_ascii, twice] * 24 + [large_header, many_headers, large_body])
        running: set[asyncio.Task[int]] = set()
        while (past := time.monotonic() - began) < seconds:
            while made < past * rate and len(running) < 200:
                task = asyncio.create_task(next(ways)(port))
                running.add(task)
                task.add_done_callback(running.discard)
                task.add_done_callback(lambda done: statuses.update([done.result()]))
                made += 1
            await asyncio.sleep(0.005)
        await asyncio.gather(*running)

    caplog.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.webhook.decoded", counted)
        async with door(place) as (port, house):
            engine = house.database._engine.sync_engine

            def count(*_: Any) -> None:
                nonlocal statements
                statements += 1

            event.listen(engine, "before_cursor_execute", count)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            await forged(port)
            assert (statements, parsed) == (0, 0)
            flood = asyncio.create_task(forged(port))
            for number in range(1, int(seconds * 10)):
                began = time.monotonic()
                update = json.dumps(said("fjalë", number)).encode()
                assert await call(port, head(len(update), SECRET.encode()) + update) == 200
                waits.append(time.monotonic() - began)
                await asyncio.sleep(0.05)
            await flood
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    told = [record for record in caplog.records if record.levelname != "DEBUG" and "webhook" in record.name]
    slowest = sorted(waits)[int(len(waits) * 0.99)]
    print(f"\n{sum(statuses.values())} forged calls {dict(statuses)}, {len(told)} lines; {grown:.0f} MiB more;")
    print(f"{len(waits)} true updates meanwhile, 99 in 100 within {slowest * 1000:.0f} ms")
    assert set(statuses) - {0} <= ALLOWED
    assert statuses[0] <= sum(statuses.values()) * 0.02  # the reset of a body that nobody read overtook the answer
    assert len(told) <= 2 * seconds
    assert "ZQX" not in caplog.text
    assert grown <= 50


async def test_a_flood_of_forged_calls(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    await flooded(place, 3, 300, caplog)


@pytest.mark.soak
async def test_a_minute_of_a_thousand_forged_calls_a_second(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    await flooded(place, 60, 1000, caplog)
