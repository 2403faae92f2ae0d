"""Groups, personal details and translations on the page: what each click does, who may, and how it is undone."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from dialogs.exchange import Replied
from storage.filing import file_some
from storage.models import AuditRow, Contribution, ReplyRow, Submission
from tests.admin import factories
from tests.admin.conftest import Person, Site, words
from tests.storage.alike import NEAR

NUMBER = "069 123 4567"
ONE, OTHER = NEAR[0]


async def contributed(site: Site, *texts: str, consultation: str = factories.DIGITAL) -> list[uuid.UUID]:
    """Write a contribution for each text, file them, and return them."""
    made = [
        await factories.submission(
            site.database,
            {"issue": [text], "why": [None]},
            consultation=consultation,
            at=factories.NOW + timedelta(minutes=number),
            conversation=[factories.Line("in", "text", text, 502)],
        )
        for number, text in enumerate(texts)
    ]
    async with site.database.begin() as work:
        await file_some(work, 1000)
        rows = await work.transaction.rows(select(Contribution.submission_id, Contribution.id))
        await work.commit()
    found = {row[0]: row[1] for row in rows}
    return [found[each] for each in made]


async def version(site: Site, id_: uuid.UUID) -> str:
    async with site.database.reading() as work:
        standing = await work.moderation.standing(id_)
    assert standing is not None
    return str(standing.version)


async def group_of(site: Site, id_: uuid.UUID) -> int | None:
    async with site.database.reading() as work:
        standing = await work.moderation.standing(id_)
    assert standing is not None
    return standing.group_id


async def deeds(site: Site) -> list[tuple[str, str]]:
    async with site.database.reading() as work:
        rows = await work.transaction.rows(select(AuditRow.action, AuditRow.subject).order_by(AuditRow.id))
    return [(row[0], row[1]) for row in rows]


async def text_of(person: Person, path: str) -> str:
    response = await person.get(path)
    assert response.status_code == 200, path
    main = response.text.split("<main", 1)[1]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


# --- groups ---------------------------------------------------------------------------------------------------------


async def test_a_twin_is_suggested_grouped_and_let_go_again(site: Site) -> None:
    one, other, _ = await contributed(site, ONE, OTHER, "krejt tjetër fjalë")
    person = await site.member()
    page = await text_of(person, f"/contributions/{one}")
    assert words("%(percent)s%% alike", percent=100) in page
    assert "Shërbimet" in page
    assert await group_of(site, one) is None  # nothing happens by itself
    form = {"other": str(other), "version": await version(site, one), "back": "status=new"}
    response = await person.post(f"/contributions/{one}/group", form)
    assert response.headers["location"] == f"/admin/contributions/{one}?status=new#group"
    group = await group_of(site, one)
    assert group is not None
    assert await group_of(site, other) == group
    assert words("Take the group apart") in await text_of(person, f"/contributions/{one}")
    await person.post(f"/contributions/{one}/group/out", {"version": await version(site, one)})
    assert await group_of(site, one) is await group_of(site, other) is None
    assert words("Undo: put it back") in await text_of(person, f"/contributions/{other}")
    await person.post(
        f"/contributions/{other}/group/back", {"version": await version(site, other), "group": str(group)}
    )
    assert await group_of(site, one) == await group_of(site, other) == group
    assert [deed for deed, _ in await deeds(site) if "group" in deed] == ["grouped", "ungrouped", "grouped"]


async def test_a_group_has_a_page_a_name_and_one_click_that_takes_it_apart(site: Site) -> None:
    one, other, third = await contributed(site, ONE, OTHER, "fjalë e tretë")
    person = await site.member()
    for each in (other, third):
        await person.post(f"/contributions/{one}/group", {"other": str(each), "version": await version(site, one)})
    group = await group_of(site, one)
    await person.post(f"/groups/{group}/name", {"name": " Të moshuarit  dhe e-Albania ", "version": "0"})
    page = await text_of(person, f"/groups/{group}")
    assert all(text in page for text in (ONE, OTHER, "fjalë e tretë", "Të moshuarit dhe e-Albania"))
    late = await person.post(f"/groups/{group}/name", {"name": "Tjetër", "version": "0"})
    assert late.status_code == 409
    assert "Të moshuarit dhe e-Albania" in late.text
    out = await person.post(
        f"/contributions/{third}/group/out", {"version": await version(site, third), "group": str(group)}
    )
    assert out.headers["location"] == f"/admin/groups/{group}"
    assert await group_of(site, third) is None
    await person.send(f"/groups/{group}", f"/groups/{group}/apart")
    assert await group_of(site, one) is None
    assert words("Nothing is in this group now") in await text_of(person, f"/groups/{group}")
    await person.send(f"/groups/{group}", f"/groups/{group}/undo")
    assert await group_of(site, one) == await group_of(site, other) == group
    assert ("group taken apart", f"group {group} 2 contributions") in await deeds(site)


async def test_one_status_for_the_whole_group_is_asked_first_and_then_set(site: Site) -> None:
    one, other, third = await contributed(site, ONE, OTHER, "fjalë e tretë")
    person = await site.member()
    await person.post(f"/contributions/{one}/group", {"other": str(other), "version": "0"})
    group = await group_of(site, one)
    form = {"back": f"group={group}", "all": "1", "do": "status", "status": "in-review"}
    asked = await person.post("/contributions/many", form)
    deed = html.unescape(re.search(r'name="deeds" value="([^"]+)"', asked.text)[1])  # type: ignore[index]
    await person.post("/contributions/many/done", {"back": f"group={group}", "deeds": deed})
    async with site.database.reading() as work:
        found = {row[0]: row[1] for row in await work.transaction.rows(select(Contribution.id, Contribution.status))}
    assert (found[one], found[other], found[third]) == ("in-review", "in-review", "new")


async def test_another_matter_is_not_suggested_again_until_that_is_undone(site: Site) -> None:
    one, other = await contributed(site, ONE, OTHER)
    person = await site.member()
    await person.post(f"/contributions/{one}/unlike", {"other": str(other), "version": "0"})
    assert words("Nothing alike was found.") in await text_of(person, f"/contributions/{one}")
    await person.post(f"/contributions/{one}/unlike/undo", {"version": "0"})
    assert words("Nothing alike was found.") not in await text_of(person, f"/contributions/{one}")


async def test_who_comes_second_sees_which_group_it_is_in(site: Site) -> None:
    one, other, third = await contributed(site, ONE, OTHER, "fjalë e tretë")
    first, second = await site.member(name="Ana"), await site.member(name="Besa")
    await first.post(f"/contributions/{one}/group", {"other": str(other), "version": "0"})
    late = await second.post(f"/contributions/{one}/group", {"other": str(third), "version": "0"})
    assert late.status_code == 409
    assert "Ana" in late.text
    assert await group_of(site, third) is None


async def test_groups_keep_to_what_one_may_see(site: Site) -> None:
    one, other = await contributed(site, ONE, OTHER)
    (foreign,) = await contributed(site, ONE, consultation=factories.JUSTICE)
    everywhere, here = await site.member(), await site.member("moderator", factories.DIGITAL)
    there = await site.member("moderator", factories.JUSTICE)
    await everywhere.post(f"/contributions/{one}/group", {"other": str(other), "version": "0"})
    group = await group_of(site, one)
    forms = {"version": "0", "other": str(one), "group": str(group), "name": "x"}
    for path in (f"/groups/{group}/name", f"/groups/{group}/apart", f"/groups/{group}/undo"):
        assert (await there.post(path, forms)).status_code == 404
    for verb in ("group", "group/out", "group/back", "unlike", "unlike/undo"):
        assert (await here.post(f"/contributions/{foreign}/{verb}", forms)).status_code == 404
    for verb in ("group", "unlike"):
        assert (await everywhere.post(f"/contributions/{foreign}/{verb}", forms)).status_code == 404  # across two
        assert (await here.post(f"/contributions/{one}/{verb}", {**forms, "other": "x"})).status_code == 400
    assert (await there.get(f"/groups/{group}")).status_code == 404
    assert (await everywhere.get("/groups/99999999999999999999999")).status_code == 404
    assert await group_of(site, foreign) is None


async def test_a_viewer_sees_and_changes_nothing(site: Site) -> None:
    one, other = await contributed(site, f"{ONE} {NUMBER}", OTHER)
    moderator, viewer = await site.member(), await site.member("viewer")
    await moderator.post(f"/contributions/{one}/group", {"other": str(other), "version": "0"})
    group = await group_of(site, one)
    page = (await viewer.get(f"/contributions/{one}")).text.split('id="group"', 1)[1].split("</section>", 1)[0]
    assert f"/groups/{group}" in page
    assert "<form" not in page
    assert "<form" not in (await viewer.get(f"/groups/{group}")).text.split("<main", 1)[1]


# --- personal details -----------------------------------------------------------------------------------------------


async def leave_out(person: Person, id_: uuid.UUID) -> None:
    """Press the button beside the first suggestion."""
    page = (await person.get(f"/contributions/{id_}")).text
    fields = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1]  # type: ignore[index]
        for name in ("answer", "start", "end", "kind")
    }
    assert (await person.post(f"/contributions/{id_}/redact", fields)).status_code == 303


async def test_a_suggestion_is_flagged_and_confirmed_and_then_read_nowhere(site: Site) -> None:
    (one,) = await contributed(site, f"Telefononi {NUMBER} ose ana@example.al")
    person = await site.member()
    flag = words("one that may be personal", many="%(count)s that may be personal", count=2)
    assert flag in await text_of(person, f"/contributions/{one}")
    await leave_out(person, one)
    async with site.database.reading() as work:
        submission = await work.moderation.submission_of(one)
    for path in (f"/contributions/{one}", f"/submissions/{submission}", "/submissions/", "/contributions/"):
        assert NUMBER not in await text_of(person, path)
        assert "ana@example.al" in await text_of(person, path)
    for format_ in ("jsonl", "csv"):
        file = await person.post("/export", {"consultation": factories.DIGITAL, "format": format_})
        assert NUMBER not in file.text
        assert "[redacted]" in file.text
    assert ("personal detail left out", f"{one} phone") in await deeds(site)
    assert not any(NUMBER in subject for _, subject in await deeds(site))


async def test_what_is_no_personal_detail_is_not_suggested_again_until_that_is_undone(site: Site) -> None:
    (one,) = await contributed(site, f"Zyra e komunës ka {NUMBER} ose zyra@example.al")
    person, viewer = await site.member(), await site.member("viewer")
    form = fields_of((await person.get(f"/contributions/{one}")).text)
    assert form["marked"] == NUMBER
    for _ in range(2):  # the second press finds nothing to keep
        response = await person.post(f"/contributions/{one}/not-personal", {**form, "back": "status=new"})
        assert response.headers["location"] == f"/admin/contributions/{one}?status=new#redactions"
    page = (await person.get(f"/contributions/{one}")).text
    assert fields_of(page)["marked"] == "zyra@example.al"
    found = words("One was found to be no personal detail", many="%(count)s were found to be no personal details")
    assert found in html.unescape(page)
    assert found not in html.unescape((await viewer.get(f"/contributions/{one}")).text)
    number = re.search(r'name="dismissed" value="(\d+)"', page)[1]  # type: ignore[index]
    await person.post(f"/contributions/{one}/not-personal/undo", {"dismissed": number})
    await person.post(f"/contributions/{one}/not-personal/undo", {"dismissed": number})
    assert fields_of((await person.get(f"/contributions/{one}")).text) == form
    assert [each for each in await deeds(site) if "personal" in each[0]] == [
        ("found not personal", f"{one} phone"),
        ("perhaps personal again", str(one)),
    ]


async def test_of_another_component_nothing_is_dismissed(site: Site) -> None:
    (one,) = await contributed(site, f"Zyra ka {NUMBER}")
    here, there = await site.member(), await site.member("moderator", factories.JUSTICE)
    form = fields_of((await here.get(f"/contributions/{one}")).text)
    assert (await there.post(f"/contributions/{one}/not-personal", form)).status_code == 404
    assert (await there.post(f"/contributions/{one}/not-personal/undo", {"dismissed": "1"})).status_code == 404
    for wrong in ({}, {"answer": "x", "start": "0", "end": "1"}, {"reply": "", "start": "0", "end": "1"}):
        assert (await here.post(f"/contributions/{one}/not-personal", wrong)).status_code == 400
    assert (await here.post(f"/contributions/{one}/not-personal/undo", {"dismissed": "x"})).status_code == 400


async def test_what_the_author_wrote_back_is_flagged_and_left_out_too(site: Site) -> None:
    (one,) = await contributed(site, "rruga")
    moderator, chief, viewer = await site.member(), await site.member("administrator"), await site.member("viewer")
    async with site.database.begin() as work:
        row = {"contribution_id": one, "kind": "question", "language": "sq", "text": "Ku?", "state": "delivered"}
        await work.transaction.execute(insert(ReplyRow), {**row, "at": factories.NOW, "settled_at": factories.NOW})
        await work.replies.answered(Replied(1, 1, f"më telefononi: {NUMBER}"), "sq", factories.NOW)
        await work.commit()
    assert words("in what the author wrote back") in await text_of(moderator, f"/contributions/{one}")
    form = fields_of((await moderator.get(f"/contributions/{one}")).text)
    assert (await moderator.post(f"/contributions/{one}/redact", form)).status_code == 303
    for path in (f"/contributions/{one}", f"/contributions/{one}/replies"):
        assert NUMBER not in (await viewer.get(path)).text
    listed = await text_of(chief, f"/contributions/{one}/redactions")
    assert NUMBER in listed
    assert words("What the author wrote back") in listed
    await chief.post(f"/contributions/{one}/redactions/undo", {"redaction": "1"})
    assert NUMBER in await text_of(viewer, f"/contributions/{one}")
    async with site.database.reading() as work:
        author = (await work.transaction.rows(select(Submission.participant_id)))[0][0]
        assert NUMBER in repr((await work.participants.everything(author))["author_replies"])


def fields_of(page: str) -> dict[str, str]:
    """Return what the first suggestion's form says, and its words."""
    form = page.split('<ul class="personal">', 1)[1].split("</form>", 1)[0]
    found = re.findall(r'name="(answer|reply|start|end|kind)" value="([^"]+)"', form)
    return {**dict(found), "marked": re.search("<mark>(.*?)</mark>", form)[1]}  # type: ignore[index]


