"""What an author said while somebody was deciding: a form carries how far they had read, and the page shows the rest.

Pure: values in, values out. That something was said, the version of the contribution tells (`storage/moderation.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from admin.answered import words
from storage.masking import OMITTED
from storage.replies import Reply
from storage.submitted import Contributed, Submitted

_DIGITS: Final = 16  # a number with more is none of ours


class News(NamedTuple):
    """One text as it was when somebody read it, and as it is now; `skipped` where the author left it out since."""

    label: str
    before: str
    now: str
    skipped: bool = False


def heard(contributed: Contributed, replies: Sequence[Reply]) -> str:
    """Return how far whoever has the contribution before them read: the newest answer and the newest reply."""
    answers = [each.id for answer in contributed.answers for each in answer.revisions]
    back = [each.id for reply in replies for each in reply.answers]
    return f"{max(answers, default=0)}.{max(back, default=0)}"


def news(
    mark: str, submitted: Submitted, contributed: Contributed, replies: Sequence[Reply], language: str, label: str
) -> list[News]:
    """Return what was said since `mark`, as `heard` made it; nothing where a form brought no mark.

    `label` is how what was written back is called.
    """
    read = [int(each) for each in mark.split(".") if each.isdecimal() and len(each) < _DIGITS]
    if len(read) != 2:
        return []
    found = []
    for answer in contributed.answers:
        if any(each.id > read[0] for each in answer.revisions):
            known = [each for each in answer.revisions if each.id <= read[0] and not each.dropped]
            before = words(answer, known[-1], language) if known else ""
            now = words(answer, answer.current, language) if answer.current else ""
            skipped = answer.current is not None and answer.current.skipped
            found.append(News(answer.question.label[language], before, now, skipped))
    back = [said for reply in replies for said in reply.answers if said.id > read[1]]
    return found + [News(label, "", submitted.mask.over(said.text, OMITTED)) for said in back]
