"""The schema on one page.

Who spoke stands in `addresses` alone: a chat's number sealed under the installation's key and found by a
keyed hash. Everything else hangs on a participant, a random number that means nothing outside this database.
Every table that holds something about a person names the column that leads to them in `info={"person": ...}`;
erasure and `/mydata` follow it, and a table without it fails the build. Times are UTC. Texts have no length
limit.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.types import UtcDateTime

Number = BigInteger().with_variant(Integer, "sqlite")
"""An ever-growing integer key: SQLite counts only INTEGER PRIMARY KEY by itself."""

PERSON = "participant_id"


class Base(DeclarativeBase):
    """Naming rules, so that migrations can name what they change on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
        uuid.UUID: Uuid(),
    }


# --- people -------------------------------------------------------------------------------------------------


class Participant(Base):
    """Somebody who speaks with the bot: a number and nothing else."""

    __tablename__ = "participants"
    __table_args__ = ({"info": {"person": "id"}},)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    created_at: Mapped[datetime]


class Address(Base):
    """Where a participant can be reached: opened only to send and to erase."""

    __tablename__ = "addresses"
    __table_args__ = ({"info": {"person": PERSON}},)

    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(default="telegram")
    lookup: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """HMAC-SHA-256 of the chat's number under a key derived from the secret key."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The chat's number, encrypted."""
    unreachable_since: Mapped[datetime | None]
    unreachable_why: Mapped[str | None]


class SessionRow(Base):
    """The dialogue's state of one participant; `version` rises with each change: two writers meet there."""

    __tablename__ = "sessions"
    __table_args__ = ({"info": {"person": PERSON}},)

    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    version: Mapped[int]
    turn: Mapped[int] = mapped_column(BigInteger)
    posted: Mapped[int | None] = mapped_column(BigInteger)
    """Telegram's number of the message that showed turn `turn`; None while it is unknown."""
    state: Mapped[str]
    language: Mapped[str]
    updated_at: Mapped[datetime]


