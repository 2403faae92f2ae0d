"""Contributions that nobody wrote, by the million: themes, states, two languages, words as frequent as words are."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

import psycopg

from benchmarks.variants import KEY
from dialogs.loader import shipped
from storage.database import Database
from storage.keys import Keyring
from storage.tallies import count_anew

BEGAN: Final = datetime(2026, 9, 1, tzinfo=UTC)
PACE: Final = timedelta(seconds=5)
"""Between two contributions."""
SLUGS: Final = tuple(each.slug for each in shipped().consultations)
CODES: Final = tuple(range(10_001, 10_014))
"""The ids of the themes; of the last one in a thousand contributions is."""
PEOPLE: Final = tuple(range(10_001, 10_021))
"""The ids of staff."""
VOCABULARY: Final = 20_000
AT_ONCE: Final = 20_000
LETTERS: Final = "abcdefghijklmnoprstuvxyz"

Rows = dict[str, list[Sequence[Any]]]
"""Rows by table."""
COLUMNS: Final = {
    "participants": ("id", "created_at"),
    "submissions": (
        *("id", "participant_id", "draft", "digest", "consultation", "questionnaire", "channel", "language"),
        *("started_at", "submitted_at", "receipt"),
    ),
    "contributions": (
        *("id", "submission_id", "item", "position", "status", "created_at", "filed", "consultation"),
        *("questionnaire", "language", "withdrawn", "revised_unseen", "assignee_id", "group_id", "version"),
    ),
    "contribution_texts": ("contribution_id", "excerpt", "folded", "likeness"),
    "contribution_themes": ("contribution_id", "theme_id", "at"),
    "themes": ("id", "consultation", "slug", "family", "position", "name", "about", "never_alone", "version"),
    "staff": ("id", "name", "password_hash", "role", "components", "language", "created_at"),
    "contribution_groups": ("id", "consultation", "name", "created_at", "version"),
}


def word(rank: int) -> str:
    """Return the word that is `rank`-th in frequency, none the beginning of another."""
    number, letters = rank * 7919, ""
    for _ in range(5):
        number, letter = divmod(number, len(LETTERS))
        letters += LETTERS[letter]
    return letters


# --- what is invented ----------------------------------------------------------------------------------------------


class Chance:
    """Choices, each as often as it is made in life, the same ones in every run."""

    def __init__(self) -> None:
        self._random = random.Random(20261123)
        self._words = [word(rank) for rank in range(1, VOCABULARY + 1)]
        self._frequencies = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def of(self, choices: Mapping[Any, int]) -> Any:
        """Return one of `choices`, which say how often each is made."""
        return self._random.choices(list(choices), list(choices.values()))[0]

    def text(self) -> str:
        """Return eight to twenty-four words."""
        return " ".join(self._random.choices(self._words, cum_weights=self._frequencies, k=self._random.randint(8, 24)))

    def id(self) -> uuid.UUID:
        """Return a number of its own."""
        return uuid.UUID(int=self._random.getrandbits(128))

    def themes(self) -> set[int]:
        """Return the themes of a contribution, one or two of most."""
        rare = {CODES[-1]} if self._random.random() < 0.001 else set()
        return rare | {self._random.choice(CODES[:-1]) for _ in range(self._random.randint(0, 2))}

    def one_in(self, several: int) -> bool:
        """Return whether this is one of so many."""
        return self._random.randrange(several) == 0


STATUSES: Final = {"new": 40, "in-review": 10, "on-hold": 5, "ready": 5, "answered": 30, "set-aside": 10}
CONSULTATIONS: Final = dict(zip(SLUGS, (70, 15, 10, 5), strict=True))
ASSIGNED: Final[dict[int | None, int]] = {None: 60} | dict.fromkeys(PEOPLE, 2)


def batches(count: int, digests: Mapping[tuple[str, str], str]) -> Iterator[Rows]:
    """Yield the rows of so many contributions, three to a submission; `digests` are the versions they are on."""
    chance = Chance()
    rows: Rows = {name: [] for name in COLUMNS}
    for number in range(0, count, 3):
        _submission(chance, number, min(3, count - number), digests, rows)
        if len(rows["contributions"]) >= AT_ONCE:
            yield rows
            rows = {name: [] for name in COLUMNS}
    yield rows


def _submission(chance: Chance, number: int, items: int, digests: Mapping[tuple[str, str], str], rows: Rows) -> None:
    id_, person, at = chance.id(), chance.id(), BEGAN + number * PACE
    slug, language = chance.of(CONSULTATIONS), chance.of({"sq": 85, "en": 15})
    asked = chance.of(dict.fromkeys((pair[1] for pair in digests if pair[0] == slug), 1))
    rows["participants"].append((person, at))
    told = (id_, person, 1, digests[slug, asked], slug, asked, "telegram", language, at, at, id_.hex)
    rows["submissions"].append(told)
    for item in range(1, items + 1):
        _contribution(chance, (id_, item, at), (slug, asked, language), rows)


def _contribution(chance: Chance, of: tuple[uuid.UUID, int, datetime], asked: tuple[str, str, str], rows: Rows) -> None:
    id_, (submission, item, at), words = chance.id(), of, chance.text()
    standing = (False, chance.one_in(200), chance.of(ASSIGNED), 1 if chance.one_in(1000) else None, 0)
    rows["contributions"].append((id_, submission, item, item, chance.of(STATUSES), at, True, *asked, *standing))
    rows["contribution_texts"].append((id_, words, f" {words} ", "[]"))
    rows["contribution_themes"] += [(id_, theme, at) for theme in chance.themes()]


def beside() -> Rows:
    """Return what contributions refer to: themes, staff, a group."""
    rows: Rows = {name: [] for name in COLUMNS}
    rows["themes"] = [(n, SLUGS[0], f"bench{n}", "other", n, _named(n), _named(n), False, 0) for n in CODES]
    rows["staff"] = [(n, f"Staff {n}", "-", "moderator", "[]", "sq", BEGAN) for n in PEOPLE]
    rows["contribution_groups"] = [(1, SLUGS[0], "", BEGAN, 0)]
    return rows


def _named(number: int) -> str:
    return f'{{"sq": "Tema {number}", "en": "Theme {number}"}}'


# --- into a database -----------------------------------------------------------------------------------------------


def fill_postgres(connection: psycopg.Connection[Any], address: str, count: int, tell: Callable[[str], None]) -> None:
    """Write so many contributions; the index of words is made afterwards, and kept numbers are counted."""
    name, made = "ix_contribution_texts_words", "SELECT indexdef FROM pg_indexes WHERE indexname = %s"
    definition = connection.execute(made, (name,)).fetchall()[0][0]
    connection.execute(f"DROP INDEX {name}")
    connection.execute("SET session_replication_role = replica")  # references hold by construction
    digests = _digests(connection.execute("SELECT consultation, slug, digest FROM questionnaire_versions").fetchall())
    written = 0
    _copy(connection, beside())
    for rows in batches(count, digests):
        with connection.transaction():
            _copy(connection, rows)
        written += len(rows["contributions"])
        if written % (10 * AT_ONCE) < AT_ONCE:
            tell(f"{written:,} contributions")
    connection.execute("SET session_replication_role = DEFAULT")
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute(definition)
    connection.execute(f"ALTER INDEX {name} ALTER COLUMN 1 SET STATISTICS 0")
    asyncio.run(_count(address))
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")


def _copy(connection: psycopg.Connection[Any], rows: Rows) -> None:
    for table, several in rows.items():
        with connection.cursor().copy(f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN") as copy:
            for row in several:
                copy.write("\t".join("\\N" if value is None else str(value) for value in row) + "\n")


async def _count(address: str) -> None:
    database = Database(address, Keyring.parse(KEY))
    async with database.begin() as work:
        await count_anew(work.transaction)
        await work.commit()
    await database.close()


def fill_sqlite(path: str, count: int) -> None:
    """Write so many contributions into the file at `path`; kept numbers are counted."""
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT consultation, slug, digest FROM questionnaire_versions").fetchall()
    for rows in (beside(), *batches(count, _digests(found))):
        for table, several in rows.items():
            marks = ", ".join("?" for _ in COLUMNS[table])
            statement = f"INSERT INTO {table} ({', '.join(COLUMNS[table])}) VALUES ({marks})"
            connection.executemany(statement, ([_plain(value) for value in row] for row in several))
        connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()
    asyncio.run(_count(f"sqlite+aiosqlite:///{path}"))


def _digests(rows: Sequence[Sequence[str]]) -> dict[tuple[str, str], str]:
    return {(consultation, slug): digest for consultation, slug, digest in rows}


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
