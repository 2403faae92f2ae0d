"""Dates, times and numbers as they are written in each language."""

from datetime import UTC, date, datetime

import pytest

from locales import LANGUAGES, clock, day_month, full_date, in_albania, language, long_date, number

DAY = date(2026, 11, 23)


def test_albanian_comes_first_and_calls_itself_shqip() -> None:
    assert [(known.code, known.name) for known in LANGUAGES] == [("sq", "Shqip"), ("en", "English")]


def test_an_unknown_language_is_named_with_the_known_ones() -> None:
    with pytest.raises(LookupError, match=r"'xx'.*sq, en"):
        language("xx")


def test_dates_as_albanians_write_them() -> None:
    assert day_month(date(2026, 12, 15), "sq") == "15 dhjetor"
    assert long_date(DAY, "sq") == "23 nëntor 2026"
    assert full_date(DAY, "sq") == "e hënë, 23 nëntor 2026"


def test_dates_in_english() -> None:
    assert day_month(date(2026, 12, 15), "en") == "15 December"
    assert long_date(DAY, "en") == "23 November 2026"
    assert full_date(DAY, "en") == "Monday, 23 November 2026"


def test_the_clock_is_albanias_in_summer_and_winter() -> None:
    assert clock(in_albania(datetime(2026, 7, 1, 12, 5, tzinfo=UTC))) == "14:05"
    assert clock(in_albania(datetime(2026, 12, 1, 8, 5, tzinfo=UTC))) == "09:05"


def test_a_moment_without_a_zone_is_utc() -> None:
    assert in_albania(datetime(2026, 7, 1, 12)) == datetime(2026, 7, 1, 12, tzinfo=UTC)  # noqa: DTZ001 - the case


def test_numbers_have_the_languages_separators() -> None:
    assert number(1234567.5, "sq") == "1\u00a0234\u00a0567,5"
    assert number(1234567.5, "en") == "1,234,567.5"
