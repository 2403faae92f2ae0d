"""What was suggested and is not personal, and personal details in what an author wrote back: decided, kept, undone."""

from __future__ import annotations

import uuid

from sqlalchemy import insert, select

from storage.database import Database
from storage.filing import file_some
from storage.filters import Filter
from storage.masking import REDACTED
from storage.models import AuthorReply, Contribution, Dismissal, ReplyRow, Submission
from storage.personal_details import PHONE
from storage.streaming import stream
from storage.written import Stretch
from tests.admin import factories
from tests.admin.factories import Line
from tests.storage.test_redactions import NOW, NUMBER, read


async def wrote_back(database: Database, *texts: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Write a contribution whose author answered a question; return its submission and it."""
    await factories.publish(database)
    submission = await factories.submission(
        database,
        {"issue": ["rruga, ligji 9"], "why": [None]},
        {"issue": [f"tjetra {NUMBER}"], "why": [None]},
        conversation=[Line("in", "text", text, 600 + n) for n, text in enumerate(texts)],
    )
    async with database.begin() as work:
        await file_some(work, 10)
        row = await work.transaction.first(select(Contribution.id).where(Contribution.item == 1))
        assert row is not None
        values = {"contribution_id": row.id, "kind": "question", "language": "sq", "text": "Ku?", "state": "delivered"}
        await work.transaction.execute(insert(ReplyRow), {**values, "at": NOW})
        number = (await work.transaction.rows(select(ReplyRow.id)))[0][0]
        for text in texts:
            row_ = {"reply_id": number, "text": text, "changed": False, "language": "sq", "at": NOW}
            await work.transaction.execute(insert(AuthorReply), row_)
        await work.commit()
    return submission, row.id


async def suggested(database: Database, submission: uuid.UUID, item: int = 1) -> list[str]:
    async with database.reading() as work:
        return [each.words for each in await work.redactions.suggestions(submission, item)]


async def test_what_was_written_back_is_suggested_left_out_everywhere_and_shown_again(database: Database) -> None:
    submission, which = await wrote_back(database, "më merrni te 069/12-34-567", "ose jo")
    assert await suggested(database, submission) == ["069/12-34-567"]
    async with database.begin() as work:
        (found,) = await work.redactions.suggestions(submission, 1)
        assert (found.question, found.place.answer_id) == ("", None)
        stretch = Stretch(found.place, found.start, found.end)
        assert await work.redactions.add(submission, 1, which, stretch, found.kind, None, NOW) == 1
        await work.commit()
    everything = "".join(sign for sign in await read(database, submission) if sign.isalnum())
    assert "1234567" not in everything, "nor in the other contribution, which has the same number in other groups"
    sent = [each async for chunk in stream(database, Filter(scope=(factories.DIGITAL,))) for each in chunk]
    assert NUMBER not in repr(sent)
    assert REDACTED in repr(sent)
    async with database.begin() as work:
        (decided,) = await work.redactions.of(submission)
        assert (decided.words, decided.question) == ("069/12-34-567", None)
        assert await work.redactions.undo(decided.id, submission, None, NOW)
        await work.commit()
    assert NUMBER in await read(database, submission)


async def test_words_by_hand_are_found_in_what_was_written_back_too(database: Database) -> None:
    submission, which = await wrote_back(database, "quhem Arben Hoxha", "arben hoxha, po")
    async with database.begin() as work:
        assert await work.redactions.add_words(submission, 1, which, "Arben Hoxha", "", None, NOW) == 1
        await work.commit()
    assert "rben" not in await read(database, submission)


async def test_what_is_not_personal_is_not_suggested_again_until_that_is_undone(database: Database) -> None:
    submission, which = await wrote_back(database, f"zyra ka {NUMBER}", "zyra: +355691234567, nis@example.al")
    async with database.begin() as work:
        newest, mail = await work.redactions.suggestions(submission, 1)
        stretch = Stretch(newest.place, newest.start, newest.end)
        assert await work.redactions.dismiss(submission, 1, which, stretch, None, NOW) == PHONE
        assert not await work.redactions.dismiss(submission, 1, which, stretch, None, NOW), "it is suggested no more"
        elsewhere = Stretch(mail.place, mail.start + 1, mail.end)
        assert not await work.redactions.dismiss(submission, 1, which, elsewhere, None, NOW), "nobody suggested that"
        await work.commit()
    assert await suggested(database, submission) == ["nis@example.al"], "in no other spelling either"
    assert await suggested(database, submission, 2) == [NUMBER], "of another contribution it was not said"
    assert NUMBER in await read(database, submission), "nothing is left out by it"
    async with database.begin() as work:
        (dismissed,) = await work.redactions.dismissed(submission, 1)
        assert dismissed.words == "+355691234567"
        assert not await work.redactions.suggest_again(dismissed.id, uuid.uuid4())
        assert await work.redactions.suggest_again(dismissed.id, which)
        assert not await work.redactions.suggest_again(dismissed.id, which)
        await work.commit()
    assert await suggested(database, submission) == ["+355691234567", "nis@example.al"]


async def test_what_was_found_not_to_be_personal_goes_with_its_author(database: Database) -> None:
    submission, which = await wrote_back(database, f"zyra ka {NUMBER}")
    async with database.begin() as work:
        (found,) = await work.redactions.suggestions(submission, 1)
        assert await work.redactions.dismiss(
            submission, 1, which, Stretch(found.place, found.start, found.end), None, NOW
        )
        author = (await work.transaction.rows(select(Submission.participant_id)))[0][0]
        assert len((await work.participants.everything(author))["dismissals"]) == 1
        await work.participants.erase(author, NOW)
        assert await work.transaction.first(select(Dismissal.id)) is None
        await work.commit()
