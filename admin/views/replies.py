"""Writing to a contribution's author: what was written and came back, a look at it first, sending, taking back.

What the author reads is put into words by `dialogs.answering`, as the worker does it, so that the preview is exact.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import Response

import locales
from admin.conversation import Stretch, stretches
from admin.deciding import DIGITS, Wish, decided, keep, seen_version
from admin.meanwhile import heard
from admin.permissions import Permission
from admin.showing import Shown, address, visit_contribution
from admin.visit import Visit
from dialogs.answering import QUESTION, RESPONSE, message, named
from dialogs.types import FromStaff
from locales import translatable
from storage.moderation import Standing
from storage.outbox import UNREACHABLE
from storage.replies import DELIVERED, GONE, KINDS, LONGEST, LOST, OWED, PAUSE, WRITTEN, Author, NobodyThere, Reply
from storage.unit_of_work import UnitOfWork

ONE_MESSAGE: Final = 4096
"""UTF-16 units that Telegram takes as one message."""

KIND_LABELS: Final = {QUESTION: translatable("Question"), RESPONSE: translatable("Reasoned response")}
STATE_LABELS: Final = {
    WRITTEN: translatable("Leaves in a few seconds"),
    OWED: translatable("On its way"),
    DELIVERED: translatable("Delivered"),
}
WHY: Final = {
    f"{UNREACHABLE}blocked": translatable("Not delivered: the author has blocked the bot."),
    f"{UNREACHABLE}{GONE}": translatable("Not delivered: the author's address is no longer kept."),
    LOST: translatable("Nobody knows whether it arrived: its trace is lost."),
}
UNREACHED: Final = translatable("Not delivered: the author can no longer be reached.")
REFUSED: Final = translatable("Not delivered: Telegram did not take it.")
EMPTY: Final = translatable("Please write something first.")
TOO_LONG: Final = translatable("That is too long. Please stay under %(most)s signs.")


class Told(NamedTuple):
    """A reply as the page shows it: its kind and what became of it in words; `moves` until that is the last word."""

    reply: Reply
    kind: str
    state: str
    moves: bool
    failed: bool
    may_go_back: bool


class Look(NamedTuple):
    """What the author will read: the words with their marks, the buttons; how many messages Telegram makes of it."""

    stretches: tuple[Stretch, ...]
    buttons: tuple[str, ...]
    is_long: bool


async def piece(visit: Visit, work: UnitOfWork, shown: Shown) -> dict[str, Any]:
    """Return what the contribution's page shows of the exchange with its author."""
    replies = await work.replies.of(shown.contributed.id)
    author = await work.replies.author(shown.contributed.id)
    return {
        "replies": [_told(visit, each) for each in replies],
        "author": author,
        "gone": author.why == GONE,
        "heard": heard(shown.contributed, replies),
        "kinds": _kinds(visit),
        "one_message": ONE_MESSAGE,
        "longest_reply": LONGEST,
        "reply_kind": QUESTION,
        "reply_text": "",
    }


async def thread(visit: Visit) -> Response:
    """Return the exchange alone, for a page that waits to hear what became of a reply."""
    async with visit.database.reading() as work:
        shown = await visit_contribution(visit, work)
        values = await piece(visit, work, shown)
    return visit.page(
        "contributions/thread.html",
        contribution=shown.contributed,
        submission=shown.submitted,
        query=visit.request.url.query,
        **values,
    )


async def preview(visit: Visit) -> Response:
    """Show what the author will read, to send it or to change it."""
    form = await visit.form()
    seen_version(form)
    async with visit.database.reading() as work:
        shown = await visit_contribution(visit, work)
        author = await work.replies.author(shown.contributed.id)
    if author.why == GONE:
        return visit.see(_thread_address(visit, shown, form))
    kind, text = _kind(form), _text(form)
    return _page(visit, shown, author, form, kind, text, _problem(visit, text))


async def write(visit: Visit) -> Response:
    """Write to the author; a worker takes it a few seconds later."""
    form = await visit.form()
    kind, text = _kind(form), _text(form)
    say = visit.translations.gettext
    if _problem(visit, text):
        return await preview(visit)
    wish = Wish("reply written", kind, say("To the author"), text, {"kind": kind, "text": text})

    async def act(work: UnitOfWork, contribution: object, seen: int) -> None:
        id_ = visit.request.path_params["id"]
        await work.replies.write(id_, kind, text, seen=seen, by=visit.member.id, now=visit.now)

    try:
        response = await decided(visit, form, wish, act, lambda work, now: _last_words(visit, work, now))
    except NobodyThere:
        return visit.see(address(visit, visit.request.path_params["id"], form.get("back", "")) + "#replies")
    if response.status_code == 303:
        response.headers["location"] += "#replies"
    return response


