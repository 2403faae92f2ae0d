"""The record as a lawyer reads it: every deed has its sentence, nothing that a participant said is in it."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from sqlalchemy import delete, select, update

import locales
from admin.deeds import SENTENCES, WORDS, Named, sentence
from storage.audit import Deed
from storage.models import AuditRow, Submission
from storage.participants import ERASED_DEED
from tests.admin import factories
from tests.admin.actions import written
from tests.admin.conftest import Site, words

NOBODY = Named({}, {}, {})


def _has_sentence(action: str) -> bool:
    """Tell whether an action, or every action that begins so, can be shown."""
    return any(each.startswith(action[:-1]) for each in SENTENCES) if action.endswith("*") else action in SENTENCES


def test_every_action_has_a_sentence_in_both_languages() -> None:
    found = written()
    assert len(found) > 25
    assert {action: where for action, where in found.items() if not _has_sentence(action)} == {}
    for code in locales.CODES:
        translations = locales.translations(locales.DASHBOARD, code)
        said = [translations.gettext(each) for each in (*SENTENCES.values(), *WORDS.values())]
        assert all(said)
        for english, there in zip(SENTENCES.values(), said, strict=False):
            assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", there)), there
        for action in SENTENCES:
            for subject in ("", "7", "7 moderator → viewer, everything", "group 12 5 contributions"):
                assert sentence(Deed(1, action, subject, factories.NOW), NOBODY, translations)


async def test_an_action_of_another_version_is_shown_plainly(lone_site: Site) -> None:
    boss = await lone_site.member("administrator")
    async with lone_site.database.begin() as work:
        await work.audit.add(None, "told the future", "42 <b>", lone_site.clock.now)
        await work.commit()
    assert "<code>told the future 42 &lt;b&gt;</code>" in (await boss.get("/audit/")).text


async def test_what_is_done_stands_in_the_record_with_who_and_when(site: Site) -> None:
    boss = await site.member("administrator", name="Boss")
    id_ = await factories.submission(site.database, {"issue": ["ujë i pijshëm"], "why": ["ZQXfshehur"]})
    other = await factories.staff(site.database, "Drita")
    await boss.get(f"/submissions/{id_}")
    assert (await boss.post("/export", {"consultation": factories.DIGITAL, "format": "csv"})).status_code == 200
    wanted = {"role": "viewer", "sees": "some", "component": factories.JUSTICE}
    await boss.send(f"/people/{other.id}", f"/people/{other.id}/role", wanted)
    page = await boss.get("/audit/")
    named = Named({1: "Boss", other.id: "Drita"}, {}, {})
    async with site.database.reading() as work:
        deeds = await work.audit.deeds(10)
        rows = await work.transaction.rows(select(AuditRow.action, AuditRow.subject))
    assert [each.action for each in deeds] == ["staff.role", "export", "submission read"]
    assert "<bdi>Drita</bdi>" in page.text
    assert f'href="/admin/submissions/{id_}"' in page.text
    assert str(sentence(deeds[0], named, locales.translations(locales.DASHBOARD, "sq"))).split(":")[0] in page.text
    assert not any("ZQX" in text or "pijsh" in text for row in rows for text in row)


async def test_an_erasure_is_in_the_record_and_says_of_nobody_whom(site: Site) -> None:
    id_ = await factories.submission(site.database, {"issue": ["x"], "why": [None]})
    async with site.database.begin() as work:
        row = await work.transaction.first(select(Submission.participant_id).where(Submission.id == id_))
        assert row is not None
        await work.participants.erase(row[0], site.clock.now)
        await work.commit()
    async with site.database.reading() as work:
        [deed] = await work.audit.deeds(10)
    assert (deed.staff_id, deed.action, deed.subject) == (None, ERASED_DEED, "")


async def test_a_link_stands_only_where_it_may_be_followed(site: Site) -> None:
    foreign = await factories.submission(site.database, {"issue": ["x"], "why": [None]}, consultation=factories.JUSTICE)
    async with site.database.begin() as work:
        await work.audit.add(None, "submission read", str(foreign), site.clock.now)
        await work.commit()
    for role, components, linked in (
        ("administrator", (), True),
        ("administrator", (factories.DIGITAL,), False),
        ("coordinator", (), False),
    ):
        page = (await (await site.member(role, *components)).get("/audit/")).text
        assert (f"/submissions/{foreign}" in page) is linked
        assert str(foreign)[:8] in page


async def test_it_is_leafed_through_by_person_and_by_day(site: Site) -> None:
    boss = await site.member("administrator", name="Boss")
    drita = await factories.staff(site.database, "Drita")
    async with site.database.begin() as work:
        for n in range(120):
            who = drita.id if n % 2 else None
            await work.audit.add(who, "notice.send", f"{n}", site.clock.now + timedelta(hours=n))
        await work.commit()
    seen: list[str] = []
    address: str | None = "/audit/"
    while address:
        page = (await boss.get(address)).text
        seen += re.findall(r'aria-hidden="true">(\d+)</span>', page)
        older = re.search(r'rel="next" href="/admin([^"]+)"', page)
        address = older[1].replace("&amp;", "&") if older else None
    assert [int(each) for each in seen] == list(range(120, 0, -1))
    hers = (await boss.get(f"/audit/?who={drita.id}")).text
    assert hers.count("<bdi>Drita</bdi>") == 50
    day = (await boss.get(f"/audit/?who={drita.id}&day=2026-11-24")).text
    assert day.count("<bdi>Drita</bdi>") == 12, "a day is a day in Albania"
    for odd in ("?who=x", "?day=1", "?before=9999999999999999999", "?day=9999-12-31", "?who=99"):
        assert (await boss.get(f"/audit/{odd}")).status_code == 200


async def test_the_check_says_what_is_wrong_and_what_can_be_published(site: Site) -> None:
    boss = await site.member("coordinator", name="Boss")
    assert words("Nothing was changed") in (await boss.get("/audit/check")).text
    async with site.database.begin() as work:
        for _ in range(5):
            await work.audit.add(None, "login refused", "", site.clock.now)
        head = await work.audit.head()
        await work.commit()
    assert head is not None
    line = f"{head.row} {head.hash.hex()}"
    sound = (await boss.get("/audit/check", params={"published": line})).text
    assert line in sound
    assert words("Line %(number)s is still what it was.", number=head.row) in sound
    assert 'role="alert"' in (await boss.get("/audit/check", params={"published": "nonsense"})).text
    false = f"{head.row} {'0' * 64}"
    assert 'role="alert"' in (await boss.get("/audit/check", params={"published": false})).text
    async with site.database.begin() as work:
        await work.transaction.execute(update(AuditRow).where(AuditRow.id == 3).values(subject="other"))
        await work.commit()
    assert words("Line %(number)s is the first that is wrong", number=3) in (await boss.get("/audit/check")).text
    async with site.database.begin() as work:
        await work.transaction.execute(delete(AuditRow).where(AuditRow.id == 2))
        await work.commit()
    broken = (await boss.get("/audit/check")).text
    assert words("Line %(number)s is the first that is wrong", number=2) in broken
    assert words("It was taken out.") in broken


async def test_an_empty_record_says_that_nothing_was_written_down(lone_site: Site) -> None:
    boss = await lone_site.member("administrator")
    page = html.unescape((await boss.get("/audit/")).text)
    assert words("Nothing is written down yet") in page
    assert words("Nothing here") not in page
    sieved = html.unescape((await boss.get("/audit/", params={"day": "2026-11-20"})).text)
    assert words("Nothing here") in sieved
    assert words("Nothing is written down yet") not in sieved
