"""Pictures drawn of numbers: well-formed, named for those who hear them, without a style, whatever the words."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

import locales
from admin import charts, progress
from admin.charts import Bar
from admin.progress import Reader
from tests.admin import corpus, factories

SPACE = "{http://www.w3.org/2000/svg}"
READER = Reader("sq", factories.NOW.date(), locales.translations(locales.DASHBOARD, "sq"))


def _bars(*values: int) -> list[Bar]:
    return [Bar(f"name {place}", value, str(value)) for place, value in enumerate(values)]


def _widths(picture: str, kind: str) -> list[float]:
    return [float(each) for each in re.findall(rf'<rect class="{kind}"[^>]* width="([0-9.]+)"', picture)]


def test_a_bar_is_as_long_as_its_number() -> None:
    drawn = _widths(charts.bars("t", "d", _bars(10, 5, 0, 1)), "fill")
    assert drawn[0] == pytest.approx(2 * drawn[1], abs=0.2)
    assert len(drawn) == 3
    assert max(drawn) == pytest.approx(max(_widths(charts.bars("t", "d", _bars(10, 5, 0, 1)), "pale")))


@pytest.mark.parametrize("values", [(), (0,), (0, 0, 0), (1,), (3, 2), tuple(range(30)), (10**7, 1)])
def test_every_number_fits(values: tuple[int, ...]) -> None:
    for picture in (
        charts.bars("t", "d", _bars(*values)),
        charts.columns("t", "d", _bars(*values), ["m"] * len(values)),
    ):
        root = ET.fromstring(picture)
        height = float(root.attrib["height"])
        for each in root.iter(f"{SPACE}rect"):
            left, top = float(each.get("x", 0)), float(each.get("y", 0))
            assert 0 <= left <= left + float(each.attrib["width"]) <= charts.WIDTH + 0.1
            assert 0 <= top <= top + float(each.attrib["height"]) <= height + 0.1


@pytest.mark.parametrize("text", [each for each in corpus.TEXTS if each.isprintable()][:80])
def test_no_word_does_anything(text: str) -> None:
    picture = charts.bars(text, text, [Bar(text, 1, text, text)])
    root = ET.fromstring(picture)
    assert {each.tag.removeprefix(SPACE) for each in root.iter()} <= {"svg", "title", "desc", "rect", "text", "line"}
    assert root.findtext(f"{SPACE}title") == text
    assert not any(name == "style" or name.startswith("on") for each in root.iter() for name in each.attrib)


def test_a_picture_says_what_it_shows() -> None:
    root = ET.fromstring(charts.columns("Ditët", "Sa erdhën", _bars(1), [""]))
    assert root.get("role") == "img"
    assert root.findtext(f"{SPACE}title") == "Ditët"
    assert root.findtext(f"{SPACE}desc") == "Sa erdhën"


def test_days_are_days_in_albania() -> None:
    figures = {"a": {"hours": [["2026-11-22T23:00:00+00:00", 2], ["2026-11-22T22:00:00+00:00", 5]]}}
    chart = progress.days(figures, READER)
    assert len(chart.lines) == 30
    assert chart.lines[-2:] == (("22 nëntor", 5), ("23 nëntor", 2))


@pytest.mark.parametrize(("waited", "words"), [
    (timedelta(minutes=59), ("less than an hour", "", 1)),
    (timedelta(hours=1), ("%(count)s hour", "%(count)s hours", 1)),
    (timedelta(hours=23, minutes=59), ("%(count)s hour", "%(count)s hours", 23)),
    (timedelta(days=2, hours=23), ("%(count)s day", "%(count)s days", 2)),
])  # fmt: skip
def test_how_long_something_waits_in_words(waited: timedelta, words: tuple[str, str, int]) -> None:
    one, many, count = words
    t = READER.t
    expected = t.ngettext(one, many, count) % {"count": count} if many else t.gettext(one)
    assert progress.age(factories.NOW - waited, factories.NOW, t) == expected