async def test_words_by_hand_must_stand_in_the_text(site: Site) -> None:
    (one,) = await contributed(site, "Drejtori Arben Hoxha kërkoi para")
    person = await site.member()
    missing = await person.post(f"/contributions/{one}/redact", {"words": "<b>Agim", "back": "status=new"})
    assert missing.status_code == 422
    assert 'value="&lt;b&gt;Agim"' in missing.text
    await person.post(f"/contributions/{one}/redact", {"words": "arben hoxha"})
    page = await text_of(person, f"/contributions/{one}")
    assert "Arben" not in page
    assert "kërkoi para" in page


@pytest.mark.parametrize(
    "form", [{}, {"answer": "x", "start": "0", "end": "1"}, {"words": "fjalë", "kind": "poison"}, {"answer": "1"}]
)
async def test_what_no_form_of_ours_says_is_refused(site: Site, form: dict[str, str]) -> None:
    (one,) = await contributed(site, "fjalë")
    person = await site.member()
    assert (await person.post(f"/contributions/{one}/redact", form)).status_code == 400


async def test_only_administrators_see_and_undo_and_that_they_looked_is_written_down(site: Site) -> None:
    (one,) = await contributed(site, f"Telefononi {NUMBER}")
    moderator, chief = await site.member(), await site.member("administrator")
    await leave_out(moderator, one)
    assert words("See what was left out") not in await text_of(moderator, f"/contributions/{one}")
    assert (await moderator.get(f"/contributions/{one}/redactions")).status_code == 403
    assert (await moderator.post(f"/contributions/{one}/redactions/undo", {"redaction": "1"})).status_code == 403
    assert NUMBER not in await text_of(chief, f"/contributions/{one}")
    page = await chief.get(f"/contributions/{one}/redactions")
    assert NUMBER in page.text
    number = re.search(r'name="redaction" value="(\d+)"', page.text)[1]  # type: ignore[index]
    assert (await chief.post(f"/contributions/{one}/redactions/undo", {"redaction": "999"})).status_code == 404
    assert (await chief.post(f"/contributions/{one}/redactions/undo", {"redaction": number})).status_code == 303
    assert NUMBER in await text_of(moderator, f"/contributions/{one}")
    done = [deed for deed, _ in await deeds(site) if "personal" in deed]
    assert done == ["personal detail left out", "personal details read", "personal detail shown again"]


