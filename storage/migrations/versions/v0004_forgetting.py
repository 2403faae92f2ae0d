"""Who is gone, since when a consultation is closed, and no statistics of what people wrote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNSAMPLED = (
    ("addresses", "lookup", "BYTEA"),
    ("addresses", "sealed", "BYTEA"),
    ("quarantine", "sealed", "BYTEA"),
    ("sessions", "state", "VARCHAR"),
    ("submissions", "receipt", "VARCHAR"),
    ("transcript", "text", "VARCHAR"),
)
"""PostgreSQL copies samples of every column into its statistics, where no erasure reaches them: not of these."""


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sweeps", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tombstones")),
    )
    op.create_index(op.f("ix_tombstones_at"), "tombstones", ["at"])
    with op.batch_alter_table("consultations") as consultations:
        consultations.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE consultations SET closed_at = changed_at WHERE state = 'closed'")
    if op.get_bind().dialect.name == "postgresql":
        for table, column, type_ in UNSAMPLED:
            # The same type again: that drops the samples already taken.
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {type_}")
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column, _type in UNSAMPLED:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
    with op.batch_alter_table("consultations") as consultations:
        consultations.drop_column("closed_at")
    op.drop_index(op.f("ix_tombstones_at"), "tombstones")
    op.drop_table("tombstones")
