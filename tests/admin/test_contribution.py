"""The page of one contribution: what was said and changed, what is decided about it, and who wrote it nowhere."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from storage.masking import Mask
from storage.models import Contribution, Redaction, Submission
from storage.moderation import Standing
from storage.submitted import Submitted
from tests.admin import factories
from tests.admin.conftest import Person, Site, words

ISSUE: dict[str, Any] = {
    "issue": ["ne fshat interneti punon vetem naten", "në fshat interneti punon vetëm natën"],
    "why": ["recetat"],
}


async def submitted(site: Site, submission: uuid.UUID) -> Submitted:
    async with site.database.reading() as work:
        return (await work.reading.several([submission]))[0]


async def one(site: Site, *items: Any, **more: Any) -> uuid.UUID:
    """Return the first contribution of a new submission."""
    made = await factories.submission(site.database, *(items or (ISSUE,)), **more)
    return (await submitted(site, made)).contributions[0].id


async def stands(site: Site, contribution: uuid.UUID) -> Standing:
    async with site.database.reading() as work:
        found = await work.moderation.standing(contribution)
    assert found is not None
    return found


async def theme(site: Site, slug: str, consultation: str = factories.DIGITAL) -> str:
    async with site.database.reading() as work:
        return next(str(each.id) for each in await work.codebook.themes([consultation]) if each.slug == slug)


async def deeds(site: Site) -> list[tuple[str, str]]:
    async with site.database.reading() as work:
        return [(each.action, each.subject) for each in await work.audit.deeds(20)]


def text_of(page: str) -> str:
    """Return the words of a page's middle, as somebody reads them."""
    inside = re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1].split("</main>", 1)[0])
    return " ".join(html.unescape(inside).split())


# --- what is shown ---------------------------------------------------------------------------------------------------


async def test_the_page_shows_answers_and_what_changed(site: Site) -> None:
    id_ = await one(site)
    person = await site.as_(await factories.staff(site.database, language="en"))
    page = (await person.get(f"/contributions/{id_}")).text
    assert "në fshat interneti punon vetëm natën" in page
    assert re.search(r"<del><span[^>]*>taken out: </span>ne<span", page)
    assert re.search(r"<ins><span[^>]*>added: </span>në<span", page)
    assert "recetat" in page
    assert ("contribution read", str(id_)) in await deeds(site)


async def test_an_answer_leads_to_its_message_and_back(lone_site: Site) -> None:
    talk = [
        factories.Line("out", "ask", "Cila?", 99),
        factories.Line("in", "text", "ne fshat interneti punon vetem naten", 100),
        factories.Line("in", "text", "diçka tjetër", 107),
    ]
    id_ = await one(lone_site, {"issue": ["ne fshat interneti punon vetem naten"], "why": [None]}, conversation=talk)
    person = await lone_site.member()
    page = (await person.get(f"/contributions/{id_}")).text
    (message,) = re.findall(r'class="jump" href="#(message-\d+)"', page)
    assert page.count('href="#answer-issue"') == 1
    assert re.search(rf'id="{message}".*?href="#answer-issue"', page, re.DOTALL)


async def test_its_siblings_and_what_else_the_author_sent(lone_site: Site) -> None:
    first = await factories.submission(lone_site.database, ISSUE, {"issue": ["e dyta"], "why": [None]})
    second = await factories.submission(lone_site.database, {"issue": ["tjetër"], "why": [None]})
    foreign = await factories.submission(lone_site.database, ISSUE, consultation=factories.JUSTICE)
    stranger = await factories.submission(lone_site.database, ISSUE)
    async with lone_site.database.begin() as work:
        author = (await work.transaction.first(select(Submission.participant_id).where(Submission.id == first)))[0]  # type: ignore[index]
        for number, each in enumerate((second, foreign), 2):
            same = update(Submission).where(Submission.id == each).values(participant_id=author, draft=number)
            await work.transaction.execute(same)
        await work.commit()
    one_, two = (await submitted(lone_site, first)).contributions
    person = await lone_site.member("moderator", factories.DIGITAL)
    page = (await person.get(f"/contributions/{one_.id}")).text
    assert f"/admin/contributions/{two.id}" in page
    assert f"/admin/submissions/{second}" in page
    assert str(foreign) not in page, "of another component"
    assert str(stranger) not in page, "of somebody else"
    assert str(author) not in page
    assert author.hex not in page


