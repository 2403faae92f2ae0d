"""Every route that names a thing, read from the route table: what is foreign, unfinished, erased or guessed is 404.

And nowhere in the dashboard does anything lead to who wrote.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path

from sqlalchemy import delete, insert, select

from admin.app import ROUTES
from admin.permissions import GRANTED, Permission, Role
from storage.models import Address, Contribution, Participant, Submission
from tests.admin import factories
from tests.admin.conftest import Site
from tests.admin.test_permissions import FORMS, MATRIX, ROLES

NAMING = [row for row in ROUTES if "{id:uuid}" in row.path]
CHAT = 7_314_159_265
ONE: dict[str, list[str | None]] = {"issue": ["x"], "why": [None]}


async def _contribution(site: Site, submission: uuid.UUID) -> uuid.UUID:
    async with site.database.reading() as work:
        row = await work.transaction.first(select(Contribution.id).where(Contribution.submission_id == submission))
    assert row is not None
    found: uuid.UUID = row[0]
    return found


async def _things(site: Site) -> dict[str, tuple[uuid.UUID, uuid.UUID]]:
    """Return a submission and its contribution of each kind that nobody of our component may see."""
    database = site.database
    foreign = await factories.submission(database, ONE, consultation=factories.JUSTICE)
    draft = await factories.submission(database, ONE, at=None)
    gone = await factories.submission(database, ONE)
    found = {kind: (id_, await _contribution(site, id_)) for kind, id_ in (("foreign", foreign), ("draft", draft))}
    erased = await _contribution(site, gone)
    async with database.begin() as work:
        row = await work.transaction.first(select(Submission.participant_id).where(Submission.id == gone))
        assert row is not None
        await work.participants.erase(row[0], site.clock.now)
        await work.commit()
    return {**found, "erased": (gone, erased), "guessed": (uuid.uuid4(), uuid.uuid4())}


def test_there_are_routes_that_name_a_thing() -> None:
    assert len(NAMING) > 5


def test_the_page_for_people_says_who_holds_what() -> None:
    page = (Path(__file__).parents[2] / "docs" / "PERMISSIONS.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in page.splitlines() if ":" in line]
    told = {row[0]: row[2:] for row in rows if row[0] in set(Permission)}
    order = (Role.ADMINISTRATOR, Role.MODERATOR, Role.VIEWER, Role.COORDINATOR)
    assert told == {each: ["yes" if each in GRANTED[role] else "" for role in order] for each in Permission}
    assert all(f"| `{role}` |" in page for role in Role)


async def test_what_is_not_theirs_is_not_there_on_any_route(site: Site) -> None:
    things = await _things(site)
    for place, role in enumerate(ROLES):
        person = await site.member(role, factories.DIGITAL)
        for row in NAMING:
            if MATRIX[row.name][place] != "y":
                continue
            for kind, (submission, contribution) in things.items():
                for id_ in (submission, contribution):
                    path = re.sub(r"\{\w+:int\}", "1", row.path.replace("{id:uuid}", str(id_)))
                    form = {"version": "0", **FORMS.get(row.name, {})}
                    answer = await (person.get(path) if row.method == "GET" else person.post(path, form))
                    assert answer.status_code in {400, 404}, (role, row.name, kind, answer.status_code)
                    assert row.method == "POST" or answer.status_code == 404, (role, row.name, kind)


async def test_no_page_leads_to_who_wrote(site: Site) -> None:
    """Ids of participants, their addresses and Telegram's numbers are on no page that anybody can open."""
    said = await factories.submission(site.database, ONE, conversation=factories.walk())
    inside = await _contribution(site, said)
    async with site.database.begin() as work:
        row = await work.transaction.first(select(Submission.participant_id).where(Submission.id == said))
        assert row is not None
        person = row[0]
        await work.transaction.execute(delete(Address).where(Address.participant_id == person))
        keyring = site.database.keyring
        sealed = keyring.seal(CHAT.to_bytes(8, "big", signed=True), person.bytes)
        address = {"lookup": keyring.lookup(CHAT), "participant_id": person, "sealed": sealed}
        await work.transaction.execute(insert(Address), address)
        everybody = [each[0] for each in await work.transaction.rows(select(Participant.id))]
        await work.commit()
    secret = {str(CHAT), sealed.hex(), keyring.lookup(CHAT).hex()}
    secret |= {text for each in everybody for text in (str(each), each.hex)}
    seen = 0
    for role in ROLES:
        reader = await site.member(role)
        for route in (each for each in ROUTES if each.method == "GET" and each.name != "live"):
            for id_ in (said, inside) if "{id:uuid}" in route.path else (said,):
                path = re.sub(r"\{\w+:int\}", "1", route.path.replace("{id:uuid}", str(id_)))
                page = await reader.get(path)
                seen += page.status_code == 200
                assert not {each for each in secret if each in page.text}, (role, route.name)
    assert seen > 20
