"""Two people of the secretariat change the same thing: nothing is overwritten in silence, the second sees both.

Each pair of edits starts from the same version. In every other pair they are sent at the same moment, so that nobody
knows who will be first. Whoever comes second chooses on the page, as a person would.
"""

from __future__ import annotations

import asyncio
import html
import random
import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from storage.models import Contribution
from storage.moderation import BY_HAND, NEEDS_NOTE, REASONS
from tests.admin import factories
from tests.admin.conftest import Person, Site

PAIRS = 100
"""For each database; the soak has a thousand."""
SLUGS = ("l1", "r2", "v1", "v2", "v3")


@dataclass(frozen=True)
class Edit:
    """One form: where it goes, what it says, and the words by which the page of a conflict shows it."""

    path: str
    form: dict[str, Any]
    words: str


@dataclass
class Desk:
    """Two people at the same things, and what those are."""

    site: Site
    people: tuple[Person, Person]
    contribution: uuid.UUID
    staff: dict[int, str]
    themes: dict[str, tuple[int, str]]
    chance: random.Random
    now: str = "new"
    """The status that stands; it is no change to set it again."""

    async def state(self) -> tuple[Any, ...]:
        """Return everything that two people could fight over, as it stands."""
        async with self.site.database.reading() as work:
            theme = await work.codebook.theme(self.themes["v1"][0])
            translation = await work.translations.one(self.contribution, "issue", "en")
            standing = await work.moderation.standing(self.contribution)
        assert standing is not None
        assert theme is not None
        return standing, theme, translation

    async def edits(self) -> tuple[Edit, Edit]:
        """Return two edits of one kind that start from what stands now and differ."""
        standing, theme, translation = await self.state()
        self.now = standing.status
        kind = self.chance.choice([self.status, self.assignee, self.coding, self.naming, self.translating])
        version = {self.naming: theme.version, self.translating: translation.version if translation else -1}
        seen = str(version.get(kind, standing.version))
        first, second = kind(), kind()
        while first.form == second.form:
            second = kind()
        return (
            Edit(first.path, {**first.form, "version": seen}, first.words),
            Edit(second.path, {**second.form, "version": seen}, second.words),
        )

    def status(self) -> Edit:
        """Return a change of status."""
        status = self.chance.choice([each for each in BY_HAND if each != self.now or each == "set-aside"])
        reason = self.chance.choice([each for each in REASONS if each not in NEEDS_NOTE])
        form = {"status": status, **({"reason": reason} if status == "set-aside" else {})}
        return Edit(f"/contributions/{self.contribution}/status", form, "")

    def assignee(self) -> Edit:
        """Return a change of who has it."""
        id_, name = self.chance.choice(list(self.staff.items()))
        return Edit(f"/contributions/{self.contribution}/assignee", {"assignee": str(id_)}, name)

    def coding(self) -> Edit:
        """Return a change of themes."""
        slugs = self.chance.sample(SLUGS, self.chance.randint(1, 3))
        names = ", ".join(self.themes[slug][1] for slug in SLUGS if slug in slugs)
        ids = sorted(str(self.themes[slug][0]) for slug in slugs)
        return Edit(f"/contributions/{self.contribution}/themes", {"theme": ids}, names if "v1" not in slugs else "")

    def naming(self) -> Edit:
        """Return a change of a theme's name."""
        name = self._text()
        form = {"name-sq": name, "name-en": "Transparency", "about-sq": "", "about-en": ""}
        return Edit(f"/themes/{self.themes['v1'][0]}", form, name)

    def translating(self) -> Edit:
        """Return a translation."""
        text = self._text()
        form = {"question": "issue", "language": "en", "revision": "0", "text": text}
        return Edit(f"/contributions/{self.contribution}/translation", form, text)

    def _text(self) -> str:
        return " ".join(self.chance.choices(["rruga", "uji", "drita", "shkolla", "<b>ura</b>", "çezma"], k=6))

    async def send(self, who: int, edit: Edit) -> Any:
        """Send one edit as one of the two."""
        person = self.people[who]
        return await person.client.post(f"/admin{edit.path}", data={"csrf": person.token, **edit.form})


