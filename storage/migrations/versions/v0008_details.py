"""What authors wrote back may be left out too, what is not personal is remembered, and what they said last is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW = ("edited_unseen", "answered_unseen")

# What was unseen until now did not say what it was.
ANSWERED = """UPDATE contributions SET answered_unseen = true WHERE revised_unseen AND EXISTS (
    SELECT 1 FROM author_replies JOIN replies ON replies.id = author_replies.reply_id
    WHERE replies.contribution_id = contributions.id
    AND (contributions.changed_at IS NULL OR author_replies.at >= contributions.changed_at))"""
EDITED = """UPDATE contributions SET edited_unseen = true
    WHERE revised_unseen AND (NOT answered_unseen OR revised_at > changed_at)"""


def upgrade() -> None:
    # No table that others refer to is made anew: SQLite would drop the triggers of `contributions` with it.
    for name in NEW:
        op.add_column("contributions", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    for statement in (ANSWERED, EDITED):
        op.execute(statement)
    with op.batch_alter_table("redactions") as batch_op:
        batch_op.add_column(sa.Column("author_reply_id", NUMBER, nullable=True))
        batch_op.alter_column("answer_id", existing_type=NUMBER, nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_redactions_author_reply_id"), "author_replies", ["author_reply_id"], ["id"]
        )
    op.create_table(
        "dismissals",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", NUMBER, nullable=True),
        sa.Column("author_reply_id", NUMBER, nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_dismissals_answer_id")),
        sa.ForeignKeyConstraint(["author_reply_id"], ["author_replies.id"], name=op.f("fk_dismissals_author_reply_id")),
        sa.ForeignKeyConstraint(["contribution_id"], ["contributions.id"], name=op.f("fk_dismissals_contribution_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_dismissals_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissals")),
    )
    op.create_index(op.f("ix_dismissals_contribution_id"), "dismissals", ["contribution_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_dismissals_contribution_id"), "dismissals")
    op.drop_table("dismissals")
    op.execute("DELETE FROM redactions WHERE answer_id IS NULL")
    with op.batch_alter_table("redactions") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_redactions_author_reply_id"), type_="foreignkey")
        batch_op.alter_column("answer_id", existing_type=NUMBER, nullable=False)
        batch_op.drop_column("author_reply_id")
    for name in NEW:
        op.drop_column("contributions", name)
