"""The steps of the schema: up, down, up again with rows in it, and at the head exactly what the models say."""

from __future__ import annotations

import asyncio
import warnings
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, delete, func, insert, inspect, select, update

from storage import migrate
from storage.database import Database, normalise
from storage.errors import Unavailable
from storage.keys import Keyring
from storage.models import AuthorReply, Base, Contribution, ContributionCount, Redaction, ReplyRow
from storage.submissions import submission_id
from tests.storage.people import arrive, publish, submit, text

pytestmark = pytest.mark.bare


def engine_of(address: str):  # type: ignore[no-untyped-def]
    url = normalise(address)
    return create_engine(url.set(drivername="sqlite") if url.get_backend_name() == "sqlite" else url)


def tables(address: str) -> set[str]:
    engine = engine_of(address)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_up_and_down_and_up(database_url: str) -> None:
    assert migrate.current(database_url) is None
    migrate.upgrade(database_url)
    assert migrate.current(database_url) == migrate.head()
    assert tables(database_url) == {*Base.metadata.tables, "alembic_version"}
    migrate.upgrade(database_url)
    migrate.downgrade(database_url, "base")
    assert migrate.current(database_url) is None
    assert tables(database_url) == {"alembic_version"}
    migrate.upgrade(database_url)
    assert migrate.current(database_url) == migrate.head()


def test_the_head_is_what_the_models_say(database_url: str) -> None:
    migrate.upgrade(database_url)
    engine = engine_of(database_url)
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says so of every index made by an expression
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_newest_revision_is_known_without_alembic() -> None:
    steps = ScriptDirectory(str(migrate.STEPS))
    assert migrate.head() == steps.get_current_head()
    assert all(Path(step.path).name.startswith(f"v{step.revision}_") for step in steps.walk_revisions())


def test_looking_where_a_database_stands_makes_none(sqlite_url: str, tmp_path: Path) -> None:
    assert migrate.current(sqlite_url) is None
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_does_not_answer_is_said_so() -> None:
    for work in (migrate.current, migrate.upgrade):
        with pytest.raises(Unavailable) as caught:
            work("postgresql://ZQX:ZQX@127.0.0.1:9/x")
        assert "ZQX" not in str(caught.value)


async def test_rows_live_through_an_upgrade(database_url: str, keyring: Keyring, now: datetime) -> None:
    await asyncio.to_thread(migrate.upgrade, database_url)
    database = Database(database_url, keyring)
    await publish(database, now)
    person = await arrive(database, now)
    await submit(database, person, now, text("issue", 1, (5, "rruga")))
    async with database.reading() as uow:
        before = await uow.participants.everything(person)
    await asyncio.to_thread(migrate.upgrade, database_url)
    async with database.reading() as uow:
        assert await uow.participants.everything(person) == before
    await database.close()


async def test_what_was_new_of_an_author_says_what_it_was(database_url: str, keyring: Keyring, now: datetime) -> None:
    """Rows from before the step; after it the database still keeps its counts by itself."""
    await asyncio.to_thread(migrate.upgrade, database_url)
    database = Database(database_url, keyring)
    await publish(database, now)
    later, filed = now + timedelta(hours=1), {"consultation": "digital", "questionnaire": "ideas", "language": "sq"}
    news = {"answered": {}, "edited": {"revised_at": later}, "both": {"revised_at": later}, "read": {}}
    async with database.begin() as uow:
        await uow.transaction.execute(delete(ContributionCount))
        await uow.commit()
    for chat, (said, values) in enumerate(news.items(), 1):
        person = await arrive(database, now, chat)
        await submit(database, person, now, text("issue", 1, (5, said)))
        async with database.begin() as uow:
            mine = Contribution.submission_id == submission_id(person, 1)
            known = {**filed, "reason": said, "changed_at": now, "revised_unseen": said != "read"}
            await uow.transaction.execute(update(Contribution).where(mine).values(**known, **values))
            if said in {"answered", "both"}:
                row = (await uow.transaction.rows(select(Contribution.id).where(mine)))[0]
                asked = {
                    "contribution_id": row.id,
                    "kind": "question",
                    "language": "sq",
                    "text": "Ku?",
                    "state": "owed",
                }
                await uow.transaction.execute(insert(ReplyRow), {"id": chat, **asked, "at": now})
                back = {"id": chat, "reply_id": chat, "text": "në Has", "language": "sq", "at": later}
                await uow.transaction.execute(insert(AuthorReply), back)
                where = {"submission_id": submission_id(person, 1), "author_reply_id": chat, "start": 0, "end": 1}
                await uow.transaction.execute(insert(Redaction), {**where, "kind": "other", "at": now})
            await uow.commit()
    await asyncio.to_thread(migrate.downgrade, database_url, "0007")
    await asyncio.to_thread(migrate.upgrade, database_url)
    columns = (Contribution.reason, Contribution.answered_unseen, Contribution.edited_unseen)
    async with database.begin() as uow:
        found = {row[0]: (row[1], row[2]) for row in await uow.transaction.rows(select(*columns))}
        assert await uow.transaction.first(select(Redaction.id)) is None, "that it was left out was not known before"
        await uow.transaction.execute(update(Contribution).values(status="ready"))
        kinds = select(ContributionCount.status, func.sum(ContributionCount.number)).group_by(ContributionCount.status)
        counted = {row[0]: int(row[1]) for row in await uow.transaction.rows(kinds)}
    await database.close()
    assert found == {"answered": (True, False), "edited": (False, True), "both": (True, True), "read": (False, False)}
    assert counted == {"new": 0, "ready": 4}


async def test_processes_that_start_together_do_not_stumble(database_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, database_url) for _ in range(4)))
    assert migrate.current(database_url) == migrate.head()


def test_an_address_that_is_none_is_said_so() -> None:
    with pytest.raises(ValueError, match="KUVENDO_DATABASE_URL"):
        migrate.upgrade("nonsense")
