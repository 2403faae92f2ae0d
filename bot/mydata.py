"""Everything held about one person as files they can read: a page in their language, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from gettext import NullTranslations
from html import escape
from typing import Any

from bot.outbound import document_body
from bot.world import Body
from locales import clock, in_albania, long_date, translatable

Held = Mapping[str, list[dict[str, Any]]]
"""Rows by the name of their table, as storage holds them."""


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
}


def files(held: Held, language: str, t: NullTranslations, now: datetime) -> tuple[Body, ...]:
    """Return the bodies of two documents: the page to read, and the data to keep or take elsewhere."""
    name = t.gettext("my-data")
    caption = t.gettext("Everything kept about you, as a page to read and as data for a program.")
    data = json.dumps(held, ensure_ascii=False, indent=1)
    return (
        document_body(f"{name}.html", page(held, language, t, now), caption),
        document_body(f"{name}.json", data),
    )


def page(held: Held, language: str, t: NullTranslations, now: datetime) -> str:
    """Return an HTML page that shows every row, without anything that a browser would run or fetch."""
    title = escape(t.gettext("Everything kept about you"))
    moment = in_albania(now)
    when = escape(f"{long_date(moment.date(), language)}, {clock(moment)}")
    body = "".join(_section(name, rows, t) for name, rows in held.items())
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{when}</p>{body}</body></html>"
    )


_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:1rem auto;padding:0 1rem}"
    "dl{border-top:1px solid #999;padding-top:.5rem}dt{color:#555;font-size:.85rem}"
    "dd{margin:0 0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}dt{color:#aaa}}"
)


def _section(name: str, rows: list[dict[str, Any]], t: NullTranslations) -> str:
    heading = escape(t.gettext(HEADINGS[name]))
    if not rows:
        return f"<h2>{heading}</h2><p>{escape(t.gettext('Nothing.'))}</p>"
    return f"<h2>{heading}</h2>" + "".join(f"<dl>{''.join(_fields(row))}</dl>" for row in rows)


def _fields(row: Mapping[str, Any]) -> Iterator[str]:
    for column, value in row.items():
        if value not in (None, "", [], {}):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f'<dt>{escape(column)}</dt><dd dir="auto">{escape(text)}</dd>'
