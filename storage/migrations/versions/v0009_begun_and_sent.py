"""How many were begun and how many were sent to a consultation is counted in an index, not in the table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEGUN = {
    "ix_submissions_sent": sa.text("submitted_at IS NOT NULL"),
    "ix_submissions_open": sa.text("submitted_at IS NULL AND discarded_at IS NULL"),
}


def upgrade() -> None:
    for name, where in BEGUN.items():
        op.create_index(name, "submissions", ["consultation"], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for name in BEGUN:
        op.drop_index(name, "submissions")