async def test_what_is_redacted_is_left_out_everywhere(lone_site: Site) -> None:
    number = "069 123 4567"
    talk = [factories.Line("in", "text", f"telefoni im {number}", 100)]
    said: dict[str, Any] = {"issue": [f"telefoni im {number}", f"numri im: {number}, faleminderit"], "why": [None]}
    made = await factories.submission(lone_site.database, said, {"issue": [number], "why": [None]}, conversation=talk)
    found = await submitted(lone_site, made)
    wording = found.contributions[0].answers[0].revisions[1]
    start = str(wording.text).index(number)
    async with lone_site.database.begin() as work:
        row = {"submission_id": made, "answer_id": wording.id, "start": start, "end": start + len(number)}
        await work.transaction.execute(insert(Redaction), {**row, "kind": "phone", "at": factories.NOW})
        await work.commit()
    assert (await submitted(lone_site, made)).mask == Mask((number,))
    paths = [f"/contributions/{each.id}" for each in found.contributions] + [f"/submissions/{made}", "/submissions/"]
    for path in paths:
        page = (await (await lone_site.member("administrator")).get(path)).text
        assert number not in page, path
        assert words("[redacted]") in html.unescape(page), path


async def test_what_was_taken_back_still_has_its_page(lone_site: Site) -> None:
    made = await factories.submission(lone_site.database, ISSUE, taken_back=[1])
    (gone,) = (await submitted(lone_site, made)).withdrawn
    page = (await (await lone_site.member()).get(f"/contributions/{gone.id}")).text
    assert words("Its author took this contribution back.") in html.unescape(page)


async def test_a_viewer_sees_decisions_and_no_form_of_them(lone_site: Site) -> None:
    id_ = await one(lone_site)
    page = (await (await lone_site.member("viewer")).get(f"/contributions/{id_}")).text
    assert words("Notes") in page
    assert f"/contributions/{id_}/" not in page


# --- what is decided -------------------------------------------------------------------------------------------------


async def decide(person: Person, id_: uuid.UUID, what: str, **form: str) -> Any:
    return await person.post(f"/contributions/{id_}/{what}", {"version": "0", "back": "status=new&q=a+b", **form})


async def test_a_decision_leads_back_to_the_same_filter(site: Site) -> None:
    id_ = await one(site)
    person = await site.member()
    answer = await decide(person, id_, "status", status="in-review")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/admin/contributions/{id_}?status=new&q=a+b"
    assert (await stands(site, id_)).status == "in-review"
    assert ("status set", f"{id_} in-review") in await deeds(site)


async def test_setting_aside_keeps_its_reason_and_note(site: Site) -> None:
    id_ = await one(site)
    person = await site.member()
    await decide(person, id_, "status", status="set-aside", reason="repeated", note="si ajo e para")
    assert ((await stands(site, id_)).status, (await stands(site, id_)).reason) == ("set-aside", "repeated")
    page = text_of((await person.get(f"/contributions/{id_}")).text)
    assert "si ajo e para" in page


async def test_another_reason_is_asked_for_in_a_note(lone_site: Site) -> None:
    id_ = await one(lone_site)
    person = await lone_site.member()
    answer = await decide(person, id_, "status", status="set-aside", reason="other")
    assert answer.status_code == 422
    assert words("This reason says nothing by itself. Please add a note that explains it.") in html.unescape(
        answer.text
    )
    assert (await stands(lone_site, id_)).status == "new"


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("status", {"status": "answered"}),
        ("status", {"status": "x"}),
        ("status", {"status": "set-aside", "reason": "x"}),
        ("status", {"status": "ready", "version": "x"}),
        ("assignee", {"assignee": "4711"}),
        ("assignee", {"assignee": "9" * 30, "version": ""}),
        ("notes/remove", {"note": "x"}),
    ],
)
async def test_what_no_form_of_ours_sends_is_a_mistake(lone_site: Site, what: str, form: dict[str, str]) -> None:
    id_ = await one(lone_site)
    assert (await decide(await lone_site.member(), id_, what, **form)).status_code == 400