async def test_the_author_keeps_their_own_words(site: Site) -> None:
    (one,) = await contributed(site, f"Telefononi {NUMBER}")
    await leave_out(await site.member(), one)
    async with site.database.reading() as work:
        author = (await work.transaction.rows(select(Submission.participant_id)))[0][0]
        held = await work.participants.everything(author)
    assert NUMBER in repr(held["answers"])
    assert NUMBER in repr(held["transcript"])


# --- translations ---------------------------------------------------------------------------------------------------


def translation(text: str, seen: int = -1, **more: str) -> dict[str, str]:
    return {"question": "issue", "language": "en", "text": text, "version": str(seen), "revision": "0", **more}


async def test_a_translation_stands_beside_the_text_with_its_author(site: Site) -> None:
    (one,) = await contributed(site, f"Rruga është prishur, {NUMBER}")
    person, viewer = await site.member(name="Ana Hoxha"), await site.member("viewer")
    response = await person.post(
        f"/contributions/{one}/translation", translation(f"The road is broken, {NUMBER}", back="status=new")
    )
    assert response.headers["location"] == f"/admin/contributions/{one}?status=new#translations"
    page = await text_of(viewer, f"/contributions/{one}")
    assert "The road is broken" in page
    assert "Rruga është prishur" in page
    assert "Ana Hoxha" in page
    await leave_out(person, one)
    assert NUMBER not in await text_of(viewer, f"/contributions/{one}")  # nor in the translation


