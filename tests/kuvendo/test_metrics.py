"""`/metrics`: what an operator asks, for this machine or for whoever has the token, and no word about anybody."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from starlette.applications import Starlette

from bot import metrics as counters
from kuvendo import metrics
from kuvendo.metrics import Metrics
from storage.database import Database
from storage.keys import Keyring, generate
from storage.migrate import upgrade
from storage.outbox import NOTICE, Letter
from tests.simulator.harness import serve
from tests.storage.people import arrive

TOKEN = "a-token-of-sixteen-letters"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LABELS = {"outcome", "way", "verdict", "le", "kind", "version", "schema", "role", "status", "error", "what"}
LABELS |= {"generation", "implementation", "major", "minor", "patchlevel"}  # prometheus_client's own, of Python


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await asyncio.to_thread(upgrade, database_url)
    database = Database(database_url, Keyring.parse(generate()))
    yield database
    await database.close()


@asynccontextmanager
async def asked(database: Database, token: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve the numbers, and give a client that knows the way."""
    route = Metrics(database, lambda: NOW, "bot", token).route()
    async with serve(Starlette(routes=[route])) as address, httpx2.AsyncClient(base_url=address) as http:
        yield http


def number(text: str, name: str, **labels: str) -> float:
    inside = ",".join(f'{key}="{value}"' for key, value in labels.items())
    [found] = re.findall(
        rf"^kuvendo_{name}{re.escape('{' + inside + '}') if labels else ''} (\S+)$", text, re.MULTILINE
    )
    return float(found)


async def owe(database: Database, person: uuid.UUID, key: str, at: datetime, priority: int = 0) -> None:
    async with database.begin() as unit:
        await unit.outbox.enqueue(person, [Letter({"text": "ZQX"})], key, at, priority=priority)
        await unit.commit()


async def test_what_waits_and_what_went_wrong(database: Database) -> None:
    person = await arrive(database, NOW)
    for key, minutes in (("a", 9), ("b", 5), ("c", 1)):
        await owe(database, person, key, NOW - timedelta(minutes=minutes))
    await owe(database, person, "d", NOW - timedelta(hours=2), NOTICE)
    async with database.begin() as unit:
        [first, *_] = await unit.outbox.claim(1, timedelta(seconds=60), NOW, "w/1")
        await unit.outbox.failed(first, "ZQX", NOW - timedelta(hours=1))
        await unit.quarantine.put(None, 1, "ZQX", {}, NOW - timedelta(hours=23), consented=False)
        await unit.quarantine.put(None, 2, "ZQX", {}, NOW - timedelta(hours=25), consented=False)
        await unit.commit()
    async with asked(database) as http:
        text = (await http.get("/metrics")).text
    assert number(text, "outbox_waiting", kind="reply") == 2
    assert number(text, "outbox_oldest_seconds", kind="reply") == 300
    assert number(text, "outbox_waiting", kind="notice") == 1
    assert number(text, "outbox_oldest_seconds", kind="notice") == 7200
    assert number(text, "outbox_failed_last_day") == 1
    assert number(text, "quarantined_last_day") == 1
    assert number(text, "database_up") == 1
    assert re.search(r'kuvendo_build_info\{role="bot",schema="\d{4}",version="[^"]+"\} 1.0', text)
    assert "ZQX" not in text
    assert str(person) not in text


async def test_no_label_leads_to_a_person(database: Database) -> None:
    counters.UPDATES.labels("handled").inc()
    async with asked(database) as http:
        text = (await http.get("/metrics")).text
    assert set(re.findall(r'[{,](\w+)="', text)) <= LABELS


async def test_numbers_are_kept_for_a_moment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    person = await arrive(database, NOW)
    async with asked(database) as http:
        before = (await http.get("/metrics")).text
        await owe(database, person, "a", NOW)
        again = await asyncio.gather(*(http.get("/metrics") for _ in range(20)))
        monkeypatch.setattr(metrics, "KEPT", 0.0)
        after = (await http.get("/metrics")).text
    assert {number(each.text, "outbox_waiting", kind="reply") for each in again} == {0}
    assert number(before, "outbox_waiting", kind="reply") == 0
    assert number(after, "outbox_waiting", kind="reply") == 1


async def test_where_the_database_is_gone_that_is_told_and_nothing_old() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/x", Keyring.parse(generate()))
    async with asked(database) as http:
        answer = await http.get("/metrics")
    await database.close()
    assert answer.status_code == 200
    assert number(answer.text, "database_up") == 0
    assert "outbox" not in answer.text


@pytest.mark.parametrize("header", ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"])
async def test_behind_a_proxy_the_machine_does_not_count_and_the_token_does(header: str) -> None:
    database = Database("sqlite+aiosqlite:///:memory:", Keyring.parse(generate()))
    async with asked(database, TOKEN) as http:
        far = {header: "1.2.3.4"}
        assert (await http.get("/metrics")).status_code == 200
        assert (await http.get("/metrics", headers=far)).status_code == 403
        for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer", "", "Bearer ë"):
            given = [(header.encode(), b"1.2.3.4"), (b"Authorization", wrong.encode())]
            assert (await http.get("/metrics", headers=given)).status_code == 403
        assert (await http.get("/metrics", headers=far | {"Authorization": f"Bearer {TOKEN}"})).status_code == 200
    async with asked(database) as http:
        assert (await http.get("/metrics", headers=far | {"Authorization": "Bearer x"})).status_code == 403
        assert (await http.get("/metrics", headers=far | {"Authorization": "Bearer None"})).status_code == 403
    await database.close()
