"""The address bar: what is written can be read again, what makes no sense is left out, and one view has one address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

import locales
from admin.filtering import ME, NAMES, NO_ONE, Known, View, read, read_query
from storage.filters import NOBODY

STATUSES = ("new", "in-review", "on-hold", "ready", "answered", "set-aside")
KNOWN = Known(
    consultations=("digital-governance", "access-to-justice"),
    questionnaires=("key-issues", "ideas"),
    statuses=STATUSES,
    themes={"l1": (1, 11), "v4": (2,), "t1:access-to-justice": (3,)},
    staff={7: "Ana", 8: "Bora"},
)
ANYTHING = st.lists(
    st.tuples(st.one_of(st.sampled_from([*NAMES.values(), "before"]), st.text(max_size=9)), st.text(max_size=30)),
    max_size=12,
)


def some_of(choices: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of these, in their own order."""
    return st.sets(st.sampled_from(choices)).map(lambda found: tuple(each for each in choices if each in found))


DAYS = st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31))
VIEWS = st.builds(
    View,
    words=st.text(max_size=60).map(lambda text: read([("q", text)], KNOWN).words),
    consultation=st.sampled_from(["", *KNOWN.consultations]),
    questionnaire=st.sampled_from(["", *KNOWN.questionnaires]),
    statuses=some_of(STATUSES),
    languages=some_of(locales.CODES),
    themes=some_of(tuple(KNOWN.themes)),
    assignee=st.sampled_from(["", ME, NO_ONE, "7", "8"]),
    revised=st.booleans(),
    group=st.none() | st.integers(1, 999_999_999),
    since=DAYS,
    until=DAYS,
)


@given(VIEWS)
def test_what_is_written_is_read_again(view: View) -> None:
    assert read_query(view.query(), KNOWN) == view
    assert read_query("?" + view.query(), KNOWN) == view


@given(VIEWS)
def test_nothing_stands_in_an_address_that_is_not_asked(view: View) -> None:
    pairs = parse_qsl(view.query(), keep_blank_values=True)
    assert all(value for _, value in pairs)
    assert (pairs == []) is (view == View())


@given(ANYTHING)
def test_whatever_an_address_says_it_is_a_view(pairs: list[tuple[str, str]]) -> None:
    view = read(pairs, KNOWN)
    assert read_query(view.query(), KNOWN) == view
    view.filter(KNOWN, 7)


@given(VIEWS)
def test_what_is_asked_can_be_taken_away_thing_by_thing(view: View) -> None:
    while view.asked:
        before = len(view.asked)
        view = view.without(*view.asked[0])
        assert len(view.asked) == before - 1
    assert view == View()


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "in=elsewhere",
        "of=%00",
        "who=9",
        "who=-1",
        "group=0",
        "group=1e9",
        "from=2026-13-01",
        "from=0001-01-01",
        "to=9999-12-31",
        "changed=yes",
        "theme=l2",
        "language=xx",
        "q=%20%20",
        "nonsense=1",
        "&&&",
        "q=%ff" * 900 + "&status=new",
    ],
)
def test_what_makes_no_sense_is_left_out(query: str) -> None:
    view = replace(read_query(query, KNOWN), words="")
    assert view == View()


def test_an_address_is_short() -> None:
    view = read_query("status=ready&status=new&q=&in=&from=&who=me&theme=v4&theme=l1", KNOWN)
    assert view.query() == "status=new,ready&theme=l1,v4&who=me"
    assert view.query(before="x") == "status=new,ready&theme=l1,v4&who=me&before=x"


def test_a_search_is_one_line_of_bounded_length() -> None:
    assert read([("q", "  rruga\n\te re\u200b ")], KNOWN).words == "rruga e re"
    assert len(read([("q", "a" * 500)], KNOWN).words) == 200


def test_a_filter_stays_within_what_may_be_seen() -> None:
    wanted = read_query("theme=l1&who=me&q=ujë", KNOWN).filter(KNOWN, 7)
    assert wanted.scope == KNOWN.consultations
    assert (wanted.themes, wanted.assignee, wanted.words) == ((1, 11), 7, "ujë")
    assert read_query("who=nobody", KNOWN).filter(KNOWN, 7).assignee == NOBODY
    assert read_query("who=8", KNOWN).filter(KNOWN, 7).assignee == 8


def test_days_begin_and_end_in_albania() -> None:
    wanted = read_query("from=2026-07-01&to=2026-11-23", KNOWN).filter(KNOWN, 7)
    assert wanted.since == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert wanted.until == datetime(2026, 11, 23, 23, tzinfo=UTC)
