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

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, MetaData, UniqueConstraint, Uuid, text
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


_SENT = text("submitted_at IS NOT NULL")
_OPEN = text("submitted_at IS NULL AND discarded_at IS NULL")


class Submission(Base):
    """One set of answers: a draft while `submitted_at` is empty, a submission from then on."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("participant_id", "draft"),
        Index("ix_submissions_newest", "submitted_at", "id"),
        Index("ix_submissions_sent", "consultation", postgresql_where=_SENT, sqlite_where=_SENT),
        Index("ix_submissions_open", "consultation", postgresql_where=_OPEN, sqlite_where=_OPEN),
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


_NOT_FILED = text("NOT filed")
_REVISED = text("revised_unseen")


class Contribution(Base):
    """One issue or idea of a submission: the unit of moderation. `position` is its rank, from 1.

    The bot adds the row; it is *filed* (`storage/filing.py`) a moment later, and again after each change by its author:
    what the inbox is sorted and searched by is then brought up to date.
    """

    __tablename__ = "contributions"
    __table_args__ = (
        UniqueConstraint("submission_id", "item"),
        Index("ix_contributions_newest", "consultation", "created_at", "id"),
        Index("ix_contributions_status", "consultation", "status", "created_at", "id"),
        Index("ix_contributions_assignee", "assignee_id", "created_at", "id"),
        Index("ix_contributions_group_id", "group_id"),
        Index("ix_contributions_revised", "created_at", "id", postgresql_where=_REVISED, sqlite_where=_REVISED),
        Index("ix_contributions_to_file", "created_at", postgresql_where=_NOT_FILED, sqlite_where=_NOT_FILED),
        {"info": {"person": "submission_id"}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("submissions.id"))
    item: Mapped[int]
    position: Mapped[int]
    status: Mapped[str] = mapped_column(default="new")
    """new, in-review, on-hold, ready, answered or set-aside (`storage/moderation.py`)."""
    reason: Mapped[str | None]
    """Why it was set aside: a word of the published list."""
    created_at: Mapped[datetime]
    filed: Mapped[bool] = mapped_column(default=False)
    consultation: Mapped[str | None]
    """Like `questionnaire` and `language` the submission's own; empty until it is filed first."""
    questionnaire: Mapped[str | None]
    language: Mapped[str | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    """Its author took every answer of it back."""
    revised_at: Mapped[datetime | None]
    """When its author last changed it after it was sent."""
    revised_unseen: Mapped[bool] = mapped_column(default=False)
    """Its author said something new, and nobody has looked since; what it is, the next two say."""
    edited_unseen: Mapped[bool] = mapped_column(default=False)
    """Its author changed it after somebody had begun to work on it."""
    answered_unseen: Mapped[bool] = mapped_column(default=False)
    """Its author answered a question of the secretariat."""
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("contribution_groups.id"))
    version: Mapped[int] = mapped_column(default=0)
    """Rises with each change by staff and with whatever its author says: two writers meet there."""
    changed_at: Mapped[datetime | None]
    """When staff last changed anything about it."""
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who changed it last, so that whoever came second knows whom to talk to; empty where that was its author."""


class ContributionText(Base):
    """What a contribution says now, for lists and for the search; made anew whenever it is filed."""

    __tablename__ = "contribution_texts"
    __table_args__ = (
        Index(
            "ix_contribution_texts_words",
            text("array_to_tsvector(string_to_array(btrim(folded), ' '))"),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
        {"info": {"person": "contribution_id"}},
    )

    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"), primary_key=True)
    excerpt: Mapped[str]
    """Its first words as they were written, what is redacted left out."""
    folded: Mapped[str]
    """Every word of it as the search has it (`storage/searching.py`), one blank before each and after the last."""
    likeness: Mapped[list[Any]]
    """Numbers that contributions with like words share (`storage/likeness.py`)."""


class LikenessBand(Base):
    """A few of these numbers put together: contributions that share such a band are looked at more closely."""

    __tablename__ = "likeness_bands"
    __table_args__ = (
        Index("ix_likeness_bands_contribution_id", "contribution_id"),
        {"info": {"person": "contribution_id"}},
    )

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Its consultation and its place among the bands are part of the number."""
    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"), primary_key=True)


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


