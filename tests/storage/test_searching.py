"""Words are found however they are typed, whichever way they are looked for, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import locales
from storage import searching, tallies
from storage.database import Database
from storage.filters import Filter
from tests.admin import factories
from tests.storage import inboxes
from tests.storage.inboxes import ALL, said, words_of


async def found(database: Database, words: str) -> set[str]:
    async with database.reading() as work:
        page = await work.contributions.page(replace(ALL, words=words), size=50)
        counts = await work.contributions.counts(replace(ALL, words=words))
    assert counts.total == (len(page.rows), False)
    return {row.excerpt for row in page.rows}


@pytest.fixture(params=["near", "gathered"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look among the newest, or gather what has the words first: the same is found."""
    if request.param == "gathered":
        for module in (searching, tallies):
            monkeypatch.setattr(module, "NEAR", 1)
        monkeypatch.setattr(searching, "RARE", 2.0)


@pytest.mark.usefixtures("way")
async def test_words_are_found_however_they_are_typed(database: Database) -> None:
    texts = ("Një çështje e vjetër", "qeverisja digjitale", "Dixhitalizimi i shërbimeve", "s’ka ujë, s'ka drita")
    await inboxes.publish(database)
    await inboxes.put(database, [said(text) for text in texts])
    issue, one, other, water = texts
    for typed in ("ceshtje", "ÇËSHTJE", "çështj", "vjet  CESH", "c\u0327eshtje", "e nje"):
        assert await found(database, typed) == {issue}
    for typed in ("digjital", "dixhital", "DIXH", "digj"):
        assert await found(database, typed) == {one, other}
    assert await found(database, "digjitale") == {one}
    assert await found(database, "dixhitalizimi sherbim") == {other}
    assert await found(database, "ska uje") == {water}
    assert await found(database, "shtje") == set()  # a word is found by its beginning
    assert await found(database, "ceshtje digjital") == set()  # all of them must occur


HOSTILE = (
    "'",
    '"',
    "';--",
    "\\",
    "a & | ! :*",
    "rruga:*",
    "!rruga",
    "%",
    "_",
    "%%%_",
    "rr_ga",
    "rr%",
    "(rruga",
    "rruga <-> uji",
    "\x01\u200b",
    "{}",
    "NULL",
    "🙂",
    "١٢٣",
    "1e5",
    "0x1f",
    "-5",
    "wi-fi",
    "a.b@c.example",
)


@pytest.mark.usefixtures("way")
async def test_hostile_words_are_words(database: Database) -> None:
    texts = ("rruga e re", "uji 100% i pastër", "a_b", *(f"x {typed} y" for typed in HOSTILE))
    await inboxes.publish(database)
    await inboxes.put(database, [said(text) for text in texts])
    for typed in HOSTILE:
        asked = locales.fold(typed).split()
        begun = {text for text in texts if all(any(w.startswith(a) for w in words_of(text)) for a in asked)}
        assert await found(database, typed) == begun, typed


async def test_very_long_words_and_texts_are_filed_and_found(database: Database) -> None:
    long, many = "q" * 5000, " ".join(f"fjala{n}" for n in range(30_000))
    await inboxes.publish(database)
    await inboxes.put(database, [said(long), said(many), said("q" * 60)])
    assert await found(database, long) == {long}
    assert await found(database, "fjala77") == {many}
    assert await found(database, " ".join(f"fjala{n}" for n in range(500))) == {many}
    assert await found(database, "q" * 61) == {long}


def test_a_word_is_filed_in_both_spellings_once() -> None:
    assert searching.filed("Dixhitale, digjitale!") == " dixhitale digjitale digjitale dixhitale "
    assert searching.filed("?!") == "  "
    assert Filter(scope=(), words="?!").folded == ()
    assert Filter(scope=(), words="a " * 50 + "b").folded == ("a", "b")


async def test_a_word_is_counted_up_to_a_limit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "CAP", 20)
    for module in (searching, tallies):
        monkeypatch.setattr(module, "NEAR", 10)
    await inboxes.publish(database)
    await inboxes.put(database, [said("rruga") for _ in range(40)] + [said("uji") for _ in range(5)])
    async with database.reading() as work:
        common = await work.contributions.counts(replace(ALL, words="rruga"))
        assert (common.total, common.more) == ((20, True), True)
        every = await work.contributions.counts(ALL)
        assert (every.total, every.more) == ((45, False), False)


async def test_a_rare_word_under_a_theme_is_gathered_and_a_common_one_is_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEAR", 10)
    monkeypatch.setattr(searching, "RARE", 0.2)
    theme = inboxes.THEMES[0]
    later = factories.NOW + timedelta(hours=1)
    await inboxes.publish(database)
    await inboxes.put(
        database,
        [said("uji", themes=(theme,)), said("uji"), *(said("rruga", later, themes=(theme,)) for _ in range(20))],
    )
    async with database.reading() as work:
        for words, themes, expected in (
            ("uji", (theme,), not database.is_sqlite),
            ("uji", (), False),
            ("rruga", (theme,), False),
        ):
            wanted = replace(ALL, words=words, themes=themes)
            assert await searching.Search(work.transaction, wanted).is_gathered_at_once() is expected, wanted
        rare = replace(ALL, words="uji", themes=(theme,))
        assert len((await work.contributions.page(rare, size=50)).rows) == 1
        assert (await work.contributions.counts(rare)).total == (1, False)
