"""What the secretariat makes of contributions: the inbox, themes, groups, notes, replies, redactions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from dialogs.codebook import shipped_themes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_FILED = sa.text("NOT filed")

UNSAMPLED = (
    ("author_replies", "text"),
    ("contribution_texts", "excerpt"),
    ("contribution_texts", "folded"),
    ("notes", "text"),
    ("replies", "text"),
    ("translations", "text"),
)
"""Of these PostgreSQL copies no samples into its statistics, where no erasure would reach them."""


def upgrade() -> None:
    _codebook()
    _likeness()
    _groups()
    _about_contributions()
    _letters_and_numbers()
    _new_columns()
    _first_themes()
    if op.get_bind().dialect.name == "postgresql":
        words = sa.text("array_to_tsvector(string_to_array(btrim(folded), ' '))")
        op.create_index("ix_contribution_texts_words", "contribution_texts", [words], postgresql_using="gin")
        for table, column in UNSAMPLED:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def _codebook() -> None:
    op.create_table(
        "contribution_groups",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_by", NUMBER, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.slug"], name=op.f("fk_contribution_groups_consultation")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_contribution_groups_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_groups")),
    )
    op.create_table(
        "themes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("never_alone", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["consultation"], ["consultations.slug"], name=op.f("fk_themes_consultation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("consultation", "slug", name=op.f("uq_themes_consultation_slug")),
    )


def _likeness() -> None:
    op.create_table(
        "contribution_texts",
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("likeness", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contributions.id"], name=op.f("fk_contribution_texts_contribution_id")
        ),
        sa.PrimaryKeyConstraint("contribution_id", name=op.f("pk_contribution_texts")),
    )
    op.create_table(
        "contribution_themes",
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("theme_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contributions.id"], name=op.f("fk_contribution_themes_contribution_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_contribution_themes_staff_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_contribution_themes_theme_id")),
        sa.PrimaryKeyConstraint("contribution_id", "theme_id", name=op.f("pk_contribution_themes")),
    )
    op.create_index("ix_contribution_themes_theme_id", "contribution_themes", ["theme_id", "contribution_id"])


def _groups() -> None:
    op.create_table(
        "group_leavings",
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contributions.id"], name=op.f("fk_group_leavings_contribution_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["contribution_groups.id"], name=op.f("fk_group_leavings_group_id")),
        sa.PrimaryKeyConstraint("contribution_id", "group_id", name=op.f("pk_group_leavings")),
    )
    op.create_index("ix_group_leavings_group_id", "group_leavings", ["group_id"])

    op.create_table(
        "likeness_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contributions.id"], name=op.f("fk_likeness_bands_contribution_id")
        ),
        sa.PrimaryKeyConstraint("band", "contribution_id", name=op.f("pk_likeness_bands")),
    )
    op.create_index("ix_likeness_bands_contribution_id", "likeness_bands", ["contribution_id"])

    op.create_table(
        "unlike",
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contribution_id"], ["contributions.id"], name=op.f("fk_unlike_contribution_id")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["contributions.id"], name=op.f("fk_unlike_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_unlike_staff_id")),
        sa.PrimaryKeyConstraint("contribution_id", "other_id", name=op.f("pk_unlike")),
    )
    op.create_index("ix_unlike_other_id", "unlike", ["other_id"])


def _about_contributions() -> None:
    op.create_table(
        "notes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contribution_id"], ["contributions.id"], name=op.f("fk_notes_contribution_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    with op.batch_alter_table("notes") as batch_op:
        batch_op.create_index(batch_op.f("ix_notes_contribution_id"), ["contribution_id"], unique=False)

    op.create_table(
        "redactions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("contribution_id", sa.Uuid(), nullable=True),
        sa.Column("answer_id", NUMBER, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_redactions_answer_id")),
        sa.ForeignKeyConstraint(["contribution_id"], ["contributions.id"], name=op.f("fk_redactions_contribution_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_redactions_staff_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_redactions_submission_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"], name=op.f("fk_redactions_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redactions")),
    )
    with op.batch_alter_table("redactions") as batch_op:
        batch_op.create_index(batch_op.f("ix_redactions_submission_id"), ["submission_id"], unique=False)


def _letters_and_numbers() -> None:
    op.create_table(
        "snapshots",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "replies",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contribution_id"], ["contributions.id"], name=op.f("fk_replies_contribution_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_replies_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
    )
    with op.batch_alter_table("replies") as batch_op:
        batch_op.create_index("ix_replies_contribution_id", ["contribution_id", "id"], unique=False)
        batch_op.create_index("ix_replies_state", ["state", "id"], unique=False)

    op.create_table(
        "translations",
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contributions.id"], name=op.f("fk_translations_contribution_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_translations_staff_id")),
        sa.PrimaryKeyConstraint("contribution_id", "question", "language", name=op.f("pk_translations")),
    )
    op.create_table(
        "author_replies",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("reply_id", NUMBER, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name=op.f("fk_author_replies_reply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_replies")),
    )
    with op.batch_alter_table("author_replies") as batch_op:
        batch_op.create_index(batch_op.f("ix_author_replies_reply_id"), ["reply_id"], unique=False)


def _new_columns() -> None:
    with op.batch_alter_table("contributions") as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("filed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("consultation", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("questionnaire", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("language", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("revised_unseen", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("assignee_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("group_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("changed_by", NUMBER, nullable=True))
        batch_op.create_index("ix_contributions_assignee", ["assignee_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_contributions_group_id", ["group_id"], unique=False)
        batch_op.create_index("ix_contributions_newest", ["consultation", "created_at", "id"], unique=False)
        batch_op.create_index("ix_contributions_status", ["consultation", "status", "created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_contributions_to_file", ["created_at"], unique=False, postgresql_where=NOT_FILED, sqlite_where=NOT_FILED
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_contributions_group_id"), "contribution_groups", ["group_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_contributions_assignee_id"), "staff", ["assignee_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_contributions_changed_by"), "staff", ["changed_by"], ["id"])


def _first_themes() -> None:
    """Give the consultations that are there already the themes that new ones are loaded with."""
    consultations = sa.table("consultations", sa.column("slug", sa.String()), sa.column("definition", sa.JSON()))
    names = ("slug", "family", "name", "about", "never_alone")
    kinds: tuple[Any, ...] = (sa.String(), sa.String(), sa.JSON(), sa.JSON(), sa.Boolean())
    columns: list[Any] = [sa.column(name, kind) for name, kind in zip(names, kinds, strict=True)]
    columns += [sa.column(*each) for each in (("consultation", sa.String()), ("position", sa.Integer()))]
    columns += [sa.column("version", sa.Integer())]
    rows = [
        {name: getattr(theme, name) for name in names} | {"consultation": slug, "position": place, "version": 0}
        for slug, definition in op.get_bind().execute(sa.select(consultations.c.slug, consultations.c.definition))
        for place, theme in enumerate(shipped_themes(definition.get("component", slug)), 1)
    ]
    if rows:
        op.bulk_insert(sa.table("themes", *columns), rows)


def downgrade() -> None:
    with op.batch_alter_table("contributions") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_contributions_changed_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_contributions_assignee_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_contributions_group_id"), type_="foreignkey")
        batch_op.drop_index("ix_contributions_to_file", postgresql_where=NOT_FILED, sqlite_where=NOT_FILED)
        batch_op.drop_index("ix_contributions_status")
        batch_op.drop_index("ix_contributions_newest")
        batch_op.drop_index("ix_contributions_group_id")
        batch_op.drop_index("ix_contributions_assignee")
        batch_op.drop_column("changed_by")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("version")
        batch_op.drop_column("group_id")
        batch_op.drop_column("assignee_id")
        batch_op.drop_column("revised_unseen")
        batch_op.drop_column("revised_at")
        batch_op.drop_column("withdrawn")
        batch_op.drop_column("language")
        batch_op.drop_column("questionnaire")
        batch_op.drop_column("consultation")
        batch_op.drop_column("filed")
        batch_op.drop_column("reason")

    _drop_tables()


def _drop_tables() -> None:
    with op.batch_alter_table("author_replies") as batch_op:
        batch_op.drop_index(batch_op.f("ix_author_replies_reply_id"))

    op.drop_table("author_replies")
    op.drop_table("translations")
    with op.batch_alter_table("replies") as batch_op:
        batch_op.drop_index("ix_replies_state")
        batch_op.drop_index("ix_replies_contribution_id")

    op.drop_table("replies")
    with op.batch_alter_table("redactions") as batch_op:
        batch_op.drop_index(batch_op.f("ix_redactions_submission_id"))

    op.drop_table("redactions")
    with op.batch_alter_table("notes") as batch_op:
        batch_op.drop_index(batch_op.f("ix_notes_contribution_id"))

    op.drop_table("notes")
    with op.batch_alter_table("contribution_themes") as batch_op:
        batch_op.drop_index("ix_contribution_themes_theme_id")

    op.drop_table("contribution_themes")
    for table, index in (
        ("unlike", "ix_unlike_other_id"),
        ("likeness_bands", "ix_likeness_bands_contribution_id"),
        ("group_leavings", "ix_group_leavings_group_id"),
    ):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_index(index)
        op.drop_table(table)
    op.drop_table("contribution_texts")
    op.drop_table("themes")
    op.drop_table("contribution_groups")
    op.drop_table("snapshots")