# --- what the secretariat makes of it -------------------------------------------------------------------------


class Theme(Base):
    """One entry of a consultation's codebook; never deleted, only retired, for what was coded stays coded."""

    __tablename__ = "themes"
    __table_args__ = (
        UniqueConstraint("consultation", "slug"),
        {"info": {"person": None}},
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    consultation: Mapped[str] = mapped_column(ForeignKey("consultations.slug"))
    slug: Mapped[str]
    """Short and lasting, as exports name it: l1, r3, v4."""
    family: Mapped[str]
    """pillar, recommendation, principle, or other."""
    position: Mapped[int]
    name: Mapped[dict[str, Any]]
    """By the code of the language."""
    about: Mapped[dict[str, Any]]
    """What belongs under it, by the code of the language; may be empty."""
    never_alone: Mapped[bool] = mapped_column(default=False)
    """It says something only beside another theme (technology & innovation)."""
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)


class ContributionTheme(Base):
    """That somebody put a contribution under a theme."""

    __tablename__ = "contribution_themes"
    __table_args__ = (
        Index("ix_contribution_themes_theme_id", "theme_id", "contribution_id"),
        {"info": {"person": "contribution_id"}},
    )

    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class ContributionCount(Base):
    """How many contributions of one kind there are, or a change to that; all rows of a kind together are the number.

    The database writes it by itself (`storage/triggers.py`), in the transaction that changes a contribution. So that
    nobody waits for anybody rows are added, and later added up (`storage/tallies.py`).
    """

    __tablename__ = "contribution_counts"
    __table_args__ = ({"info": {"person": None}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    consultation: Mapped[str]
    questionnaire: Mapped[str]
    language: Mapped[str]
    status: Mapped[str]
    assignee_id: Mapped[int] = mapped_column(BigInteger)
    """0 for nobody."""
    is_revised: Mapped[bool]
    theme_id: Mapped[int] = mapped_column(BigInteger)
    """0 where the contributions themselves are counted, else those under that theme."""
    number: Mapped[int] = mapped_column(BigInteger)
    is_settled: Mapped[bool]
    """Whether it is a sum, not a change."""


class ContributionGroup(Base):
    """Contributions that say the same: a bracket around them, which changes nothing in them."""

    __tablename__ = "contribution_groups"
    __table_args__ = ({"info": {"person": None}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    consultation: Mapped[str] = mapped_column(ForeignKey("consultations.slug"))
    name: Mapped[str]
    """Words of the secretariat, never of an author; may be empty."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)


class GroupLeaving(Base):
    """That a contribution was in a group until a moment: so that taking it out, or the group apart, can be undone."""

    __tablename__ = "group_leavings"
    __table_args__ = (
        Index("ix_group_leavings_group_id", "group_id"),
        {"info": {"person": "contribution_id"}},
    )

    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("contribution_groups.id"), primary_key=True)
    at: Mapped[datetime]


class Unlike(Base):
    """That somebody looked at two contributions and found that they do not say the same; not suggested again."""

    __tablename__ = "unlike"
    __table_args__ = (
        Index("ix_unlike_other_id", "other_id"),
        {"info": {"person": "contribution_id"}},
    )

    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"), primary_key=True)
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True)
    """Goes with the other contribution, whoever's that is."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class Note(Base):
    """What staff write to one another about a contribution; its author never sees it but in a copy of their data."""

    __tablename__ = "notes"
    __table_args__ = ({"info": {"person": "contribution_id"}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str]
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Translation(Base):
    """A person's translation of one answer of a contribution, beside it and never in its place."""

    __tablename__ = "translations"
    __table_args__ = ({"info": {"person": "contribution_id"}},)

    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    revision: Mapped[int]
    """The revision of the answer that was translated; a later one makes the translation out of date."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)


class Redaction(Base):
    """A stretch of what an author wrote, an answer or a reply, that must not be read; it stays there as it is.

    What stands there is left out wherever words of the same submission are shown or exported, in whichever revision
    or message they stand. Undone, it stays on record.
    """

    __tablename__ = "redactions"
    __table_args__ = ({"info": {"person": "submission_id"}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("submissions.id"), index=True)
    contribution_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contributions.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"))
    """One revision of an answer; empty where it stands in what the author wrote back."""
    author_reply_id: Mapped[int | None] = mapped_column(ForeignKey("author_replies.id"))
    start: Mapped[int]
    """Like `end` an offset in code points into the text, several messages of an answer joined by a line break."""
    end: Mapped[int]
    kind: Mapped[str]
    """phone, email, identity-number, card, account, or other."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Dismissal(Base):
    """That somebody found a stretch not to be personal although it looks so; its words are not suggested again."""

    __tablename__ = "dismissals"
    __table_args__ = ({"info": {"person": "contribution_id"}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"))
    """Where it stands, as in a redaction."""
    author_reply_id: Mapped[int | None] = mapped_column(ForeignKey("author_replies.id"))
    start: Mapped[int]
    end: Mapped[int]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class ReplyRow(Base):
    """What a moderator wrote to a contribution's author: a question, or the reasoned response."""

    __tablename__ = "replies"
    __table_args__ = (
        Index("ix_replies_contribution_id", "contribution_id", "id"),
        Index("ix_replies_state", "state", "id"),
        {"info": {"person": "contribution_id"}},
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contributions.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str]
    """question or response."""
    language: Mapped[str]
    """The author's, in which it is written."""
    text: Mapped[str]
    state: Mapped[str] = mapped_column(default="written")
    """written (no worker has it yet), owed (in the outbox), delivered or undeliverable."""
    error: Mapped[str | None]
    """Why it could not be delivered."""
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class AuthorReply(Base):
    """What the author wrote back to a moderator's question, each message as it was written."""

    __tablename__ = "author_replies"
    __table_args__ = ({"info": {"person": "reply_id"}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("replies.id"), index=True)
    text: Mapped[str]
    changed: Mapped[bool] = mapped_column(default=False)
    """It is an earlier message in other words, which stays where it is."""
    language: Mapped[str]
    at: Mapped[datetime]


class Snapshot(Base):
    """Numbers that take a while to count, as they were at a moment; and for an hour what undoes a deed on many."""

    __tablename__ = "snapshots"
    __table_args__ = ({"info": {"person": None}},)

    name: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
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
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The secret of their second factor, encrypted; set aside in `totp_new_sealed` until a first code proves it."""
    totp_new_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    """The time step of the code used last: no code is taken twice."""


class RecoveryCode(Base):
    """A code to log in with once where the telephone is gone; kept as a hash."""

    __tablename__ = "recovery_codes"
    __table_args__ = ({"info": {"person": None}},)

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    used_at: Mapped[datetime | None]


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
    proven: Mapped[bool] = mapped_column(default=False)
    """Whether the second factor was shown; before that a session opens the page for it and nothing else."""
    browser: Mapped[str] = mapped_column(default="")
    """What the browser calls itself, in a word or two, for the list of one's own sessions."""


class Throttle(Base):
    """A counter of attempts under a key (a hash of what is tried and from where), for logins and receipts."""

    __tablename__ = "throttles"
    __table_args__ = ({"info": {"person": None}},)

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime]


class AuditRow(Base):
    """What staff did, in order; never a word of what a participant said. Each row's hash covers the one before it."""

    __tablename__ = "audit"
    __table_args__ = ({"info": {"person": None}},)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str]
    subject: Mapped[str]
    at: Mapped[datetime]
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 over the hash before it and this row; empty in rows older than the chain."""


class AuditMark(Base):
    """Where the audit's chain ends (`head`), and where what is still kept of it begins (`anchor`)."""

    __tablename__ = "audit_marks"
    __table_args__ = ({"info": {"person": None}},)

    name: Mapped[str] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(BigInteger)
    """The row's id; 0 before the first."""
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    rows: Mapped[int] = mapped_column(BigInteger)
    """How many rows the chain had up to there."""
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
