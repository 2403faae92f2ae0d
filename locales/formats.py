"""Dates, times and numbers as each language writes them. Pure: the moment is always given, never looked up.

Months are written out, because the Albanian abbreviation of nëntor reads as "under"; the clock has 24 hours.
"""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from locales.languages import language


@cache
def _tirana() -> ZoneInfo:
    return ZoneInfo("Europe/Tirane")


@cache  # read out of its name each time, it would be the dearest part of a number
def _region(code: str) -> Locale:
    return Locale.parse(language(code).region)


def in_albania(moment: datetime) -> datetime:
    """Return an aware moment on Albania's clock; a moment without a zone is taken as UTC, as it is stored."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(_tirana())


def today(moment: datetime) -> date:
    """Return the day that it is in Albania at a moment."""
    return in_albania(moment).date()


def midnight(day: date) -> datetime:
    """Return the moment in UTC at which a day begins in Albania."""
    return datetime(day.year, day.month, day.day, tzinfo=_tirana()).astimezone(UTC)


def day_month(day: date, code: str) -> str:
    """Return for example "15 dhjetor" or "15 December"."""
    return format_date(day, "d MMMM", locale=_region(code))


def long_date(day: date, code: str) -> str:
    """Return for example "15 dhjetor 2026" or "15 December 2026"."""
    return format_date(day, "d MMMM y", locale=_region(code))


def full_date(day: date, code: str) -> str:
    """Return for example "e hënë, 23 nëntor 2026" or "Monday, 23 November 2026"."""
    return format_date(day, "EEEE, d MMMM y", locale=_region(code))


def clock(moment: datetime) -> str:
    """Return hours and minutes of a moment, such as "09:05"; every language here writes them alike."""
    return f"{moment:%H:%M}"


def number(value: float, code: str) -> str:
    """Return a number with the language's own separators, such as "1 234,5" or "1,234.5"."""
    return format_decimal(value, locale=_region(code))
