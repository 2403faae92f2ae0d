"""Writing to the author from the contribution's page: a look first, once, taken back in time, seen by both of two."""

from __future__ import annotations

import uuid
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import insert, select, update

from dialogs.exchange import Replied
from dialogs.session import Session, Stage, dumps
from locales import CHAT, translations
from storage.database import Database
from storage.models import Address, AuditRow, Contribution, ReplyRow, SessionRow, Submission
from storage.replies import LONGEST
from tests.admin import factories
from tests.admin.conftest import Person, Site, words

SQ = translations(CHAT, "sq")


async def case(database: Database, language: str = "sq", consultation: str = factories.DIGITAL) -> uuid.UUID:
    """Write a contribution whose author can be reached; return its id."""
    said: dict[str, list[str | None]] = {"issue": ["rruga"], "why": [None]}
    submission = await factories.submission(database, said, language=language, consultation=consultation)
    async with database.begin() as work:
        found = select(Contribution.id, Submission.participant_id).join(Submission)
        row = await work.transaction.first(found.where(Submission.id == submission))
        assert row
        session = Session(turn=5, stage=Stage.HOME, language=language, bilingual=False, consent=1)
        state = {"turn": 5, "state": dumps(session), "language": language, "version": 1, "updated_at": factories.NOW}
        await work.transaction.put(insert(SessionRow), {"participant_id": row.participant_id, **state})
        address = {"channel": "telegram", "lookup": row.participant_id.bytes, "sealed": b"x"}
        await work.transaction.put(insert(Address), {"participant_id": row.participant_id, **address})
        await work.commit()
    return uuid.UUID(str(row.id))


def filled(version: int = 0, kind: str = "question", text: str = "Ku është <kjo>?\nNë cilin fshat?") -> dict[str, str]:
    """Return the form."""
    return {"version": str(version), "kind": kind, "text": text, "back": "status=new"}


async def shows(person: Person, contribution: uuid.UUID) -> str:
    """Return the page of a contribution."""
    response = await person.get(f"/contributions/{contribution}")
    assert response.status_code == 200
    return unescape(response.text)


async def rows(database: Database) -> list[tuple[str, str]]:
    """Return what was written to authors, with its state."""
    async with database.reading() as work:
        found = await work.transaction.rows(select(ReplyRow.text, ReplyRow.state).order_by(ReplyRow.id))
    return [(row.text, row.state) for row in found]


async def test_the_form_names_the_authors_language(lone_site: Site) -> None:
    person = await lone_site.member()
    for language, said in (("sq", "The author writes Albanian: please write in Albanian"),
                           ("en", "The author writes English: please write in English")):  # fmt: skip
        assert words(said) in await shows(person, await case(lone_site.database, language))


@pytest.mark.parametrize("language", ["sq", "en"])
async def test_a_look_shows_exactly_what_the_author_will_read(site: Site, language: str) -> None:
    """In the author's language, whatever the moderator's; nothing is written by it."""
    contribution = await case(site.database, language)
    person = await site.member()
    response = await person.post(f"/contributions/{contribution}/reply", filled())
    t = translations(CHAT, language)
    page = unescape(response.text)
    assert response.status_code == 200
    assert f"<strong>{t.gettext('The secretariat has a question for you.')}</strong>" in page
    assert t.gettext("To answer, press “Answer” or write /answer.") in page
    assert "Ku është &lt;kjo&gt;?\nNë cilin fshat?" in response.text
    assert await rows(site.database) == []


async def test_what_is_sent_is_kept_as_it_was_written_and_stands_on_the_page(site: Site) -> None:
    contribution = await case(site.database)
    person = await site.member()
    response = await person.post(f"/contributions/{contribution}/replies", filled())
    assert response.status_code == 303
    assert response.headers["location"] == f"/admin/contributions/{contribution}?status=new#replies"
    assert await rows(site.database) == [("Ku është <kjo>?\nNë cilin fshat?", "written")]
    page = await shows(person, contribution)
    assert words("Leaves in a few seconds") in page
    assert words("Take it back") in page


async def test_it_can_be_taken_back_until_it_leaves(site: Site) -> None:
    contribution = await case(site.database)
    person = await site.member()
    await person.post(f"/contributions/{contribution}/replies", filled())
    other = await case(site.database)
    for where, left in ((other, 1), (contribution, 0)):
        response = await person.post(f"/contributions/{where}/replies/back", {"reply": "1"})
        assert response.status_code == 303
        assert len(await rows(site.database)) == left


async def test_after_ten_seconds_taking_back_is_no_longer_offered(lone_site: Site) -> None:
    contribution = await case(lone_site.database)
    person = await lone_site.member()
    await person.post(f"/contributions/{contribution}/replies", filled())
    lone_site.clock.now += timedelta(seconds=10)
    assert words("Take it back") not in await shows(person, contribution)


async def test_the_second_of_two_sees_what_the_first_wrote_and_loses_no_word(site: Site) -> None:
    contribution = await case(site.database)
    first, second = await site.member(name="mira"), await site.member(name="ben")
    await first.post(f"/contributions/{contribution}/replies", filled(text="Ku është?"))
    response = await second.post(f"/contributions/{contribution}/replies", filled(text="Cilin fshat keni parasysh?"))
    assert response.status_code == 409
    assert all(said in response.text for said in ("Ku është?", "Cilin fshat keni parasysh?", "mira"))
    assert len(await rows(site.database)) == 1
    again = await second.post(f"/contributions/{contribution}/replies", filled(1, text="Cilin fshat keni parasysh?"))
    assert again.status_code == 303
    assert len(await rows(site.database)) == 2


