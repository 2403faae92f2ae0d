"""An author changes or answers in the very moment when somebody decides: nothing is decided unread."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from dialogs.exchange import Replied
from dialogs.types import Answer, Part, Slot
from storage.filing import file_some
from storage.models import Address, Contribution, ReplyRow, Submission
from tests.admin import factories
from tests.admin.conftest import Person, Site, words

LATER = factories.NOW + timedelta(hours=1)
FORMS = [
    ("status", {"status": "ready"}),
    ("assignee", {"assignee": ""}),
    ("themes", {}),
    ("replies", {"kind": "question", "text": "Cilin fshat?"}),
]


async def case(site: Site) -> uuid.UUID:
    """Return a contribution that was filed, with a question to its author."""
    submission = await factories.submission(site.database, {"issue": ["rruga ne fshat"], "why": ["fëmijët"]})
    async with site.database.begin() as work:
        await file_some(work, 10)
        row = await work.transaction.first(select(Contribution.id).where(Contribution.submission_id == submission))
        assert row is not None
        asked = {"contribution_id": row.id, "kind": "question", "language": "sq", "text": "Ku?", "state": "delivered"}
        await work.transaction.execute(insert(ReplyRow), {**asked, "at": factories.NOW, "settled_at": factories.NOW})
        await work.commit()
    return uuid.UUID(str(row.id))


async def edited(site: Site, text: str | None, question: str = "issue", *, dropped: bool = True) -> None:
    """Let the author change an answer, or take it back, or skip the question where it is not `dropped`."""
    slot = Slot(question, 1)
    said = Answer(slot, (Part(100, text),)) if text else Answer(slot, skipped=not dropped)
    async with site.database.begin() as work:
        author = (await work.transaction.rows(select(Submission.participant_id)))[0][0]
        await work.submissions.revise(author, [(1, said, text is None and dropped)], "sq", LATER)
        await work.submissions.revised(author, [(1, 1)], LATER)
        await work.commit()


async def answered(site: Site, text: str) -> None:
    """Let the author answer the question."""
    async with site.database.begin() as work:
        await work.replies.answered(Replied(1, 1, text), "sq", LATER)
        await work.commit()


async def form_of(person: Person, id_: uuid.UUID, **more: str) -> dict[str, str]:
    """Return what a form on the page carries."""
    page = (await person.get(f"/contributions/{id_}?status=new")).text
    form = page.split(f'action="/admin/contributions/{id_}/status"', 1)[1].split("</form>", 1)[0]
    carried = re.findall(r'name="(version|back|heard)" value="([^"]*)"', form)
    return {**dict(carried), **more}


def shown(response: Any) -> str:
    """Return the words of a page's middle."""
    inside = re.sub(r"<[^>]+>", " ", response.text.split("<main", 1)[1].split("</main>", 1)[0])
    return " ".join(html.unescape(inside).split())


@pytest.mark.parametrize(("verb", "fields"), FORMS)
async def test_who_decides_meanwhile_reads_both_texts_and_chooses(
    site: Site, verb: str, fields: dict[str, str]
) -> None:
    id_ = await case(site)
    person = await site.member()
    async with site.database.begin() as work:  # Ana had it long before: it is not she who was faster
        ana = await work.staff.add("Ana", "hash", "moderator", [], "sq", factories.NOW)
        await work.moderation.assign(id_, ana.id, seen=None, by=ana.id, now=factories.NOW)
        await work.commit()
    if verb == "replies":
        await reachable(site)
    form = await form_of(person, id_, **fields)
    await edited(site, "rruga në Lurë")
    late = await person.post(f"/contributions/{id_}/{verb}", form)
    assert late.status_code == 409
    page = shown(late)
    assert all(text in page for text in ("rruga ne fshat", "rruga në Lurë", words("The author wrote meanwhile")))
    assert "fëmijët" not in page, "that did not change"
    again = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', late.text.split('class="choose"')[1])
    )
    assert again["heard"] != form["heard"]
    await edited(site, "rruga në Lurë, te ura")
    later = await person.post(f"/contributions/{id_}/{verb}", again)
    assert later.status_code == 409
    assert "rruga ne fshat" not in shown(later), "it had been read"
    assert "te ura" in shown(later)
    last = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', later.text.split('class="choose"')[1])
    )
    assert (await person.post(f"/contributions/{id_}/{verb}", last)).status_code == 303


async def reachable(site: Site) -> None:
    """Keep an address of every author."""
    async with site.database.begin() as work:
        for row in await work.transaction.rows(select(Submission.participant_id)):
            address = {"channel": "telegram", "lookup": row.participant_id.bytes, "sealed": b"x"}
            await work.transaction.put(insert(Address), {"participant_id": row.participant_id, **address})
        await work.commit()


