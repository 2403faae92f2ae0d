"""Which contributions one wants to see: the same words for the inbox, its counts, bulk actions and exports.

A filter is a value; `conditions` makes SQL of it. `scope` is what its owner may see at all and always holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Boolean, ColumnElement, cast, exists, false, func, literal, literal_column, select, text
from sqlalchemy.dialects.postgresql import TSQUERY

import locales
from storage.models import Contribution, ContributionText, ContributionTheme

NOBODY = 0
"""As an assignee: nobody has it."""
LONGEST_WORD: Final = 64
"""Signs of a word that are kept for the search; what follows finds nothing and is not asked for."""
MOST_WORDS: Final = 16
"""Words that are looked for at once."""
HAS_NEWS: Final[ColumnElement[bool]] = literal_column("contributions.revised_unseen", Boolean())
"""Its author said something that nobody has read, said as the index has it: neither finds `IS true` or `= 1` there."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; whatever is left empty is not asked.

    `scope` are the slugs of the consultations that may be seen. `statuses`, `themes` (ids; any of them) and
    `languages` are alternatives. `since` and `until` (exclusive) bound when it was sent. `words` must all occur, each
    as the beginning of a word, without regard to case and diacritics. `revised` asks for those whose author said
    something new that nobody has looked at since.
    """

    scope: tuple[str, ...]
    consultation: str = ""
    questionnaire: str = ""
    statuses: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    themes: tuple[int, ...] = ()
    assignee: int | None = None
    group: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""
    revised: bool = False

    @property
    def folded(self) -> tuple[str, ...]:
        """The words to look for, as they are filed (`storage.searching`); none where only signs were typed."""
        words = dict.fromkeys(word[:LONGEST_WORD] for word in locales.fold(self.words).split())
        return tuple(words)[:MOST_WORDS]


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what must hold of a contribution, the words left out (`matches`)."""
    slugs = [slug for slug in wanted.scope if wanted.consultation in {"", slug}]
    found: list[ColumnElement[bool]] = [
        Contribution.consultation.in_(slugs) if slugs else false(),
        Contribution.withdrawn.is_(False),
    ]
    if wanted.questionnaire:
        found.append(Contribution.questionnaire == wanted.questionnaire)
    if wanted.statuses:
        found.append(Contribution.status.in_(wanted.statuses))
    if wanted.languages:
        found.append(Contribution.language.in_(wanted.languages))
    if wanted.themes:
        coded = (ContributionTheme.contribution_id == Contribution.id, ContributionTheme.theme_id.in_(wanted.themes))
        found.append(exists(select(1).where(*coded)))
    if wanted.assignee is not None:
        mine = Contribution.assignee_id == wanted.assignee
        found.append(Contribution.assignee_id.is_(None) if wanted.assignee == NOBODY else mine)
    if wanted.group is not None:
        found.append(Contribution.group_id == wanted.group)
    if wanted.since is not None:
        found.append(Contribution.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(Contribution.created_at < wanted.until)
    if wanted.revised:
        found.append(HAS_NEWS)
    return found


def matches(words: Sequence[str], dialect: str) -> list[ColumnElement[bool]]:
    """Return what must hold of a contribution's text so that each of the folded `words` begins a word of it.

    It is found through an index where there is one.
    """
    if dialect != "postgresql":
        return has(words, dialect)
    query = " & ".join(f"'{word}':*" for word in words)  # folded words are letters and digits alone
    return [_WORDS.op("@@")(cast(literal(query), TSQUERY))]


def has(words: Sequence[str], dialect: str) -> list[ColumnElement[bool]]:
    """Return the same condition, to be looked at text by text."""
    place = func.strpos if dialect == "postgresql" else func.instr
    return [place(ContributionText.folded, f" {word}") > 0 for word in words]


_WORDS = func.array_to_tsvector(func.string_to_array(func.btrim(ContributionText.folded), text("' '")))
"""The words of a contribution as PostgreSQL's index has them: none is left out, and none is taken apart."""