async def test_technology_alone_is_refused_kindly_and_nothing_is_lost(site: Site) -> None:
    id_ = await one(site)
    v4, v1 = await theme(site, "v4"), await theme(site, "v1")
    person = await site.member()
    answer = await decide(person, id_, "themes", theme=v4)
    assert answer.status_code == 422
    assert f'value="{v4}" checked' in answer.text
    assert (await stands(site, id_)).themes == ()
    path = f"/admin/contributions/{id_}/themes"
    form = {"csrf": person.token, "version": "0", "theme": [v4, v1]}
    assert (await person.client.post(path, data=form)).status_code == 303
    assert {str(each) for each in (await stands(site, id_)).themes} == {v1, v4}
    assert ("themes set", f"{id_} v1, v4") in await deeds(site)


async def test_it_is_given_to_colleagues_who_may_have_it(site: Site) -> None:
    id_ = await one(site)
    person = await site.member()
    besa = await factories.staff(site.database, "Besa", "moderator", [factories.DIGITAL])
    for name, role, component in (("Viewer", "viewer", ()), ("Justice", "moderator", (factories.JUSTICE,))):
        other = await factories.staff(site.database, name, role, component)
        assert (await decide(person, id_, "assignee", assignee=str(other.id))).status_code == 400
    await decide(person, id_, "assignee", assignee=str(besa.id))
    assert (await stands(site, id_)).assignee_id == besa.id
    await decide(person, id_, "assignee", assignee="", version="1")
    assert (await stands(site, id_)).assignee_id is None


async def test_notes_are_written_and_ones_own_removed(lone_site: Site) -> None:
    id_ = await one(lone_site)
    ana, besa = await lone_site.member(name="Ana"), await lone_site.member(name="Besa")
    await decide(ana, id_, "notes", note="<b>e para</b>\r\ndy")
    await decide(ana, id_, "notes", note="  ")
    page = (await besa.get(f"/contributions/{id_}")).text
    assert "&lt;b&gt;e para&lt;/b&gt;\ndy" in page
    async with lone_site.database.reading() as work:
        (note,) = await work.moderation.notes(id_)
    await decide(besa, id_, "notes/remove", note=str(note.id))
    assert "e para" in (await ana.get(f"/contributions/{id_}")).text, "it is not Besa's"
    await decide(ana, id_, "notes/remove", note=str(note.id))
    assert "e para" not in (await ana.get(f"/contributions/{id_}")).text


async def test_a_change_by_the_author_is_pointed_out_until_somebody_read_it(lone_site: Site) -> None:
    id_ = await one(lone_site)
    async with lone_site.database.begin() as work:
        await work.transaction.execute(update(Contribution).values(revised_unseen=True, edited_unseen=True))
        await work.commit()
    person = await lone_site.member()
    sentence = words("Its author changed it after work on it had begun. What changed stands under each answer.")
    assert sentence in html.unescape((await person.get(f"/contributions/{id_}")).text)
    await decide(person, id_, "seen", version="7")
    assert sentence in html.unescape((await person.get(f"/contributions/{id_}")).text), "another version was seen"
    await decide(person, id_, "seen")
    assert sentence not in html.unescape((await person.get(f"/contributions/{id_}")).text)


# --- what is not theirs ----------------------------------------------------------------------------------------------

VERBS = ("status", "assignee", "themes", "notes", "notes/remove", "seen")
FORM = {"status": "ready", "assignee": "", "note": "1"}


async def test_a_contribution_of_another_component_is_not_there(site: Site) -> None:
    foreign = await one(site, consultation=factories.JUSTICE)
    draft = await factories.submission(site.database, ISSUE, at=None)
    async with site.database.reading() as work:
        row = await work.transaction.first(select(Contribution.id).where(Contribution.submission_id == draft))
    assert row is not None
    person = await site.member("moderator", factories.DIGITAL)
    for id_ in (foreign, row[0], uuid.uuid4()):
        assert (await person.get(f"/contributions/{id_}")).status_code == 404
        for verb in VERBS:
            assert (await decide(person, id_, verb, **FORM)).status_code == 404, verb
    assert (await stands(site, foreign)).version == 0
