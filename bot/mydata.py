"""Everything held about one person as files they can read: a page in their language, and the same as JSON.

The page says it in words first (`mywords`); every row of every table follows, folded away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from gettext import NullTranslations
from html import escape
from typing import Any

from bot import mywords
from bot.outbound import document_body
from bot.telling import Held, Names, Telling
from bot.world import Body
from dialogs.types import Catalogue
from locales import translatable

HEADINGS = {
    "participants": translatable("You, as this service knows you"),
    "addresses": translatable("The address of this chat (kept under lock and key)"),
    "sessions": translatable("Where you are in the conversation"),
    "consents": translatable("What you agreed to"),
    "submissions": translatable("Your contributions and drafts"),
    "contributions": translatable("How they are being handled"),
    "answers": translatable("Your answers, with every change"),
    "transcript": translatable("The conversation"),
    "quarantine": translatable("Messages that could not be handled"),
    "outbox": translatable("Messages to you that are on their way or were sent"),
    "contribution_texts": translatable("What they say, in short and for the search"),
    "likeness_bands": translatable("Numbers by which similar contributions are found"),
    "contribution_themes": translatable("The themes they were put under"),
    "group_leavings": translatable("Groups of similar contributions they were in before"),
    "unlike": translatable("Contributions they were found not to resemble"),
    "notes": translatable("Notes of the secretariat about them"),
    "translations": translatable("Translations of your answers"),
    "dismissals": translatable("What looked like a personal detail of yours and was found to be none"),
    "redactions": translatable("What is left out of your answers for your protection"),
    "replies": translatable("What the secretariat wrote to you"),
    "author_replies": translatable("What you answered the secretariat"),
}

COLUMNS = {
    "answer_id": translatable("number of the answer"),
    "answered_unseen": translatable("your answer was not read yet"),
    "assignee_id": translatable("number of the staff member who has it"),
    "at": translatable("time"),
    "author_reply_id": translatable("number of what you wrote back"),
    "attempts": translatable("attempts to send"),
    "band": translatable("number of likeness"),
    "body": translatable("what is to be sent"),
    "changed": translatable("other words for an earlier message"),
    "changed_at": translatable("last changed by the secretariat"),
    "changed_by": translatable("number of the staff member who changed it"),
    "channel": translatable("channel"),
    "chosen": translatable("chosen"),
    "consultation": translatable("consultation"),
    "contribution_id": translatable("number of the part"),
    "created_at": translatable("made"),
    "digest": translatable("fingerprint of the questionnaire"),
    "direction": translatable("whether from you or to you"),
    "discarded_at": translatable("given up"),
    "done_at": translatable("done"),
    "draft": translatable("number of the draft"),
    "dropped": translatable("taken out"),
    "edited_unseen": translatable("your change was not read yet"),
    "end": translatable("where it ends"),
    "error": translatable("what went wrong"),
    "excerpt": translatable("first words"),
    "filed": translatable("ready to be found"),
    "folded": translatable("all words, for the search"),
    "given": translatable("agreed"),
    "group_id": translatable("number of the group"),
    "id": translatable("number of the row"),
    "item": translatable("number of the part"),
    "key": translatable("key of the message"),
    "kind": translatable("kind"),
    "language": translatable("language"),
    "leased_by": translatable("being sent by"),
    "leased_until": translatable("being sent until"),
    "letter": translatable("key of the last piece"),
    "likeness": translatable("numbers shared with similar ones"),
    "marks": translatable("bold and italic"),
    "menu": translatable("buttons"),
    "not_before": translatable("not to be sent before"),
    "notice_id": translatable("number of the notice"),
    "number": translatable("Telegram's number of the message"),
    "other_id": translatable("number of the other part"),
    "participant_id": translatable("your number here"),
    "parts": translatable("your messages, each with Telegram's number"),
    "position": translatable("place in the order"),
    "posted": translatable("Telegram's number of the last screen"),
    "priority": translatable("replies first, notices later"),
    "question": translatable("question"),
    "questionnaire": translatable("questionnaire"),
    "reason": translatable("reason"),
    "receipt": translatable("code of the contribution"),
    "removed_at": translatable("removed"),
    "reply_id": translatable("number of the secretariat's message"),
    "revised_at": translatable("changed by you after it was sent"),
    "revised_unseen": translatable("something you said was not read yet"),
    "revision": translatable("how often it was changed before"),
    "settled_at": translatable("delivered or given up"),
    "shape": translatable("fields of the message, without what stood in them"),
    "skipped": translatable("skipped"),
    "staff_id": translatable("number of the staff member"),
    "start": translatable("where it begins"),
    "started_at": translatable("started"),
    "state": translatable("how it stands"),
    "status": translatable("state of the contribution"),
    "submission_id": translatable("number of the contribution"),
    "submitted_at": translatable("submitted"),
    "text": translatable("text"),
    "text_digest": translatable("fingerprint of the text"),
    "text_version": translatable("version of the text"),
    "theme_id": translatable("number of the theme"),
    "turn": translatable("number of the screen"),
    "unanswered": translatable("attempts that Telegram did not answer"),
    "undone_at": translatable("undone"),
    "undone_by": translatable("number of the staff member who undid it"),
    "unreachable_since": translatable("not reachable since"),
    "unreachable_why": translatable("why not reachable"),
    "unsure": translatable("perhaps sent before"),
    "update_id": translatable("Telegram's number of the update"),
    "updated_at": translatable("last changed"),
    "version": translatable("how often it was changed"),
    "withdrawn": translatable("taken back by you"),
}


def files(
    held: Held,
    language: str,
    t: NullTranslations,
    now: datetime,
    catalogue: Catalogue | None = None,
    themes: Names | None = None,
) -> tuple[Body, ...]:
    """Return the bodies of two documents: the page to read, and the data to keep or take elsewhere."""
    name = t.gettext("my-data")
    caption = t.gettext("Everything kept about you, as a page to read and as data for a program.")
    data = json.dumps(held, ensure_ascii=False, indent=1)
    return (
        document_body(f"{name}.html", page(held, language, t, now, catalogue, themes), caption),
        document_body(f"{name}.json", data),
    )


def page(
    held: Held,
    language: str,
    t: NullTranslations,
    now: datetime,
    catalogue: Catalogue | None = None,
    themes: Names | None = None,
) -> str:
    """Return an HTML page that shows every row, without anything that a browser would run or fetch.

    `held` are rows by the name of their table; `catalogue` knows the questions by their words, and `themes` the themes,
    where they are given.
    """
    telling = Telling(held, language, t, catalogue, themes or {})
    title = escape(t.gettext("Everything kept about you"))
    when = escape(telling.moment(now.isoformat()))
    body = "".join((*mywords.told(telling), _tables(held, t)))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{when}</p>{body}</body></html>"
    )


_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:1rem auto;padding:0 1rem}"
    "article,table,summary{margin:.75rem 0}article{border-top:1px solid #999}"
    "dt{font-weight:600}dd{margin:0 0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    "dd details,.rows{font-size:.85rem}.rows dt{font-weight:400}.rows dl{border-top:1px solid #999;padding-top:.5rem}"
    "ol{list-style:none;padding:0}li{margin:.25rem 0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "small{opacity:.75}.in{border-inline-start:.25rem solid #999;padding-inline-start:.5rem}"
    "summary{cursor:pointer}:root{color-scheme:light dark}"
)


# --- every row -------------------------------------------------------------------------------------------------------


def _tables(held: Held, t: NullTranslations) -> str:
    heading = escape(t.gettext("Everything as it is stored, table by table"))
    tables = "".join(_table(name, rows, t) for name, rows in held.items())
    return f'<details class="rows"><summary>{heading}</summary>{tables}</details>'


def _table(name: str, rows: list[dict[str, Any]], t: NullTranslations) -> str:
    heading = escape(t.gettext(HEADINGS.get(name, name)))
    shown = "".join(f"<dl>{''.join(_fields(row, t))}</dl>" for row in rows)
    return f"<details><summary>{heading} ({len(rows)})</summary>{shown}</details>"


def _fields(row: Mapping[str, Any], t: NullTranslations) -> Iterator[str]:
    for column, value in row.items():
        if value not in (None, "", [], {}):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f'<dt>{escape(t.gettext(COLUMNS.get(column, column)))}</dt><dd dir="auto">{escape(text)}</dd>'
