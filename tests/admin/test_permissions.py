"""Who gets in where: the route table against a matrix written by hand; what is foreign or unfinished is 404."""

from __future__ import annotations

import html
import re
import uuid
from pathlib import Path

import pytest
import yaml

from admin.app import ROUTES, Row
from admin.permissions import GRANTED, Permission, Role, may
from tests.admin import factories
from tests.admin.conftest import Person, Site

ROLES = ("administrator", "coordinator", "moderator", "viewer")

MATRIX: dict[str, str] = yaml.safe_load(Path(__file__).with_name("matrix.yaml").read_text(encoding="utf-8"))
"""Who is let in where, by the route's name: a letter for each of ROLES, then one for nobody. Add rows in the file."""

FORMS = {
    "log_in": {"name": "nobody", "password": "nothing at all"},
    "language": {"language": "en"},
    "theme": {"theme": "dark"},
    "download": {"consultation": factories.DIGITAL, "format": "jsonl"},
}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {row.name for row in ROUTES} == MATRIX.keys()


def test_every_role_is_in_the_matrix() -> None:
    assert sorted(Role) == sorted(ROLES)
    assert GRANTED.keys() == set(Role)


def test_every_permission_is_documented_in_order_and_used() -> None:
    names = [each.name for each in Permission]
    assert names == sorted(names)
    assert {row.permission for row in ROUTES} == set(Permission)


def test_an_unknown_role_holds_nothing() -> None:
    assert not any(may("emperor", permission) for permission in Permission)


async def _ask(person: Person, row: Row, id_: uuid.UUID) -> str:
    """Return what happened: y, n or d."""
    path = re.sub(r"\{\w+:int\}", "1", row.path.replace("{id:uuid}", str(id_)))
    ask = person.get if row.method == "GET" else person.post
    response = await (ask(path) if row.method == "GET" else person.post(path, FORMS.get(row.name)))
    if response.status_code == 403:
        return "n"
    to_door = response.status_code == 303 and response.headers["location"].startswith("/admin/login")
    if to_door and row.name != "logout":
        return "d"
    if to_door and not person.token:
        return "d"
    assert response.status_code < 500, (row, response.status_code)  # let in, whether or not there was such a thing
    return "y"


async def test_the_matrix_holds(site: Site) -> None:
    id_ = await factories.submission(site.database, {"issue": ["a"], "why": ["b"]})
    for place, role in enumerate((*ROLES, None)):
        for row in ROUTES:
            if role:
                person = await site.member(role, name=f"{role} {row.name}")
            elif row.permission is Permission.PAGE_OPEN:
                person = await site.arrived()
            else:
                person = site.visitor()
            assert await _ask(person, row, id_) == MATRIX[row.name][place], (role, row.name)


async def test_what_is_not_theirs_is_not_there(site: Site) -> None:
    foreign = await factories.submission(site.database, {"issue": ["x"], "why": [None]}, consultation=factories.JUSTICE)
    draft = await factories.submission(site.database, {"issue": ["x"], "why": [None]}, at=None)
    own = await factories.submission(site.database, {"issue": ["x"], "why": [None]})
    for role in ("moderator", "viewer", "administrator"):
        person = await site.member(role, factories.DIGITAL)
        statuses = {
            id_: (await person.get(f"/submissions/{id_}")).status_code for id_ in (foreign, draft, uuid.uuid4(), own)
        }
        assert list(statuses.values()) == [404, 404, 404, 200]
        assert (await person.get("/submissions/1")).status_code == 404
        listed = (await person.get("/submissions/")).text
        assert str(own) in listed
        assert str(foreign) not in listed
        assert str(draft) not in listed


@pytest.mark.parametrize("consultation", [factories.JUSTICE, "no-such-thing", "", "' OR 1=1 --"])
async def test_nobody_exports_what_is_not_theirs(site: Site, consultation: str) -> None:
    person = await site.member("moderator", factories.DIGITAL)
    response = await person.post("/export", {"consultation": consultation, "format": "csv"})
    assert response.status_code == 404


def _labels(page: str) -> set[str]:
    """Return the consultations that a page of numbers shows."""
    return {html.unescape(label) for label in re.findall(r'<h2 id="of-\d+">([^<]+)</h2>', page)}


async def test_a_coordinator_sees_all_numbers_and_no_text(site: Site) -> None:
    for consultation in (factories.DIGITAL, factories.JUSTICE):
        await factories.submission(site.database, {"issue": ["fjalë"], "why": ["arsye"]}, consultation=consultation)
    person = await site.member("coordinator", factories.DIGITAL)
    assert (await person.get("/")).headers["location"] == "/admin/overview/"
    page = (await person.get("/overview/")).text
    assert _labels(page) == {each.label["sq"] for each in factories.content().consultations}
    assert "fjalë" not in page.split("<main", 1)[1]
    assert "arsye" not in page


async def test_a_moderator_sees_the_numbers_of_their_components(site: Site) -> None:
    person = await site.member("moderator", factories.DIGITAL)
    page = (await person.get("/overview/")).text
    assert _labels(page) == {factories.consultation(factories.DIGITAL).label["sq"]}
