"""What is personal is found, and what was redacted is read nowhere: in no spelling, revision, message, list or file."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from storage.database import Database
from storage.filing import file_some
from storage.masking import OMITTED, REDACTED, Mask, widened
from storage.models import (
    AnswerRow,
    Contribution,
    ContributionText,
    Submission,
    TranscriptRow,
)
from storage.personal_details import ACCOUNT, CARD, EMAIL, IDENTITY_NUMBER, PHONE, find
from storage.written import Place, Stretch, written
from tests.admin import factories
from tests.admin.factories import Line

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NUMBER = "069 123 4567"


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.kind) for each in find(text)]


# --- what is found --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((number, PHONE) for number in (
            "0691234567", "069 123 4567", "069/12-34-567", "(069) 123 4567", "0 6 9 1 2 3 4 5 6 7", "+355 69 123 4567",
            "+355691234567", "00355 69 12 34 567", "+355 (0)69 123 4567", "069\u00a0123\u00a04567", "042 234 567",
            "04 2234567", "+355 4 223 4567", "052 230 123", "+383 44 123 456", "+49 170 1234567", "0039 333 123 4567",
        )),
        *((address, EMAIL) for address in ("ana.hoxha@gmail.com", "ANA+1@AKSHI.gov.al", "çeku@shqipëria.al")),
        *((number, IDENTITY_NUMBER) for number in ("I85101001A", "j05515123w", "K 0 01 31 001 B", "H16212012C")),
        *((number, CARD) for number in (
            "4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "3782 822463 10005",
        )),
        *((number, ACCOUNT) for number in ("AL47 2121 1009 0000 0002 3569 8741", "AL47212110090000000235698741",
            "AL99212110090000000235698741", "DE89 3704 0044 0532 0130 00")),
    ],
)  # fmt: skip
def test_personal_details_are_found(text: str, kind: str) -> None:
    assert kinds(text) == [(text, kind)]
    assert kinds(f"Më gjeni te {text}, ju lutem.") == [(text, kind)]
    assert kinds(f"({text})")[0][1] == kind


@pytest.mark.parametrize(
    "text",
    [
        "ligji 146/2014", "Ligji nr. 9887, datë 10.03.2008", "VKM nr. 687, datë 29.7.2015", "neni 42/1, pika 3",
        "law no. 119/2014", "vendimi nr. 012345678", "më 04.05.2026 10:30", "2024-2025", "1990–2026", "viti 2026",
        "1 234 567 890 lekë", "1.234.567,50 euro", "€ 4111111111111111", "4 111 111 111 111 111 lekë", "100 000 000",
        "12,5%", "2026-11-23T10:00:00", "K31404027P", "I85231001A", "Z85101001A", "I85101001Z", "4111111111111112",
        "1111222233334444", "x@y", "@kuvendo", "e-Albania", "ora 09:00-16:00", "2,402,113 banorë", "nr. 12345678901234",
        "rruga 123, kati 4, ap. 56, 1001 Tiranë",
    ],
)  # fmt: skip
def test_other_numbers_are_no_such_thing(text: str) -> None:
    assert kinds(text) == []


DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
PLAIN = st.one_of(
    st.integers(1800, 2100).map(lambda year: f"viti {year}"),
    st.tuples(st.integers(1800, 2100), st.integers(1800, 2100)).map("{0[0]}-{0[1]}".format),
    st.tuples(st.integers(1, 99_999), st.integers(1900, 2099)).map("ligji nr. {0[0]}/{0[1]}".format),
    st.tuples(st.integers(1, 99_999), DAYS).map(lambda law: f"VKM nr. {law[0]}, datë {law[1]:%d.%m.%Y}"),
    st.tuples(DAYS, st.sampled_from(["%d.%m.%Y", "%d/%m/%y", "%Y-%m-%d", "%d-%m-%Y"])).map(
        lambda d: d[0].strftime(d[1])
    ),
    st.tuples(DAYS, st.times()).map(lambda at: f"më {at[0]:%d.%m.%Y} {at[1]:%H:%M}"),
    st.tuples(
        st.integers(1, 10**15),
        st.sampled_from([" ", ".", ""]),
        st.sampled_from(["lekë", "euro", "ALL", "milionë", "€"]),
    ).map(lambda sum_: f"{sum_[0]:,} {sum_[2]}".replace(",", sum_[1])),
    st.integers(1, 10**11).map(lambda count: f"{count:,}".replace(",", " ")),
    st.floats(0, 100).map(lambda share: f"{share:.2f}%"),
)


@given(st.lists(PLAIN, min_size=1, max_size=4).map(", ".join))
def test_years_amounts_laws_and_dates_are_never_taken_for_personal(text: str) -> None:
    assert find(text) == ()


@given(st.text(max_size=60))
@example("AL47 2121 1009 0000 0002 3569 8741 0691234567")
def test_what_is_found_stands_in_the_text_and_apart(text: str) -> None:
    found = find(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


# --- the mask -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        "0691234567",
        "+355 69 123 4567",
        "00355691234567",
        "(069)1234567",
        "069-12-34-567",
        "069\n1234567",
        "069.123.4567",
    ],
)
def test_a_number_is_left_out_in_every_spelling(spelling: str) -> None:
    assert Mask((NUMBER,)).over(f"tel. {spelling}.", "#") in {"tel. #.", "tel. (#."}
    assert Mask((spelling,)).over(NUMBER, "#") == "#"


@pytest.mark.parametrize(
    ("word", "text", "left"),
    [
        ("Ana", "Banana ana ANA Anabela", "Banana # # Anabela"),
        ("Hoxhë", "HOXHE hoxhe\u0308", "# #"),
        ("Çelë", "Cela cele ÇELË", "Cela # #"),
        ("ana@x.al", "ANA@x.al, xana@x.al", "#, xana@x.al"),
        ("Ana  Hoxha", "ana\nhoxha", "#"),
        ("Ana\nHoxha", "Ana Hoxha, Ana, hoxha", "#, #, #"),
        ("10691234567", "0691234567", "0691234567"),
        (NUMBER, "10691234567 06912345678", "10691234567 06912345678"),
        ("AL47212110090000000235698741", "al47 2121 1009 0000 0002 3569 8741", "#"),
        ("I85101001A", "i8510-1001a", "#"),
        ("4111 1111 1111 1111", "4111-1111-1111-1111", "#"),
        ("", "abc", "abc"),
        (" \n ", "a b", "a b"),
        ("a.c", "abc a.c", "abc #"),
        ("(x", "(x (y", "# (y"),
    ],
)
def test_words_are_left_out_whole_and_in_every_spelling(word: str, text: str, left: str) -> None:
    assert Mask((word,)).over(text, "#") == left


def test_of_words_that_overlap_the_longest_goes_first() -> None:
    mask = Mask(("Ana", "Ana Hoxha", "Hoxha"))
    assert mask.over("Ana Hoxha, Hoxha Ana", "#") == "#, # #"
    assert list(mask.pieces("Po, Ana Hoxha.")) == [("Po, ", False), ("Ana Hoxha", True), (".", False)]
    assert list(mask.pieces(f"Po, {OMITTED}")) == [("Po, ", False), (OMITTED, True)]
    assert list(Mask().pieces("")) == [("", False)]


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(st.text(alphabet="aeëcç 0123456789+-(.)\n@AEİß’'x\u0308", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_whatever_stretch_is_chosen_is_left_out(text: str, one: int, other: int) -> None:
    start, end = widened(text, min(one, other, len(text)), min(max(one, other), len(text)))
    assume(start < end)
    mask = Mask((text[start:end],))
    assert mask.covers(text, start, end)
    assert not mask.covers(mask.over(text, ""), 0, 0)
    assert "".join(piece for piece, _ in mask.pieces(text)) == text


@given(st.integers(0, 12), st.integers(0, 12))
def test_marks_move_with_their_words(start: int, end: int) -> None:
    assume(start < end)
    text, mask = f"Para {NUMBER} pas", Mask((NUMBER,))
    moved, marks = mask.marked(text, [("bold", 5 + start, 5 + end), ("italic", 18, 21)])
    assert moved == f"Para {OMITTED} pas"
    assert [moved[a:b] for _, a, b in marks] == [OMITTED, "pas"]


# --- where nothing is read any more ---------------------------------------------------------------------------------

SAID = (
    Line("out", "ask", "Cila është çështja?", 501),
    Line("in", "text", "Telefononi 0691234567!", 502),
    Line("out", "review", "Ju shkruat: Telefononi 069 123 4567!", 503, [["Telefononi 0691234567"]], [["bold", 0, 10]]),
)


async def redacted(database: Database) -> tuple[uuid.UUID, uuid.UUID]:
    """Write a submission with a number in three spellings, and leave it out; return it and its contribution."""
    await factories.publish(database)
    submission = await factories.submission(
        database,
        {"issue": ["Telefononi +355 69 123 4567", f"Telefononi {NUMBER}, ose jo"], "why": [["069", "1234567 kurrë"]]},
        conversation=SAID,
    )
    async with database.begin() as work:
        await file_some(work, 10)
        found = await work.redactions.suggestions(submission, 1)
        which = (await work.transaction.rows(select(Contribution.id)))[0][0]
        place = Stretch(found[0].place, found[0].start, found[0].end)
        assert await work.redactions.add(submission, 1, which, place, found[0].kind, None, NOW) == 1
        await work.commit()
    return submission, which


async def read(database: Database, submission: uuid.UUID) -> str:
    """Return everything that the secretariat reads of a submission."""
    async with database.reading() as work:
        whole = await work.reading.one(submission, [factories.DIGITAL])
        talk = await work.reading.transcript(submission)
        texts = await work.transaction.rows(select(ContributionText.excerpt, ContributionText.folded))
        decided = await work.redactions.of(submission)
        suggested = await work.redactions.suggestions(submission, 1)
    assert whole is not None
    said = [each.text for part in whole.contributions for answer in part.answers for each in answer.revisions]
    spoken = [(each.text, each.menu, each.marks) for each in talk]
    return repr((said, spoken, [tuple(row) for row in texts], [each.kind for each in decided], suggested))


async def test_one_decision_leaves_the_number_out_everywhere(database: Database) -> None:
    submission, _ = await redacted(database)
    everything = "".join(sign for sign in await read(database, submission) if sign.isalnum())
    assert "1234567" not in everything
    assert OMITTED in await read(database, submission)
    assert "bold" in await read(database, submission)


async def test_a_revision_after_it_is_covered_too(database: Database) -> None:
    submission, _ = await redacted(database)
    async with database.begin() as work:
        row = factories._answer(submission, "why", 1, 1, "përsëri 069-1234567", "sq", NOW)
        await work.transaction.execute(insert(AnswerRow), row)
        await work.commit()
    assert "1234567" not in await read(database, submission)


async def test_what_was_written_stays_for_its_author(database: Database) -> None:
    await redacted(database)
    async with database.reading() as work:
        person = (await work.transaction.rows(select(Submission.participant_id)))[0][0]
        held = await work.participants.everything(person)
        kept = await work.transaction.rows(select(TranscriptRow.text))
    assert NUMBER in repr(held["answers"])
    assert "+355 69 123 4567" in repr(held["answers"])
    assert "0691234567" in repr(kept)
    assert len(held["redactions"]) == 1


async def test_it_is_shown_again_where_it_is_undone(database: Database) -> None:
    submission, _ = await redacted(database)
    async with database.begin() as work:
        (decided,) = await work.redactions.of(submission)
        assert (decided.words, decided.kind) == (NUMBER, PHONE)
        assert not await work.redactions.undo(decided.id, uuid.uuid4(), None, NOW)
        assert await work.redactions.undo(decided.id, submission, None, NOW)
        assert not await work.redactions.undo(decided.id, submission, None, NOW)
        await work.commit()
    everything = await read(database, submission)
    assert NUMBER in everything
    assert OMITTED not in everything
    async with database.reading() as work:
        (decided,) = await work.redactions.of(submission)
        assert decided.undone_at == NOW
        assert len(await work.redactions.suggestions(submission, 1)) == 1


async def test_nothing_is_left_out_twice_or_where_it_does_not_stand(database: Database) -> None:
    submission, which = await redacted(database)
    async with database.begin() as work:
        place = (await written(work.transaction, submission, 1))[0].place
        assert await work.redactions.add_words(submission, 1, which, "0691234567", PHONE, None, NOW) == 0
        assert await work.redactions.add_words(submission, 1, which, "fjalë tjetër", "", None, NOW) is None
        assert await work.redactions.add_words(submission, 1, which, "o", "", None, NOW) is None
        assert await work.redactions.add(submission, 1, which, Stretch(Place(-1), 0, 5), "", None, NOW) == 0
        assert await work.redactions.add(submission, 1, which, Stretch(place, 5, 5), "", None, NOW) == 0
        assert await work.redactions.add(submission, 1, which, Stretch(place, 900, 999), "", None, NOW) == 0
        assert len(await work.redactions.of(submission)) == 1


async def test_words_by_hand_go_wherever_they_stand(database: Database) -> None:
    await factories.publish(database)
    submission = await factories.submission(
        database, {"issue": ["Arbeni tha", "Arbenit i thamë, arbeni"], "why": ["po"]}
    )
    async with database.begin() as work:
        which = (await work.transaction.rows(select(Contribution.id)))[0][0]
        assert await work.redactions.add_words(submission, 1, which, " arben ", "", None, NOW) == 2
        await work.commit()
    everything = (await read(database, submission)).lower()
    assert "arben" not in everything
    assert "thamë" in everything


async def test_a_stretch_of_another_submission_is_not_touched(database: Database) -> None:
    submission, which = await redacted(database)
    other = await factories.submission(database, {"issue": [NUMBER], "why": [None]}, at=NOW + timedelta(hours=1))
    async with database.begin() as work:
        foreign = (await written(work.transaction, other, 1))[0].place
        assert await work.redactions.add(submission, 1, which, Stretch(foreign, 0, 5), PHONE, None, NOW) == 0
    assert NUMBER in await read(database, other)
    assert REDACTED not in await read(database, other)
