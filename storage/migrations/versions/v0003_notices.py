"""Notices to many people; of each message how often nobody answered after it had left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_A_NOTICE = sa.text("notice_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("all_owed", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("unreachable", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("notice_id", NUMBER, nullable=True))
        outbox.add_column(sa.Column("unanswered", sa.Integer(), nullable=False, server_default="0"))
        outbox.create_foreign_key(op.f("fk_outbox_notice_id"), "notices", ["notice_id"], ["id"])
    op.create_index(
        op.f("ix_outbox_notice_id"),
        "outbox",
        ["notice_id", "state"],
        postgresql_where=OF_A_NOTICE,
        sqlite_where=OF_A_NOTICE,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_notice_id"), "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("fk_outbox_notice_id"), type_="foreignkey")
        outbox.drop_column("unanswered")
        outbox.drop_column("notice_id")
    op.drop_table("notices")
