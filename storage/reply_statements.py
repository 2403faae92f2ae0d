"""The SQL of replies, made once: who is written to, what waits for a worker, what became of it, what came back."""

from __future__ import annotations

from sqlalchemy import String, and_, bindparam, case, cast, exists, insert, null, or_, select, true, update

from storage.models import (
    Address,
    AuthorReply,
    Contribution,
    OutboxRow,
    ReplyRow,
    SessionRow,
    Staff,
    Submission,
    TranscriptRow,
)

STAFF = "staff"
"""The kind, in the conversation, of what the secretariat wrote."""

_HAS_ADDRESS = Address.participant_id.is_not(None).label("has_address")

AUTHOR = (
    select(Submission.language.label("submitted_in"), SessionRow.language, Address.unreachable_why, _HAS_ADDRESS)
    .select_from(Contribution)
    .join(Submission, Submission.id == Contribution.submission_id)
    .join(SessionRow, SessionRow.participant_id == Submission.participant_id, isouter=True)
    .join(Address, Address.participant_id == Submission.participant_id, isouter=True)
)

WRITE = insert(ReplyRow).values(state="written").returning(ReplyRow.id)

OF = (
    select(
        ReplyRow.id,
        ReplyRow.kind,
        ReplyRow.language,
        ReplyRow.text,
        ReplyRow.state,
        ReplyRow.error,
        ReplyRow.at,
        ReplyRow.settled_at,
        Staff.name,
    )
    .join(Staff, Staff.id == ReplyRow.staff_id, isouter=True)
    .order_by(ReplyRow.id)
)

BACK = select(
    AuthorReply.reply_id, AuthorReply.id, AuthorReply.text, AuthorReply.changed, AuthorReply.language, AuthorReply.at
).order_by(AuthorReply.id)

WAITING = (
    select(
        ReplyRow.id,
        ReplyRow.kind,
        ReplyRow.text,
        Submission.participant_id,
        Submission.receipt,
        Submission.draft,
        Submission.digest,
        Contribution.position,
        SessionRow.state,
        Address.unreachable_why,
        _HAS_ADDRESS,
    )
    .join(Contribution, Contribution.id == ReplyRow.contribution_id)
    .join(Submission, Submission.id == Contribution.submission_id)
    .join(SessionRow, SessionRow.participant_id == Submission.participant_id, isouter=True)
    .join(Address, Address.participant_id == Submission.participant_id, isouter=True)
    .order_by(ReplyRow.id)
)

# The first message of a reply leads to its row in the outbox; one whose rows are gone is settled too.
_FIRST_KEY = "reply:" + cast(ReplyRow.id, String) + "/0"
DONE = (
    select(ReplyRow.id)
    .join(OutboxRow, OutboxRow.key == _FIRST_KEY, isouter=True)
    .where(ReplyRow.state == "owed", or_(OutboxRow.id.is_(None), OutboxRow.state.in_(("sent", "failed"))))
    .order_by(ReplyRow.id)
    .limit(bindparam("at_most"))
)
LETTERS = select(OutboxRow.key, OutboxRow.state, OutboxRow.error, OutboxRow.done_at)

TO_AUTHOR = (
    select(ReplyRow.id, Submission.receipt, Submission.draft, ReplyRow.text)
    .join(Contribution, Contribution.id == ReplyRow.contribution_id)
    .join(Submission, Submission.id == Contribution.submission_id)
    .where(ReplyRow.state != "written")
)
_CAME_BACK = exists().where(AuthorReply.reply_id == ReplyRow.id).correlate(ReplyRow)
# A question waits until somebody wrote back, unless what it is about was decided meanwhile.
WAITS = and_(
    ReplyRow.kind == "question",
    ReplyRow.state.in_(("owed", "delivered")),
    Contribution.status.not_in(("answered", "set-aside")),
    ~_CAME_BACK,
)
WAITING_FOR = TO_AUTHOR.where(WAITS).limit(2)
# The one asked last, a question that waits before one that does not.
ASKED = TO_AUTHOR.where(ReplyRow.kind == "question").order_by(case((WAITS, 0), else_=1), ReplyRow.id.desc()).limit(1)

_PERSON = bindparam("person", type_=TranscriptRow.participant_id.type)
_NUMBER = bindparam("given", type_=TranscriptRow.number.type)
_UNNUMBERED = or_(TranscriptRow.number.is_(None), TranscriptRow.number > _NUMBER)
# The message with this number, and what the secretariat wrote whose number is not known or is that of a later piece.
SAID_IN_CHAT = (
    select(TranscriptRow.number, TranscriptRow.kind, TranscriptRow.text, TranscriptRow.letter)
    .where(
        TranscriptRow.participant_id == _PERSON,
        TranscriptRow.direction == "out",
        or_(TranscriptRow.number == _NUMBER, and_(TranscriptRow.kind == STAFF, _UNNUMBERED)),
    )
    .order_by(TranscriptRow.id)
)

ANSWER = insert(AuthorReply)
POINTED_OUT = (
    update(Contribution)
    .where(
        Contribution.id
        == select(ReplyRow.contribution_id).where(ReplyRow.id == bindparam("question")).scalar_subquery()
    )
    .values(revised_unseen=true(), answered_unseen=true(), version=Contribution.version + 1, changed_by=null())
)
