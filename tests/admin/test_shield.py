"""What holds on every answer, errors too: headers, both languages, and never a word of our insides."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from admin.app import ROUTES
from admin.settings import BODY_LIMIT
from storage.errors import Unavailable
from tests.admin import factories
from tests.admin.conftest import Person, Site, installation, words
from tests.admin.test_permissions import FORMS

TITLES = {
    400: "That can't be read",
    403: "This is not for your role",
    404: "There is no such page",
    405: "This address is used in another way",
    413: "That was too much at once",
    500: "Something broke on our side",
    503: "Not available at the moment",
}


async def _broken(request: Request) -> Response:
    raise RuntimeError("SELECT secret FROM insides")


async def _unavailable(request: Request) -> Response:
    raise Unavailable("the database does not answer (OperationalError)")


@pytest.fixture
async def broken_site(sqlite_url: str) -> AsyncIterator[Site]:
    """A dashboard with two addresses at which something is wrong."""
    async with installation(sqlite_url) as site:
        admin = site.app.routes[0].app  # type: ignore[attr-defined]
        admin.router.routes += [Route("/broken", _broken), Route("/unavailable", _unavailable)]
        yield site


def _check(response: httpx2.Response) -> None:
    """Assert what every answer carries."""
    headers = response.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    body = response.text
    assert "Traceback" not in body
    assert "insides" not in body
    assert " style=" not in body
    assert "<style" not in body
    assert body.count("<script") == body.count('<script src="/admin/static/admin.js?')
    assert not re.search(r"\son\w+=", body)


async def _in_language(person: Person, language: str) -> None:
    await person.post("/language", {"language": language})


async def test_every_route_answers_with_every_header(lone_site: Site) -> None:
    id_ = await factories.submission(lone_site.database, {"issue": ["a"], "why": ["b"]}, conversation=factories.walk())
    inside = await lone_site.member("administrator")
    for person in (lone_site.visitor(), inside):
        for row in sorted(ROUTES, key=lambda row: row.name == "logout"):
            path = row.path.replace("{id:uuid}", str(id_))
            for ask in (person.get, person.post):
                _check(await ask(path) if ask == person.get else await person.post(path, FORMS.get(row.name)))
            _check(await person.client.request("DELETE", f"/admin{path}"))
            _check(await person.client.request("HEAD", f"/admin{path}"))


@pytest.mark.parametrize("language", ["sq", "en"])
async def test_every_error_has_a_page_in_both_languages(
    broken_site: Site, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "admin.shield")
    coordinator = await broken_site.member("coordinator")
    stranger = await broken_site.arrived()
    for person in (coordinator, stranger):
        await _in_language(person, language)
        answers = {
            400: await person.post("/language", {"language": "klingon"}),
            404: await person.get("/nothing/here"),
            405: await person.client.put("/admin/logout"),
            413: await person.post("/language", {"language": "x" * BODY_LIMIT}),
            500: await person.get("/broken"),
            503: await person.get("/unavailable"),
        }
        if person is coordinator:
            answers[403] = await person.get("/submissions/")
        for status, answer in answers.items():
            assert answer.status_code == status
            assert f"<h1>{words(TITLES[status], language)}</h1>" in answer.text
            assert 'href="/admin/static/admin.css' in answer.text
            assert 'href="/admin/"' in answer.text
            assert f'<html lang="{language}"' in answer.text
            _check(answer)
    assert (await coordinator.get("/unavailable")).headers["retry-after"] == "5"
    assert (await coordinator.client.put("/admin/logout")).headers["allow"] == "POST"


async def test_a_form_from_an_old_session_says_so(lone_site: Site) -> None:
    person = await lone_site.member()
    person.token = "old"
    assert words("This form is too old") in (await person.post("/theme", {"theme": "dark"})).text


async def test_an_error_is_logged_once_without_what_was_sent(
    broken_site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    person = broken_site.visitor()
    await person.get("/broken?secret=citizen-words")
    records = [record for record in caplog.records if record.name == "admin.shield"]
    assert [record.getMessage() for record in records] == ["GET /broken failed"]
    assert "citizen-words" not in caplog.text


@pytest.mark.parametrize("announced", [True, False])
async def test_nobody_makes_us_read_a_flood(lone_site: Site, announced: bool) -> None:
    person = await lone_site.arrived()
    read = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 16 * 1024
            yield b"x" * 16 * 1024

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if announced:
        headers["Content-Length"] = str(1000 * 16 * 1024)
    response = await person.client.post("/admin/login", content=flood(), headers=headers)
    assert response.status_code in {400, 413}
    assert read <= 3 * BODY_LIMIT


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a" * 70_000, "application/x-www-form-urlencoded"),
        (
            b"--x\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\nx\r\n--x--",
            "multipart/form-data; boundary=x",
        ),
        (b"--y", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"&=&=&" * 1000, "application/x-www-form-urlencoded"),
        (b"csrf=%ff%fe&name=%00", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"&".join(b"a%d=b" % n for n in range(60)), "application/x-www-form-urlencoded"),
    ],
)
async def test_odd_bodies_are_refused_politely(lone_site: Site, content: bytes, kind: str) -> None:
    person = await lone_site.arrived()
    response = await person.client.post("/admin/login", content=content, headers={"Content-Type": kind})
    assert response.status_code in {400, 403, 413}
    _check(response)


@pytest.mark.parametrize(
    "path",
    [
        "/submissions/?before=x",
        "/submissions/?before=2026-11-23T10:00:00_00000000-0000-0000-0000-000000000000",
        "/submissions/?after=0001-01-01T00:00:00%2B14:00_00000000-0000-0000-0000-000000000000",
        "/submissions/?before=9999-12-31T23:59:59-14:00_00000000-0000-0000-0000-000000000000",
        "/submissions/?before=%00",
        "/submissions/?before=%ff%fe_",
    ],
)
async def test_a_made_up_place_in_the_list_is_a_400(site: Site, path: str) -> None:
    person = await site.member()
    assert (await person.get(path)).status_code == 400


async def test_odd_cookies_are_nobody_s(lone_site: Site) -> None:
    person = lone_site.visitor()
    for cookie in (
        b"__Host-kuvendo-session=\xff\xfe",
        b"__Host-kuvendo-session=" + b"x" * 5000,
        b"=;;=",
        b"a=b; " * 500,
    ):
        response = await person.client.get("/admin/submissions/", headers=[(b"cookie", cookie)])
        assert response.status_code == 303


async def test_files_are_found_by_name_alone(lone_site: Site) -> None:
    person = lone_site.visitor()
    page = (await person.get("/login")).text
    address = page.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]
    style = await person.client.get(address)
    assert style.status_code == 200
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert style.headers["x-content-type-options"] == "nosniff"
    assert (await person.get("/static/admin.css?v=old")).headers["cache-control"] == "no-cache"
    for name in ("../app.py", "..%2fapp.py", "%2e%2e/app.py", "admin.css/..", "app.py", ""):
        assert (await person.get(f"/static/{name}")).status_code == 404
