"""The same decision for many contributions: those that were ticked, or all that match what is looked for.

Ticked ones are done at once, for that can be undone; all that match only after a page has said what will happen. For
an hour the inbox offers to undo what was done last (`storage.undoing`).
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from admin.choices import Choices, choices
from admin.filtering import ME, NO_ONE, View, read_query
from admin.visit import Visit
from storage import undoing
from storage.many import LIMIT, Deed, Outcome, Row, Verb, as_they_stand, do_to_many, in_pieces
from storage.moderation import BY_HAND, REASONS
from storage.unit_of_work import UnitOfWork

ASIDE: Final = "aside"
"""The button that sets aside; the others are called like their verb."""
_SHOWN: Final = 3
"""Contributions whose beginning the question shows."""


@dataclass(frozen=True, slots=True)
class LastDeed:
    """What somebody last did to many: to how many, what (as a page words it), when, and the same as a form has it."""

    count: int
    what: tuple[tuple[str, str], ...]
    at: datetime
    stamp: str


async def choose(visit: Visit) -> Response:
    """Do what a button of the list says to what is ticked; ask first where it is for all that match."""
    form = await visit.request.form(max_files=0, max_fields=50, max_part_size=32 * 1024)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    async with visit.database.reading() as work:
        offered = await choices(visit, work)
        view = read_query(fields.get("back", ""), offered.known)
        every = fields.get("all") == "1"
        ticked = _ticked(each for each in form.getlist("id") if isinstance(each, str))
        rows = await _matching(visit, work, view, offered) if every else ticked
        deed = _deed(fields, rows, offered, visit.member.id)
        if not rows or deed is None:
            return _nothing(visit, view, chosen=bool(rows))
        if every:
            return await _ask(visit, work, view, offered, deed)
    return await _carried_out(visit, view, offered, [deed])


async def carry_out(visit: Visit) -> Response:
    """Do what the question said, or undo what was done."""
    form = await visit.form()
    async with visit.database.reading() as work:
        offered = await choices(visit, work)
    view = read_query(form.get("back", ""), offered.known)
    undoes, packed_deeds = form.get("undo") == "1", form.get("deeds", "")
    if undoes:
        packed_deeds = await _taken_back(visit, form.get("last", "")) or packed_deeds
    deeds = [each for each in unpacked(packed_deeds) if _known(each, offered)]
    if not deeds:
        return _nothing(visit, view, chosen=False, too_late=undoes)
    return await _carried_out(visit, view, offered, deeds, undone=undoes)


async def last_deed(visit: Visit, work: UnitOfWork, offered: Choices) -> LastDeed | None:
    """Return what this person last did to many, while it can be taken back."""
    kept = await undoing.remembered(work, visit.member.id, visit.now)
    if kept is None:
        return None
    deeds = (Deed(Verb(verb), value, (), reason) for verb, value, reason in kept.data["did"])
    what = tuple(_what(each, offered) for each in deeds if _known(each, offered))
    return LastDeed(kept.data["count"], what, kept.at, kept.at.isoformat())


async def _taken_back(visit: Visit, moment: str) -> str:
    """Return the deeds that undo what was done at a moment, as a form carries them; "" where none are kept for it."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    async with visit.database.begin() as work:
        deeds = await undoing.take(work, visit.member.id, at, visit.now) if at.tzinfo else ""
        await work.commit()
    return deeds


async def _matching(visit: Visit, work: UnitOfWork, view: View, offered: Choices) -> tuple[Row, ...]:
    wanted = view.filter(offered.known, visit.member.id)
    return await as_they_stand(work, await work.contributions.ids(wanted, LIMIT))


async def _ask(visit: Visit, work: UnitOfWork, view: View, offered: Choices, deed: Deed) -> Response:
    wanted = view.filter(offered.known, visit.member.id)
    page = await work.contributions.page(wanted, size=_SHOWN)
    return visit.page(
        "contributions/many_ask.html",
        deed=deed,
        what=_what(deed, offered),
        count=len(deed.rows),
        rows=page.rows,
        deeds=packed([deed]),
        query=view.query(),
        limit=LIMIT,
    )