async def two(site: Site, seed: int) -> Desk:
    """Return two people who have the same contribution before them."""
    await factories.submission(site.database, {"issue": ["ne fshat"], "why": [None]})
    members = [await factories.staff(site.database, name) for name in ("Ana", "Besa", "Çlirim", "Drita")]
    async with site.database.reading() as work:
        row = await work.transaction.first(select(Contribution.id))
        entries = await work.codebook.themes([factories.DIGITAL])
    assert row is not None
    return Desk(
        site,
        (await site.as_(members[0]), await site.as_(members[1])),
        row[0],
        {each.id: each.name for each in members},
        {each.slug: (each.id, str(each.name["sq"])) for each in entries},
        random.Random(seed),
    )


def hidden(page: str) -> dict[str, list[str]]:
    """Return the fields of the form that puts one's own in place of what stands."""
    form = page.split('class="choose"', 1)[1]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


async def one_pair(desk: Desk, *, together: bool) -> bool:
    """Let both edit from the same version; return whether the second put theirs in place."""
    edits = await desk.edits()
    if together:
        answers = [*await asyncio.gather(desk.send(0, edits[0]), desk.send(1, edits[1]))]
        first = next((n for n, answer in enumerate(answers) if answer.status_code == 303), 0)
    else:
        first = desk.chance.randrange(2)
        earlier = await desk.send(first, edits[first])
        stood = await desk.state()
        later = await desk.send(1 - first, edits[1 - first])
        answers = [earlier, later] if first == 0 else [later, earlier]
        assert await desk.state() == stood, "what the first wrote stands"
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    page = html.unescape(answers[1 - first].text)
    for edit in edits:
        assert edit.words in page, "both can be read"
    if desk.chance.random() < 0.5:
        return False
    form = hidden(answers[1 - first].text)
    again = await desk.people[1 - first].client.post(f"/admin{edits[1 - first].path}", data=form)
    assert again.status_code == 303
    return True


async def pairs(site: Site, count: int, seed: int) -> None:
    desk = await two(site, seed)
    chosen = [await one_pair(desk, together=n % 2 == 1) for n in range(count)]
    assert 0 < sum(chosen) < count


async def test_nobody_overwrites_anybody(site: Site) -> None:
    await pairs(site, PAIRS, 4)


@pytest.mark.soak
async def test_nobody_overwrites_anybody_a_thousand_times(site: Site) -> None:
    await pairs(site, 1000, 5)


async def test_mine_is_refused_where_a_third_was_faster_still(lone_site: Site) -> None:
    desk = await two(lone_site, 6)
    edits = [Edit(desk.status().path, {"status": each, "version": "0"}, "") for each in ("on-hold", "ready")]
    assert (await desk.send(0, edits[0])).status_code == 303
    second = await desk.send(1, edits[1])
    third = Edit(edits[0].path, {"status": "in-review", "version": "1"}, "")
    assert (await desk.send(0, third)).status_code == 303
    again = await desk.people[1].client.post(f"/admin{edits[1].path}", data=hidden(second.text))
    assert again.status_code == 409


async def test_a_note_is_kept_when_somebody_else_was_faster(lone_site: Site) -> None:
    desk = await two(lone_site, 7)
    path = desk.status().path
    await desk.send(0, Edit(path, {"status": "ready", "version": "0"}, ""))
    form = {"status": "set-aside", "reason": "other", "note": "sepse nuk kuptohet", "version": "0"}
    second = await desk.send(1, Edit(path, form, ""))
    assert "sepse nuk kuptohet" in html.unescape(second.text)
    assert "Ana" in second.text, "one reads who was faster"
    assert (await desk.people[1].client.post(f"/admin{path}", data=hidden(second.text))).status_code == 303
    async with lone_site.database.reading() as work:
        assert [each.text for each in await work.moderation.notes(desk.contribution)] == ["sepse nuk kuptohet"]