async def take_back(visit: Visit) -> Response:
    """Take back what has not left yet; where it has, the page says so."""
    form = await visit.form()
    number = form.get("reply", "")
    if not number.isdecimal() or len(number) >= DIGITS:
        raise HTTPException(400)
    async with visit.database.begin() as work:
        shown = await visit_contribution(visit, work)
        if await work.replies.take_back(int(number), shown.contributed.id):
            await keep(visit, work, "reply taken back", shown.contributed.id)
    return visit.see(_thread_address(visit, shown, form))


def _page(
    visit: Visit, shown: Shown, author: Author, form: Mapping[str, str], kind: str, text: str, problem: str
) -> Response:
    return visit.page(
        "contributions/reply.html",
        422 if problem else 200,
        contribution=shown.contributed,
        submission=shown.submitted,
        author=author,
        look=None if problem else look(shown, author, kind, text),
        problem=problem,
        back=_thread_address(visit, shown, form),
        query=form.get("back", ""),
        version=seen_version(form),
        heard=form.get("heard", ""),
        kinds=_kinds(visit),
        one_message=ONE_MESSAGE,
        longest_reply=LONGEST,
        reply_kind=kind,
        reply_text=text,
    )


def look(shown: Shown, author: Author, kind: str, text: str) -> Look:
    """Return what the author will read, in their language."""
    name = named(shown.submitted.questionnaire, shown.contributed.position, author.language)
    written = FromStaff(0, kind, text, shown.submitted.receipt or "", name)
    said = message(written, locales.translations(locales.CHAT, author.language))
    marks = [(mark.style, mark.start, mark.end) for mark in said.marks]
    buttons = tuple(choice.label for row in said.menu for choice in row)
    return Look(stretches(said.text, marks), buttons, len(said.text.encode("utf-16-le", "replace")) // 2 > ONE_MESSAGE)


async def _last_words(visit: Visit, work: UnitOfWork, now: Standing) -> str:
    """Return what a colleague wrote last to the author, for whoever comes second."""
    replies = await work.replies.of(now.id)
    if not replies:
        return visit.translations.gettext("Nothing was written to the author; something else changed.")
    return replies[-1].text


def _told(visit: Visit, reply: Reply) -> Told:
    say = visit.translations.gettext
    label = STATE_LABELS.get(reply.state)
    moves = reply.state in (WRITTEN, OWED)
    may = reply.state == WRITTEN and visit.may(Permission.REPLIES_WRITE) and visit.now < reply.at + PAUSE
    state = say(label) if label else _why(visit, reply.error or "")
    return Told(reply, say(KIND_LABELS[reply.kind]), state, moves, label is None, may)


def _why(visit: Visit, error: str) -> str:
    """Return in words why a reply did not arrive."""
    folded = UNREACHABLE + "blocked" if "blocked" in error else error
    found = WHY.get(folded) or (UNREACHED if error.startswith(UNREACHABLE) else REFUSED)
    return visit.translations.gettext(found)


def _kinds(visit: Visit) -> list[tuple[str, str]]:
    return [(kind, visit.translations.gettext(KIND_LABELS[kind])) for kind in KINDS]


def _kind(form: Mapping[str, str]) -> str:
    kind = form.get("kind", "")
    if kind not in KINDS:
        raise HTTPException(400)
    return kind


def _text(form: Mapping[str, str]) -> str:
    """Return what was written, without signs that Telegram would turn into blanks."""
    text = form.get("text", "").replace("\r\n", "\n")
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cs")).strip()


def _problem(visit: Visit, text: str) -> str:
    """Return why a text cannot be sent, "" where it can."""
    if not text:
        return visit.translations.gettext(EMPTY)
    if len(text) > LONGEST:
        return visit.translations.gettext(TOO_LONG) % {"most": locales.number(LONGEST, visit.language)}
    return ""


def _thread_address(visit: Visit, shown: Shown, form: Mapping[str, str]) -> str:
    return address(visit, shown.contributed.id, form.get("back", "")) + "#replies"
