"""The second factor of staff, what their browsers are, and the audit trail as a chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNSAMPLED = ("totp_new_sealed", "totp_sealed")
"""Of these PostgreSQL copies no samples into its statistics."""


def upgrade() -> None:
    op.create_table(
        "audit_marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_marks")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_codes_staff_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes") as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_staff_id"), ["staff_id"], unique=False)

    with op.batch_alter_table("audit") as batch_op:
        batch_op.add_column(sa.Column("hash", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("staff") as batch_op:
        batch_op.add_column(sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("totp_new_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("staff_sessions") as batch_op:
        batch_op.add_column(sa.Column("proven", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("browser", sa.String(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        for column in UNSAMPLED:
            op.execute(f"ALTER TABLE staff ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    with op.batch_alter_table("staff_sessions") as batch_op:
        batch_op.drop_column("browser")
        batch_op.drop_column("proven")

    with op.batch_alter_table("staff") as batch_op:
        batch_op.drop_column("totp_step")
        batch_op.drop_column("totp_new_sealed")
        batch_op.drop_column("totp_sealed")

    with op.batch_alter_table("audit") as batch_op:
        batch_op.drop_column("hash")

    with op.batch_alter_table("recovery_codes") as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_codes_staff_id"))

    op.drop_table("recovery_codes")
    op.drop_table("audit_marks")
