"""Nothing changes unless our own form asked for it: every POST route of the table, the login too."""

from __future__ import annotations

import re
import uuid

import pytest
from starlette.requests import Request

from admin.app import ROUTES
from admin.csrf import is_ours
from admin.permissions import Permission
from admin.settings import AdminSettings
from tests.admin.conftest import HOST, Person, Site
from tests.admin.test_permissions import FORMS

POSTS = [row for row in ROUTES if row.method == "POST"]

FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.test"},
    {"Origin": "http://kuvendo.test"},
    {"Origin": "https://kuvendo.test:444"},
    {"Origin": "null"},
)


def filled(path: str) -> str:
    """Return a route's path with something in each of its places; whether it is there is asked after the token."""
    return re.sub(r"\{\w+(:\w+)?\}", lambda kind: str(uuid.UUID(int=7)) if kind[1] == ":uuid" else "1", path)


async def _people(site: Site, name: str) -> list[Person]:
    """Return everybody who could send this form: somebody logged in and, where it is open, somebody who is not."""
    row = next(row for row in POSTS if row.name == name)
    people = [await site.member("administrator", name=f"a {name}")]
    return [*people, await site.arrived()] if row.permission is Permission.PAGE_OPEN else people


def test_there_are_posts() -> None:
    assert len(POSTS) >= 5


@pytest.mark.parametrize("row", POSTS, ids=[row.name for row in POSTS])
async def test_a_form_without_its_token_changes_nothing(lone_site: Site, row: object) -> None:
    name, path = row.name, filled(row.path)  # type: ignore[attr-defined]
    other = await lone_site.member("administrator")
    for person in await _people(lone_site, name):
        right = person.token
        for token in ("", "x", other.token, right[:-1], right + "x", "ë", "\udcff".encode("utf-8", "replace").decode()):
            person.token = token
            response = await person.post(path, FORMS.get(name))
            assert response.status_code == 403, (name, token)
            assert "set-cookie" not in response.headers
        bare = await person.client.post(f"/admin{path}", data=FORMS.get(name))
        assert bare.status_code == 403
        twice = await person.client.post(f"/admin{path}", params={"csrf": right}, data=FORMS.get(name))
        assert twice.status_code == 403


@pytest.mark.parametrize("row", POSTS, ids=[row.name for row in POSTS])
async def test_a_form_from_elsewhere_changes_nothing(lone_site: Site, row: object) -> None:
    name, path = row.name, filled(row.path)  # type: ignore[attr-defined]
    for person in await _people(lone_site, name):
        for headers in FOREIGN:
            response = await person.post(path, FORMS.get(name), headers=headers)
            assert response.status_code == 403, (name, headers)


@pytest.mark.parametrize("row", POSTS, ids=[row.name for row in POSTS])
async def test_a_link_changes_nothing(lone_site: Site, row: object) -> None:
    name, path = row.name, filled(row.path)  # type: ignore[attr-defined]
    for person in await _people(lone_site, name):
        response = await person.get(path, params={"csrf": person.token, **FORMS.get(name, {})})
        assert response.status_code in {200, 303, 404, 405}
        again = await person.get("/login", follow_redirects=False)
        assert again.status_code in {200, 303}
        assert (again.status_code == 303) == bool(person.cookie("session")), "still logged in, or still not"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": HOST}, {}])
async def test_our_own_form_is_taken(lone_site: Site, headers: dict[str, str]) -> None:
    person = await lone_site.member()
    response = await person.post("/theme", {"theme": "dark"}, headers=headers)
    assert response.status_code == 303


async def test_a_login_form_of_another_browser_is_refused(lone_site: Site) -> None:
    ours, theirs = await lone_site.arrived(), await lone_site.arrived()
    ours.token = theirs.token
    assert (await ours.post("/login", FORMS["log_in"])).status_code == 403


@pytest.mark.parametrize(
    ("https", "headers", "ours"),
    [
        # Over plain http to another machine browsers send neither Sec-Fetch-Site nor, under no-referrer, an origin.
        (False, {"origin": "null"}, True),
        (False, {"origin": "http://10.0.0.5:8000"}, True),
        (False, {"origin": "http://10.0.0.6:8000"}, False),
        (False, {"sec-fetch-site": "cross-site", "origin": "null"}, False),
        (True, {"origin": "null"}, False),
        # Behind a proxy that ends TLS the scheme we see is http; the browser's is https.
        (True, {"origin": "https://10.0.0.5:8000"}, True),
    ],
)
def test_whose_form_it_is(https: bool, headers: dict[str, str], ours: bool) -> None:
    raw = [(b"host", b"10.0.0.5:8000"), *((k.encode(), v.encode()) for k, v in headers.items())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "scheme": "http",
        "query_string": b"",
        "headers": raw,
        "server": ("10.0.0.5", 8000),
    }
    assert is_ours(Request(scope), AdminSettings(https=https)) is ours