async def _carried_out(
    visit: Visit, view: View, offered: Choices, deeds: Sequence[Deed], *, undone: bool = False
) -> Response:
    outcome = Outcome()
    for piece in in_pieces(deeds):
        async with visit.database.begin() as work:
            came = await do_to_many(work, [piece], offered.means, visit.member.id, visit.now)
            await work.commit()
        outcome.add(came)
    back = packed(outcome.undoing()) if outcome.changed and not undone else ""
    if back:
        did = [[each.verb, each.value, each.reason] for each in deeds]
        async with visit.database.begin() as work:
            await undoing.remember(work, visit.member.id, {"count": len(outcome.changed), "did": did}, back, visit.now)
            await work.commit()
    return visit.page(
        "contributions/many_done.html",
        what=[] if undone else [_what(each, offered) for each in deeds],
        undone=undone,
        changed=len(outcome.changed),
        left=_left(outcome),
        deeds=back,
        last=visit.now.isoformat(),
        query=view.query(),
    )


def _nothing(visit: Visit, view: View, *, chosen: bool, too_late: bool = False) -> Response:
    """Say that there was nothing to do, nothing said of what to do, or that it is too late to undo it."""
    status = 409 if too_late else 400
    return visit.page("contributions/many_nothing.html", status, query=view.query(), chosen=chosen, too_late=too_late)


def _left(outcome: Outcome) -> list[tuple[str, int]]:
    """Return why some were left, the commonest reason first."""
    return [(str(why), count) for why, count in outcome.left.most_common()]


def _what(deed: Deed, offered: Choices) -> tuple[str, str]:
    """Return what a deed does: a word for the template, and the label of what it sets."""
    if deed.verb is Verb.STATUS:
        aside = deed.value == "set-aside"
        return (ASIDE, offered.reason(deed.reason)) if aside else ("status", offered.label("statuses", deed.value))
    if deed.verb is Verb.ASSIGN:
        return ("assign", offered.known.staff[int(deed.value)]) if deed.value != "0" else ("free", "")
    return deed.verb.value, offered.label("themes", deed.value)


def _deed(fields: dict[str, str], rows: tuple[Row, ...], offered: Choices, me: int) -> Deed | None:
    """Return what the pressed button does; None where its field says nothing that can be done."""
    do = fields.get("do", "")
    if do == ASIDE:
        return _known(Deed(Verb.STATUS, "set-aside", rows, fields.get("reason", "")), offered)
    value = fields.get({"status": "status", "assign": "assignee", "theme": "add"}.get(do, ""), "")
    if do == "assign":
        value = {ME: str(me), NO_ONE: "0"}.get(value, value)
    return _known(Deed(Verb(do), value, rows), offered) if do in set(Verb) else None


def _known(deed: Deed, offered: Choices) -> Deed | None:
    """Return the deed where what it sets is there to be set."""
    if deed.verb is Verb.STATUS:
        known = deed.reason in REASONS if deed.value == "set-aside" else deed.value in BY_HAND
    elif deed.verb is Verb.ASSIGN:
        known = deed.value == "0" or (deed.value.isdecimal() and int(deed.value) in offered.known.staff)
    else:
        known = deed.value in offered.themes
    return deed if known else None


def _ticked(values: Iterable[str]) -> tuple[Row, ...]:
    """Return the contributions whose boxes were ticked, each with the version that the list showed."""
    found: dict[uuid.UUID, Row] = {}
    for value in values:
        id_, _, version = value.partition(".")
        try:
            row = Row(uuid.UUID(hex=id_), int(version))
        except ValueError:
            continue
        found[row.id] = row
    return tuple(found.values())


def packed(deeds: Iterable[Deed]) -> str:
    """Return deeds as a form carries them: a thousand contributions fit into thirty thousand letters."""
    return json.dumps([[each.verb, each.value, each.reason, _packed(each.rows)] for each in deeds])


def unpacked(text: str) -> list[Deed]:
    """Return the deeds that `packed` wrote, none where it did not write them; each is checked like any other."""
    try:
        found = [_unpacked(*each) for each in json.loads(text)]
    except (ValueError, TypeError, binascii.Error):
        return []
    return found if sum(len(each.rows) for each in found) <= LIMIT else []


def _unpacked(verb: Any, value: Any, reason: Any, rows: Any) -> Deed:
    raw = base64.b64decode(rows, altchars=b"-_", validate=True)
    if not raw or len(raw) % 20 or not all(isinstance(each, str) for each in (verb, value, reason)):
        raise ValueError("not a deed")
    places = range(0, len(raw), 20)
    found = tuple(Row(uuid.UUID(bytes=raw[n : n + 16]), int.from_bytes(raw[n + 16 : n + 20])) for n in places)
    return Deed(Verb(verb), value, found, reason)


def _packed(rows: Iterable[Row]) -> str:
    return base64.urlsafe_b64encode(b"".join(row.id.bytes + row.version.to_bytes(4) for row in rows)).decode()