@pytest.mark.parametrize(("text", "status"), [("", 422), (" \n\x00", 422), ("a" * (LONGEST + 1), 422), ("a", 200)])
async def test_nothing_and_too_much_are_said_to_be_so(lone_site: Site, text: str, status: int) -> None:
    contribution = await case(lone_site.database)
    person = await lone_site.member()
    assert (await person.post(f"/contributions/{contribution}/reply", filled(text=text))).status_code == status
    if status == 422:
        assert (await person.post(f"/contributions/{contribution}/replies", filled(text=text))).status_code == 422
        assert await rows(lone_site.database) == []


@pytest.mark.parametrize("wrong", [{"kind": "order"}, {"version": "x"}, {"version": ""}])
async def test_what_no_form_sends_is_refused(lone_site: Site, wrong: dict[str, str]) -> None:
    contribution = await case(lone_site.database)
    person = await lone_site.member()
    for where in ("reply", "replies"):
        assert (await person.post(f"/contributions/{contribution}/{where}", filled() | wrong)).status_code == 400
    assert (await person.post(f"/contributions/{contribution}/replies/back", {"reply": "x"})).status_code == 400


async def test_a_long_one_is_said_to_go_in_several(lone_site: Site) -> None:
    person = await lone_site.member()
    path = f"/contributions/{await case(lone_site.database)}/reply"
    said = words("It is longer than one message, so Telegram shows it as several.")
    assert said in (await person.post(path, filled(text="a" * 4096))).text
    assert said not in (await person.post(path, filled(text="a" * 3000))).text


async def test_nobody_writes_to_somebody_who_is_gone(site: Site) -> None:
    """The page says so and offers no form; a form from before leads back there."""
    submission = await factories.submission(site.database, {"issue": ["rruga"], "why": [None]})
    async with site.database.reading() as work:
        row = await work.transaction.first(select(Contribution.id).where(Contribution.submission_id == submission))
    assert row
    person = await site.member()
    page = await shows(person, row.id)
    assert words("The author can no longer be reached: their address is no longer kept.") in page
    assert words("See what the author will read") not in page
    for where in ("reply", "replies"):
        assert (await person.post(f"/contributions/{row.id}/{where}", filled())).status_code == 303
    assert await rows(site.database) == []


async def test_what_became_of_it_is_told_in_words(lone_site: Site) -> None:
    contribution = await case(lone_site.database)
    person = await lone_site.member()
    await person.post(f"/contributions/{contribution}/replies", filled())
    for state, error, said in (
        ("owed", None, "On its way"),
        ("delivered", None, "Delivered"),
        ("undeliverable", "unreachable: Forbidden: bot was blocked by the user",
         "Not delivered: the author has blocked the bot."),
        ("undeliverable", "unreachable: gone", "Not delivered: the author's address is no longer kept."),
        ("undeliverable", "unreachable: user is deactivated", "Not delivered: the author can no longer be reached."),
        ("undeliverable", "Bad Request", "Not delivered: Telegram did not take it."),
        ("undeliverable", "lost", "Nobody knows whether it arrived: its trace is lost."),
    ):  # fmt: skip
        async with lone_site.database.begin() as work:
            await work.transaction.execute(update(ReplyRow).values(state=state, error=error, settled_at=factories.NOW))
            await work.commit()
        assert words(said) in await shows(person, contribution)


async def test_what_the_author_wrote_back_stands_beneath_and_is_pointed_out(site: Site) -> None:
    contribution = await case(site.database)
    person = await site.member()
    await person.post(f"/contributions/{contribution}/replies", filled())
    async with site.database.begin() as work:
        await work.replies.answered(Replied(1, 1, "në <Has>"), "sq", factories.NOW)
        await work.commit()
    page = await person.get(f"/contributions/{contribution}")
    assert "në &lt;Has&gt;" in page.text
    assert words("The author has answered: see “With the author”.") in unescape(page.text)
    assert (
        words("Its author changed it after work on it had begun. What changed stands under each answer.")
        not in page.text
    )
    thread = await person.get(f"/contributions/{contribution}/replies")
    assert "në &lt;Has&gt;" in thread.text
    assert "<html" not in thread.text


async def test_a_viewer_reads_and_does_not_write(lone_site: Site) -> None:
    contribution = await case(lone_site.database)
    await (await lone_site.member()).post(f"/contributions/{contribution}/replies", filled())
    viewer = await lone_site.member("viewer")
    page = await shows(viewer, contribution)
    assert "Në cilin fshat?" in page
    assert words("See what the author will read") not in page
    assert words("Take it back") not in page


async def test_another_components_author_is_not_there(site: Site) -> None:
    contribution = await case(site.database, consultation=factories.JUSTICE)
    person = await site.member("moderator", factories.DIGITAL)
    for where in ("reply", "replies", "replies/back"):
        response = await person.post(f"/contributions/{contribution}/{where}", filled() | {"reply": "1"})
        assert response.status_code == 404
    assert (await person.get(f"/contributions/{contribution}/replies")).status_code == 404
    assert await rows(site.database) == []


async def test_the_trail_says_that_it_was_written_and_none_of_the_words(lone_site: Site) -> None:
    contribution = await case(lone_site.database)
    person = await lone_site.member()
    await person.post(f"/contributions/{contribution}/replies", filled())
    await person.post(f"/contributions/{contribution}/replies/back", {"reply": "1"})
    async with lone_site.database.reading() as work:
        found = await work.transaction.rows(select(AuditRow.action, AuditRow.subject).order_by(AuditRow.id))
    assert [(row.action, row.subject) for row in found][-2:] == [
        ("reply written", f"{contribution} question"),
        ("reply taken back", str(contribution)),
    ]
