"""What the secretariat made of a person's contributions, in words: reasons, themes, notes, translations, letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from bot.telling import Row, Telling
from dialogs.sentences import REASONS


def made(telling: Telling, contribution: Row) -> str:
    """Return what was made of one issue or idea, "" where nothing was."""
    lines = "".join(
        f'<dt>{escape(head)}</dt><dd dir="auto">{escape(text)}</dd>' for head, text in _all(telling, contribution)
    )
    heading = escape(telling.t.gettext("What the secretariat did with it"))
    return f"<details><summary>{heading}</summary><dl>{lines}</dl></details>" if lines else ""


def _all(telling: Telling, contribution: Row) -> Iterator[tuple[str, str]]:
    here = {"contribution_id": contribution.get("id")}
    if contribution.get("reason"):
        reason = str(contribution["reason"])
        yield telling.t.gettext("Why it was set aside"), telling.t.gettext(REASONS.get(reason, reason))
    coded = [row["theme_id"] for row in telling.rows("contribution_themes", **here)]
    if coded:
        yield telling.t.gettext("Sorted under"), ", ".join(_theme(telling, each) for each in coded)
    for row in telling.rows("notes", **here):
        head = _at(telling, telling.t.gettext("A note of the secretariat, {when}"), row)
        gone = telling.t.gettext("removed")
        yield (f"{head} ({gone})" if row["removed_at"] else head), row["text"]
    for row in telling.rows("translations", **here):
        yield _at(telling, telling.t.gettext("Your answer, translated, {when}"), row), row["text"]
    yield from _left_out(telling, contribution)
    for row in telling.rows("replies", **here):
        yield _at(telling, telling.t.gettext("The secretariat wrote to you, {when}"), row), row["text"]
        for answer in telling.rows("author_replies", reply_id=row["id"]):
            yield _at(telling, telling.t.gettext("You answered, {when}"), answer), answer["text"]


def _left_out(telling: Telling, contribution: Row) -> Iterator[tuple[str, str]]:
    """Yield the words that nobody but the author reads any more, and those of which that was thought."""
    for row in telling.rows("redactions", contribution_id=contribution.get("id")):
        head = _at(telling, telling.t.gettext("Left out of what others read, {when}"), row)
        back = telling.t.gettext("shown again")
        yield (f"{head} ({back})" if row["undone_at"] else head), _words(telling, row)
    for row in telling.rows("dismissals", contribution_id=contribution.get("id")):
        yield _at(telling, telling.t.gettext("Found to be no personal detail, {when}"), row), _words(telling, row)


def _words(telling: Telling, row: Row) -> str:
    """Return the words that a decision is about: in an answer, or in what the author wrote back."""
    answers, back = row.get("answer_id"), row.get("author_reply_id")
    texts = ["\n".join(text for _, text in each["parts"]) for each in telling.rows("answers", id=answers)]
    texts += [each["text"] for each in telling.rows("author_replies", id=back)]
    return "".join(texts)[row["start"] : row["end"]]


def _theme(telling: Telling, number: int) -> str:
    name: Mapping[str, Any] = telling.themes.get(number, {})
    return str(name.get(telling.language, number))


def _at(telling: Telling, sentence: str, row: Row) -> str:
    return sentence.format(when=telling.moment(row["at"]))
