"""What the database does by itself when a contribution changes: it keeps count of how many there are of each kind.

The steps of the schema make these, and a restore makes PostgreSQL's functions before the tables come that call them.
SQLite drops its triggers with the table when a step makes that anew; such a step has to make them again.
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

_ADD = """INSERT INTO contribution_counts
            (consultation, questionnaire, language, status, assignee_id, is_revised, theme_id, number, is_settled)
        SELECT {row}.consultation, {row}.questionnaire, {row}.language, {row}.status,
            coalesce({row}.assignee_id, 0), {row}.revised_unseen, {what}"""
_IS_COUNTED = "{row}.consultation IS NOT NULL AND NOT {row}.withdrawn"
_ITS_THEMES = """each_theme.id, {number}, false
        FROM (
            SELECT 0 AS id
            UNION ALL SELECT theme_id FROM contribution_themes WHERE contribution_id = {row}.id
        ) AS each_theme"""


def _each_theme(row: str, number: int) -> str:
    """Return what adds `number` to the kind of a contribution, by itself and under each of its themes."""
    return _ADD.format(row=row, what=_ITS_THEMES.format(row=row, number=number))


def _row(name: str) -> str:
    return f"({', '.join(f'{name}.{column}' for column in WATCHED)})"


# --- PostgreSQL ----------------------------------------------------------------------------------------------------

_IF = """
    IF {condition} THEN
        {add};
    END IF;
"""
# Nobody else may change the contribution until this is kept: it would not see the theme, nor be seen.
_LOCKED = """
    SELECT * INTO it FROM contributions WHERE id = {row}.contribution_id FOR NO KEY UPDATE;
    IF FOUND THEN {count} END IF;
"""


def _contribution(row: str, number: int) -> str:
    return _IF.format(condition=_IS_COUNTED.format(row=row), add=_each_theme(row, number))


def _theme(row: str, number: int) -> str:
    add = _ADD.format(row="it", what=f"{row}.theme_id, {number}, false")
    return _LOCKED.format(row=row, count=_IF.format(condition=_IS_COUNTED.format(row="it"), add=add))


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
_EACH = "FOR EACH ROW {when}EXECUTE FUNCTION {name}()"
_UNFILED = "WHEN ({}.consultation IS NOT NULL) "  # what the bot writes is not filed yet: no function is called for it
_OTHER_KIND = f"WHEN ({_row('OLD')} IS DISTINCT FROM {_row('NEW')}) "
_CHANGED = f"UPDATE OF {', '.join(WATCHED)} ON contributions"
POSTGRES: Final = tuple(
    f"CREATE TRIGGER {trigger} AFTER {event} {_EACH.format(when=when, name=name)}"
    for trigger, event, when, name in (
        ("kuvendo_count_new", "INSERT ON contributions", _UNFILED.format("NEW"), NAMES[0]),
        ("kuvendo_count_gone", "DELETE ON contributions", _UNFILED.format("OLD"), NAMES[0]),
        ("kuvendo_count_changed", _CHANGED, _OTHER_KIND, NAMES[0]),
        ("kuvendo_count_themes", "INSERT OR UPDATE OR DELETE ON contribution_themes", "", NAMES[1]),
    )
)

# --- SQLite ------------------------------------------------------------------------------------------------------


def _contribution_trigger(name: str, event: str, row: str, number: int) -> str:
    when = _IS_COUNTED.format(row=row)
    if event == "UPDATE":
        event, when = _CHANGED, f"{when} AND {_row('OLD')} IS NOT {_row('NEW')}"
    else:
        event = f"{event} ON contributions"
    return f"CREATE TRIGGER {name} AFTER {event} WHEN {when} BEGIN {_each_theme(row, number)}; END"


def _theme_trigger(name: str, event: str, row: str, number: int) -> str:
    which = f"it.id = {row}.contribution_id AND {_IS_COUNTED.format(row='it')}"
    one = f"{row}.theme_id, {number}, false FROM contributions AS it WHERE {which}"
    return f"CREATE TRIGGER {name} AFTER {event} ON contribution_themes BEGIN {_ADD.format(row='it', what=one)}; END"


SQLITE: Final = (
    _contribution_trigger("kuvendo_count_new", "INSERT", "NEW", 1),
    _contribution_trigger("kuvendo_count_gone", "DELETE", "OLD", -1),
    _contribution_trigger("kuvendo_count_before", "UPDATE", "OLD", -1),
    _contribution_trigger("kuvendo_count_after", "UPDATE", "NEW", 1),
    _theme_trigger("kuvendo_count_theme_new", "INSERT", "NEW", 1),
    _theme_trigger("kuvendo_count_theme_gone", "DELETE", "OLD", -1),
    _theme_trigger("kuvendo_count_theme_before", "UPDATE", "OLD", -1),
    _theme_trigger("kuvendo_count_theme_after", "UPDATE", "NEW", 1),
)
