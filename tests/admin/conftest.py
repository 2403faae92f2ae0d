"""The whole dashboard over a real database of either kind, asked over HTTP as a browser would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest
from sqlalchemy.engine import URL
from starlette.applications import Starlette
from starlette.routing import Mount

import locales
from admin.app import create_app
from admin.settings import AdminSettings
from storage.database import Database
from storage.keys import Keyring, generate
from storage.migrate import upgrade
from storage.staff import StaffMember
from tests.admin import factories
from tests.conftest import copied
from tests.ready import postgres_url, sqlite_url

__all__ = ["postgres_url", "sqlite_url"]

HOST = "https://kuvendo.test"


@dataclass
class Clock:
    """The time, which tests move."""

    now: datetime = factories.NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Person:
    """Somebody at a browser: their cookies, and the token of their session."""

    client: httpx2.AsyncClient
    token: str = ""

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        return await self.client.get(f"/admin{path}", **more)

    async def post(self, path: str, data: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
        return await self.client.post(f"/admin{path}", data={"csrf": self.token, **(data or {})}, **more)

    async def send(self, page: str, form: str, data: dict[str, str] | None = None) -> httpx2.Response:
        """Send a form of a page as it came, with what was seen when the page was made."""
        return await self.post(form, {"seen": seen_in((await self.get(page)).text, form), **(data or {})})

    def cookie(self, name: str) -> str:
        """Return a cookie's value, "" for none; the newest where the tests set several."""
        return next((each.value or "" for each in self.client.cookies.jar if each.name.endswith(name)), "")


@dataclass
class Site:
    """One installation's dashboard."""

    database: Database
    clock: Clock
    settings: AdminSettings
    app: Starlette
    open: list[httpx2.AsyncClient] = field(default_factory=list)

    def visitor(self, address: str = "198.51.100.7", **more: Any) -> Person:
        """Return somebody who is not logged in, at an address of their own."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 4711))
        client = httpx2.AsyncClient(transport=transport, base_url=HOST, **more)
        self.open.append(client)
        return Person(client)

    async def arrived(self, address: str = "198.51.100.7") -> Person:
        """Return somebody who has the login page before them."""
        person = self.visitor(address)
        person.token = token_in((await person.get("/login")).text)
        return person

    async def member(self, role: str = "moderator", *components: str, name: str = "") -> Person:
        """Return somebody of this role who is logged in."""
        return await self.as_(
            await factories.staff(self.database, name or f"{role} {len(self.open)}", role, components)
        )

    async def as_(self, member: StaffMember) -> Person:
        """Return `member`, logged in."""
        cookie, token = await factories.login(self.database, member, self.clock.now)
        person = self.visitor()
        person.client.cookies.set("__Host-kuvendo-session", cookie, domain="kuvendo.test")
        person.token = token
        return person


def words(text: str, language: str = "sq", *, many: str = "", count: int = 1, **values: object) -> str:
    """Return what the dashboard says for a text of its code; editors may better the words without us."""
    catalogue = locales.translations(locales.DASHBOARD, language)
    found = catalogue.ngettext(text, many, count) if many else catalogue.gettext(text)
    return found % {"count": count, **values} if many or values else found


def seen_in(html: str, form: str) -> str:
    """Return what a form of a page carries of what was seen, "" for none such."""
    return (
        (html.split(f'action="/admin{form}"', 1)[-1].split("</form>", 1)[0] + 'name="seen" value=""')
        .split('name="seen" value="', 1)[1]
        .split('"', 1)[0]
    )


def token_in(html: str) -> str:
    """Return the token of a page's forms."""
    return html.split('name="csrf" value="', 1)[1].split('"', 1)[0]


def published(address: str) -> None:
    """Bring a database to what every dashboard begins with: the schema, and what is asked."""
    upgrade(address)

    async def publish() -> None:
        database = Database(address, Keyring.parse(generate()))
        await factories.publish(database)
        await database.close()

    with ThreadPoolExecutor(1) as apart:  # from the loop of whatever test comes first
        apart.submit(asyncio.run, publish()).result()


@pytest.fixture(scope="session")
def postgres_template(postgres_server_url: URL) -> Iterator[str]:
    """The name of a PostgreSQL database with the schema, and what is asked."""
    with copied(postgres_server_url, "template0") as address:
        published(address)
        yield address.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """An SQLite file with the schema, and what is asked."""
    return published_file()


@cache
def published_file() -> Path:
    """Return an SQLite file that every dashboard may begin with a copy of."""
    path = Path(_FOLDER.name) / "kuvendo.db"
    published(f"sqlite+aiosqlite:///{path}")
    return path


_FOLDER = TemporaryDirectory(prefix="kuvendo-template-")


@asynccontextmanager
async def installation(address: str, **settings: Any) -> AsyncIterator[Site]:
    """Give a dashboard over a database that was just published, asked over TLS.

    A password alone lets people in, so that tests of everything else need no telephone; `second_factor=True` asks for
    one, as every installation does.
    """
    database = Database(address, Keyring.parse(generate()))
    clock = Clock()
    chosen = AdminSettings(**{"https": True, "clock": clock, "second_factor": False, **settings})
    app = Starlette(routes=[Mount("/admin", create_app(database, chosen))])
    site = Site(database, clock, chosen, app)
    yield site
    for client in site.open:
        await client.aclose()
    await database.close()


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    """A dashboard over each kind of database."""
    async with installation(database_url) as made:
        yield made


@pytest.fixture
async def strict_site(database_url: str) -> AsyncIterator[Site]:
    """A dashboard as it is installed, which asks for a second factor, over each kind of database."""
    async with installation(database_url, second_factor=True) as made:
        yield made


@pytest.fixture
async def lone_site(sqlite_url: str) -> AsyncIterator[Site]:
    """A dashboard over SQLite, for what does not depend on the database."""
    async with installation(sqlite_url) as made:
        yield made
