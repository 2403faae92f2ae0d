"""What the bot said is found by its letter's key: a turn can then be written in one go, without asking for ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("transcript") as transcript:
        transcript.add_column(sa.Column("letter", sa.String(), nullable=True))
    op.execute("UPDATE transcript SET letter = (SELECT max(key) FROM outbox WHERE transcript_id = transcript.id)")
    with op.batch_alter_table("transcript") as transcript:
        transcript.create_unique_constraint(op.f("uq_transcript_letter"), ["letter"])
    op.drop_index(op.f("ix_outbox_transcript_id"), "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("fk_outbox_transcript_id"), type_="foreignkey")
        outbox.drop_column("transcript_id")


def downgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("transcript_id", NUMBER, nullable=True))
        outbox.create_foreign_key(op.f("fk_outbox_transcript_id"), "transcript", ["transcript_id"], ["id"])
    op.execute("UPDATE outbox SET transcript_id = (SELECT id FROM transcript WHERE letter = outbox.key)")
    op.create_index(op.f("ix_outbox_transcript_id"), "outbox", ["transcript_id"], unique=False)
    with op.batch_alter_table("transcript") as transcript:
        transcript.drop_constraint(op.f("uq_transcript_letter"), type_="unique")
        transcript.drop_column("letter")
