"""What PostgreSQL does by itself when a contribution changes: it keeps count of how many there are of each kind.

The steps of the schema make these, and a restore makes the functions before the tables come that call them. They are
given anew rather than changed: a later step that wants other ones writes them in place of these.
"""

from __future__ import annotations

from typing import Final

WATCHED: Final = (
    "consultation",
    "questionnaire",
    "language",
    "status",
    "assignee_id",
    "revised_unseen",
    "withdrawn",
)
"""The columns of a contribution that make its kind, and whether it is counted."""

_COUNT = """
    IF {row}.consultation IS NOT NULL AND NOT {row}.withdrawn THEN
        INSERT INTO contribution_counts
            (consultation, questionnaire, language, status, assignee_id, is_revised, theme_id, number, is_settled)
        SELECT {row}.consultation, {row}.questionnaire, {row}.language, {row}.status,
            coalesce({row}.assignee_id, 0), {row}.revised_unseen, each_theme.id, {number}, false
        FROM ({themes}) AS each_theme;
    END IF;
"""
_ITS_THEMES = """
            SELECT 0 AS id
            UNION ALL SELECT theme_id FROM contribution_themes WHERE contribution_id = {row}.id"""
# Nobody else may change the contribution until this is kept: it would not see the theme, nor be seen.
_LOCKED = """
    SELECT * INTO it FROM contributions WHERE id = {row}.contribution_id FOR NO KEY UPDATE;
    IF FOUND THEN {count} END IF;
"""


def _contribution(row: str, number: int) -> str:
    return _COUNT.format(row=row, number=number, themes=_ITS_THEMES.format(row=row))


def _theme(row: str, number: int) -> str:
    counted = _COUNT.format(row="it", number=number, themes=f"SELECT {row}.theme_id AS id")
    return _LOCKED.format(row=row, count=counted)


_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE it record;
BEGIN
    IF TG_OP <> 'INSERT' THEN {old} END IF;
    IF TG_OP <> 'DELETE' THEN {new} END IF;
    RETURN NULL;
END $$
"""
NAMES: Final = ("kuvendo_count_contribution", "kuvendo_count_theme")
FUNCTIONS: Final = (
    _FUNCTION.format(name=NAMES[0], old=_contribution("OLD", -1), new=_contribution("NEW", 1)),
    _FUNCTION.format(name=NAMES[1], old=_theme("OLD", -1), new=_theme("NEW", 1)),
)


def _row(name: str) -> str:
    return f"({', '.join(f'{name}.{column}' for column in WATCHED)})"


_EACH = "FOR EACH ROW {when}EXECUTE FUNCTION {name}()"
_UNFILED = "WHEN ({}.consultation IS NOT NULL) "  # what the bot writes is not filed yet: no function is called for it
_OTHER_KIND = f"WHEN ({_row('OLD')} IS DISTINCT FROM {_row('NEW')}) "
TRIGGERS: Final = tuple(
    f"CREATE TRIGGER {trigger} AFTER {event} {_EACH.format(when=when, name=name)}"
    for trigger, event, when, name in (
        ("kuvendo_count_new", "INSERT ON contributions", _UNFILED.format("NEW"), NAMES[0]),
        ("kuvendo_count_gone", "DELETE ON contributions", _UNFILED.format("OLD"), NAMES[0]),
        ("kuvendo_count_changed", f"UPDATE OF {', '.join(WATCHED)} ON contributions", _OTHER_KIND, NAMES[0]),
        ("kuvendo_count_themes", "INSERT OR UPDATE OR DELETE ON contribution_themes", "", NAMES[1]),
    )
)
