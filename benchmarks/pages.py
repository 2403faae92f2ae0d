"""Whole pages among very many contributions, as a browser asks for them: routes, permissions, queries, templates."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import httpx2
from starlette.applications import Starlette
from starlette.routing import Mount

from admin.app import create_app
from admin.settings import AdminSettings
from benchmarks.invented import CODES, SLUGS, word
from storage.database import Database
from storage.filters import Filter
from tests.admin import factories

HOST: Final = "kuvendo.test"
COOKIE: Final = "__Host-kuvendo-session"

Ask = Callable[[], Awaitable[object]]


@asynccontextmanager
async def asked(database: Database) -> AsyncIterator[list[tuple[str, Ask]]]:
    """Give an administrator's pages of the dashboard over `database`, each with its title and what asks for it.

    Whatever is asked raises where the page is not there.
    """
    settings = AdminSettings(https=True, clock=lambda: factories.NOW, second_factor=False)
    app = Starlette(routes=[Mount("/admin", create_app(database, settings))])
    member = await factories.staff(database, "benchmark", "administrator")
    cookie, _ = await factories.login(database, member, factories.NOW)
    async with database.reading() as work:
        here = (await work.contributions.ids(Filter(scope=SLUGS), 1))[0]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=f"https://{HOST}") as client:
        client.cookies.set(COOKIE, cookie, domain=HOST)
        yield [(title, _asking(client, f"/admin{path}")) for title, path in _paths(str(here))]


def _paths(here: str) -> list[tuple[str, str]]:
    inbox = "/contributions/"
    return [
        ("the overview", "/overview/"),
        ("the inbox", inbox),
        ("the inbox, one status and consultation", f"{inbox}?in={SLUGS[0]}&status=new"),
        ("the inbox, one theme", f"{inbox}?theme=bench{CODES[3]}"),
        ("the inbox, a common word", f"{inbox}?q={word(1)}"),
        ("the inbox, a rare word", f"{inbox}?q={word(2500)}"),
        ("a contribution", f"{inbox}{here}"),
        ("submissions", "/submissions/"),
        ("exports", "/export"),
        ("themes", "/themes/"),
        ("consultations", "/consultations/"),
    ]


def _asking(client: httpx2.AsyncClient, path: str) -> Ask:
    async def ask() -> None:
        answer = await client.get(path)
        if answer.status_code != httpx2.codes.OK:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return ask