async def test_it_is_marked_once_its_author_went_on(site: Site) -> None:
    await factories.submission(site.database, {"issue": ["para", "pas"], "why": [None]})
    async with site.database.reading() as work:
        one = (await work.transaction.rows(select(Contribution.id)))[0][0]
    person = await site.member()
    old = words("Out of date: its author changed the text since")
    await person.post(f"/contributions/{one}/translation", translation("before"))
    assert old in await text_of(person, f"/contributions/{one}")
    await person.post(f"/contributions/{one}/translation", translation("after", 0, revision="1"))
    assert old not in await text_of(person, f"/contributions/{one}")


async def test_of_two_translators_the_second_sees_both_and_chooses(site: Site) -> None:
    (one,) = await contributed(site, "Rruga")
    first, second = await site.member(name="Ana"), await site.member(name="Besa")
    path = f"/contributions/{one}/translation"
    await first.post(path, translation("The road"))
    late = await second.post(path, translation("<i>The street</i>"))
    assert late.status_code == 409
    assert all(each in late.text for each in ("The road", "&lt;i&gt;The street&lt;/i&gt;", "Ana"))
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', late.text.split('class="choose"')[1]))
    await second.post(path, {name: html.unescape(value) for name, value in again.items() if name != "csrf"})
    async with site.database.reading() as work:
        (found,) = await work.translations.of(one)
    assert (found.text, found.version, found.by) == ("<i>The street</i>", 1, "Besa")


@pytest.mark.parametrize(
    "more", [{"question": "no-such"}, {"question": "why"}, {"language": "sq"}, {"language": "xx"}, {"version": "x"}]
)
async def test_only_words_into_another_language_are_translated(site: Site, more: dict[str, str]) -> None:
    (one,) = await contributed(site, "Rruga")
    person = await site.member()
    form = {**translation("The road"), **more}
    assert (await person.post(f"/contributions/{one}/translation", form)).status_code == 400
