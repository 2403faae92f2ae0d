"""How many contributions of each kind there are, kept by the database itself, and the way to those just revised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.triggers import FUNCTIONS, NAMES, POSTGRES, SQLITE

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REVISED = sa.text("revised_unseen")


def upgrade() -> None:
    op.create_table(
        "contribution_counts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("questionnaire", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=False),
        sa.Column("is_revised", sa.Boolean(), nullable=False),
        sa.Column("theme_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_counts")),
    )
    with op.batch_alter_table("contributions") as batch_op:
        batch_op.create_index(
            "ix_contributions_revised", ["created_at", "id"], postgresql_where=REVISED, sqlite_where=REVISED
        )
    if op.get_bind().dialect.name == "postgresql":
        for statement in (*FUNCTIONS, *POSTGRES):
            op.execute(statement)
        # Words of an index, too, would be copied into the statistics.
        op.execute("ALTER INDEX ix_contribution_texts_words ALTER COLUMN 1 SET STATISTICS 0")
    else:
        for statement in SQLITE:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in NAMES:
            op.execute(f"DROP FUNCTION {name}() CASCADE")
    else:
        for statement in SQLITE:
            op.execute(f"DROP TRIGGER {statement.split()[2]}")
    with op.batch_alter_table("contributions") as batch_op:
        batch_op.drop_index("ix_contributions_revised", postgresql_where=REVISED, sqlite_where=REVISED)
    op.drop_table("contribution_counts")