async def test_an_answer_to_a_question_is_read_first_too(site: Site) -> None:
    id_ = await case(site)
    person = await site.member()
    form = await form_of(person, id_, status="set-aside", reason="unclear")
    await answered(site, "në <Has>, te shkolla")
    late = await person.post(f"/contributions/{id_}/status", form)
    assert late.status_code == 409
    assert "në <Has>, te shkolla" in shown(late)
    assert "rruga ne fshat" not in shown(late)


async def test_what_is_left_out_stays_out_of_what_the_author_says_meanwhile(lone_site: Site) -> None:
    id_ = await case(lone_site)
    person = await lone_site.member()
    form = await form_of(person, id_, status="ready")
    async with lone_site.database.begin() as work:
        whose = await work.transaction.first(select(Contribution.submission_id).where(Contribution.id == id_))
        assert whose is not None
        assert await work.redactions.add_words(whose.submission_id, 1, id_, "fëmijët", "", None, factories.NOW) == 1
        await work.commit()
    await edited(lone_site, "rruga ku ecin fëmijët në Lurë")
    await answered(lone_site, "te shkolla ku rrinë femijet")
    page = shown(await person.post(f"/contributions/{id_}/status", form))
    assert all(each in page for each in ("rruga ku ecin […] në Lurë", "te shkolla ku rrinë […]"))
    assert "fëmijët" not in page
    assert "femijet" not in page


async def test_what_was_taken_back_is_said_to_be(lone_site: Site) -> None:
    id_ = await case(lone_site)
    person = await lone_site.member()
    form = await form_of(person, id_, status="ready")
    await edited(lone_site, None, "why")
    page = shown(await person.post(f"/contributions/{id_}/status", form))
    assert "fëmijët" in page
    assert words("Taken back") in page


async def test_a_form_without_a_mark_is_told_all_the_same(lone_site: Site) -> None:
    """Such as one that was opened before there were marks."""
    id_ = await case(lone_site)
    person = await lone_site.member()
    form = await form_of(person, id_, status="ready")
    await edited(lone_site, "rruga në Lurë")
    for mark in ("", "1", "x.y", "9" * 30 + ".1"):
        late = await person.post(f"/contributions/{id_}/status", {**form, "heard": mark})
        assert late.status_code == 409
        assert words("The author wrote meanwhile") not in shown(late)


async def test_what_is_pointed_out_says_what_it_is(site: Site) -> None:
    """In the list and on the page: an edit is an edit, an answer an answer, until somebody read it."""
    id_ = await case(site)
    person = await site.member()
    async with site.database.begin() as work:
        await work.transaction.execute(update(Contribution).values(status="in-review"))
        await work.commit()
    edit = words("Its author changed it after work on it had begun. What changed stands under each answer.")
    answer = words("The author has answered: see “With the author”.")
    tags = (words("Changed by the author"), words("The author answered"))
    await answered(site, "në Has")
    page, line = shown(await person.get(f"/contributions/{id_}")), await marks(person)
    assert (edit in page, answer in page) == (False, True)
    assert [tag in line for tag in tags] == [False, True]
    form = await form_of(person, id_)
    await person.post(f"/contributions/{id_}/assignee", {**form, "assignee": ""})
    assert answer in shown(await person.get(f"/contributions/{id_}")), "whoever took it has not said that they read it"
    await edited(site, "rruga në Lurë")
    page, line = shown(await person.get(f"/contributions/{id_}")), await marks(person)
    assert (edit in page, answer in page) == (True, True)
    assert [tag in line for tag in tags] == [True, True]
    await person.post(f"/contributions/{id_}/seen", await form_of(person, id_))
    await edited(site, "rruga në Lurë, te ura")
    page, line = shown(await person.get(f"/contributions/{id_}")), await marks(person)
    assert (edit in page, answer in page) == (True, False)
    assert tags[0] in line


async def marks(person: Person) -> str:
    """Return the marks of the one line in the inbox of what is new from authors."""
    page = (await person.get("/contributions/?changed=1")).text
    (line,) = re.findall(r'<div class="marks">(.*?)</div>', page, re.DOTALL)
    return html.unescape(line)


@pytest.mark.parametrize(
    ("dropped", "said", "other"), [(True, "Taken back", "Skipped"), (False, "Skipped", "Taken back")]
)
async def test_what_was_skipped_reads_otherwise_than_what_was_taken_back(
    lone_site: Site, dropped: bool, said: str, other: str
) -> None:
    contribution, person = await case(lone_site), await lone_site.member()
    page = await person.get(f"/contributions/{contribution}")
    form = dict(re.findall(r'name="(version|heard)" value="([^"]*)"', page.text))
    await edited(lone_site, None, "why", dropped=dropped)
    late = await person.post(f"/contributions/{contribution}/status", {**form, "status": "ready"})
    assert late.status_code == 409
    news = html.unescape(late.text.split('class="versus"', 1)[1].split('id="row-1"', 1)[0])
    assert words(said) in news
    assert words(other) not in news
