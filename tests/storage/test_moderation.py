"""Decisions about contributions: the table of statuses, whoever is second is told, themes that say nothing alone."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage.database import Database
from storage.models import Contribution
from storage.moderation import (
    BY_HAND,
    REASONS,
    STATUSES,
    TRANSITIONS,
    Moved,
    NeverAlone,
    NotAllowed,
    Refusal,
    Standing,
    decide,
)
from storage.unit_of_work import UnitOfWork
from tests.storage.people import arrive, publish, submit, text


async def one(database: Database, now: datetime) -> tuple[uuid.UUID, int]:
    """Return a contribution, and somebody of the staff."""
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "rruga")))
    async with database.begin() as work:
        member = await work.staff.add("Ana", "hash", "moderator", [], "sq", now)
        await work.commit()
    async with database.reading() as work:
        row = await work.transaction.first(select(Contribution.id))
    assert row is not None
    return row[0], member.id


async def stands(database: Database, contribution: uuid.UUID) -> Standing:
    async with database.reading() as work:
        found = await work.moderation.standing(contribution)
    assert found is not None
    return found


async def theme(work: UnitOfWork, slug: str) -> int:
    return next(each.id for each in await work.codebook.themes(["digital"]) if each.slug == slug)


# --- the table -------------------------------------------------------------------------------------------------------


def test_every_status_leads_somewhere_and_only_to_statuses() -> None:
    assert set(TRANSITIONS) == set(STATUSES)
    assert all(goals and goals <= set(BY_HAND) for goals in TRANSITIONS.values())


def test_nobody_chooses_answered() -> None:
    assert {decide(status, "answered", None, noted=True) for status in STATUSES} == {Refusal.TRANSITION}


def test_what_was_answered_can_only_be_taken_up_again() -> None:
    assert [goal for goal in STATUSES if decide("answered", goal, None, noted=False) is None] == ["in-review"]


@pytest.mark.parametrize("reason", REASONS)
def test_setting_aside_has_a_reason_and_nothing_else_has(reason: str) -> None:
    assert decide("new", "set-aside", reason, noted=True) is None
    assert decide("new", "set-aside", None, noted=True) is Refusal.REASON
    assert decide("new", "set-aside", "so", noted=True) is Refusal.REASON
    assert decide("new", "on-hold", reason, noted=True) is Refusal.REASON


def test_another_reason_needs_a_note() -> None:
    assert decide("new", "set-aside", "other", noted=False) is Refusal.NOTE
    assert decide("new", "set-aside", "spam", noted=False) is None


def test_the_reason_can_be_changed() -> None:
    assert decide("set-aside", "set-aside", "unclear", noted=False) is None


# --- verbs -----------------------------------------------------------------------------------------------------------


async def test_a_status_is_set_and_the_version_rises(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    later = now + timedelta(hours=1)
    async with database.begin() as work:
        await work.moderation.set_status(id_, "set-aside", "other", note=" pse ", seen=0, by=ana, now=later)
        await work.commit()
    found = await stands(database, id_)
    assert (found.status, found.reason, found.version) == ("set-aside", "other", 1)
    assert (found.changed_at, found.changed_by) == (later, ana)
    async with database.reading() as work:
        assert [(note.by, note.text) for note in await work.moderation.notes(id_)] == [("Ana", "pse")]


async def test_what_the_rules_do_not_have_changes_nothing(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    before = await stands(database, id_)
    async with database.begin() as work:
        with pytest.raises(NotAllowed) as refused:
            await work.moderation.set_status(id_, "answered", seen=0, by=ana, now=now)
        await work.commit()
    assert refused.value.why is Refusal.TRANSITION
    assert await stands(database, id_) == before


async def test_the_second_of_two_is_told_what_stands(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    async with database.begin() as work:
        await work.moderation.assign(id_, ana, seen=0, by=ana, now=now)
        await work.commit()
    async with database.begin() as work:
        some = await theme(work, "v1")
        verbs = [
            work.moderation.set_status(id_, "ready", seen=0, by=ana, now=now),
            work.moderation.assign(id_, None, seen=0, by=ana, now=now),
            work.moderation.set_themes(id_, {some}, seen=0, by=ana, now=now),
            work.moderation.add_theme(id_, some, seen=0, by=ana, now=now),
            work.moderation.remove_theme(id_, some, seen=0, by=ana, now=now),
            work.moderation.look(id_, seen=0, by=ana, now=now),
        ]
        for verb in verbs:
            with pytest.raises(Moved) as moved:
                await verb
            assert moved.value.now == await work.moderation.standing(id_)
        await work.commit()
    assert (await stands(database, id_)).assignee_id == ana


async def test_what_is_done_to_many_takes_what_stands(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    async with database.begin() as work:
        await work.moderation.assign(id_, ana, seen=None, by=ana, now=now)
        await work.moderation.set_status(id_, "ready", seen=None, by=ana, now=now)
        await work.commit()
    assert (await stands(database, id_)).version == 2


async def test_what_is_gone_is_told_as_gone(database: Database, now: datetime) -> None:
    _, ana = await one(database, now)
    async with database.begin() as work:
        with pytest.raises(Moved) as moved:
            await work.moderation.assign(uuid.uuid4(), ana, seen=None, by=ana, now=now)
    assert moved.value.now is None


async def test_looking_takes_the_authors_change_off_the_list(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    async with database.begin() as work:
        unseen = {"revised_unseen": True, "edited_unseen": True, "answered_unseen": True}
        await work.transaction.execute(update(Contribution).values(unseen))
        await work.moderation.look(id_, seen=0, by=ana, now=now)
        await work.commit()
    assert not (await stands(database, id_)).revised_unseen
    async with database.reading() as work:
        row = (await work.transaction.rows(select(Contribution.edited_unseen, Contribution.answered_unseen)))[0]
    assert tuple(row) == (False, False)


@pytest.mark.parametrize(("before", "after"), [("new", "answered"), ("ready", "answered"), ("set-aside", "set-aside")])
async def test_it_is_answered_once_a_response_was_delivered(
    database: Database, now: datetime, before: str, after: str
) -> None:
    id_, _ = await one(database, now)
    async with database.begin() as work:
        await work.transaction.execute(update(Contribution).values(status=before))
        assert await work.moderation.settle_answered(id_, now) is (before != after)
        assert not await work.moderation.settle_answered(id_, now)
        await work.commit()
    assert (await stands(database, id_)).status == after


# --- themes ----------------------------------------------------------------------------------------------------------


async def test_themes_are_set_added_and_taken_away(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    async with database.begin() as work:
        v1, v2, v4 = [await theme(work, slug) for slug in ("v1", "v2", "v4")]
        await work.moderation.set_themes(id_, [v4, v1], seen=0, by=ana, now=now)
        await work.moderation.add_theme(id_, v2, seen=1, by=ana, now=now)
        await work.moderation.remove_theme(id_, v4, seen=2, by=ana, now=now)
        await work.commit()
    found = await stands(database, id_)
    assert (found.themes, found.version) == ((v1, v2), 3)


async def test_technology_alone_is_refused(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    async with database.begin() as work:
        v1, v4 = await theme(work, "v1"), await theme(work, "v4")
        with pytest.raises(NeverAlone):
            await work.moderation.set_themes(id_, [v4], seen=0, by=ana, now=now)
        await work.moderation.set_themes(id_, [v4, v1], seen=0, by=ana, now=now)
        with pytest.raises(NeverAlone):
            await work.moderation.remove_theme(id_, v1, seen=1, by=ana, now=now)
        await work.moderation.set_themes(id_, [], seen=1, by=ana, now=now)
        await work.commit()
    assert (await stands(database, id_)).themes == ()


async def test_foreign_and_retired_themes_are_passed_over(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    async with database.begin() as work:
        await work.consultations.load({"slug": "justice", "title": {}}, [], now)
        foreign = (await work.codebook.themes(["justice"]))[0].id
        v1, v2 = await theme(work, "v1"), await theme(work, "v2")
        await work.moderation.set_themes(id_, [v1], seen=0, by=ana, now=now)
        for each in (v1, v2):
            await work.codebook.retire(each, now, seen=0)
        await work.moderation.set_themes(id_, [v1, v2, foreign], seen=1, by=ana, now=now)
        await work.commit()
    assert (await stands(database, id_)).themes == (v1,), "what was coded stays coded"


# --- notes -----------------------------------------------------------------------------------------------------------


async def test_notes_of_ones_own_can_be_removed(database: Database, now: datetime) -> None:
    id_, ana = await one(database, now)
    async with database.begin() as work:
        other = await work.staff.add("Besa", "hash", "moderator", [], "sq", now)
        await work.moderation.note(id_, "e para", by=ana, now=now)
        await work.moderation.note(id_, "e dyta", by=other.id, now=now)
        first, second = await work.moderation.notes(id_)
        assert not await work.moderation.remove_note(second.id, id_, by=ana, now=now)
        assert not await work.moderation.remove_note(first.id, uuid.uuid4(), by=ana, now=now)
        assert await work.moderation.remove_note(first.id, id_, by=ana, now=now)
        assert not await work.moderation.remove_note(first.id, id_, by=ana, now=now)
        assert await work.moderation.remove_note(second.id, id_, by=None, now=now)
        assert await work.moderation.notes(id_) == ()
        await work.commit()
    assert (await stands(database, id_)).version == 0, "a note is in nobody's way"