class Consent(Base):
    """That a participant agreed (or did not) to one version of the consent text, read in one language."""

    __tablename__ = "consents"
    __table_args__ = ({"info": {"person": PERSON}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participants.id"), index=True)
    text_version: Mapped[int]
    text_digest: Mapped[str]
    language: Mapped[str]
    given: Mapped[bool]
    at: Mapped[datetime]


# --- what is asked ------------------------------------------------------------------------------------------


class ConsultationRow(Base):
    """One round on one component; `definition` is everything of it that is not a questionnaire, as JSON."""

    __tablename__ = "consultations"
    __table_args__ = ({"info": {"person": None}},)

    slug: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    definition: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="draft")
    """draft, open or closed."""
    closes_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    """Since when it is closed; what must be forgotten after that is counted from here."""
    changed_at: Mapped[datetime]


class QuestionnaireVersion(Base):
    """One version of one questionnaire, exactly as it is asked; never changed once somebody may have read."""

    __tablename__ = "questionnaire_versions"
    __table_args__ = (
        UniqueConstraint("consultation", "slug", "version"),
        {"info": {"person": None}},
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    consultation: Mapped[str] = mapped_column(ForeignKey("consultations.slug"))
    slug: Mapped[str]
    version: Mapped[int]
    position: Mapped[int]
    is_current: Mapped[bool]
    definition: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]


# --- what was said ------------------------------------------------------------------------------------------


class Submission(Base):
    """One set of answers: a draft while `submitted_at` is empty, a submission from then on."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("participant_id", "draft"),
        Index("ix_submissions_newest", "submitted_at", "id"),
        {"info": {"person": PERSON}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participants.id"))
    draft: Mapped[int]
    """The draft's number within the participant's session."""
    digest: Mapped[str] = mapped_column(ForeignKey("questionnaire_versions.digest"))
    consultation: Mapped[str] = mapped_column(ForeignKey("consultations.slug"))
    questionnaire: Mapped[str]
    channel: Mapped[str] = mapped_column(default="telegram")
    language: Mapped[str]
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(unique=True)
    """Eight letters and digits without the space between the groups."""


class Contribution(Base):
    """One issue or idea of a submission: the unit of moderation. `position` is its rank, from 1."""

    __tablename__ = "contributions"
    __table_args__ = (
        UniqueConstraint("submission_id", "item"),
        {"info": {"person": "submission_id"}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("submissions.id"))
    item: Mapped[int]
    position: Mapped[int]
    status: Mapped[str] = mapped_column(default="new")
    created_at: Mapped[datetime]


class AnswerRow(Base):
    """One revision of one answer; the highest of a slot is what stands there. Rows are never changed."""

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("submission_id", "question", "item", "revision"),
        {"info": {"person": "submission_id"}},
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("submissions.id"))
    question: Mapped[str]
    item: Mapped[int]
    revision: Mapped[int]
    """0 for what was said first."""
    parts: Mapped[list[Any]]
    """[[message number, text], ...], each text exactly as written."""
    chosen: Mapped[list[Any]]
    skipped: Mapped[bool]
    dropped: Mapped[bool]
    """True where the slot was taken out of the submission; the earlier revisions stay."""
    language: Mapped[str]
    at: Mapped[datetime]


class TranscriptRow(Base):
    """One message of the conversation as the person saw it, from their consent on."""

    __tablename__ = "transcript"
    __table_args__ = (
        Index("ix_transcript_number", "participant_id", "number"),
        Index("ix_transcript_submission", "submission_id", "id"),
        {"info": {"person": PERSON}},
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participants.id"))
    submission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("submissions.id"))
    """The draft in hand at that moment."""
    direction: Mapped[str]
    """in (from the person) or out."""
    kind: Mapped[str]
    """text, press, command, edit, media, or the prompt's kind for what the bot said."""
    number: Mapped[int | None] = mapped_column(BigInteger)
    """Telegram's message number; for what the bot said it is filled in once sent."""
    text: Mapped[str]
    marks: Mapped[list[Any]]
    menu: Mapped[list[Any]]
    """Rows of button labels."""
    letter: Mapped[str | None] = mapped_column(unique=True)
    """Of what the bot said: the key of its last piece in the outbox, by which the number finds its way here."""
    language: Mapped[str]
    at: Mapped[datetime]


# --- in and out ---------------------------------------------------------------------------------------------


class Inbox(Base):
    """Updates already taken, by number alone: the place where exactly-once holds. Pruned after a week."""

    __tablename__ = "inbox"
    __table_args__ = ({"info": {"person": None}},)

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Quarantine(Base):
    """An update that could not be handled; its content is kept, sealed, only where its author consented."""

    __tablename__ = "quarantine"
    __table_args__ = ({"info": {"person": PERSON}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    participant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("participants.id"), index=True)
    update_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    shape: Mapped[dict[str, Any]]
    """The update's keys and the types of their values, never the values."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)


class NoticeRow(Base):
    """One notice to many people, in every language. What became of it is counted here once its rows in the outbox go.

    `reached` is the last participant whose turn it was: the audience is gone through in the order of their ids, and
    moved on in the transaction that owes them the notice, so that nobody is passed over and nobody is told twice.
    """

    __tablename__ = "notices"
    __table_args__ = ({"info": {"person": None}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    audience: Mapped[str]
    """all, or the slug of the consultation whose participants it is for."""
    texts: Mapped[dict[str, Any]]
    """By the code of the language."""
    state: Mapped[str] = mapped_column(default="draft")
    """draft, running, paused, done or cancelled."""
    people: Mapped[int] = mapped_column(default=0)
    """How many it was for when it was started; once it is done, how many it went to or was given up for."""
    reached: Mapped[uuid.UUID | None]
    all_owed: Mapped[bool] = mapped_column(default=False)
    """Whether the whole audience was gone through."""
    sent: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    unreachable: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


_OF_A_NOTICE = text("notice_id IS NOT NULL")


class OutboxRow(Base):
    """A message owed to a participant. Its body is dropped once it is sent or given up.

    Order within a participant is replies before notices, and among them the order of `id`. `key` makes
    enqueueing the same message twice one message.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "state", "priority", "id"),
        Index("ix_outbox_participant", "participant_id", "state", "priority", "id"),
        Index("ix_outbox_notice_id", "notice_id", "state", postgresql_where=_OF_A_NOTICE, sqlite_where=_OF_A_NOTICE),
        {"info": {"person": PERSON}},
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participants.id"))
    key: Mapped[str] = mapped_column(unique=True)
    priority: Mapped[int]
    """0 for a reply, 1 for a notice."""
    turn: Mapped[int | None] = mapped_column(BigInteger)
    """The session's turn whose screen this message is, or is a piece of; None for a message beside it."""
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    """The notice to many people that this is one copy of."""
    body: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(default="waiting")
    """waiting, held (while its notice is paused), sent or failed."""
    attempts: Mapped[int] = mapped_column(default=0)
    unanswered: Mapped[int] = mapped_column(default=0)
    """How many of these tries got no answer after the message had left, so that it may have arrived."""
    not_before: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    unsure: Mapped[bool] = mapped_column(default=False)
    """An earlier sending may have arrived: then the next copy's number does not say when the message was first seen."""
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


# --- staff --------------------------------------------------------------------------------------------------


class Staff(Base):
    """Somebody of a secretariat. `role` is administrator, coordinator, moderator or viewer."""

    __tablename__ = "staff"
    __table_args__ = ({"info": {"person": None}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    components: Mapped[list[Any]]
    """The consultations' slugs this person sees; empty means every one."""
    language: Mapped[str] = mapped_column(default="sq")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSession(Base):
    """A login that can be ended: `id` is the SHA-256 of the cookie's value, `csrf` the token of its forms."""

    __tablename__ = "staff_sessions"
    __table_args__ = ({"info": {"person": None}},)

    id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Throttle(Base):
    """A counter of attempts under a key (a hash of what is tried and from where), for logins and receipts."""

    __tablename__ = "throttles"
    __table_args__ = ({"info": {"person": None}},)

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime]


class AuditRow(Base):
    """What staff did, in order; never a word of what a participant said."""

    __tablename__ = "audit"
    __table_args__ = ({"info": {"person": None}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str]
    subject: Mapped[str]
    at: Mapped[datetime]


class Lease(Base):
    """A duty one process holds at a time (receiving updates, periodic work)."""

    __tablename__ = "leases"
    __table_args__ = ({"info": {"person": None}},)

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


# --- who is gone --------------------------------------------------------------------------------------------


class Tombstone(Base):
    """That somebody was erased, or their address forgotten: a keyed hash of a number that stands nowhere any more.

    It says nothing by itself. Held against the participants of a restored backup, it finds who must go again.
    """

    __tablename__ = "tombstones"
    __table_args__ = ({"info": {"person": None}},)

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """HMAC-SHA-256 of the participant's id under a key derived from the secret key."""
    key: Mapped[str]
    """The name of that secret key (`Keyring.names`)."""
    kind: Mapped[str]
    """erased (everything) or forgotten (all but what was submitted)."""
    sweeps: Mapped[int] = mapped_column(default=0)
    """How often the files beneath were swept since; twice leaves no byte (`storage/sweeping.py`)."""
    at: Mapped[datetime] = mapped_column(index=True)
