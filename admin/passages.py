"""Where an answer stands in the conversation, and which answer a message belongs to. Pure.

Telegram's number of a message is what both have in common; once an author is forgotten there are no numbers any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.submitted import Contributed, Said, Wording

WRITTEN = frozenset({"text", "edit"})


@dataclass(frozen=True, slots=True)
class Passages:
    """The ways between the two: by the number of a wording its message, by the number of a message its question."""

    messages: Mapping[int, int]
    questions: Mapping[int, str]


def passages(contributed: Contributed, transcript: Sequence[Said]) -> Passages:
    """Return the ways between the answers of a contribution and the conversation."""
    said: dict[int, list[Said]] = {}
    for each in transcript:
        if each.direction == "in" and each.number and each.kind in WRITTEN:
            said.setdefault(each.number, []).append(each)
    messages: dict[int, int] = {}
    questions: dict[int, str] = {}
    for answer in contributed.answers:
        for wording in answer.revisions:
            own = [each for number in wording.numbers for each in said.get(number, ())]
            questions |= {each.id: answer.question.id for each in own}
            found = _message(wording, own)
            if found is not None:
                messages[wording.id] = found.id
    return Passages(messages, questions)


def _message(wording: Wording, own: Sequence[Said]) -> Said | None:
    """Return the message that made a wording what it is: the last one said by then, else the first."""
    before = [each for each in own if each.at <= wording.at]
    return next(iter([*reversed(before), *own]), None)
